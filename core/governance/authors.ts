import { keyIdOf } from '../signing/index.js';
import { signerKey } from './roster-keys.js';
import type { RosterOfficer, SignedRoster } from './roster.js';

/**
 * Who has a hand in a text, and who stands aside with them. It only grows: whoever has seen a text come about is no
 * second opinion of it, whatever they are called later and wherever they work then.
 */
export interface Authors {
  /** Ids of officers and of all their keys: an officer with another id, or another key, is the same person. */
  readonly people: ReadonlySet<string>;
  /** Where they are, or were meanwhile. */
  readonly organisations: ReadonlySet<string>;
  /** As `people`: who was of these organisations meanwhile. */
  readonly colleagues: ReadonlySet<string>;
}

/** These officers and everybody of these organisations, by ids of the roster. */
export function authorsOf(officers: Iterable<string>, organisations: Iterable<string>, roster: SignedRoster): Authors {
  return grown({ people: new Set(officers), organisations: new Set(organisations), colleagues: new Set() }, roster);
}

export function together(all: readonly Authors[]): Authors {
  return {
    people: new Set(all.flatMap(({ people }) => [...people])),
    organisations: new Set(all.flatMap(({ organisations }) => [...organisations])),
    colleagues: new Set(all.flatMap(({ colleagues }) => [...colleagues])),
  };
}

/** With what a roster adds: other ids and keys of the same people, where they have moved to, and who is there. */
export function grown({ people, organisations, colleagues }: Authors, { officers }: SignedRoster): Authors {
  const writers = officers.filter((officer) => isAmong(people, officer));
  const places = new Set([...organisations, ...writers.map(({ organisation }) => organisation)]);
  const aside = officers.filter((officer) => places.has(officer.organisation) || isAmong(colleagues, officer));
  return {
    people: new Set([...people, ...writers.flatMap(marksOf)]),
    organisations: places,
    colleagues: new Set([...colleagues, ...aside.flatMap(marksOf)]),
  };
}

export function isAuthor({ people }: Authors, officer: RosterOfficer): boolean {
  return isAmong(people, officer);
}

export function isColleague({ organisations, colleagues }: Authors, officer: RosterOfficer): boolean {
  return organisations.has(officer.organisation) || isAmong(colleagues, officer);
}

/** Whether an officer neither reviews nor approves what these have written. */
export function standsAside(authors: Authors, officer: RosterOfficer): boolean {
  return isAuthor(authors, officer) || isColleague(authors, officer);
}

function isAmong(marks: ReadonlySet<string>, officer: RosterOfficer): boolean {
  return marksOf(officer).some((mark) => marks.has(mark));
}

function marksOf({ id, keys }: RosterOfficer): readonly string[] {
  return [id, ...keys.map((key) => keyIdOf(signerKey(key)))];
}
