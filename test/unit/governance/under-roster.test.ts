import { describe, expect, it } from 'vitest';

import { actFromPayload, actPayload, completeAct, explainAct, registerOf } from '../../../core/governance/index.js';
import type { ActName } from '../../../core/governance/index.js';
import { Entries, fingerprintOf, following, refusalOf, ROSTER, without } from './fixtures.js';

const PIN = fingerprintOf(ROSTER);
const ALL = ['ada', 'ben', 'cyd'];
const SECOND = following(ROSTER);

/** What the last entry is refused with, or `taken`; all before it have to be in order. */
function outcome({ list }: Entries, pin = PIN): string {
  registerOf(list.slice(0, -1), pin);
  try {
    registerOf(list, pin);
    return 'taken';
  } catch {
    const { code, entry } = refusalOf(() => registerOf(list, pin));
    expect(entry).toBe(list.length - 1);
    return code;
  }
}

/** Brings the register to where such an act has a place, and gives what signs one. */
type Prepare = (entries: Entries) => () => void;

const STARTS: readonly (readonly [ActName, Prepare])[] = [
  ['propose', (entries) => () => void entries.propose()],
  [
    'commit-review',
    (entries) => {
      const proposal = entries.propose();
      return () => entries.commit(entries.review(proposal, 'ben'));
    },
  ],
  [
    'approve',
    (entries) => {
      const proposal = entries.propose();
      const reviews = entries.reviewed(proposal);
      return () => entries.approve(proposal, reviews, 'ben');
    },
  ],
  [
    'publish',
    (entries) => {
      const proposal = entries.propose();
      entries.approve(proposal, entries.reviewed(proposal), 'ben', 'dan');
      return () => void entries.act({ act: 'publish', proposal }, 'ada');
    },
  ],
  ['grant', (entries) => () => void entries.grant()],
];

const STOPS: readonly (readonly [ActName, Prepare, string])[] = [
  [
    'review',
    (entries) => {
      const proposal = entries.propose();
      const reviews = ['ben', 'cyd'].map((id) => entries.review(proposal, id));
      for (const review of reviews) entries.commit(review);
      return () => {
        for (const review of reviews.slice(1)) entries.reveal(review);
      };
    },
    'UNKNOWN_PROPOSAL',
  ],
  [
    'revoke',
    (entries) => {
      const proposal = entries.live();
      return () => void entries.act({ act: 'revoke', proposal, reason: 'No.' }, 'ben');
    },
    'UNKNOWN_PROPOSAL',
  ],
  [
    'withdraw-grant',
    (entries) => {
      const grant = entries.grant();
      return () => void entries.act({ act: 'withdraw-grant', grant, reason: 'No.' }, 'dan');
    },
    'UNKNOWN_GRANT',
  ],
];

/** Signed, and kept back. */
function kept(entries: Entries, sign: () => void): Uint8Array {
  sign();
  expect(outcome(entries)).toBe('taken');
  return entries.list.pop() ?? new Uint8Array();
}

