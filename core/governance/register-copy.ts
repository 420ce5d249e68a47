import { payloadTypeOf, readEnvelope } from '../signing/index.js';
import type { RegisterHead } from '../templates/index.js';
import { GovernanceError } from './errors.js';
import { registerOf } from './register-fold.js';
import { assertStated, registerHead } from './register-head.js';
import { assertOfRoster, signedStatement } from './register-statement.js';
import type { RegisterStatement } from './register-statement.js';
import type { Register } from './register.js';
import { ROSTER_KIND, ROSTER_PAYLOAD_TYPE } from './roster-chain.js';
import { rosterFingerprint } from './signed-roster.js';

/** A register as somebody has it: its entries, and what they amount to. */
export interface RegisterCopy {
  readonly entries: readonly Uint8Array[];
  readonly register: Register;
  readonly head: RegisterHead;
}

/** Goes through the entries from the first. Thrown when they can't be believed: GovernanceError as `registerOf` says. */
export function registerCopy(entries: readonly Uint8Array[], pinned: string): RegisterCopy {
  return { entries, register: registerOf(entries, pinned), head: registerHead(entries) };
}

/**
 * Whether one copy may take another's place: it has all of it, in the same words, and maybe more.
 * Thrown when it lacks some of it: GovernanceError REGISTER_STALE; when it says something else: LOG_INCONSISTENT.
 */
export function assertGoesOn(next: RegisterCopy, { head }: Pick<RegisterCopy, 'head'>): void {
  if (next.head.size < head.size) {
    throw new GovernanceError(
      'REGISTER_STALE',
      `It has ${next.head.size} entries, and there were ${head.size} before: fetch the newest from governance.`,
    );
  }
  if (rootAt(next, head.size) === head.root) return;
  throw new GovernanceError(
    'LOG_INCONSISTENT',
    `Its first ${head.size} entries are not those that there were before: one of the two was changed. Keep both, and tell governance.`,
  );
}

/**
 * Whether this copy has all that somebody else had, in the same words; it may have more.
 * Thrown when it hasn't: GovernanceError REGISTER_STALE; when theirs says something else: LOG_INCONSISTENT.
 */
export function assertHolds(copy: RegisterCopy, asked: RegisterHead): void {
  if (asked.size > copy.head.size) {
    throw new GovernanceError(
      'REGISTER_STALE',
      `The register has ${asked.size} entries by now, and here are ${copy.head.size}: the rest has not come yet.`,
    );
  }
  if (asked.size > 0 && rootAt(copy, asked.size) === asked.root) return;
  throw new GovernanceError(
    'LOG_INCONSISTENT',
    `The first ${asked.size} entries of the register are not those that are known here: somebody was shown another register.`,
  );
}

/** What the register was after its first entries. Thrown when there were fewer: GovernanceError REGISTER_STALE; when none: NO_ROSTER. */
export function registerAsOf({ entries }: Pick<RegisterCopy, 'entries'>, size: number): Register {
  if (size > entries.length) {
    throw new GovernanceError(
      'REGISTER_STALE',
      `This register has ${entries.length} entries, and ${size} are asked for: fetch the rest.`,
    );
  }
  const then = entries.slice(0, size);
  // Each roster names the one before it, so what is pinned of the whole holds for every roster that led there.
  const roster = then.findLast((entry) => payloadTypeOf(entry) === ROSTER_PAYLOAD_TYPE);
  if (roster === undefined) throw new GovernanceError('NO_ROSTER', 'The first entry must be a roster.');
  return registerOf(then, rosterFingerprint(readEnvelope(roster, ROSTER_KIND).payload));
}

/** What has been heard of a registrar about a copy. */
export interface Heard {
  /** What a registrar has signed of the roster in force here or of a later one, whether this copy bears it out or not. */
  readonly said: RegisterStatement | undefined;
  /** Why nothing may be answered by this copy for all that; undefined where the copy bears out what was said. */
  readonly trouble: GovernanceError | undefined;
}

/**
 * What a registrar has said last of this register. Whether it is fresh, `assertFresh` says. The trouble is REGISTER_STALE where
 * nobody has spoken, or some of what they saw is missing here; ROSTER_STALE where a roster is; LOG_INCONSISTENT where they saw
 * something else; else as `signedStatement` says.
 */
export function heardOf(
  { entries, register }: Pick<RegisterCopy, 'entries' | 'register'>,
  statement: Uint8Array | undefined,
): Heard {
  const { roster } = register.current;
  let said: RegisterStatement | undefined;
  try {
    if (statement === undefined) {
      throw new GovernanceError('REGISTER_STALE', 'No registrar has said here yet how far the register is.');
    }
    const signed = signedStatement(statement, roster);
    // Of an earlier roster it counts no longer, whoever has signed it.
    if (signed.roster >= roster.version) said = signed;
    assertOfRoster(signed, roster);
    assertStated(entries, signed);
    return { said, trouble: undefined };
  } catch (thrown) {
    if (!(thrown instanceof GovernanceError)) throw thrown;
    return { said, trouble: thrown };
  }
}

function rootAt({ entries, head }: Pick<RegisterCopy, 'entries' | 'head'>, size: number): string {
  return size === head.size ? head.root : registerHead(entries.slice(0, size)).root;
}
