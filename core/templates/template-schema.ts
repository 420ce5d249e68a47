import { z } from 'zod';

import { MAXIMUM_THRESHOLD, MINIMUM_ROUNDING, MINIMUM_THRESHOLD } from '../disclosure/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../noise/index.js';
import type { DimensionClause, FilterClause, MeasureClause, PresentClause, Template } from './template.js';
import {
  datasetNameSchema,
  hasOneOf,
  integerSchema,
  isoDateSchema,
  lineSchema,
  MAX_NAME_LENGTH,
  nameSchema,
  onAnyBlock,
  qualifiedFieldSchema,
  textSchema,
  versionSchema,
} from './vocabulary.js';

export const MAX_FILTERS = 20;
export const MAX_LINKS = 8;
export const MAX_DIMENSIONS = 8;
/** Numbers at which bands begin. */
export const MAX_BANDS = 100;
export const MAX_PARAMETERS = 10;
/** Values of a filter or of a parameter's list. */
export const MAX_VALUES = 500;
export const MAX_CONTRIBUTION_LIMIT = 100;
export const MAX_MEASURES = 8;
/** Shares of the way at which quantiles are shown. */
export const MAX_QUANTILES = 9;
/** What `rounding: midpoint-6` rounds to, and so what `roundTo` must say beside it. */
export const MIDPOINT_WIDTH = 6;
/** Below, a link would likelier be wrong than right; above, nothing can be told so surely from a noisy count. */
export const MINIMUM_LINK_THRESHOLD = 0.5;
export const MAXIMUM_LINK_THRESHOLD = 0.99;

export const parameterNameSchema = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(/^[a-z][A-Za-z0-9-]*$/, 'must be letters, digits and hyphens, beginning with a small letter');

/** Codes and quarters; whether they exist is known only when names are resolved. */
const valueSchema = z.string().min(1).max(MAX_NAME_LENGTH);
const valuesSchema = z.array(valueSchema).min(1).max(MAX_VALUES);

const filterSchema = z
  .strictObject({
    field: nameSchema,
    in: z
      .union([valuesSchema, z.strictObject({ parameter: parameterNameSchema })], {
        error: 'must be a list of codes, or { parameter: <its name> }',
      })
      .exactOptional(),
    between: z.tuple([integerSchema, integerSchema]).exactOptional(),
  })
  .refine(hasOneOf('in', 'between'), { ...onAnyBlock, error: 'must have either in or between' })
  .transform(({ field, in: values, between }): FilterClause => {
    if (values !== undefined) return { field, in: values };
    if (between !== undefined) return { field, between };
    throw new TypeError('the check for exactly one of in and between has passed neither');
  });

const whereSchema = z.array(filterSchema).max(MAX_FILTERS).default([]);

const dimensionSchema = z
  .strictObject({
    field: qualifiedFieldSchema.exactOptional(),
    linked: datasetNameSchema.exactOptional(),
    agreement: datasetNameSchema.exactOptional(),
    bands: z.array(integerSchema).min(1).max(MAX_BANDS).exactOptional(),
    label: lineSchema.exactOptional(),
  })
  .refine(hasOneOf('field', 'linked', 'agreement'), {
    ...onAnyBlock,
    error: 'must have exactly one of field, linked and agreement',
  })
  .refine((value) => Object.hasOwn(value, 'field') || !Object.hasOwn(value, 'bands'), {
    ...onAnyBlock,
    path: ['bands'],
    error: 'only a field has bands',
  })
  .transform(({ field, linked, agreement, bands, label }): DimensionClause => {
    const labelled = label === undefined ? {} : { label };
    if (field !== undefined) return { field, ...(bands === undefined ? {} : { bands }), ...labelled };
    if (linked !== undefined) return { linked, ...labelled };
    if (agreement !== undefined) return { agreement, ...labelled };
    throw new TypeError('the check for exactly one of field, linked and agreement has passed none');
  });

const parameterSchema = z.strictObject({
  from: z.union([valuesSchema, nameSchema], {
    error: 'must be a list of codes, or the name of a field of the population',
  }),
  min: z.int().min(1).max(MAX_VALUES).default(1),
  max: z.int().min(1).max(MAX_VALUES).exactOptional(),
});

/** A privacy loss that noise can be made for. */
const epsilonSchema = z.number().min(MINIMUM_EPSILON).max(MAXIMUM_EPSILON);

/** Both branches say the same, so that nobody is told of one of them alone. */
const epsilonMessage = {
  error: ({ input }: { readonly input?: unknown }): string =>
    input === undefined
      ? 'is missing'
      : `must be a number from ${MINIMUM_EPSILON} to ${MAXIMUM_EPSILON}, or none for no noise`,
};

const epsilonOrNoneSchema = z.union(
  [
    z.number(epsilonMessage).min(MINIMUM_EPSILON, epsilonMessage).max(MAXIMUM_EPSILON, epsilonMessage),
    z.literal('none', epsilonMessage),
  ],
  epsilonMessage,
);

