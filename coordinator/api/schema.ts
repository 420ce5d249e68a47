import { z } from 'zod';
import { FAILURE_CODES, REFUSAL_CODES } from '../../core/private-join/index.js';
import { AGENCY_STATES } from '../federation/agency-registry.js';
import { releaseSchema } from '../runs/release-schema.js';
import { RUN_EVENTS, RUN_STATES } from '../runs/run-states.js';
import { SCOPES } from '../tokens/scopes.js';

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
  template: z.string().min(1).max(MAX_TEMPLATE_NAME_CHARACTERS).describe('name of the template'),
  parameters: z
    .record(
      z.string().min(1).max(MAX_VALUE_CHARACTERS),
      z.array(z.string().max(MAX_VALUE_CHARACTERS)).max(MAX_PARAMETER_VALUES),
    )
    .refine((parameters) => Object.keys(parameters).length <= MAX_PARAMETERS, `at most ${MAX_PARAMETERS} parameters`)
    .default({})
    .describe('for each parameter the codes chosen, from the list of the template'),
});
export type SubmitBody = z.input<typeof submitSchema>;

/** Where a listing goes on. */
const nextView = z.string().nullable().describe('`cursor` of the next page; null on the last');

/** As it is stored: what leaves it, the API sends. */
const releaseView = releaseSchema.meta({
  id: 'Release',
  description: 'A protected table. A value that is not shown is null, with its status and the reason; it is never 0.',
});

const floorsView = z.object({ threshold: z.int(), roundTo: z.int(), epsilon: z.number().nullable() });

