import { describe, expect, it } from 'vitest';

import { finish } from '../../../core/base/index.js';
import {
  COUNTED_DUPLICATES,
  keysIn,
  linkageRequest,
  MAX_SCHEME_KEYS,
  MAX_TOLD_SETS,
  MINIMUM_LINKAGE_EPSILON,
  missingMask,
  noisyStatistics,
  PeopleMaker,
  TOLD_ABOVE_DEVIATIONS,
} from '../../../core/linkage/index.js';
import type { CountedStatistics, IdentifierName, PeopleKey, StatisticsTopic } from '../../../core/linkage/index.js';
import { geometricLaw, keyedNoise, MAXIMUM_EPSILON, NOISE_KEY_BYTES, probability } from '../../../core/noise/index.js';
import type { NoiseSource, NoiseTarget } from '../../../core/noise/index.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { CHANCE, fit } from '../../support/statistics.js';
import { peopleWith } from './people-of.js';
import { COLUMNS, counted, keys, Somebody, topic } from './statistics-fixtures.js';
import type { Values } from './statistics-fixtures.js';

const setsOf = ({ pairs }: CountedStatistics): Record<number, number> =>
  Object.fromEntries([...pairs.sets.entries()].filter(([, count]) => count > 0));

describe('what is counted', () => {
  it('are pairs by the set of keys that exactly the two of them share, in the order of the scheme', () => {
    const statistics = counted(
      peopleWith(keys, [
        [[1], [11, 12], [31], [41]],
        [[1], [12, 13], [31], [42]],
        [[2], [13], [31], [42]],
        [[3], [], [31], [43]],
        [[3], [], [31], [43]],
        [[3], [], [31], []],
        [[5], [15], [], [45]],
        [[5], [15], [], [45]],
      ]),
    );
    // 0-1 by k2 and k1, 1-2 by k2 and k3, 3-4 by k3 alone: three people have the value of k1.
    expect(setsOf(statistics)).toEqual({ 0b011: 1, 0b101: 1, 0b100: 1, 0b111: 1 });
    expect(statistics.pairs.several).toBe(3);
    expect(statistics.keys).toEqual([
      { name: 'k2', keyed: 5, withdrawn: 4 },
      { name: 'k1', keyed: 8, withdrawn: 7 },
      { name: 'k3', keyed: 7, withdrawn: 6 },
    ]);
    expect([statistics.people, statistics.duplicates, statistics.values]).toEqual([8, 0, COLUMNS]);
  });

  it('are no values beyond those that have a column', () => {
    const statistics = counted(
      peopleWith(keys, [
        [[1, 9], [11, 12, 13], [], []],
        [[2, 9], [14, 15, 13], [], []],
      ]),
    );
    expect(setsOf(statistics)).toEqual({});
    expect(statistics.keys.map(({ withdrawn }) => withdrawn)).toEqual([0, 0, 0]);
  });

  it('are beyond the first of each key half as many values of one person as there are keys', () => {
    const wide: readonly PeopleKey[] = ['k1', 'k2', 'k3'].map((name) => ({ name, copies: 3 }));
    const shared = [
      [1, 2, 3],
      [11, 12, 13],
      [21, 22, 23],
    ];
    const both = peopleWith(wide, [shared, shared]);
    // Of three keys two further values count: the second and third of the first key, none of the others'.
    expect(counted(both).values).toBe(5);
    const third = (value: number): Values => [[value], [], []];
    // Somebody else has a value that counts for the two, so only the other keys are shared by exactly two.
    expect(setsOf(counted(peopleWith(wide, [shared, shared, third(1)])))).toEqual({ 0b111: 1 });
    const others = (value: number): Values => [[], [], [value]];
    expect(setsOf(counted(peopleWith(wide, [[[1], [11], [21, 22, 23]], others(22), others(23)])))).toEqual({
      0b100: 2,
    });
    // The third further value is one too many.
    const many = [[1, 2, 3], [11, 12], [21]];
    expect(setsOf(counted(peopleWith(wide, [many, [[], [12], []]])))).toEqual({});
  });

  it('are people who miss an identifier that the dataset holds, and duplicates up to a few of one person', () => {
    const maker = new PeopleMaker([{ name: 'PNC', copies: 1 }]);
    for (let record = 0; record <= COUNTED_DUPLICATES; record += 1) maker.add([[1]], missingMask(['surname', 'cro']));
    maker.add([[2]], missingMask(['sex']));
    maker.add([[2]], missingMask(['sex', 'surname']));
    const of = { ...topic, keys: ['PNC'] };
    const statistics = counted(finish(maker.people()), of);
    expect([statistics.people, statistics.duplicates]).toEqual([2, COUNTED_DUPLICATES + 1]);
    expect(statistics.missing).toEqual({ surname: 1, sex: 1 });

    const oneMore = new PeopleMaker([{ name: 'PNC', copies: 1 }]);
    for (let record = 0; record <= COUNTED_DUPLICATES + 1; record += 1) oneMore.add([[1]], 0);
    expect(counted(finish(oneMore.people()), of).duplicates).toBe(COUNTED_DUPLICATES);
  });

  it.each([0, 1, MAX_SCHEME_KEYS, MAX_SCHEME_KEYS + 1])('is a scheme of %d keys, or refused', (count) => {
    const of = { ...topic, keys: Array.from({ length: count }, (_, key) => `k${key}`) };
    const run = (): unknown => counted(peopleWith(keys, []), of);
    if (count >= 1 && count <= MAX_SCHEME_KEYS) expect(run).not.toThrow();
    else expect(run).toThrow(RangeError);
  });
});

