import { GovernanceError, heardOf, isYetToCome } from '../core/governance/index.js';
import type { GovernanceErrorCode, Heard, RegisterCopy } from '../core/governance/index.js';

/** A registrar's, on a copy of the register. */
export interface Word extends Heard {
  /** As it was signed, the file's bytes; undefined where there is none. */
  readonly statement: Uint8Array | undefined;
}

/** Said of another stretch of the register than the one that is known here: whoever handed it on may be ahead or behind. */
const STALE: ReadonlySet<GovernanceErrorCode> = new Set(['REGISTER_STALE', 'ROSTER_STALE']);

/** What a statement says of this register. */
export function wordOn(copy: RegisterCopy, statement: Uint8Array | undefined): Word {
  return { statement, ...heardOf(copy, statement) };
}

/** Whether it brings a later word of a registrar than there was: of a later time, or of the same second and more. */
export function isLater({ said: next }: Word, { said: present }: Word, now: Date): boolean {
  // Else one whose clock is a year ahead would be the last to be heard for a year.
  if (next === undefined || isYetToCome(next, now)) return false;
  if (present === undefined || isYetToCome(present, now) || next.issued > present.issued) return true;
  return next.issued === present.issued && next.size > present.size;
}

/** Whether a copy lacks something of what was said, and contradicts none of it. */
export function isBehind({ code }: GovernanceError): boolean {
  return STALE.has(code);
}

/** Why a word that didn't come to count is no use to anybody; undefined where it is one of another stretch, or another time. */
export function uselessness({ said, trouble }: Word, now: Date): GovernanceError | undefined {
  if (said !== undefined && isYetToCome(said, now)) {
    const message = `The statement is of ${said.issued}, which is yet to come: compare the clocks.`;
    return new GovernanceError('REGISTER_STALE', message);
  }
  return trouble === undefined || isBehind(trouble) ? undefined : trouble;
}

/** Why it doesn't take the place of the last one. */
export function earlierThan({ said, trouble }: Word, { said: last }: Word): GovernanceError {
  const what = said === undefined ? 'The statement counts no longer' : `The statement is of ${said.issued}`;
  const since = last === undefined ? 'another was heard since' : `a registrar's of ${last.issued} was heard before`;
  const message = `${what}, and ${since}: an earlier word takes nothing back.`;
  return new GovernanceError('REGISTER_STALE', message, { cause: trouble });
}
