import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { geometricLaw } from '../../core/noise/index.js';
import type { NoiseSource, NoiseTarget } from '../../core/noise/index.js';
import { COORDINATOR, DISCARD_CELL, TALLY } from '../../core/private-join/index.js';
import type { DecoyPattern, JoinPlan, PartyId } from '../../core/private-join/index.js';
import type { Tamper } from '../../transport/index.js';
import { arbitraryWorld } from '../support/arbitrary-world.js';
import type { World } from '../support/arbitrary-world.js';
import { overlapsOf, plainKeys, shapeOfPattern, watchedStores } from '../support/coordinator-view.js';
import { naiveCounts } from '../support/naive-join.js';
import type { PlainRecord } from '../support/naive-join.js';
import { LITTLE_NOISE, noisyPlan, threePartyPlan } from '../support/plans.js';
import { propertyOptions, testSeed } from '../support/seeded-rng.js';
import { runWorld, worldNoise } from '../support/world.js';
import type { WorldOutcome } from '../support/world.js';

const RANDOM_WORLDS = 60;

const plan = threePartyPlan();
/** Every second victim is a client, every third agrees in the weaker key only, every third case is prosecuted. */
const lists = new Map<string, readonly PlainRecord[]>([
  [
    'victims/police',
    Array.from({ length: 24 }, (_, index) => ({
      keys: [`p${index}`, `q${index}`, index % 5 === 0 ? null : `c${index}`],
      label: 1 + (index % 2),
    })),
  ],
  [
    'support/charity',
    Array.from({ length: 16 }, (_, index) => ({
      keys: [index % 3 === 0 ? null : `p${index * 2}`, `q${index * 2}`],
      label: 1 + (index % 3),
    })),
  ],
  ['prosecutions/cps', Array.from({ length: 9 }, (_, index) => ({ keys: [`c${index * 3}`], label: 1 + (index % 2) }))],
]);

