import { describe, expect, it } from 'vitest';

import { expectedFillers, keptDecoys } from '../../../core/private-join/minimum-tally.js';
import type { DecoyPattern, JoinPlan } from '../../../core/private-join/plan.js';
import { list, threePartyPlan } from '../../support/plans.js';

const alone: DecoyPattern = [{ list: 'victims/police', shared: [] }];
const elsewhere: DecoyPattern = [{ list: 'support/charity', shared: [] }];
const supported: DecoyPattern = [
  { list: 'victims/police', shared: ['exact.2'] },
  { list: 'support/charity', shared: ['exact.2'] },
];
/** In both lists, and nothing says that they belong together. */
const apart: DecoyPattern = supported.map((member) => ({ ...member, shared: [] }));
const prosecuted: DecoyPattern = [
  { list: 'victims/police', shared: ['case'] },
  { list: 'prosecutions/cps', shared: ['case'] },
];
const patterns = [alone, elsewhere, supported, apart, prosecuted];

function planWith(changes: Partial<JoinPlan> = {}): JoinPlan {
  return { ...threePartyPlan(), decoys: { law: { alpha: 0.5, bound: 10 }, patterns }, ...changes };
}

function keeping(onPerson: 'all' | 'linked' | 'not-linked', onCase: 'all' | 'linked' | 'not-linked'): JoinPlan {
  return planWith({
    links: [
      { dataset: 'support', on: 'person', keep: onPerson, agreementStride: null },
      { dataset: 'prosecutions', on: 'case', keep: onCase, agreementStride: null },
    ],
  });
}

describe('decoys that matching keeps', () => {
  it.each([
    ['all', 'all', 4],
    ['linked', 'all', 1],
    ['not-linked', 'all', 3],
    ['all', 'linked', 1],
    ['not-linked', 'not-linked', 2],
    ['linked', 'linked', 0],
  ] as const)('are those whose pattern links as the plan wants it: %s, %s: %i', (onPerson, onCase, kept) => {
    expect(keptDecoys(keeping(onPerson, onCase))).toBe(kept);
  });

  it('are one for a person whom two agencies hold, where people are counted', () => {
    const other = list('victims', 'other', 'base', ['exact.1', 'exact.2', 'case'], 2, 1);
    const both: DecoyPattern = [
      { list: 'victims/police', shared: ['exact.1'] },
      { list: 'victims/other', shared: ['exact.1'] },
    ];
    const twice = planWith({ lists: [...threePartyPlan().lists, other], decoys: { law, patterns: [both] } });
    expect(keptDecoys(twice)).toBe(2);
    expect(keptDecoys({ ...twice, base: { dataset: 'victims', unit: 'person' } })).toBe(1);
  });

  it('are found among as many patterns as there can be', () => {
    const many = Array.from({ length: 1_000 }, () => patterns).flat();
    const plan = planWith({ decoys: { law, patterns: many } });
    expect(keptDecoys(plan)).toBe(4_000);
  });

  const law = { alpha: 0.5, bound: 10 };
});

describe('records of the tally that are nobody’s', () => {
  it('are the dummies of the mixers before and everybody’s decoys that were kept, without their noise', () => {
    const noise = { alpha: 0.5, bound: 7 };
    const plan = planWith({ noise });
    const dummies = 7 * (plan.tableCells.length + 1);
    const decoys = 3 * 10 * 4;
    expect(plan.mixers.map((party) => expectedFillers(plan, party))).toEqual([
      decoys,
      dummies + decoys,
      2 * dummies + decoys,
    ]);
    expect(expectedFillers({ ...plan, decoys: null }, 'cps')).toBe(2 * 7 * plan.tableCells.length);
    expect(expectedFillers(threePartyPlan(), 'cps')).toBe(0);
  });
});
