import { z } from 'zod';
import { SHOWN_STATUSES } from './shown-number.js';

/** A number that is shown, or why it isn't. */
export const shownNumberSchema = z.object({ value: z.number().nullable(), status: z.enum(SHOWN_STATUSES) });

const number = shownNumberSchema;

const linkSchema = z.object({
  kind: z.enum(['merge', 'link']),
  dataset: z.string(),
  title: z.string(),
  people: z.object({ base: number, linked: number }),
  keys: z.array(z.object({ name: z.string(), links: number })).readonly(),
  at: z.array(z.object({ threshold: z.number(), links: number, share: number, precision: number })).readonly(),
  recall: number,
  recallReason: z.string().nullable(),
  headline: z.object({ verdict: z.enum(['stands', 'changes', 'unknown']), sentence: z.string() }).nullable(),
});

const statisticsSchema = z.object({
  noisy: z.boolean(),
  people: number,
  duplicates: number,
  missing: z.array(z.object({ identifier: z.string(), share: number })).readonly(),
  keys: z.array(z.object({ name: z.string(), keyed: number, withdrawn: number })).readonly(),
});

/** A linkage report as it is stored and as the API sends it. */
export const linkageSchema = z.object({
  scheme: z.string(),
  schemeVersion: z.int(),
  normaliser: z.int(),
  threshold: z.number(),
  links: z.array(linkSchema).readonly(),
  lists: z
    .array(
      z.object({
        agency: z.string(),
        agencyName: z.string(),
        dataset: z.string(),
        statistics: statisticsSchema.nullable(),
      }),
    )
    .readonly(),
});
