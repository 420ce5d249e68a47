import { z } from 'zod';
import { FAILURE_CODES, REFUSAL_CODES } from '../../core/private-join/index.js';
import { AGENCY_STATES } from '../federation/agency-registry.js';
import { releaseSchema } from '../runs/release-schema.js';
import { RUN_EVENTS, RUN_STATES } from '../runs/run-states.js';

/**
 * What the API says, as both ends read it. Whoever reads an answer takes what it knows and leaves the rest, so that an
 * older command works with a newer coordinator.
 */

/** Bytes of a request's body. */
export const MAX_BODY_BYTES = 65_536;
export const MAX_TEMPLATE_NAME_CHARACTERS = 128;
export const MAX_PARAMETERS = 64;
export const MAX_PARAMETER_VALUES = 1_024;
export const MAX_VALUE_CHARACTERS = 128;

export const submitSchema = z.strictObject({
  template: z.string().min(1).max(MAX_TEMPLATE_NAME_CHARACTERS),
  parameters: z
    .record(
      z.string().min(1).max(MAX_VALUE_CHARACTERS),
      z.array(z.string().max(MAX_VALUE_CHARACTERS)).max(MAX_PARAMETER_VALUES),
    )
    .refine((parameters) => Object.keys(parameters).length <= MAX_PARAMETERS, `at most ${MAX_PARAMETERS} parameters`)
    .default({}),
});
export type SubmitBody = z.input<typeof submitSchema>;

const floorsView = z.object({ threshold: z.int(), roundTo: z.int(), epsilon: z.number().nullable() });

export const agencyView = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(AGENCY_STATES),
  lastSeenAt: z.string().nullable(),
  softwareVersion: z.string().nullable(),
  /** What it asks of every table beyond what templates do; null unless it is online. */
  floors: floorsView.nullable(),
  datasets: z
    .array(
      z.object({
        dataset: z.string(),
        asAt: z.string().nullable(),
        /** Of its privacy budget; null where it holds none or is not online. */
        epsilonLeft: z.number().nullable(),
      }),
    )
    .readonly(),
});
export type AgencyView = z.infer<typeof agencyView>;
export const agenciesView = z.object({ agencies: z.array(agencyView).readonly() });

export const templateView = z.object({
  template: z.string(),
  version: z.int(),
  title: z.string(),
  question: z.string(),
  pilot: z.string(),
  purpose: z.string(),
  /** Last day on which it may run. */
  expires: z.string(),
  digest: z.string(),
  approvers: z.array(z.string()).readonly(),
  datasets: z
    .array(z.object({ dataset: z.string(), title: z.string(), agencies: z.array(z.string()).readonly() }))
    .readonly(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        choices: z.array(z.object({ code: z.string(), label: z.string() })).readonly(),
        min: z.int(),
        max: z.int(),
      }),
    )
    .readonly(),
});
export type TemplateView = z.infer<typeof templateView>;
export const templatesView = z.object({ templates: z.array(templateView).readonly() });

export const templateDetailView = templateView.extend({
  /** In plain English. */
  sections: z.array(z.object({ heading: z.string(), paragraphs: z.array(z.string()).readonly() })).readonly(),
});
export type TemplateDetailView = z.infer<typeof templateDetailView>;

const endingView = z.object({
  code: z.enum(FAILURE_CODES),
  party: z.string().nullable(),
  message: z.string(),
  /** What to do about it. */
  advice: z.string(),
});

export const runView = z.object({
  id: z.string(),
  template: z.string(),
  templateVersion: z.int(),
  templateTitle: z.string(),
  templateDigest: z.string(),
  parameters: z.record(z.string(), z.array(z.string()).readonly()),
  requester: z.string(),
  purpose: z.string(),
  state: z.enum(RUN_STATES),
  submittedAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  ending: endingView.nullable(),
  participants: z
    .array(
      z.object({
        agency: z.string(),
        datasets: z.array(z.object({ dataset: z.string(), snapshot: z.string() })).readonly(),
        floors: floorsView,
      }),
    )
    .readonly(),
  /** Runs that have the same get the same answer; null until its turn comes. */
  requestDigest: z.string().nullable(),
  /** The run whose release this one gave again; null where it counted for itself. */
  replayOf: z.string().nullable(),
});
export type RunView = z.infer<typeof runView>;
export const runsView = z.object({ runs: z.array(runView).readonly() });

export const eventView = z.object({
  sequence: z.int(),
  at: z.string(),
  name: z.enum(RUN_EVENTS),
  state: z.enum(RUN_STATES),
  party: z.string().nullable(),
  code: z.enum([...FAILURE_CODES, ...REFUSAL_CODES]).nullable(),
  message: z.string().nullable(),
});
export type EventView = z.infer<typeof eventView>;

export const progressView = z.object({
  subject: z.string(),
  done: z.int(),
  steps: z.int(),
  from: z.string(),
  to: z.string(),
});
export type ProgressView = z.infer<typeof progressView>;

const phaseView = z.object({ phase: z.enum(RUN_STATES), seconds: z.number(), bytes: z.int() });

export const runDetailView = runView.extend({
  refusals: z
    .array(z.object({ agency: z.string(), code: z.enum(REFUSAL_CODES), message: z.string(), advice: z.string() }))
    .readonly(),
  events: z.array(eventView).readonly(),
  phases: z.array(phaseView).readonly(),
  release: releaseSchema.nullable(),
});
export type RunDetailView = z.infer<typeof runDetailView>;

/** Of a demonstration's coordinator only. */
export const unprotectedCountsView = z.object({
  dimensions: releaseSchema.shape.table.shape.dimensions,
  /** With the mixers' noise in them, where there is any: then counts may be below 0. */
  cells: z.array(z.object({ categories: z.array(z.int()).readonly(), count: z.int() })).readonly(),
  /** In the order of the cells: sums of value - centre and of its square, and how many records have a value. */
  measures: z
    .array(
      z.object({
        name: z.string(),
        kind: z.enum(['sum', 'mean', 'variance']),
        centre: z.number(),
        cells: z.array(z.object({ value: z.number(), present: z.number(), square: z.number().nullable() })).readonly(),
      }),
    )
    .readonly(),
  /**
   * Of each comparison of people, in the order in which they were made, what decided who was linked: people on both sides,
   * and by set of shared keys (bit i for the i-th of the scheme) pairs that share exactly those, and how many of them
   * linked. Decoys are taken off as far as they can be expected; sets with neither are left out.
   */
  comparisons: z
    .array(
      z.object({
        people: z.object({ base: z.number(), linked: z.number() }),
        sets: z.array(z.object({ set: z.int(), observed: z.number(), links: z.number() })).readonly(),
      }),
    )
    .readonly(),
  phases: z.array(phaseView).readonly(),
});
export type UnprotectedCountsView = z.infer<typeof unprotectedCountsView>;

export const errorView = z.object({
  code: z.string(),
  message: z.string(),
  problems: z
    .array(z.object({ path: z.string(), message: z.string(), line: z.int().optional() }))
    .readonly()
    .optional(),
});
