import { z } from 'zod';

import { BASES, DEFAULT_LINKAGE, DEFAULT_QUALITY, FIELD_CATEGORIES } from './dataset.js';
import type { DatasetDefinition, FieldDefinition } from './dataset.js';
import { linkageSchema } from './dataset-linkage.js';
import { qualitySchema } from './dataset-quality.js';
import { readDocument } from './document.js';
import { isQuarter, quartersBetween } from './quarter.js';
import {
  codeSchema,
  datasetNameSchema,
  integerSchema,
  lineSchema,
  MAX_INTEGER,
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

const quarterSchema = z
  .string()
  .refine(isQuarter, 'must be a quarter, as in 2025-Q1')
  .meta({ pattern: '^[0-9]{4}-Q[1-4]$' });
const purposesSchema = z
  .array(nameSchema)
  .min(1)
  .max(MAX_PURPOSES)
  .refine(isDistinct, 'must not name a purpose twice')
  .meta({ uniqueItems: true });
const common = {
  meaning: lineSchema.describe('What the field says, in plain English; tables call it by this.'),
  category: z
    .enum(FIELD_CATEGORIES)
    .describe('What kind of information it is. demographics and offender-information are sensitive.'),
  purposes: purposesSchema
    .describe('Purposes for which this field may be used, of those of the dataset; all of them where absent.')
    .exactOptional(),
};

const fieldSchema: z.ZodType<FieldDefinition> = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('date').describe('An ISO date. It orders records and is never shown.'),
      ...common,
    }),
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

export const datasetSchema: z.ZodType<DatasetDefinition> = z
  .strictObject({
    dataset: datasetNameSchema.describe('Its name: <organisation>.<name>.'),
    version: versionSchema.describe('1, and one more with each change.'),
    title: lineSchema.describe('What its records are, as in Victims of recorded crimes.'),
    description: textSchema.describe('What it holds, and who is not in it, in plain English.'),
    unit: nameSchema.describe('What one record is, as in victim-case.'),
    keys: z
      .array(z.enum(['person', 'case']))
      .min(1)
      .refine(isDistinct, 'must not name a key twice')
      .meta({ uniqueItems: true })
      .describe('What its records can be linked on.'),
    linkage: linkageSchema.describe('What it knows of people, and which match keys are made of it.').exactOptional(),
    quality: qualitySchema
      .default(DEFAULT_QUALITY)
      .describe('How good a source has to be before a snapshot is made of it.'),
    partial: z.boolean().default(false).describe('true: the source is known not to hold everybody.'),
    records: z
      .int()
      .min(1)
      .max(MAX_INTEGER)
      .describe('About how many records all its sources have together: check then tells how full a table can be.')
      .exactOptional(),
    order: nameSchema.describe('The date, quarter or integer field that says which record is the latest.'),
    purposes: purposesSchema.describe('Purpose codes under which it may be used.'),
    basis: z
      .enum(BASES)
      .describe('public-task: people are in it without being asked. opt-in: only those who have said yes.')
      .exactOptional(),
    fields: sizedRecord(nameSchema, fieldSchema, MAX_FIELDS).describe('What may be asked of it.'),
  })
  .refine(canBeOrdered, {
    ...onAnyBlock,
    path: ['order'],
    error: 'must name a date, quarter or integer field of this dataset',
  })
  .superRefine((dataset, context) => {
    for (const name of unknownFields(dataset)) {
      const message = 'is no field of this dataset';
      context.addIssue({ code: 'custom', path: ['quality', 'maximumMissing', name], message });
    }
  })
  .superRefine((dataset, context) => {
    for (const path of strayPurposes(dataset)) {
      context.addIssue({ code: 'custom', path, message: 'is no purpose of the dataset' });
    }
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
      .meta({ minProperties: 1, maxProperties: limit })
  );
}

/** True also where the order or the fields are wrong in themselves, which is reported already. */
function canBeOrdered(dataset: Readonly<Record<string, unknown>>): boolean {
  const { order, fields } = dataset;
  if (typeof order !== 'string' || !isBlock(fields)) return true;
  const field = Object.hasOwn(fields, order) ? fields[order] : undefined;
  return isBlock(field) && field['type'] !== 'code';
}

/** Those that the floor names. None where quality or fields are wrong in themselves, which is reported already. */
function unknownFields({ quality, fields }: Readonly<Record<'quality' | 'fields', unknown>>): string[] {
  const named = isBlock(quality) ? quality['maximumMissing'] : undefined;
  if (!(named instanceof Map) || !isBlock(fields)) return [];
  return [...named.keys()].map(String).filter((name) => !Object.hasOwn(fields, name));
}

/** Places of the purposes of fields that the dataset itself may not be used for. */
function strayPurposes({ purposes, fields }: Readonly<Record<'purposes' | 'fields', unknown>>): (string | number)[][] {
  if (!Array.isArray(purposes) || !isBlock(fields)) return [];
  return Object.entries(fields).flatMap(([name, field]) => {
    const own = isBlock(field) ? field['purposes'] : undefined;
    if (!Array.isArray(own)) return [];
    return own.flatMap((purpose, index) => (purposes.includes(purpose) ? [] : [['fields', name, 'purposes', index]]));
  });
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