/** What the mixers' noise adds to each cell: what their keys say, and nothing else. */
function noiseOn(noisy: JoinPlan): number[] {
  const { noise } = noisy;
  const added = Array.from({ length: noisy.cells }, () => 0);
  if (noise === null) return added;
  const sources = noisy.mixers.map((party) => worldNoise(noisy, party));
  for (const cell of noisy.tableCells)
    added[cell] = sum(sources.map((source) => source.draw(noise, { kind: 'cell', cell })));
  return added;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function plus(left: readonly number[], right: readonly number[]): number[] {
  return left.map((number, index) => number + (right[index] ?? 0));
}

/** Records in each transfer. */
function listening(): { readonly tamper: Tamper; readonly sizes: Map<string, number> } {
  const sizes = new Map<string, number>();
  const tamper: Tamper = {
    parcel: (parcel) => {
      sizes.set(`${parcel.header.subject} ${parcel.header.hop}`, parcel.header.count);
      return [parcel];
    },
  };
  return { tamper, sizes };
}

function expectFinished({ ends }: WorldOutcome): void {
  expect(new Set(Object.values(ends))).toEqual(new Set(['finished']));
}

describe('noise by the mixers', () => {
  it('is in every count to the last record what their keys say, and nothing else is', async () => {
    const noisy = noisyPlan(plan, geometricLaw({ epsilon: 1, sensitivity: 2 }));
    const outcome = await runWorld(noisy, lists);
    expectFinished(outcome);
    expect(outcome.counts).toEqual(plus(naiveCounts(plan, lists), noiseOn(noisy)));
    expect(outcome.counts[DISCARD_CELL]).toBe(0);
    expect(noiseOn(noisy).filter((noise) => noise !== 0).length).toBeGreaterThan(noisy.tableCells.length / 2);
  });

  it(`adds up with any pattern of decoys, in ${RANDOM_WORLDS} random worlds (seed ${testSeed})`, async () => {
    await fc.assert(
      fc.asyncProperty(noisyWorld, async (world) => {
        const { counts, ends } = await runWorld(world.plan, world.lists, { seed: testSeed });
        expect(ends[COORDINATOR]).toBe('finished');
        expect(counts).toEqual(plus(naiveCounts(world.plan, world.lists), noiseOn(world.plan)));
      }),
      { ...propertyOptions, numRuns: RANDOM_WORLDS },
    );
  });

  const noisyWorld: fc.Arbitrary<World> = arbitraryWorld.chain((world) =>
    fc
      .record({
        noise: fc.boolean(),
        decoys: fc.option(fc.array(arbitraryPattern(world.plan), { minLength: 1, maxLength: 4 }), { nil: null }),
        law: fc.record({ alpha: fc.constantFrom(0.3, 0.8), bound: fc.integer({ min: 1, max: 2 }) }),
      })
      .map(({ noise, decoys, law }) => ({
        ...world,
        plan: {
          ...world.plan,
          // Nobody knows how much of so small a tally is noise.
          minimumTally: Number.NEGATIVE_INFINITY,
          noise: noise ? law : null,
          decoys: decoys === null ? null : { law, patterns: decoys },
        },
      })),
  );

  /** Some lists, and of the key columns of each some that the group shares. */
  function arbitraryPattern(plain: JoinPlan): fc.Arbitrary<DecoyPattern> {
    return fc
      .subarray([...plain.lists], { minLength: 1 })
      .chain((members) =>
        fc.tuple(
          ...members.map(({ id, keys }) =>
            fc.subarray(keys.map(({ name }) => name)).map((shared) => ({ list: id, shared })),
          ),
        ),
      );
  }

  it('does not depend on the order of the ring', async () => {
    const noisy = noisyPlan(plan);
    const orders: PartyId[][] = [
      ['police', 'charity', 'cps'],
      ['cps', 'police', 'charity'],
      ['charity', 'police', 'cps'],
    ];
    const outcomes = [];
    for (const mixers of orders) outcomes.push((await runWorld({ ...noisy, mixers }, lists)).counts);
    expect(outcomes[0]).toEqual(plus(naiveCounts(plan, lists), noiseOn(noisy)));
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[2]).toEqual(outcomes[0]);
  });

  it('is the same for the same request in another run, and fresh for any other', async () => {
    const noisy = noisyPlan(plan, { alpha: 0.9, bound: 4 });
    const seen = async (changes: Partial<JoinPlan>): Promise<unknown> => {
      const { tamper, sizes } = listening();
      const { counts } = await runWorld({ ...noisy, ...changes }, lists, { seed: JSON.stringify(changes), tamper });
      return { counts, sizes };
    };
    const first = await seen({});
    const again = { runId: '00000000-0000-4000-8000-0000000000ff', context: new Uint8Array(32).fill(99) };
    expect(await seen(again)).toEqual(first);
    const other = await seen({ request: new Uint8Array(32).fill(9) });
    expect(other).not.toEqual(first);
  });

  it('is everybody’s: each mixer adds its own to what it passes on', async () => {
    const noisy = noisyPlan(plan);
    const { tamper, sizes } = listening();
    await runWorld(noisy, lists, { tamper });
    const passed = [0, 1, 2, 3].map((hop) => sizes.get(`${TALLY} ${hop}`) ?? Number.NaN);
    noisy.mixers.forEach((party, hop) => {
      const source = worldNoise(noisy, party);
      const drawn = [DISCARD_CELL, ...noisy.tableCells].map(
        (cell) => LITTLE_NOISE.bound + source.draw(LITTLE_NOISE, { kind: 'cell', cell }),
      );
      expect((passed[hop + 1] ?? 0) - (passed[hop] ?? 0)).toBe(sum(drawn));
    });
  });

  it('hides the number of decoys in the tally also where counts are exact', async () => {
    const decoysOnly = { ...noisyPlan(plan), noise: null };
    const drawn: NoiseTarget[] = [];
    const source: NoiseSource = {
      draw: (_, target) => {
        drawn.push(target);
        return 0;
      },
    };
    const outcome = await runWorld(decoysOnly, lists, { variants: { cps: { noise: source } } });
    expect(outcome.counts).toEqual(naiveCounts(plan, lists));
    expect(drawn.filter(({ kind }) => kind === 'cell')).toEqual([{ kind: 'cell', cell: DISCARD_CELL }]);
  });
});

