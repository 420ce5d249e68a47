import { z } from 'zod';

import { MAXIMUM_THRESHOLD, MINIMUM_ROUNDING, MINIMUM_THRESHOLD } from '../disclosure/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../noise/index.js';
import { MINIMUM_PARTICIPANTS } from './participants.js';
import { MAX_AGENCIES } from './roster.js';
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

/** For the JSON Schema: exactly one of these entries has to be there. `hasOneOf` checks it here. */
function eitherOf(...names: readonly string[]): { readonly oneOf: object[] } {
  return { oneOf: names.map((name) => ({ required: [name] })) };
}

export const parameterNameSchema = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(/^[a-z][A-Za-z0-9-]*$/, 'must be letters, digits and hyphens, beginning with a small letter');

/** Codes and quarters; whether they exist is known only when names are resolved. */
const valueSchema = z.string().min(1).max(MAX_NAME_LENGTH);
const valuesSchema = z.array(valueSchema).min(1).max(MAX_VALUES);

const filterSchema = z
  .strictObject({
    field: nameSchema.describe('A field of this dataset, by its name alone.'),
    in: z
      .union([valuesSchema, z.strictObject({ parameter: parameterNameSchema })], {
        error: 'must be a list of codes, or { parameter: <its name> }',
      })
      .describe('Codes or quarters to keep, or { parameter: name } where the analyst chooses.')
      .exactOptional(),
    between: z
      .tuple([integerSchema, integerSchema])
      .describe('Whole numbers to keep: from and to, both included.')
      .exactOptional(),
  })
  .refine(hasOneOf('in', 'between'), { ...onAnyBlock, error: 'must have either in or between' })
  .meta(eitherOf('in', 'between'))
  .transform(({ field, in: values, between }): FilterClause => {
    if (values !== undefined) return { field, in: values };
    if (between !== undefined) return { field, between };
    throw new TypeError('the check for exactly one of in and between has passed neither');
  });

const whereSchema = z
  .array(filterSchema)
  .max(MAX_FILTERS)
  .default([])
  .describe('Which records: all of these must hold. A field that is not recorded never matches.');

const dimensionSchema = z
  .strictObject({
    field: qualifiedFieldSchema
      .describe('Break down by a field: <dataset>.<field>. Whole numbers need bands; dates are never shown.')
      .exactOptional(),
    linked: datasetNameSchema.describe('Break down by whether a record linked to this dataset.').exactOptional(),
    agreement: datasetNameSchema
      .describe('Break down by what the two records of a person agree in: how well groups are found.')
      .exactOptional(),
    bands: z
      .array(integerSchema)
      .min(1)
      .max(MAX_BANDS)
      .describe('Where each band begins, ascending; the last has no end. Wide bands protect more.')
      .exactOptional(),
    label: lineSchema.describe('What the table calls it; the meaning of the field where absent.').exactOptional(),
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
  .meta({ ...eitherOf('field', 'linked', 'agreement'), dependentRequired: { bands: ['field'] } })
  .transform(({ field, linked, agreement, bands, label }): DimensionClause => {
    const labelled = label === undefined ? {} : { label };
    if (field !== undefined) return { field, ...(bands === undefined ? {} : { bands }), ...labelled };
    if (linked !== undefined) return { linked, ...labelled };
    if (agreement !== undefined) return { agreement, ...labelled };
    throw new TypeError('the check for exactly one of field, linked and agreement has passed none');
  });

const parameterSchema = z.strictObject({
  from: z
    .union([valuesSchema, nameSchema], {
      error: 'must be a list of codes, or the name of a field of the population',
    })
    .describe('The finite list: codes written out, or the name of a field of the population for all its codes.'),
  min: z.int().min(1).max(MAX_VALUES).default(1).describe('Fewest values that may be chosen.'),
  max: z.int().min(1).max(MAX_VALUES).describe('Most values that may be chosen; all where absent.').exactOptional(),
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
    threshold: z.int().min(MINIMUM_THRESHOLD).max(MAXIMUM_THRESHOLD).describe('Smallest count that is shown.'),
    roundTo: z
      .int()
      .min(MINIMUM_ROUNDING)
      .max(MAXIMUM_THRESHOLD)
      .describe('What counts are rounded to; no more than the threshold.'),
    rounding: z
      .enum(['base', 'midpoint-6'])
      .describe('base: nearest multiple of roundTo. midpoint-6: 1-6 becomes 3, 7-12 becomes 9, …, with roundTo: 6.')
      .exactOptional(),
    epsilon: epsilonOrNoneSchema.describe(
      'How much a table of counts can depend on one person: smaller is more noise. none: exact counts, and noNoise says why.',
    ),
    noNoise: textSchema.describe('Why no noise is needed, where an epsilon is none.').exactOptional(),
    overlapEpsilon: epsilonOrNoneSchema
      .describe(
        'The same for the sizes and overlaps of lists that the coordinator sees; that of the counts where absent.',
      )
      .exactOptional(),
    wholeLines: textSchema
      .describe('Why a line of the table may show that everybody in it is alike; where absent, it does not.')
      .exactOptional(),
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
  })
  .meta({
    if: { properties: { rounding: { const: 'midpoint-6' } }, required: ['rounding'] },
    then: { properties: { roundTo: { const: MIDPOINT_WIDTH } } },
  });

const measureSchema = z
  .strictObject({
    sum: qualifiedFieldSchema.describe('Add up this field: <dataset>.<field>.').exactOptional(),
    mean: qualifiedFieldSchema.describe('The mean of this field: <dataset>.<field>.').exactOptional(),
    variance: qualifiedFieldSchema.describe('Mean and variance of this field: <dataset>.<field>.').exactOptional(),
    range: z
      .tuple([integerSchema, integerSchema])
      .describe('Values outside are taken for the nearer end. The narrowest that is fair: noise grows with it.'),
    label: lineSchema.describe('What the table calls it; the meaning of the field where absent.').exactOptional(),
    epsilon: epsilonSchema.describe('Its own epsilon; that of the counts where absent.').exactOptional(),
  })
  .refine(hasOneOf('sum', 'mean', 'variance'), {
    ...onAnyBlock,
    error: 'must have exactly one of sum, mean and variance',
  })
  .meta(eitherOf('sum', 'mean', 'variance'))
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
    margins: z.enum(['none', 'totals']).describe('Whether totals are shown; totals where absent.').exactOptional(),
    rate: z
      .strictObject({ of: dimensionNameSchema, equals: valuesSchema, by: groupsSchema })
      .describe('The share of some categories of a dimension, among the records that have a value, in each group.')
      .exactOptional(),
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
      .describe('In which band of a dimension the record lies that is this share of the way, in each group.')
      .exactOptional(),
    recall: z
      .strictObject({ of: dimensionNameSchema, by: groupsSchema })
      .describe('Of the people who are in both datasets, the share that was linked, estimated in each group.')
      .exactOptional(),
  })
  .refine((present) => Object.keys(present).length > 0, {
    ...onAnyBlock,
    error: 'says nothing: leave it out',
  })
  .meta({ minProperties: 1 });

