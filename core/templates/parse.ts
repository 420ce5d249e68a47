import { readDocument } from './document.js';
import type { LineOf } from './problems.js';
import { templateSchema } from './template-schema.js';
import type { Template } from './template.js';

/** Bytes of a template's YAML. */
export const MAX_TEMPLATE_BYTES = 65_536;

export interface TemplateSource {
  readonly template: Template;
  /** For problems that show only later, when names are resolved. */
  readonly lineOf: LineOf;
}

/** Reads a template. Thrown when it isn't one: TemplateError TOO_LARGE, BAD_YAML or BAD_TEMPLATE. */
export function parseTemplate(text: string): Template {
  return parseTemplateSource(text).template;
}

/** Reads a template and remembers its lines, so that `bindTemplate` can name them too. */
export function parseTemplateSource(text: string): TemplateSource {
  const { value, lineOf } = readDocument(text, {
    what: 'a template',
    schema: templateSchema,
    maxBytes: MAX_TEMPLATE_BYTES,
    code: 'BAD_TEMPLATE',
  });
  return { template: value, lineOf };
}