export const agencyView = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(AGENCY_STATES),
    lastSeenAt: z.string().nullable().describe('ISO 8601, UTC; null where it never was'),
    softwareVersion: z.string().nullable(),
    floors: floorsView
      .nullable()
      .describe('what it asks of every table beyond what templates do; null unless it is online'),
    datasets: z
      .array(
        z.object({
          dataset: z.string(),
          asAt: z.string().nullable().describe('the day of the snapshot; null where there is none'),
          epsilonLeft: z
            .number()
            .nullable()
            .describe('of its privacy budget; null where it holds none or is not online'),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Agency', description: 'An agency of the roster.' });
export type AgencyView = z.infer<typeof agencyView>;
export const agenciesView = z.object({ agencies: z.array(agencyView).readonly() });

export const templateView = z
  .object({
    template: z.string(),
    version: z.int(),
    title: z.string(),
    question: z.string(),
    pilot: z.string(),
    purpose: z.string(),
    expires: z.string().describe('the last day on which it may be asked'),
    digest: z.string().describe('SHA-256 of what was signed, 64 hexadecimal digits'),
    approvers: z.array(z.string()).readonly().describe('ids of the officers who approved it'),
    datasets: z
      .array(z.object({ dataset: z.string(), title: z.string(), agencies: z.array(z.string()).readonly() }))
      .readonly(),
    parameters: z
      .array(
        z.object({
          name: z.string(),
          choices: z
            .array(z.object({ code: z.string(), label: z.string() }))
            .readonly()
            .describe('a run names codes'),
          min: z.int().describe('how many codes at least'),
          max: z.int().describe('and at most'),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Template', description: 'A question that governance has approved.' });
export type TemplateView = z.infer<typeof templateView>;
export const templatesView = z.object({ templates: z.array(templateView).readonly(), next: nextView });

export const templateDetailView = templateView
  .extend({
    sections: z
      .array(z.object({ heading: z.string(), paragraphs: z.array(z.string()).readonly() }))
      .readonly()
      .describe('what it asks, of whom and why, in plain English'),
  })
  .meta({ id: 'TemplateDetail', description: 'A template with its explanation.' });
export type TemplateDetailView = z.infer<typeof templateDetailView>;

const endingView = z.object({
  code: z.enum(FAILURE_CODES),
  party: z.string().nullable(),
  message: z.string(),
  advice: z.string().describe('what to do about it'),
});

export const runView = z
  .object({
    id: z.string(),
    template: z.string(),
    templateVersion: z.int(),
    templateTitle: z.string(),
    templateDigest: z.string(),
    parameters: z.record(z.string(), z.array(z.string()).readonly()),
    requester: z.string().describe('analyst@organisation'),
    purpose: z.string(),
    state: z.enum(RUN_STATES),
    submittedAt: z.string().describe('ISO 8601, UTC'),
    startedAt: z.string().nullable().describe('when its turn came'),
    endedAt: z.string().nullable(),
    ending: endingView.nullable().describe('why it ended without a table'),
    participants: z
      .array(
        z.object({
          agency: z.string(),
          datasets: z.array(z.object({ dataset: z.string(), snapshot: z.string() })).readonly(),
          floors: floorsView,
        }),
      )
      .readonly(),
    requestDigest: z
      .string()
      .nullable()
      .describe('runs that have the same get the same answer; null until its turn comes'),
    replayOf: z.string().nullable().describe('the run whose release it gave again; null where it counted for itself'),
  })
  .meta({ id: 'Run', description: 'A question that was asked, and how it stands.' });
export type RunView = z.infer<typeof runView>;
export const runsView = z.object({ runs: z.array(runView).readonly(), next: nextView });

export const eventView = z
  .object({
    sequence: z.int().describe('1, 2, 3 … within the run'),
    at: z.string(),
    name: z.enum(RUN_EVENTS),
    state: z.enum(RUN_STATES).describe('the state of the run once this had happened'),
    party: z.string().nullable(),
    code: z.enum([...FAILURE_CODES, ...REFUSAL_CODES]).nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'RunEvent', description: 'A line of the log of a run.' });
export type EventView = z.infer<typeof eventView>;

export const progressView = z.object({
  subject: z.string(),
  done: z.int(),
  steps: z.int(),
  from: z.string(),
  to: z.string(),
});
export type ProgressView = z.infer<typeof progressView>;

const phaseView = z.object({
  phase: z.enum(RUN_STATES),
  seconds: z.number(),
  bytes: z.int().describe('relayed, rounded up to 1 MiB'),
});

export const runDetailView = runView
  .extend({
    refusals: z
      .array(z.object({ agency: z.string(), code: z.enum(REFUSAL_CODES), message: z.string(), advice: z.string() }))
      .readonly(),
    events: z.array(eventView).readonly(),
    phases: z.array(phaseView).readonly(),
    release: releaseView.nullable().describe('the protected table; null while there is none'),
  })
  .meta({
    id: 'RunDetail',
    description: 'A run with its release. Of a run of somebody else, refusals, events and phases are empty.',
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

/** RFC 9457, with a code for programs. */
export const problemView = z
  .object({
    type: z.string().describe('where the code is explained'),
    title: z.string().describe('what the code means'),
    status: z.int().describe('as in the answer itself'),
    detail: z.string().describe('what happened, and what to do'),
    code: z.string().describe('for programs: of a closed list'),
    problems: z
      .array(
        z.object({
          path: z.string().describe('which field; #2 is the second of those whose names are your own'),
          message: z.string(),
          line: z.int().optional(),
        }),
      )
      .readonly()
      .optional()
      .describe('each thing that is wrong, where there can be several'),
  })
  .meta({ id: 'Problem', description: 'Why a request was not done (RFC 9457).' });
export type ProblemView = z.infer<typeof problemView>;

export const healthView = z
  .object({
    status: z.literal('ok'),
    register: z.object({
      entries: z.int(),
      roster: z.int().describe('version of the roster in force'),
      stated: z.string().nullable().describe('when a registrar last said how far the register is'),
      isFileRefused: z.boolean().describe('whether a file of it says something by now that is no use'),
    }),
  })
  .meta({ id: 'Health', description: 'For whoever watches over a coordinator.' });

export const holderView = z
  .object({
    requester: z.string().describe('whom agencies and the audit log see: analyst@organisation'),
    scopes: z.array(z.enum(SCOPES)).readonly(),
    expiresAt: z.string().nullable().describe('ISO 8601, UTC; null where it does not expire'),
    isRevocable: z.boolean().describe('whether the token can revoke itself; those of the configuration cannot'),
  })
  .meta({ id: 'TokenHolder', description: 'Whom a token stands for.' });
export type HolderView = z.infer<typeof holderView>;

export const deviceAuthorizationView = z
  .object({
    device_code: z.string(),
    user_code: z.string().describe('for a person to type at verification_uri'),
    verification_uri: z.string(),
    expires_in: z.int().describe('seconds'),
    interval: z.int().describe('seconds between two questions at the token endpoint'),
  })
  .meta({ id: 'DeviceAuthorization', description: 'RFC 8628, section 3.2.' });

export const accessTokenView = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('seconds'),
    scope: z.string().describe('scopes with blanks between them'),
  })
  .meta({ id: 'AccessToken', description: 'RFC 6749, section 5.1.' });

export const OAUTH_ERRORS = [
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
  'invalid_grant',
  'invalid_request',
  'unsupported_grant_type',
] as const;
export type OAuthError = (typeof OAUTH_ERRORS)[number];

export const oauthErrorView = z
  .object({ error: z.enum(OAUTH_ERRORS), error_description: z.string() })
  .meta({ id: 'OAuthError', description: 'RFC 8628, section 3.5: what programs that know OAuth look for.' });
