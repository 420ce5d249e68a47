import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';

import { z } from 'zod';

import { MAXIMUM_THRESHOLD } from '../../core/disclosure/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../../core/noise/index.js';
import { DEFAULT_BUDGET, MINIMUM_PARTICIPANTS } from '../../core/templates/index.js';
import { parseYamlConfig, RuntimeError } from '../../runtime/index.js';
import { NodeError } from '../errors.js';
import { readFile } from '../key-files.js';
import { MODES } from './policy.js';
import type { AllowedEntry, Mode, Policy } from './policy.js';

/** Entries of one agency's allow-list, and of its refuse-list. */
export const MAX_POLICY_ENTRIES = 1_000;
/** Privacy loss (epsilon) that a budget may allow: beyond it, it is no budget. */
export const MAX_BUDGET = 1_000_000;
/** A cap beyond it is no cap. */
export const MAX_RUNS_PER_WEEK = 100_000;

/** A policy and the file it stands in. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** SHA-256 of the file's bytes, 64 hexadecimal digits. */
  readonly digest: string;
}

const name = z.string().min(1).max(200);
const version = z.int().min(1);
/** Nothing may be given away where it is 0. */
const budget = z.number().min(0).max(MAX_BUDGET);
const mode = z.enum(MODES, { error: `must be one of: ${MODES.join(', ')}` });

const allowSchema = z
  .strictObject({
    template: name.optional(),
    version: version.optional(),
    purpose: name.optional(),
    mode: mode.optional(),
  })
  .superRefine(({ template, version: ofTemplate, purpose }, context) => {
    if ((template === undefined) === (purpose === undefined)) {
      context.addIssue({ code: 'custom', message: 'must name either a template or a purpose' });
    } else if (purpose !== undefined && ofTemplate !== undefined) {
      context.addIssue({ code: 'custom', path: ['version'], message: 'goes with a template, not with a purpose' });
    }
  });

const refuseSchema = z.strictObject({ template: name, version: version.optional() });

type AllowClause = z.infer<typeof allowSchema>;

/** Deny by default: what is left out here is not allowed. */
const policySchema = z
  .strictObject({
    mode: mode.default('live'),
    allow: z.array(allowSchema).max(MAX_POLICY_ENTRIES).superRefine(refuseTwice).default([]),
    refuse: z.array(refuseSchema).max(MAX_POLICY_ENTRIES).superRefine(refuseTwice).default([]),
    minimumThreshold: z.int().min(0).max(MAXIMUM_THRESHOLD).default(0),
    minimumRounding: z.int().min(0).max(MAXIMUM_THRESHOLD).default(0),
    maximumEpsilon: z.number().min(MINIMUM_EPSILON).max(MAXIMUM_EPSILON).optional(),
    minimumParticipants: z.int().min(MINIMUM_PARTICIPANTS).default(MINIMUM_PARTICIPANTS),
    budget: z
      .strictObject({
        perSnapshot: budget.default(DEFAULT_BUDGET.perSnapshot),
        perQuarter: budget.default(DEFAULT_BUDGET.perQuarter),
      })
      .default({ ...DEFAULT_BUDGET }),
    caps: z.strictObject({ runsPerWeek: z.int().min(1).max(MAX_RUNS_PER_WEEK).optional() }).default({}),
  })
  .transform(({ allow, ...rest }): Policy => ({ ...rest, allow: allow.map((clause) => entryOf(clause, rest.mode)) }));

function entryOf({ template, version: ofTemplate, purpose = '', mode: own }: AllowClause, usual: Mode): AllowedEntry {
  const taken = own ?? usual;
  return template === undefined ? { purpose, mode: taken } : { template, version: ofTemplate, mode: taken };
}

/** Of two entries about the same nobody could say which holds. */
function refuseTwice(
  entries: readonly Pick<AllowClause, 'template' | 'version' | 'purpose'>[],
  context: z.RefinementCtx,
): void {
  const said = entries.map(({ template, version: of, purpose }) => JSON.stringify([template, of, purpose]));
  said.forEach((one, index) => {
    if (said.indexOf(one) === index) return;
    context.addIssue({ code: 'custom', path: [index], message: 'stands in this list already' });
  });
}

/**
 * Thrown when there is no such file: NodeError POLICY_MISSING; when it is no policy: POLICY_INVALID with every problem
 * and its line; when it can't be read: FILE_UNREADABLE.
 */
export function loadPolicy(file: string): LoadedPolicy {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new NodeError(
      'POLICY_MISSING',
      `There is no policy ${file}: a node answers nothing without one. policy.example.yaml says what stands in it.`,
    );
  }
  const bytes = readFile(file);
  return { policy: parsePolicy(file, bytes), digest: digestOf(bytes) };
}

/** SHA-256 of a policy's bytes, 64 hexadecimal digits. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Thrown when the text is no policy: NodeError POLICY_INVALID with every problem and its line. `file` stands in it. */
export function checkPolicy(file: string, text: string): Policy {
  try {
    return parseYamlConfig(file, text, policySchema);
  } catch (cause) {
    if (!(cause instanceof RuntimeError)) throw cause;
    throw new NodeError('POLICY_INVALID', `${file} is not a policy:`, { problems: cause.problems, cause });
  }
}

function parsePolicy(file: string, bytes: Uint8Array): Policy {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NodeError('POLICY_INVALID', `${file} is not a text in UTF-8.`, { cause });
  }
  return checkPolicy(file, text);
}
