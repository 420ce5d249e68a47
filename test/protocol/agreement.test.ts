import { describe, expect, it } from 'vitest';

import { AGREEMENT_CLASSES, COORDINATOR, discardCells } from '../../core/private-join/index.js';
import type { JoinPlan } from '../../core/private-join/index.js';
import { naiveCounts } from '../support/naive-join.js';
import type { PlainRecord } from '../support/naive-join.js';
import { list, noisyPlan, threePartyPlan } from '../support/plans.js';
import { testSeed } from '../support/seeded-rng.js';
import { runWorld, worldNoise } from '../support/world.js';

/*
 * Real parties, a table of groups by agreement: victims of two groups, of each as many of every class.
 */

const KEYS = ['FSm.Dym', 'Dyd.P.X', 'FS3.P', 'F1.S3.Dw'] as const;
const LABELS = 2;
/** Two groups and nobody, support with one label. */
const STRIDE = (LABELS + 1) * 2;
const EACH = 3;

/** By class: which keys somebody shares with the charity. */
const SHARED: readonly (readonly string[])[] = [
  [],
  ['FSm.Dym', 'Dyd.P.X', 'FS3.P', 'F1.S3.Dw'],
  ['FSm.Dym', 'F1.S3.Dw'],
  ['Dyd.P.X'],
  ['FS3.P'],
  ['F1.S3.Dw'],
];

const plan: JoinPlan = threePartyPlan({
  mixers: ['police', 'charity'],
  lists: [
    list('victims', 'police', 'base', KEYS, LABELS, 1, 1),
    list('support', 'charity', 'linked', KEYS, 1, LABELS + 1),
  ],
  links: [{ dataset: 'support', on: 'person', keep: 'all', agreementStride: STRIDE }],
  linkage: {
    scheme: 'standard',
    schemeVersion: 1,
    normaliser: 1,
    keys: KEYS,
    threshold: 0.5,
    captures: { nameAndDate: 0, dateAndPlace: 1, nameAndPlace: 2 },
  },
  cells: STRIDE * AGREEMENT_CLASSES,
  tableCells: [0, 1, 2, 3, 4, 5].flatMap((agreed) => [1, 2].map((label) => cellOf(label, agreed))),
  sums: [{ dataset: 'victims', magnitude: 9, noise: null }],
  minimumTally: Number.NEGATIVE_INFINITY,
});

function cellOf(label: number, agreed: number): number {
  return label + (agreed > 0 ? LABELS + 1 : 0) + agreed * STRIDE;
}

const people = Array.from({ length: LABELS * AGREEMENT_CLASSES * EACH }, (_, index) => ({
  label: 1 + (index % LABELS),
  agreed: Math.floor(index / LABELS) % AGREEMENT_CLASSES,
  keys: KEYS.map((name) => `${name} of ${index}`),
}));

const lists = new Map<string, readonly PlainRecord[]>([
  ['victims/police', people.map(({ label, keys, agreed }) => ({ label, keys, numbers: [agreed + 1] }))],
  [
    'support/charity',
    people.map(({ agreed, keys }, index) => ({
      label: 1,
      keys: keys.map((key, column) => (SHARED[agreed]?.includes(KEYS[column] ?? '') === true ? key : `other ${index}`)),
    })),
  ],
]);

/** As many in every cell of the table, and nobody in any other. */
const expected = Array.from({ length: plan.cells }, (_, cell) => (plan.tableCells.includes(cell) ? EACH : 0));

describe('a table by agreement', () => {
  it('has everybody in the class of the keys that they share', async () => {
    const { counts, sums, ends } = await runWorld(plan, lists, { seed: testSeed });
    expect(ends[COORDINATOR]).toBe('finished');
    expect(counts).toEqual(expected);
    expect(counts).toEqual(naiveCounts(plan, lists));
    // Only the cell moves: numbers that are added up stay what they are.
    for (const label of [1, 2]) {
      for (let agreed = 0; agreed < AGREEMENT_CLASSES; agreed += 1) {
        expect(sums[0]?.[cellOf(label, agreed)]).toBe(EACH * (agreed + 1));
      }
    }
  });

  it('has the mixers’ noise in it, and decoys of every class are thrown away', async () => {
    const noisy = noisyPlan(plan);
    const { noise } = noisy;
    if (noise === null) throw new Error('a plan without noise');
    const { counts, ends } = await runWorld(noisy, lists, { seed: testSeed });
    expect(ends[COORDINATOR]).toBe('finished');
    const sources = noisy.mixers.map((party) => worldNoise(noisy, party));
    const added = expected.map((count, cell) =>
      noisy.tableCells.includes(cell)
        ? sources.reduce((sum, source) => sum + source.draw(noise, { kind: 'cell', cell }), count)
        : count,
    );
    expect(counts).toEqual(added);
    for (const cell of discardCells(noisy)) expect((counts as readonly number[])[cell]).toBe(0);
    // Some pattern of the plan's decoys does link: else this would show nothing.
    const linking = noisy.decoys?.patterns.filter(
      (members) => members.length === 2 && members.every(({ shared }) => shared.length > 0),
    );
    expect(linking?.length).toBeGreaterThan(0);
  });

  it('leaves nobody without a class where only those who linked are kept', async () => {
    const linked: JoinPlan = {
      ...plan,
      links: plan.links.map((link) => ({ ...link, keep: 'linked' })),
      tableCells: plan.tableCells.filter((cell) => cell >= STRIDE),
    };
    const { counts } = await runWorld(linked, lists, { seed: testSeed });
    expect(counts).toEqual(expected.map((count, cell) => (cell >= STRIDE ? count : 0)));
  });
});
