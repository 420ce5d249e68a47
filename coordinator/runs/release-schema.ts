import { z } from 'zod';
import { CELL_STATUSES } from '../../core/disclosure/index.js';
import { linkageSchema, shownNumberSchema } from '../linkage/linkage-schema.js';

/**
 * A release as it is stored and as the API sends it. What earlier versions of this program did not have is filled in, so
 * that what they stored can still be read; what a later version has beside is left out.
 */

const groupSchema = z.array(z.int().nonnegative().nullable()).readonly();

const intervalSchema = z.object({ low: z.number(), high: z.number() });
const estimateSchema = intervalSchema.extend({ value: z.number() });

const protectedShape = { status: z.enum(CELL_STATUSES), reason: z.string() };

const dimensionSchema = z.object({
  name: z.string(),
  label: z.string(),
  categories: z.array(z.object({ code: z.string(), label: z.string() })).readonly(),
});

const cellSchema = z.object({
  categories: groupSchema,
  value: z.int().nullable(),
  ...protectedShape,
  interval: intervalSchema.nullable().default(null),
});

const rateSchema = z.object({
  group: groupSchema,
  value: z.number().nullable(),
  ...protectedShape,
  band: z.enum(['<5%', '>95%']).nullable(),
  interval: intervalSchema.nullable(),
  longRun: intervalSchema.nullable(),
  difference: estimateSchema.nullable(),
  ratio: estimateSchema.nullable(),
});

const quantileSchema = z.object({
  group: groupSchema,
  at: z.number(),
  value: z.int().nullable(),
  ...protectedShape,
  interval: intervalSchema.nullable(),
});

const recallSchema = z.object({
  group: groupSchema,
  recall: estimateSchema.nullable(),
  linked: z.int().nullable(),
  ratio: estimateSchema.nullable(),
  weight: z.number().nullable(),
  reason: z.string(),
  warning: z.string().nullable(),
});

const measureSchema = z.object({
  name: z.string(),
  label: z.string(),
  kind: z.enum(['sum', 'mean', 'variance']),
  range: z.tuple([z.number(), z.number()]).readonly(),
  cells: z
    .array(
      z.object({
        categories: groupSchema,
        contributors: z.int().nullable(),
        value: estimateSchema.nullable(),
        variance: estimateSchema.nullable(),
        ...protectedShape,
      }),
    )
    .readonly(),
});

const policySchema = z.object({
  threshold: z.int(),
  roundTo: z.int(),
  rounding: z.enum(['base', 'midpoint-6']).default('base'),
  wholeLines: z.boolean().default(false),
});

const tableSchema = z.object({
  dimensions: z.array(dimensionSchema).readonly(),
  cells: z.array(cellSchema).readonly(),
  totals: z.array(cellSchema).readonly().default([]),
  rates: z.array(rateSchema).readonly().default([]),
  quantiles: z.array(quantileSchema).readonly().default([]),
  recalls: z.array(recallSchema).readonly().default([]),
  measures: z.array(measureSchema).readonly().default([]),
  policy: policySchema,
  noise: z.object({ epsilon: z.number(), standardDeviation: z.number() }).nullable().default(null),
  suppressed: z.int(),
});

const placesSchema = z.array(z.int().nonnegative()).readonly();

const presentationSchema = z.object({
  margins: z.enum(['none', 'totals']),
  rate: z.object({ of: z.int().nonnegative(), yes: placesSchema, among: placesSchema, by: placesSchema }).nullable(),
  quantiles: z
    .object({ of: z.int().nonnegative(), bands: placesSchema, at: z.array(z.number()).readonly(), by: placesSchema })
    .nullable(),
  recall: z
    .object({
      of: z.int().nonnegative(),
      all: z.int().nonnegative(),
      butOne: z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.int().nonnegative()]).readonly(),
      other: z.int().nonnegative(),
      several: z.object({ least: z.number(), likely: z.number(), most: z.number() }),
      by: placesSchema,
    })
    .nullable()
    .default(null),
});

const sourceSchema = z.object({
  agency: z.string(),
  agencyName: z.string(),
  dataset: z.string(),
  asAt: z.string(),
  rejectedPercent: z.int().min(0).max(100).nullable().default(null),
});

const optOutsSchema = z.object({
  lists: z.array(sourceSchema).readonly(),
  unit: z.enum(['person', 'record']),
  leftOut: shownNumberSchema,
  standardDeviation: z.number(),
});

export const releaseSchema = z.object({
  question: z.string(),
  chosen: z.array(z.object({ parameter: z.string(), values: z.array(z.string()).readonly() })).readonly(),
  table: tableSchema,
  presentation: presentationSchema.default({ margins: 'none', rate: null, quantiles: null, recall: null }),
  sources: z.array(sourceSchema).readonly(),
  linkage: linkageSchema.nullable().default(null),
  optOuts: optOutsSchema.nullable().default(null),
  notes: z.array(z.string()).readonly(),
});
