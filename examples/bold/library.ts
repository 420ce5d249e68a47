import { readdirSync, readFileSync } from 'node:fs';

import { bindTemplate, createCatalogue, parseDataset, parseTemplateSource } from '../../core/templates/index.js';
import type { BoundTemplate, Catalogue } from '../../core/templates/index.js';
import { packagePath } from '../../runtime/index.js';

/** The example's dataset definitions. */
export function boldCatalogue(): Catalogue {
  return createCatalogue(datasetTexts().map(parseDataset));
}

/** The YAML of every dataset. */
export function datasetTexts(): string[] {
  return textsUnder('datasets');
}

/** The example's templates, bound, by name. */
export function boldTemplates(catalogue: Catalogue): ReadonlyMap<string, BoundTemplate> {
  return new Map(
    allTemplateTexts().map((text) => {
      const { template, lineOf } = parseTemplateSource(text);
      return [template.template, bindTemplate(template, catalogue, lineOf)];
    }),
  );
}

/** The YAML of every template. */
export function allTemplateTexts(): string[] {
  return textsUnder('templates');
}

/** The YAML of a template. */
export function templateText(name: string): string {
  return readFileSync(packagePath('examples', 'bold', 'templates', `${name}.yaml`), 'utf8');
}

function textsUnder(folder: string): string[] {
  const directory = packagePath('examples', 'bold', folder);
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => readFileSync(packagePath('examples', 'bold', folder, file), 'utf8'));
}