describe(`counts beside the rule looked up among all pairs (seed ${testSeed})`, () => {
  const somebody = new Somebody(seededRng(`${testSeed}/pairs`));

  function expected(records: readonly Values[]): Record<number, number> {
    const counts = (values: Values, key: number): readonly number[] =>
      (values[key] ?? []).slice(0, keys[key]?.copies ?? 0);
    const sets: Record<number, number> = {};
    for (const [a, one] of records.entries()) {
      for (const other of records.slice(a + 1)) {
        let set = 0;
        for (const [place, name] of topic.keys.entries()) {
          const key = keys.findIndex((each) => each.name === name);
          const both = counts(one, key).filter((value) => counts(other, key).includes(value));
          const owners = (value: number): number => records.filter((each) => counts(each, key).includes(value)).length;
          if (both.some((value) => owners(value) === 2)) set |= 1 << place;
        }
        if (set !== 0) sets[set] = (sets[set] ?? 0) + 1;
      }
    }
    return sets;
  }

  it('are the same', () => {
    for (let time = 0; time < 60; time += 1) {
      const kinds = 2 + somebody.below(20);
      const records = Array.from({ length: 2 + somebody.below(18) }, () => somebody.values(kinds));
      const statistics = counted(peopleWith(keys, records));
      expect(setsOf(statistics)).toEqual(expected(records));
      const several = Object.entries(expected(records)).filter(([set]) => keysIn(Number(set)) > 1);
      expect(statistics.pairs.several).toBe(several.reduce((sum, [, count]) => sum + count, 0));
    }
  });
});

