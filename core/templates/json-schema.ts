import { z } from 'zod';

import { datasetSchema } from './parse-dataset.js';
import { templateSchema } from './template-schema.js';

/** Documents that people write and editors can check while they do. */
export const SCHEMA_KINDS = ['template', 'dataset'] as const;
export type SchemaKind = (typeof SCHEMA_KINDS)[number];

const SCHEMAS: Readonly<Record<SchemaKind, { readonly title: string; readonly schema: z.ZodType }>> = {
  template: { title: 'A Tallystick template', schema: templateSchema },
  dataset: { title: 'A Tallystick dataset definition', schema: datasetSchema },
};

/**
 * JSON Schema (2020-12) of what may be written, made of the schema that reads it. It refuses no document that is read, but
 * for one whose text is too long with the spaces around it. It doesn't say what only a whole document shows: whether names
 * exist, which of two numbers is larger, what is a day of the calendar.
 */
export function documentJsonSchema(kind: SchemaKind): object {
  const { title, schema } = SCHEMAS[kind];
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return { $schema, title, ...rest };
}

/** As it is published: a file of `docs/schema`. */
export function documentJsonSchemaText(kind: SchemaKind): string {
  return `${JSON.stringify(documentJsonSchema(kind), null, 2)}\n`;
}
