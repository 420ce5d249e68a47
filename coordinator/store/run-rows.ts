import { z } from 'zod';
import { FAILURE_CODES, REFUSAL_CODES } from '../../core/private-join/index.js';
import { RUN_EVENTS, RUN_STATES } from '../runs/run-states.js';

/* Rows of the run store's tables, as SQLite gives them back. */

export const parametersSchema = z.record(z.string(), z.array(z.string()));

export const runRow = z.object({
  number: z.int(),
  id: z.string(),
  template: z.string(),
  template_version: z.int(),
  template_title: z.string(),
  template_digest: z.string(),
  parameters: z.string(),
  requester: z.string(),
  purpose: z.string(),
  submitted_at: z.string(),
  state: z.enum(RUN_STATES),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  ending_code: z.enum(FAILURE_CODES).nullable(),
  ending_party: z.string().nullable(),
  ending_message: z.string().nullable(),
  request_digest: z.string().nullable(),
  replay_of: z.int().nullable(),
});

export const eventRow = z.object({
  sequence: z.int(),
  at: z.string(),
  name: z.enum(RUN_EVENTS),
  state: z.enum(RUN_STATES),
  party: z.string().nullable(),
  code: z.enum([...FAILURE_CODES, ...REFUSAL_CODES]).nullable(),
  message: z.string().nullable(),
});

export const phaseRow = z.object({ phase: z.enum(RUN_STATES), seconds: z.number(), bytes: z.int() });
export const snapshotRow = z.object({ agency: z.string(), dataset: z.string(), snapshot: z.string() });
export const floorsRow = z.object({
  agency: z.string(),
  threshold: z.int(),
  round_to: z.int(),
  epsilon: z.number().nullable(),
});
export const releaseRow = z.object({ body: z.string() });
export const releasedRow = z.object({ id: z.string(), parameters: z.string() });
