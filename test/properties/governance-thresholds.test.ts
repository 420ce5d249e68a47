import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { registerOf, verifyRosterChain } from '../../core/governance/index.js';
import type { GovernanceErrorCode, SignedRoster } from '../../core/governance/index.js';
import {
  codeOf,
  Entries,
  fingerprintOf,
  following,
  NOW,
  ROSTER,
  signedRoster,
  TEMPLATE,
} from '../unit/governance/fixtures.js';
import { propertyOptions, testSeed } from '../support/seeded-rng.js';

/*
 * Each threshold to the signature: whoever signs, it is enough exactly when the roster says so. One that is lower by one, of
 * officers or of organisations, is found here, and so is one that is higher.
 */

const CASES = 100;
const OFFICERS = ROSTER.officers.map(({ id }) => id);
/** Two organisations with two officers each: else enough of them are hardly ever of too few organisations. */
const officers = ROSTER.officers.map((each) => (each.id === 'dan' ? { ...each, organisation: 'charity' } : each));
const SHARED: SignedRoster = { ...ROSTER, officers };
const organisationOf = (id: string): string => officers.find((each) => each.id === id)?.organisation ?? '';

const some = (ids: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc.shuffledSubarray([...ids], { minLength: 1 });
const threshold = fc
  .record({ officers: fc.integer({ min: 2, max: 4 }), organisations: fc.integer({ min: 1, max: 3 }) })
  .filter(({ officers, organisations }) => organisations <= officers);

/** Counted by hand. */
function enough(ids: readonly string[], officers: number, organisations: number): boolean {
  return ids.length >= officers && new Set(ids.map(organisationOf)).size >= organisations;
}

function outcome(act: () => unknown): GovernanceErrorCode | 'taken' {
  let code: GovernanceErrorCode | 'taken' = 'taken';
  try {
    act();
  } catch {
    code = codeOf(act);
  }
  return code;
}

describe(`thresholds (seed ${testSeed})`, () => {
  it('of a template: as many officers of as many organisations as the roster says, and not one less', () => {
    fc.assert(
      fc.property(
        threshold,
        some(OFFICERS.filter((id) => id !== 'ben')),
        fc.boolean(),
        (templates, signers, isOneAct) => {
          const roster: SignedRoster = { ...SHARED, roles: { ...ROSTER.roles, templates } };
          const entries = new Entries(roster);
          const proposal = entries.propose(TEMPLATE, ['ben']);
          const reviews = entries.reviewed(proposal, ['cyd', 'ada']);
          for (const each of isOneAct ? [signers] : signers.map((id) => [id]))
            entries.approve(proposal, reviews, ...each);
          const state = registerOf(entries.list, fingerprintOf(roster)).proposals[0]?.state;
          const { officers, organisations } = templates;
          expect(state).toBe(enough(signers, officers, organisations) ? 'approved' : 'under-review');
        },
      ),
      { ...propertyOptions, numRuns: CASES },
    );
  });

  it('of a roster: those of the version before, and those of its own', () => {
    fc.assert(
      fc.property(threshold, threshold, some(OFFICERS), (before, own, signers) => {
        const first: SignedRoster = { ...SHARED, roles: { ...ROSTER.roles, roster: before } };
        const second = following(first, { roles: { ...ROSTER.roles, roster: own } });
        const chain = [signedRoster(first, OFFICERS), signedRoster(second, signers)];
        const code = outcome(() => verifyRosterChain(fingerprintOf(first), chain, NOW));
        const [isBefore, isOwn] = [before, own].map((each) => enough(signers, each.officers, each.organisations));
        const few = signers.length < before.officers || (isBefore === true && signers.length < own.officers);
        expect(code).toBe(
          isBefore === true && isOwn === true ? 'taken' : few ? 'TOO_FEW_SIGNERS' : 'TOO_FEW_ORGANISATIONS',
        );
      }),
      { ...propertyOptions, numRuns: CASES },
    );
  });

  it('of a grant: as many grantors as the roster says', () => {
    const grantors = ['ada', 'cyd', 'dan'];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), some(grantors), (officers, signers) => {
        const roster: SignedRoster = { ...ROSTER, roles: { ...ROSTER.roles, grants: { grantors, officers } } };
        const entries = new Entries(roster);
        entries.grant({}, signers);
        const code = outcome(() => registerOf(entries.list, fingerprintOf(roster)));
        expect(code).toBe(signers.length >= officers ? 'taken' : 'TOO_FEW_SIGNERS');
      }),
      { ...propertyOptions, numRuns: CASES },
    );
  });
});
