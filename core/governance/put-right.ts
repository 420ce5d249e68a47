import { equalBytes, toHex } from '../base/index.js';
import { payloadTypeOf, readEnvelope, sha256 } from '../signing/index.js';
import { ACT_KIND, ACT_PAYLOAD_TYPE, actFromPayload } from './act.js';
import type { ActName } from './act.js';
import { GovernanceError } from './errors.js';
import type { RegisterCopy } from './register-copy.js';
import { assertStated } from './register-head.js';
import type { RegisterStatement } from './register-statement.js';
import { ROSTER_KIND } from './roster-chain.js';

/**
 * Signed acts that nobody of governance has put into the register, or not in this order, or with fewer of their signatures,
 * hold by themselves: whoever hands the register on can make another of them. What a registrar has signed says which of the
 * two is everybody's.
 */

/** What is allowed by less of these can't be more. All else, a roster too, may have taken something away. */
const ONLY_GIVE: ReadonlySet<ActName> = new Set(['commit-review', 'approve', 'grant']);

/**
 * Whether a copy may take the place of one that it doesn't go on from: a registrar's word, which fits it and says more than
 * both have in common, shows that the other is nobody else's. Nothing that the other knew may be forgotten by it, but what
 * only ever gives.
 * Thrown when it may not: GovernanceError REGISTER_STALE, LOG_INCONSISTENT.
 * @param stated a registrar's fresh word, whose signature has been verified
 */
export function assertPutsRight(
  next: Pick<RegisterCopy, 'entries'>,
  present: Pick<RegisterCopy, 'entries'>,
  stated: RegisterStatement,
): void {
  assertStated(next.entries, stated);
  const parting = commonEntries(next.entries, present.entries);
  if (stated.size <= parting) {
    throw new GovernanceError(
      'LOG_INCONSISTENT',
      `From entry ${parting} on it is not the register that there was before, and the last word of a registrar, of ${stated.issued}, ends before that: one of the two was changed. Keep both, and tell governance.`,
    );
  }
  const held = new Set(next.entries.map(digestOfPayload));
  const forgotten = present.entries.findIndex((entry) => !onlyGives(entry) && !held.has(digestOfPayload(entry)));
  if (forgotten < 0) return;
  throw new GovernanceError(
    'LOG_INCONSISTENT',
    `It lacks what entry ${forgotten} says here, which officers have signed and which may take something away (SHA-256 ${digestOfPayload(present.entries[forgotten] ?? new Uint8Array())}): tell governance, and keep both.`,
  );
}

/** How many entries two registers begin with alike. */
export function commonEntries(one: readonly Uint8Array[], other: readonly Uint8Array[]): number {
  const parting = one.findIndex((entry, place) => {
    const beside = other[place];
    return beside === undefined || !equalBytes(entry, beside);
  });
  return parting < 0 ? one.length : parting;
}

function onlyGives(entry: Uint8Array): boolean {
  if (payloadTypeOf(entry) !== ACT_PAYLOAD_TYPE) return false;
  return ONLY_GIVE.has(actFromPayload(readEnvelope(entry, ACT_KIND).payload).act);
}

/** 64 hexadecimal digits: the same whoever has signed it. */
function digestOfPayload(entry: Uint8Array): string {
  const kind = payloadTypeOf(entry) === ACT_PAYLOAD_TYPE ? ACT_KIND : ROSTER_KIND;
  return toHex(sha256(readEnvelope(entry, kind).payload));
}