describe('decoys', () => {
  it('are in the coordinator’s view what the mixers’ keys say: so many groups of each shape more than there are', async () => {
    const noisy = noisyPlan(plan, { alpha: 0.8, bound: 5 });
    const { stores, seen } = watchedStores(noisy);
    const outcome = await runWorld(noisy, lists, { variants: { [COORDINATOR]: { stores } } });
    expectFinished(outcome);
    const expected = overlapsOf(plan, plainKeys(plan, lists));
    noisy.decoys?.patterns.forEach((pattern, index) => {
      const groups = noisy.mixers.map(
        (party) => 5 + worldNoise(noisy, party).draw({ alpha: 0.8, bound: 5 }, { kind: 'decoys', pattern: index }),
      );
      const shape = shapeOfPattern(pattern);
      expected.set(shape, (expected.get(shape) ?? 0) + sum(groups));
    });
    expect(Object.fromEntries(overlapsOf(noisy, seen))).toEqual(Object.fromEntries(expected));
    expect(noisy.decoys?.patterns.length).toBeGreaterThan(6);
  });

  it('are added at every mixer’s hop, the provider’s too, and counted in the header', async () => {
    const noisy = noisyPlan(plan);
    const { tamper, sizes } = listening();
    await runWorld(noisy, lists, { tamper });
    for (const { id } of plan.lists) {
      const start = plan.mixers.findIndex((party) => id.endsWith(`/${party}`));
      let expected = lists.get(id)?.length ?? 0;
      for (const hop of [0, 1, 2]) {
        const source = worldNoise(noisy, plan.mixers[(start + hop) % 3] ?? '');
        noisy.decoys?.patterns.forEach((pattern, index) => {
          if (!pattern.some(({ list }) => list === id)) return;
          expected += LITTLE_NOISE.bound + source.draw(LITTLE_NOISE, { kind: 'decoys', pattern: index });
        });
        expect([id, hop, sizes.get(`${id} ${hop}`)]).toEqual([id, hop, expected]);
      }
    }
  });

  it('and dummies of lists without a record make a table of noise', async () => {
    const noisy = noisyPlan(threePartyPlan({ minimumTally: Number.NEGATIVE_INFINITY }));
    const outcome = await runWorld(noisy, new Map());
    expect(outcome.counts).toEqual(noiseOn(noisy));
  });
});

describe('the smallest tally', () => {
  /** Noise that is nothing: as many dummies and decoys as everybody expects. */
  const nothing: NoiseSource = { draw: () => 0 };
  const variants = Object.fromEntries(plan.mixers.map((party) => [party, { noise: nothing }]));

  it.each([
    ['all', 'all'],
    ['linked', 'all'],
    ['not-linked', 'linked'],
  ] as const)('is met without dummies and decoys, where links keep %s and %s', async (onPerson, onCase) => {
    const [support, prosecutions] = plan.links;
    if (support === undefined || prosecutions === undefined) throw new Error('no links');
    const links = [
      { ...support, keep: onPerson },
      { ...prosecutions, keep: onCase },
    ];
    const kept = sum(naiveCounts({ ...plan, links }, lists));
    expect(kept).toBeGreaterThan(0);
    const atLimit = await runWorld(noisyPlan(threePartyPlan({ links, minimumTally: kept })), lists, { variants });
    expectFinished(atLimit);
    const below = await runWorld(noisyPlan(threePartyPlan({ links, minimumTally: kept + 1 })), lists, { variants });
    expect(new Set(Object.values(below.ends))).toEqual(new Set(['POPULATION_TOO_SMALL']));
  });
});
