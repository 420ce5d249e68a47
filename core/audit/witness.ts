import { openCheckpoint } from './checkpoint.js';
import type { SignedCheckpoint } from './checkpoint.js';
import { AuditError, isWitnessRefusalCode } from './errors.js';
import type { WitnessRefusalCode } from './errors.js';
import { contradiction, isOlder, needsProof } from './evidence.js';
import type { Evidence } from './evidence.js';
import type { NoteKey } from './note-key.js';
import { verifyConsistency } from './verify-proof.js';

/** How far a checkpoint's time may be ahead of a witness's clock: no two clocks are the same. */
export const MAX_AHEAD_SECONDS = 300;

/** What a witness goes by. */
export interface Witnessing {
  /** The log that it watches. */
  readonly log: NoteKey;
  /** The last checkpoint that it cosigned; undefined where it never has. */
  readonly last: SignedCheckpoint | undefined;
  /** The checkpoint it is shown, as a note, whoever sent it. */
  readonly note: string;
  /** From the size of the last to that of the new one; not looked at where that takes no proof. */
  readonly proof: readonly Uint8Array[];
  readonly now: Date;
}

export type WitnessDecision =
  | {
      readonly verdict: 'cosign';
      /** To be kept, durably, before the cosignature is given away. */
      readonly accepted: SignedCheckpoint;
    }
  | {
      readonly verdict: 'refuse';
      readonly code: WitnessRefusalCode;
      readonly message: string;
      /** What can be shown to others; present with the codes that begin with LOG_. */
      readonly evidence?: Evidence;
    };

/**
 * Whether a witness may say of a checkpoint that it is the largest of this log that it knows, and begins with all that it
 * knew. Looks at nothing but what it is given.
 */
export function witness({ log, last, note, proof, now }: Witnessing): WitnessDecision {
  let shown: SignedCheckpoint;
  try {
    shown = openCheckpoint(note, log);
  } catch (thrown) {
    if (thrown instanceof AuditError && isWitnessRefusalCode(thrown.code)) return refused(thrown.code, thrown.message);
    throw thrown;
  }
  const { checkpoint } = shown;
  if (checkpoint.at.getTime() > now.getTime() + MAX_AHEAD_SECONDS * 1_000) {
    return refused(
      'CHECKPOINT_AHEAD',
      `The checkpoint's time is more than ${MAX_AHEAD_SECONDS} seconds ahead of this clock: compare the clocks.`,
    );
  }
  if (last === undefined) return { verdict: 'cosign', accepted: shown };
  const seen = last.checkpoint;
  const found = contradiction(seen, checkpoint);
  if (found !== undefined) return against({ code: found, seen: last, shown });
  if (isOlder(checkpoint, seen)) {
    return refused('CHECKPOINT_OLD', 'A newer checkpoint than this is known here: ask for the newest.');
  }
  if (needsProof(seen, checkpoint) && !verifyConsistency(seen, checkpoint, proof)) {
    return against({ code: 'LOG_INCONSISTENT', seen: last, shown });
  }
  return { verdict: 'cosign', accepted: shown };
}

const MESSAGES = {
  LOG_FORKED: 'The log has signed two different roots for one size: it shows different logs to different agencies.',
  LOG_ROLLED_BACK: 'The log has signed a smaller size after a larger one: entries that were seen are gone.',
  LOG_INCONSISTENT: 'The log has not shown that it still begins with what was seen of it.',
} as const;

function against(evidence: Evidence): WitnessDecision {
  return { ...refused(evidence.code, `${MESSAGES[evidence.code]} Keep the evidence, and tell governance.`), evidence };
}

function refused(code: WitnessRefusalCode, message: string): WitnessDecision & { readonly verdict: 'refuse' } {
  return { verdict: 'refuse', code, message };
}
