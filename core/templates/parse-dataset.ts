import { z } from 'zod';

import { DEFAULT_LINKAGE, FIELD_CATEGORIES } from './dataset.js';
import type { DatasetDefinition, FieldDefinition } from './dataset.js';
import { linkageSchema } from './dataset-linkage.js';
import { readDocument } from './document.js';
import { isQuarter, quartersBetween } from './quarter.js';
import {
  codeSchema,
  datasetNameSchema,
  integerSchema,
  lineSchema,
  nameSchema,
  onAnyBlock,
  textSchema,
  versionSchema,
} from './vocabulary.js';

/** Bytes of a definition's YAML. */
export const MAX_DATASET_BYTES = 262_144;
export const MAX_FIELDS = 200;
/** Codes of one field. */
export const MAX_CODES = 500;
/** Quarters of one field: fifty years. */
export const MAX_QUARTERS = 200;
export const MAX_PURPOSES = 20;

const quarterSchema = z.string().refine(isQuarter, 'must be a quarter, as in 2025-Q1');
const common = { meaning: lineSchema, category: z.enum(FIELD_CATEGORIES) };

const fieldSchema: z.ZodType<FieldDefinition> = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('date'), ...common }),
    z
      .strictObject({ type: z.literal('quarter'), from: quarterSchema, to: quarterSchema, ...common })
      .refine(({ from, to }) => !isQuarter(from) || !isQuarter(to) || hasQuarters(from, to), {
        ...onAnyBlock,
        path: ['to'],
        error: `must not be before from, nor more than ${MAX_QUARTERS} quarters in all`,
      }),
    z.strictObject({
      type: z.literal('code'),
      codes: sizedRecord(codeSchema, lineSchema, MAX_CODES).transform(toMap),
      ...common,
    }),
    z
      .strictObject({ type: z.literal('integer'), min: integerSchema, max: integerSchema, ...common })
      .refine(({ min, max }) => !(min > max), { ...onAnyBlock, path: ['max'], error: 'must not be below min' }),
  ],
  { error: 'must have a type: date, quarter, code or integer' },
);

const datasetSchema: z.ZodType<DatasetDefinition> = z
  .strictObject({
    dataset: datasetNameSchema,
    version: versionSchema,
    title: lineSchema,
    description: textSchema,
    unit: nameSchema,
    keys: z
      .array(z.enum(['person', 'case']))
      .min(1)
      .refine(isDistinct, 'must not name a key twice'),
    linkage: linkageSchema.exactOptional(),
    partial: z.boolean().default(false),
    order: nameSchema,
    purposes: z.array(nameSchema).min(1).max(MAX_PURPOSES).refine(isDistinct, 'must not name a purpose twice'),
    fields: sizedRecord(nameSchema, fieldSchema, MAX_FIELDS),
  })
  .refine(canBeOrdered, {
    ...onAnyBlock,
    path: ['order'],
    error: 'must name a date, quarter or integer field of this dataset',
  })
  .refine(({ keys, linkage }) => linkage === undefined || !Array.isArray(keys) || keys.includes('person'), {
    ...onAnyBlock,
    path: ['linkage'],
    error: 'is for datasets whose keys name person: add the key or remove the block',
  })
  .transform(({ fields, linkage, ...dataset }) => ({
    ...dataset,
    linkage: linkage ?? (dataset.keys.includes('person') ? DEFAULT_LINKAGE : null),
    fields: toMap(fields),
  }));

/** Reads a dataset definition. Thrown when it isn't one: TemplateError TOO_LARGE, BAD_YAML or BAD_DATASET. */
export function parseDataset(text: string): DatasetDefinition {
  return readDocument(text, {
    what: 'a dataset definition',
    schema: datasetSchema,
    maxBytes: MAX_DATASET_BYTES,
    code: 'BAD_DATASET',
  }).value;
}

function hasQuarters(from: string, to: string): boolean {
  const { length } = quartersBetween(from, to);
  return length >= 1 && length <= MAX_QUARTERS;
}

function sizedRecord<Value extends z.ZodType>(
  keySchema: z.ZodString,
  valueSchema: Value,
  limit: number,
): z.ZodRecord<z.ZodString, Value> {
  return (
    z
      .record(keySchema, valueSchema)
      // Not for every block: one whose entries are all wrong is not empty.
      .refine((record) => Object.keys(record).length > 0, 'must have at least 1 entry')
      .refine((record) => Object.keys(record).length <= limit, {
        ...onAnyBlock,
        error: `must have at most ${limit} entries`,
      })
  );
}

/** True also where the order or the fields are wrong in themselves, which is reported already. */
function canBeOrdered(dataset: Readonly<Record<string, unknown>>): boolean {
  const { order, fields } = dataset;
  if (typeof order !== 'string' || !isBlock(fields)) return true;
  const field = Object.hasOwn(fields, order) ? fields[order] : undefined;
  return isBlock(field) && field['type'] !== 'code';
}

function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** In the order of the document: names that JavaScript would sort are refused as codes and can't be field names. */
function toMap<Value>(record: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(record));
}

function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