describe('noise', () => {
  const forbidden: NoiseSource = {
    draw: () => {
      throw new Error('drawn');
    },
  };
  const some = counted(
    peopleWith(keys, [
      [[1], [11], [], [41]],
      [[1], [11], [], [42]],
      [[2], [], [], [42]],
    ]),
  );

  it('is none where the dataset says so: every set there is, exactly', () => {
    const told = finish(noisyStatistics(some, { epsilon: 'none', noise: forbidden }));
    expect(told).toEqual({
      scheme: 'standard',
      schemeVersion: 3,
      normaliser: 2,
      people: 3,
      duplicates: 0,
      missing: { surname: 0, sex: 0 },
      keys: some.keys,
      nonMatches: {
        pairs: 3,
        alone: [0, 0, 1],
        sets: new Map([[0b011, 1]]),
        several: 1,
        deviation: { alone: 0, sets: 0, several: 0 },
      },
    });
  });

  /** Every draw with its law, and the number it gave. */
  function recorded(number: (target: NoiseTarget) => number): {
    noise: NoiseSource;
    draws: [number, number, NoiseTarget][];
  } {
    const draws: [number, number, NoiseTarget][] = [];
    const noise: NoiseSource = {
      draw: (law, target) => {
        draws.push([law.alpha, law.bound, target]);
        return number(target);
      },
    };
    return { noise, draws };
  }

  it('is on every number, each of its own, and as strong as its share of epsilon asks', () => {
    const { noise, draws } = recorded(() => 0);
    finish(noisyStatistics(some, { epsilon: 2, noise }));
    const strength = (of: string): { epsilon: number; sensitivity: number } => {
      if (of === 'alone') return { epsilon: 0.625, sensitivity: 2 * COLUMNS };
      if (of === 'sets') return { epsilon: 0.625, sensitivity: 4 * COLUMNS };
      if (of === 'several') return { epsilon: 0.25, sensitivity: 1.5 * COLUMNS };
      if (of === 'people') return { epsilon: 0.125, sensitivity: 1 };
      return { epsilon: 0.375, sensitivity: COUNTED_DUPLICATES + 2 + 2 * 3 + 2 * COLUMNS };
    };
    const of = draws.map(([, , target]) => (target.kind === 'linkage' ? `${target.of} ${target.place}` : 'another'));
    expect(new Set(of).size).toBe(draws.length);
    // Of the sets those of two keys and more: 3, 5, 6, 7.
    expect(of.filter((each) => each.startsWith('sets'))).toEqual(['sets 3', 'sets 5', 'sets 6', 'sets 7']);
    expect(of.map((each) => each.split(' ')[0]).sort()).toEqual(
      ['people', 'duplicates', 'several', ...Array<string>(2).fill('missing'), ...Array<string>(4).fill('sets')]
        .concat(...[0, 1, 2].map(() => ['alone', 'keyed', 'withdrawn']))
        .sort(),
    );
    for (const [alpha, bound, target] of draws) {
      if (target.kind !== 'linkage') throw new Error('another kind of noise');
      expect({ alpha, bound }).toEqual(geometricLaw(strength(target.of)));
    }
  });

  it('tells of the sets only those that stand out of it, and no number below 0 but of one key and of several', () => {
    const sd = finish(noisyStatistics(some, { epsilon: 2, noise: recorded(() => 0).noise })).nonMatches.deviation;
    const edge = Math.floor(TOLD_ABOVE_DEVIATIONS * sd.sets);
    const { noise } = recorded((target) => {
      if (target.kind !== 'linkage' || target.of !== 'sets') return -5;
      return target.place === 0b101 ? edge : target.place === 0b110 ? edge + 1 : 0;
    });
    const told = finish(noisyStatistics(some, { epsilon: 2, noise }));
    expect([...told.nonMatches.sets]).toEqual([[0b110, edge + 1]]);
    expect(told.nonMatches).toMatchObject({ alone: [-5, -5, -4], several: -4 });
    expect([told.people, told.duplicates, told.nonMatches.pairs, told.missing['sex']]).toEqual([0, 0, 0, 0]);
    expect(told.keys.every(({ keyed, withdrawn }) => keyed === 0 && withdrawn === 0)).toBe(true);
  });

  it.each([MAX_TOLD_SETS, MAX_TOLD_SETS + 1])('leaves of %d sets no more than are told, the most frequent', (count) => {
    const many: StatisticsTopic = { ...topic, keys: Array.from({ length: 13 }, (_, key) => `k${key}`) };
    const several = Array.from({ length: 2 ** 13 }, (_, set) => set).filter((set) => keysIn(set) > 1);
    const expected = several.slice(0, count);
    const [least = 0, last = 0] = [expected[0], expected.at(-1)];
    const { noise } = recorded((target) => {
      if (target.kind !== 'linkage' || target.of !== 'sets' || target.place > last) return 0;
      return target.place === least ? 10_000 : 10_001;
    });
    const { sets } = finish(noisyStatistics(counted(peopleWith(keys, []), many), { epsilon: 2, noise })).nonMatches;
    expect([...sets.keys()]).toEqual(count > MAX_TOLD_SETS ? expected.slice(1) : expected);
  });

  it.each([
    [MINIMUM_LINKAGE_EPSILON, true],
    [MINIMUM_LINKAGE_EPSILON * 0.99, false],
    [MAXIMUM_EPSILON, true],
    // More would be a share within its limits, and yet more in all.
    [MAXIMUM_EPSILON * 1.01, false],
  ])('of epsilon %d: %s', (epsilon, taken) => {
    const run = (): unknown => finish(noisyStatistics(some, { epsilon, noise: recorded(() => 0).noise }));
    if (taken) expect(run).not.toThrow();
    else expect(run).toThrow(RangeError);
  });

  it(`has its law in every number (seed ${testSeed})`, () => {
    const many: StatisticsTopic = { ...topic, keys: Array.from({ length: 13 }, (_, key) => `k${key}`) };
    const nobody = counted(peopleWith(keys, []), many);
    const key = seededRng(testSeed).bytes(NOISE_KEY_BYTES);
    const request = linkageRequest({ snapshot: 's', scheme: 'standard', version: 3, normaliser: 2, epsilon: 2 });
    const keyed = keyedNoise(key, request);
    const drawn: number[] = [];
    const noise: NoiseSource = {
      draw: (law, target) => {
        const x = keyed.draw(law, target);
        if (target.kind === 'linkage' && target.of === 'sets') drawn.push(x);
        return x;
      },
    };
    const told = finish(noisyStatistics(nobody, { epsilon: 2, noise }));
    const law = geometricLaw({ epsilon: 0.625, sensitivity: 4 * COLUMNS });
    expect(drawn).toHaveLength(2 ** 13 - 1 - 13);
    expect(fit(drawn, (x) => probability(law, x)).p).toBeGreaterThan(CHANCE);
    // A fifth less noise than was promised is seen, but once in 10^12 times: the test above has power.
    const weak = geometricLaw({ epsilon: 0.78125, sensitivity: 4 * COLUMNS });
    expect(fit(drawn, (x) => probability(weak, x)).p).toBeLessThan(CHANCE);
    const edge = TOLD_ABOVE_DEVIATIONS * told.nonMatches.deviation.sets;
    expect([...told.nonMatches.sets.values()]).toEqual(drawn.filter((x) => x > edge));
    expect([...told.nonMatches.sets.keys()].every((set) => keysIn(set) > 1)).toBe(true);
    // Asked again, the same.
    expect(finish(noisyStatistics(nobody, { epsilon: 2, noise: keyedNoise(key, request) }))).toEqual(told);
  });

  it('is other noise for another snapshot, scheme, version, normaliser or epsilon', () => {
    const usual = { snapshot: 's', scheme: 'standard', version: 3, normaliser: 2, epsilon: 2 };
    const changes: Partial<typeof usual>[] = [
      {},
      { snapshot: 't' },
      { scheme: 'light' },
      { version: 4 },
      { normaliser: 3 },
      { epsilon: 1 },
      { snapshot: 'sstandard', scheme: '' },
    ];
    const requests = changes.map((change) => Buffer.from(linkageRequest({ ...usual, ...change })).toString('hex'));
    expect(new Set(requests).size).toBe(changes.length);
    expect(Buffer.from(linkageRequest(usual)).toString('hex')).toBe(requests[0]);
  });

  it('can be interrupted while sets are many', () => {
    const many: StatisticsTopic = { ...topic, keys: Array.from({ length: 12 }, (_, key) => `k${key}`) };
    const steps = noisyStatistics(counted(peopleWith(keys, []), many), { epsilon: 2, noise: recorded(() => 0).noise });
    let breaths = 0;
    while (steps.next().done !== true) breaths += 1;
    expect(breaths).toBeGreaterThanOrEqual(8);
  });

  it('leaves nothing of identifiers that the dataset does not hold', () => {
    const names: readonly IdentifierName[] = ['forename'];
    expect(Object.keys(counted(peopleWith(keys, []), { ...topic, identifiers: names }).missing)).toEqual(names);
  });
});