const disclosureSchema = z
  .strictObject({
    threshold: z.int().min(MINIMUM_THRESHOLD).max(MAXIMUM_THRESHOLD),
    roundTo: z.int().min(MINIMUM_ROUNDING).max(MAXIMUM_THRESHOLD),
    rounding: z.enum(['base', 'midpoint-6']).exactOptional(),
    epsilon: epsilonOrNoneSchema,
    overlapEpsilon: epsilonOrNoneSchema.exactOptional(),
    wholeLines: textSchema.exactOptional(),
  })
  .refine(({ threshold, roundTo }) => typeof threshold !== 'number' || !(roundTo > threshold), {
    ...onAnyBlock,
    path: ['roundTo'],
    error: 'must not be more than the threshold',
  })
  .refine(({ rounding, roundTo }) => rounding !== 'midpoint-6' || roundTo === MIDPOINT_WIDTH, {
    ...onAnyBlock,
    path: ['roundTo'],
    error: `must be ${MIDPOINT_WIDTH} where rounding is midpoint-6`,
  });

const measureSchema = z
  .strictObject({
    sum: qualifiedFieldSchema.exactOptional(),
    mean: qualifiedFieldSchema.exactOptional(),
    variance: qualifiedFieldSchema.exactOptional(),
    range: z.tuple([integerSchema, integerSchema]),
    label: lineSchema.exactOptional(),
    epsilon: epsilonSchema.exactOptional(),
  })
  .refine(hasOneOf('sum', 'mean', 'variance'), {
    ...onAnyBlock,
    error: 'must have exactly one of sum, mean and variance',
  })
  .transform(({ sum, mean, variance, ...rest }): MeasureClause => {
    if (sum !== undefined) return { sum, ...rest };
    if (mean !== undefined) return { mean, ...rest };
    if (variance !== undefined) return { variance, ...rest };
    throw new TypeError('the check for exactly one of sum, mean and variance has passed none');
  });

/** A dimension by its name: `<dataset>.<field>`, or `<dataset>` of a linked one. Whether it exists is known later. */
const dimensionNameSchema = z.union([qualifiedFieldSchema, datasetNameSchema], {
  error: 'must be a dimension: <dataset>.<field>, the <dataset> of a linked one, or <dataset>.agreement',
});

const groupsSchema = z.array(dimensionNameSchema).max(MAX_DIMENSIONS - 1);

const presentSchema: z.ZodType<PresentClause> = z
  .strictObject({
    margins: z.enum(['none', 'totals']).exactOptional(),
    rate: z.strictObject({ of: dimensionNameSchema, equals: valuesSchema, by: groupsSchema }).exactOptional(),
    quantiles: z
      .strictObject({
        of: dimensionNameSchema,
        at: z
          .array(z.number().gt(0).lt(1))
          .min(1)
          .max(MAX_QUANTILES)
          .refine((at) => at.every((share, index) => index === 0 || share > (at[index - 1] ?? 1)), {
            error: 'must ascend',
          }),
        by: groupsSchema,
      })
      .exactOptional(),
    recall: z.strictObject({ of: dimensionNameSchema, by: groupsSchema }).exactOptional(),
  })
  .refine((present) => Object.keys(present).length > 0, {
    ...onAnyBlock,
    error: 'says nothing: leave it out',
  });

export const templateSchema: z.ZodType<Template> = z.strictObject({
  template: nameSchema,
  version: versionSchema,
  title: lineSchema,
  pilot: nameSchema,
  purpose: nameSchema,
  lawfulBasis: textSchema,
  success: textSchema,
  principles: z.strictObject({
    relevant: textSchema,
    impactful: textSchema,
    clearAndInformative: textSchema,
    nonStigmatising: textSchema,
  }),
  expires: isoDateSchema,
  unit: nameSchema,
  contributionLimit: z.int().min(1).max(MAX_CONTRIBUTION_LIMIT).default(1),
  scheme: nameSchema.exactOptional(),
  linkage: z
    .strictObject({ threshold: z.number().min(MINIMUM_LINK_THRESHOLD).max(MAXIMUM_LINK_THRESHOLD) })
    .exactOptional(),
  population: z.strictObject({ dataset: datasetNameSchema, where: whereSchema }),
  links: z
    .array(
      z.strictObject({
        dataset: datasetNameSchema,
        on: z.enum(['person', 'case']),
        keep: z.enum(['all', 'linked', 'not-linked']),
        take: z.enum(['earliest', 'latest']).default('latest'),
        where: whereSchema,
      }),
    )
    .max(MAX_LINKS)
    .default([]),
  dimensions: z.array(dimensionSchema).min(1).max(MAX_DIMENSIONS),
  parameters: z
    .record(parameterNameSchema, parameterSchema)
    .refine((parameters) => Object.keys(parameters).length <= MAX_PARAMETERS, {
      ...onAnyBlock,
      error: `must have at most ${MAX_PARAMETERS} entries`,
    })
    .default({}),
  // No default: a template that was signed before there were measures must read back as the bytes it was.
  measures: z.array(measureSchema).min(1).max(MAX_MEASURES).exactOptional(),
  disclosure: disclosureSchema,
  present: presentSchema.exactOptional(),
});
