import { z } from 'zod';

import { utf8Bytes } from '../base/index.js';
import { openCheckpoint } from './checkpoint.js';
import type { Checkpoint, SignedCheckpoint } from './checkpoint.js';
import { AuditError } from './errors.js';
import { MAX_NOTE_BYTES } from './note.js';
import type { NoteKey } from './note-key.js';
import { verifyConsistency } from './verify-proof.js';

/**
 * What two checkpoints of one log say against it:
 *
 * - LOG_FORKED: one size, two roots.
 * - LOG_ROLLED_BACK: the smaller one is not the earlier one, so the log has gone back; unless the larger one names a
 *   correction of the clock between them, for times up to that of the smaller one.
 * - LOG_INCONSISTENT: nobody has shown that the larger one begins with the smaller one. Unlike the others this is no proof:
 *   the log can answer it, with a consistency proof that only a log that tells no two stories can make.
 */
export const EVIDENCE_CODES = ['LOG_FORKED', 'LOG_ROLLED_BACK', 'LOG_INCONSISTENT'] as const;
export type EvidenceCode = (typeof EVIDENCE_CODES)[number];

/** Two checkpoints with their log's signature, so that nobody but the log can have made them. */
export interface Evidence {
  readonly code: EvidenceCode;
  /** What the witness had seen. */
  readonly seen: SignedCheckpoint;
  /** What it was shown then. */
  readonly shown: SignedCheckpoint;
}

export const EVIDENCE_FORMAT = 'tallystick-audit-evidence/v1';
/** Two notes, in which a character of JSON takes up to two bytes of its own. */
export const MAX_EVIDENCE_BYTES = 4 * MAX_NOTE_BYTES;

const fileSchema = z.strictObject({
  format: z.literal(EVIDENCE_FORMAT),
  code: z.enum(EVIDENCE_CODES),
  seen: z.string(),
  shown: z.string(),
});

/** What two checkpoints of one log prove without any more; undefined where they can both be true. */
export function contradiction(one: Checkpoint, other: Checkpoint): 'LOG_FORKED' | 'LOG_ROLLED_BACK' | undefined {
  if (one.size === other.size) return verifyConsistency(one, other, []) ? undefined : 'LOG_FORKED';
  const [smaller, larger] = one.size < other.size ? [one, other] : [other, one];
  return smaller.at.getTime() < larger.at.getTime() || isExcused(smaller, larger) ? undefined : 'LOG_ROLLED_BACK';
}

/** Whether the larger one says that the clock was wrong when the smaller one was signed. */
function isExcused(smaller: Checkpoint, { clocks = [] }: Checkpoint): boolean {
  return clocks.some(({ index, from }) => smaller.size <= index && smaller.at.getTime() <= from.getTime());
}

/** Of two that don't contradict each other: whether the first is of before the second. */
export function isOlder(first: Checkpoint, second: Checkpoint): boolean {
  return first.size < second.size || (first.size === second.size && first.at.getTime() < second.at.getTime());
}

/** Whether only a proof can say that the second continues the first: a log begins with nothing, and with itself. */
export function needsProof(first: Checkpoint, second: Checkpoint): boolean {
  return first.size > 0 && first.size < second.size;
}

/** What two checkpoints of one log say against it; undefined where they say nothing. */
export function accusation(first: Checkpoint, second: Checkpoint): EvidenceCode | undefined {
  return contradiction(first, second) ?? (needsProof(first, second) ? 'LOG_INCONSISTENT' : undefined);
}

export function evidenceText({ code, seen, shown }: Evidence): string {
  return `${JSON.stringify({ format: EVIDENCE_FORMAT, code, seen: seen.note, shown: shown.note }, null, 2)}\n`;
}

/**
 * Reads evidence against the log with this key and finds out for itself what it says. Whether LOG_INCONSISTENT can be
 * answered is not known yet: `isAnswered`.
 *
 * Thrown when it isn't evidence, when the log didn't sign both checkpoints, or when they don't say what it says they do:
 * AuditError BAD_EVIDENCE.
 */
export function verifyEvidence(text: string, log: NoteKey): Evidence {
  const file = read(text);
  const [seen, shown] = [opened(file.seen, 'seen', log), opened(file.shown, 'shown', log)];
  const code = accusation(seen.checkpoint, shown.checkpoint);
  if (code !== file.code) {
    throw badEvidence('code: the two checkpoints are both signed by the log, and don’t say this of it');
  }
  return { code, seen, shown };
}

/** Whether a proof of the log's shows that the larger checkpoint begins with the smaller one after all. */
export function isAnswered({ code, seen, shown }: Evidence, proof: readonly Uint8Array[]): boolean {
  return code === 'LOG_INCONSISTENT' && verifyConsistency(seen.checkpoint, shown.checkpoint, proof);
}

function read(text: string): z.infer<typeof fileSchema> {
  if (text.length > MAX_EVIDENCE_BYTES || utf8Bytes(text).length > MAX_EVIDENCE_BYTES) {
    throw badEvidence(`it has more than ${MAX_EVIDENCE_BYTES} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badEvidence('it is not JSON');
  }
  const { data, error } = fileSchema.safeParse(json);
  if (data !== undefined) return data;
  throw badEvidence(`${error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ')}: not as it should be`);
}

function opened(note: string, field: 'seen' | 'shown', log: NoteKey): SignedCheckpoint {
  try {
    return openCheckpoint(note, log);
  } catch (cause) {
    if (!(cause instanceof AuditError)) throw cause;
    throw badEvidence(`${field}: it is not a checkpoint that the log has signed`, cause);
  }
}

function badEvidence(why: string, cause?: AuditError): AuditError {
  return new AuditError('BAD_EVIDENCE', `This is not evidence against the log: ${why}.`, { cause });
}