const principlesSchema = z
  .strictObject({
    relevant: textSchema.describe(
      'Why these data, and no others, answer the question. Name each characteristic of people.',
    ),
    impactful: textSchema.describe('What will be done differently, whichever way the answer falls.'),
    clearAndInformative: textSchema.describe('How to read the table, and what it does not say.'),
    nonStigmatising: textSchema.describe('Why no group looks to blame, and what was left out for that.'),
  })
  .describe('An answer to each of the four principles, in whole sentences; reviewers mark each.');

const linkSchema = z.strictObject({
  dataset: datasetNameSchema.describe('The dataset that is linked, each once.'),
  on: z.enum(['person', 'case']).describe('What is the same in both records.'),
  keep: z
    .enum(['all', 'linked', 'not-linked'])
    .describe('Which records of the population count: all, those that link, those that do not.'),
  take: z
    .enum(['earliest', 'latest'])
    .default('latest')
    .describe('Which of several records of one person or case stands.'),
  unlinked: z
    .enum(['none', 'unknown'])
    .describe(
      'What no link means. none: there is no record. unknown: one may exist elsewhere, for the dataset is partial.',
    )
    .exactOptional(),
  where: whereSchema,
});

export const templateSchema: z.ZodType<Template> = z.strictObject({
  template: nameSchema.describe('Its name, the same in all versions, as in victim-engagement-by-case-length.'),
  version: versionSchema.describe('1, and one more with each change that is signed.'),
  title: lineSchema.describe('The question, in one line of plain English.'),
  pilot: nameSchema.describe('The pilot it belongs to, as in victim-pathways.'),
  purpose: nameSchema.describe('Purpose code. Every dataset and field says for which purposes it may be used.'),
  lawfulBasis: textSchema.describe('The law and the data sharing agreement under which it may be asked.'),
  success: textSchema.describe('What a good outcome is, in the words of those it is about.'),
  principles: principlesSchema,
  expires: isoDateSchema.describe('The last day on which it may run, as in 2027-06-30.'),
  unit: nameSchema.describe("What is counted: person, or the unit of the population's dataset."),
  contributionLimit: z
    .int()
    .min(1)
    .max(MAX_CONTRIBUTION_LIMIT)
    .default(1)
    .describe('Most records that one person may count with; 1 where people are counted. Noise grows with it.'),
  minimumParticipants: z
    .int()
    .min(MINIMUM_PARTICIPANTS)
    .max(MAX_AGENCIES)
    .describe('Agencies that have to take part, where two are too few.')
    .exactOptional(),
  scheme: nameSchema
    .describe('The match keys that people are joined on, as in light; needed where they are.')
    .exactOptional(),
  linkage: z
    .strictObject({ threshold: z.number().min(MINIMUM_LINK_THRESHOLD).max(MAXIMUM_LINK_THRESHOLD) })
    .describe('How sure a link must be: 0.5 (likelier right than wrong) where absent.')
    .exactOptional(),
  population: z
    .strictObject({ dataset: datasetNameSchema, where: whereSchema })
    .describe('The dataset whose records are counted, and which of them.'),
  links: z
    .array(linkSchema)
    .max(MAX_LINKS)
    .default([])
    .describe('Datasets that the population is linked to. Each has to matter: by what it keeps, or by a dimension.'),
  dimensions: z.array(dimensionSchema).min(1).max(MAX_DIMENSIONS).describe('What the table is broken down by.'),
  parameters: z
    .record(parameterNameSchema, parameterSchema)
    .refine((parameters) => Object.keys(parameters).length <= MAX_PARAMETERS, {
      ...onAnyBlock,
      error: `must have at most ${MAX_PARAMETERS} entries`,
    })
    .meta({ maxProperties: MAX_PARAMETERS })
    .default({})
    .describe('What analysts may choose, each from a finite list.'),
  // No default: a template that was signed before there were measures must read back as the bytes it was.
  measures: z
    .array(measureSchema)
    .min(1)
    .max(MAX_MEASURES)
    .describe('Numbers that are added up beside the counts.')
    .exactOptional(),
  disclosure: disclosureSchema.describe('What protects the table. Each agency may demand more.'),
  present: presentSchema
    .describe('What is derived from the protected counts, so that nobody chooses it after having seen them.')
    .exactOptional(),
});
