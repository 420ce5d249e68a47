import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

import { datasetTexts, templateText } from '../../examples/bold/library.js';

/** A template of the example as governance would have to sign it for exact counts: no noise, no decoys, nothing spent. */
export function exactTemplateText(name: string): string {
  const { disclosure, measures, ...template } = parse(templateText(name)) as Written;
  return stringify({
    ...template,
    ...(measures === undefined ? {} : { measures: measures.map((measure) => without(measure, 'epsilon')) }),
    disclosure: { ...without(disclosure, 'overlapEpsilon'), epsilon: 'none' },
  });
}

/**
 * The example's datasets as their owners would have to sign them for exact linkage statistics: no noise, nothing spent.
 * @param schemes in the place of their own
 */
export function exactDatasetTexts(schemes?: readonly string[]): string[] {
  return datasetTexts().map((text) => {
    const { linkage, ...dataset } = parse(text) as { readonly linkage?: object };
    if (linkage === undefined) return text;
    const changed = { ...linkage, epsilon: 'none', ...(schemes === undefined ? {} : { schemes }) };
    return stringify({ ...dataset, linkage: changed });
  });
}

export const EXACT_SCHEME_TEMPLATE = 'support-reached-after-referral';

/** That template of the example with scheme `exact`, for datasets that have it. With noise and decoys. */
export function exactSchemeText(): string {
  return readFileSync(new URL(`./templates/${EXACT_SCHEME_TEMPLATE}.exact.yaml`, import.meta.url), 'utf8');
}

interface Written {
  readonly disclosure: object;
  readonly measures?: readonly object[];
}

function without(clause: object, name: string): object {
  return Object.fromEntries(Object.entries(clause).filter(([key]) => key !== name));
}