describe('an act that starts something', () => {
  it.each(STARTS)('counts under the roster it was signed under, and no later one: %s', (_, prepare) => {
    const entries = new Entries();
    const sign = prepare(entries);
    const late = kept(entries, sign);
    entries.roster(SECOND, ALL);
    entries.list.push(late);
    expect(outcome(entries)).toBe('ROSTER_NOT_IN_FORCE');
    entries.list.pop();
    sign();
    expect(outcome(entries)).toBe('taken');
  });

  it.each(STARTS)('does not count before its roster is in force: %s', (_, prepare) => {
    const entries = new Entries();
    const sign = prepare(entries);
    entries.inForce = fingerprintOf(SECOND);
    sign();
    expect(outcome(entries)).toBe('ROSTER_NOT_IN_FORCE');
    const early = entries.list.pop() ?? new Uint8Array();
    entries.roster(SECOND, ALL);
    entries.list.push(early);
    expect(outcome(entries)).toBe('taken');
  });

  it.each(STARTS)('counts for nothing in a federation founded anew under the same name: %s', (_, prepare) => {
    const before = new Entries();
    const old = kept(before, prepare(before));
    const { anew, pin } = foundedAnew(prepare);
    anew.list.push(old);
    expect(outcome(anew, pin)).toBe('ROSTER_NOT_IN_FORCE');
  });

  it('is not asked for more signatures where it could never count', () => {
    const entries = new Entries();
    entries.grant({}, ['ada']);
    const short = entries.list.pop() ?? new Uint8Array();
    entries.roster(SECOND, ALL);
    entries.list.push(short);
    expect(outcome(entries)).toBe('ROSTER_NOT_IN_FORCE');
  });

  it('is not one that an officer signed before leaving, and who has come back since', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    const reviews = entries.reviewed(proposal);
    const dans = kept(entries, () => entries.approve(proposal, reviews, 'dan'));
    const absent = without(ROSTER, 'dan');
    entries.roster(absent, ALL);
    entries.roster(following(absent, { officers: ROSTER.officers, roles: ROSTER.roles }), ALL);
    entries.list.push(dans);
    expect(outcome(entries)).toBe('ROSTER_NOT_IN_FORCE');
  });

  it('is said to be there already where it is, whatever roster it was signed under', () => {
    const entries = new Entries();
    entries.grant();
    const again = entries.list.at(-1) ?? new Uint8Array();
    entries.roster(SECOND, ALL);
    entries.list.push(again);
    expect(outcome(entries)).toBe('DUPLICATE_ENTRY');
  });

  it('says the roster in its bytes, and is none without it', () => {
    const grant = completeAct(
      { act: 'grant', organisation: 'justice', purpose: 'research-statistics', until: '2027-01-31' },
      { federation: 'demo', roster: PIN, made: '2026-11-23T08:00:00Z' },
    );
    expect(actFromPayload(actPayload(grant))).toMatchObject({ roster: PIN });
    const text = new TextDecoder().decode(actPayload(grant));
    const without = new TextEncoder().encode(text.replace(`,"roster":"${PIN}"`, ''));
    expect(refusalOf(() => actFromPayload(without)).code).toBe('BAD_PAYLOAD');
  });

  it('is explained with the roster that it counts under', () => {
    const entries = new Entries();
    const act = entries.made({ act: 'publish', proposal: PIN });
    const said = (): string =>
      explainAct(act, { register: registerOf(entries.list, PIN) })
        .flatMap(({ paragraphs }) => paragraphs)
        .join('\n');
    expect(said()).toContain('It counts while version 1 of the roster is in force');
    entries.roster(SECOND, ALL);
    expect(said()).toContain('under another roster than version 2, which is in force, and counts for nothing now');
    expect(explainAct(act).flatMap(({ paragraphs }) => paragraphs)).toContain(
      `It counts while the roster ${PIN} is in force.`,
    );
  });
});

describe('an act that stops something, and a review, which its commitment holds', () => {
  it.each(STOPS)('waits for nobody to sign again when a new roster comes: %s', (_, prepare) => {
    const entries = new Entries();
    const late = kept(entries, prepare(entries));
    entries.roster(SECOND, ALL);
    entries.list.push(late);
    expect(outcome(entries)).toBe('taken');
  });

  it.each(STOPS)('stops nothing in a federation founded anew under the same name: %s', (_, prepare, code) => {
    const before = new Entries();
    const old = kept(before, prepare(before));
    const { anew, pin } = foundedAnew(prepare);
    anew.list.push(old);
    expect(outcome(anew, pin)).toBe(code);
  });
});

/** The same officers with the same keys sign the same acts in the same seconds: all that differs is the first roster. */
function foundedAnew(prepare: Prepare): { readonly anew: Entries; readonly pin: string } {
  const roster = { ...ROSTER, witnesses: 2 };
  const anew = new Entries(roster);
  prepare(anew);
  return { anew, pin: fingerprintOf(roster) };
}
