import { openCheckpoint } from './checkpoint.js';
import type { SignedCheckpoint } from './checkpoint.js';
import { AuditError, isWitnessRefusalCode } from './errors.js';
import type { WitnessRefusalCode } from './errors.js';
import { accusation } from './evidence.js';
import type { Evidence, EvidenceCode } from './evidence.js';
import type { NoteKey } from './note-key.js';

/** What is wrong where two parties of one run were not shown the log under the same checkpoint. */
export interface CheckpointDifference {
  readonly code: WitnessRefusalCode;
  readonly message: string;
  /** What can be shown to others; present with the codes that begin with LOG_. */
  readonly evidence?: Evidence;
}

const MESSAGES: Readonly<Record<EvidenceCode, string>> = {
  LOG_FORKED: 'The log has signed two different roots for one size: it shows different logs to different agencies.',
  LOG_ROLLED_BACK:
    'The log has signed a smaller size after a larger one: it shows different logs to different agencies.',
  LOG_INCONSISTENT:
    'The log has shown one offer under checkpoints of different sizes, and nobody has shown that the larger one begins ' +
    'with the smaller one.',
};

/**
 * Holds a checkpoint that another party says it was shown against one's own of the same offer. The two are not the same,
 * byte for byte, and a log that shows everybody the same has one. Evidence has the smaller one as seen, the larger as
 * shown: which was signed first nobody but the log knows.
 */
export function compareCheckpoints(log: NoteKey, own: SignedCheckpoint, note: string): CheckpointDifference {
  let other: SignedCheckpoint;
  try {
    other = openCheckpoint(note, log);
  } catch (thrown) {
    if (!(thrown instanceof AuditError) || !isWitnessRefusalCode(thrown.code)) throw thrown;
    return { code: thrown.code, message: thrown.message };
  }
  const [seen, shown] = other.checkpoint.size < own.checkpoint.size ? [other, own] : [own, other];
  const code = accusation(seen.checkpoint, shown.checkpoint);
  if (code === undefined) {
    return { code: 'CHECKPOINT_OLD', message: 'One of the two is an older checkpoint, which accuses nobody.' };
  }
  const message = `${MESSAGES[code]} Keep the evidence, and tell governance.`;
  return { code, message, evidence: { code, seen, shown } };
}
