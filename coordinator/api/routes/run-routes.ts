import { z } from 'zod';
import { RUN_STATES } from '../../runs/run-states.js';
import { MAX_RUNS_LISTED } from '../../runs/run.js';
import { cursorSchema } from '../cursor.js';
import type { RouteSpec } from '../route.js';
import {
  MAX_TEMPLATE_NAME_CHARACTERS,
  runDetailView,
  runsView,
  runView,
  submitSchema,
  unprotectedCountsView,
} from '../schema.js';

/** Runs in a listing that doesn't say how many. */
export const DEFAULT_RUNS_LISTED = 20;
export const MAX_IDEMPOTENCY_KEY_CHARACTERS = 128;

const run = z.object({ id: z.string().describe('id of the run') });

/** The draft has it in quotes; many clients leave them out. */
const idempotencyKey = z
  .string()
  .regex(
    new RegExp(`^(?:[!#-~]{1,${MAX_IDEMPOTENCY_KEY_CHARACTERS}}|"[!#-~]{1,${MAX_IDEMPOTENCY_KEY_CHARACTERS}}")$`),
    `1 to ${MAX_IDEMPOTENCY_KEY_CHARACTERS} visible ASCII characters`,
  )
  .transform((text) => text.replaceAll('"', ''))
  .optional()
  .describe(
    'a key of your choice, new for each question, best a UUID: the same request with the same key within 24 hours is one run',
  );

const lastEventId = z.coerce
  .number()
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER)
  .default(0)
  .describe('number of the last event that you have had; the stream goes on after it');

/** Asking, and what comes of it. */
export const RUN_ROUTES = {
  submitRun: {
    ...{ method: 'post', path: '/api/v1/runs', tag: 'Runs', access: 'runs:write' },
    summary: 'Ask a question',
    description:
      'Chooses parameters of a template and puts the run in the queue. Runs are done one after the other. Where noise ' +
      'protects the table it costs privacy budget; what was asked before of the same data costs nothing. ' +
      'With an Idempotency-Key it is safe to send the request again when no answer came.',
    headers: z.object({ 'idempotency-key': idempotencyKey }),
    body: { type: 'application/json', schema: submitSchema },
    answer: {
      status: 202,
      description: 'The run, which goes on by itself.',
      schema: runView,
      headers: { Location: 'address of the run' },
    },
    problems: [
      ...(['UNKNOWN_TEMPLATE', 'BAD_PARAMETERS', 'PURPOSE_NOT_GRANTED', 'TEMPLATE_EXPIRED', 'ROSTER_STALE'] as const),
      ...(['REGISTER_STALE', 'AGENCIES_NOT_CONNECTED', 'SNAPSHOTS_MISSING', 'TOO_FEW_PARTICIPANTS'] as const),
      ...(['BUDGET_SPENT', 'BAD_OFFER', 'IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_KEY_REUSED'] as const),
      ...(['QUEUE_FULL', 'STOPPING'] as const),
    ],
  },
  listRuns: {
    ...{ method: 'get', path: '/api/v1/runs', tag: 'Runs', access: 'runs:read' },
    summary: 'List runs',
    description: 'Your own runs, and those of others that were released, newest first.',
    query: z.strictObject({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(MAX_RUNS_LISTED)
        .default(DEFAULT_RUNS_LISTED)
        .describe('how many at most'),
      cursor: cursorSchema,
      state: z.enum(RUN_STATES).optional().describe('only runs in this state'),
      template: z
        .string()
        .min(1)
        .max(MAX_TEMPLATE_NAME_CHARACTERS)
        .optional()
        .describe('only runs of the template of this name'),
      mine: z.enum(['true', 'false']).default('false').describe('true: only your own'),
    }),
    answer: {
      status: 200,
      description: 'A page of runs.',
      schema: runsView,
      headers: { Link: 'the next page, `rel="next"`; not there on the last' },
    },
    problems: [],
  },
  getRun: {
    ...{ method: 'get', path: '/api/v1/runs/{id}', tag: 'Runs', access: 'runs:read' },
    summary: 'Read a run and its table',
    description:
      'How it stands and, once it has finished, what was released. A value that is not shown is null, and its status says ' +
      'why: do not take it for 0. Of a run of somebody else there is only what was released.',
    params: run,
    answer: { status: 200, description: 'The run.', schema: runDetailView },
    problems: ['UNKNOWN_RUN'],
  },
  followRun: {
    ...{ method: 'get', path: '/api/v1/runs/{id}/events', tag: 'Runs', access: 'runs:read' },
    summary: 'Follow a run',
    description:
      'Server-sent events: `run` for each line of its log (a RunEvent), with its number as id, and `progress` when a list ' +
      'has got somewhere. The stream ends with the run. Only its requester may follow it.',
    params: run,
    headers: z.object({ 'last-event-id': lastEventId }),
    answer: { status: 200, description: 'A stream of events.', type: 'text/event-stream' },
    problems: ['UNKNOWN_RUN', 'NOT_YOUR_RUN', 'TOO_MANY_STREAMS'],
  },
  getProvenance: {
    ...{ method: 'get', path: '/api/v1/runs/{id}/provenance', tag: 'Runs', access: 'runs:read' },
    summary: 'Read where a release came from',
    description:
      'A DSSE envelope that the coordinator has signed: template, offer, every agency’s answer and the release’s digest, ' +
      'with proofs that all of it is in the audit log. `tally audit verify-release` verifies it without asking anybody.',
    params: run,
    answer: {
      status: 200,
      description: 'The envelope, byte for byte as it was signed.',
      schema: z
        .object({
          payloadType: z.string(),
          payload: z.string().describe('base64'),
          signatures: z.array(z.object({ keyid: z.string(), sig: z.string().describe('base64') })).readonly(),
        })
        .meta({ id: 'Provenance', description: 'A DSSE envelope.' }),
    },
    problems: ['UNKNOWN_RUN', 'NOT_RELEASED', 'RELEASE_NOT_LOGGED', 'PROVENANCE_UNAVAILABLE'],
  },
  getUnprotectedCounts: {
    ...{ method: 'get', path: '/api/v1/runs/{id}/unprotected-counts', tag: 'Runs', access: 'runs:read' },
    summary: 'Read counts before they were protected',
    description:
      'Of a demonstration’s coordinator only, whose people are invented; any other answers COUNTS_NOT_REVEALED.',
    params: run,
    answer: { status: 200, description: 'The counts.', schema: unprotectedCountsView },
    problems: ['UNKNOWN_RUN', 'NOT_YOUR_RUN', 'COUNTS_NOT_REVEALED', 'COUNTS_GONE'],
  },
  cancelRun: {
    ...{ method: 'delete', path: '/api/v1/runs/{id}', tag: 'Runs', access: 'runs:write' },
    summary: 'Call a run off',
    description: 'Only its requester may. Nothing of it is released.',
    params: run,
    answer: { status: 200, description: 'The run, which is cancelled.', schema: runView },
    problems: ['UNKNOWN_RUN', 'NOT_YOUR_RUN', 'RUN_ENDED'],
  },
} as const satisfies Readonly<Record<string, RouteSpec>>;
