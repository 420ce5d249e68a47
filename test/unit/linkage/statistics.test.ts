import { describe, expect, it } from 'vitest';

import {
  COUNTED_DUPLICATES,
  countStatistics,
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
import type {
  CountedStatistics,
  IdentifierName,
  People,
  PeopleKey,
  StatisticsTopic,
} from '../../../core/linkage/index.js';
import { geometricLaw, keyedNoise, MAXIMUM_EPSILON, NOISE_KEY_BYTES, probability } from '../../../core/noise/index.js';
import type { NoiseSource, NoiseTarget } from '../../../core/noise/index.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { CHANCE, fit } from '../../support/statistics.js';
import { done, peopleWith } from './people-of.js';

/** Keys that self-linking doesn't know: every record is a person. */
const keys: readonly PeopleKey[] = [
  { name: 'k1', copies: 1 },
  { name: 'k2', copies: 2 },
  { name: 'other', copies: 1 },
  { name: 'k3', copies: 1 },
];
const topic: StatisticsTopic = {
  scheme: 'standard',
  version: 3,
  normaliser: 2,
  keys: ['k2', 'k1', 'k3'],
  identifiers: ['surname', 'sex'],
};
/** Values of the topic's keys that one person may have. */
const COLUMNS = 4;

type Values = readonly (readonly number[])[];

const counted = (people: People, of: StatisticsTopic = topic): CountedStatistics => done(countStatistics(people, of));
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
    expect(statistics.pairs.byKeys).toEqual([1, 2, 1]);
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
    const statistics = counted(done(maker.people()), of);
    expect([statistics.people, statistics.duplicates]).toEqual([2, COUNTED_DUPLICATES + 1]);
    expect(statistics.missing).toEqual({ surname: 1, sex: 1 });

    const oneMore = new PeopleMaker([{ name: 'PNC', copies: 1 }]);
    for (let record = 0; record <= COUNTED_DUPLICATES + 1; record += 1) oneMore.add([[1]], 0);
    expect(counted(done(oneMore.people()), of).duplicates).toBe(COUNTED_DUPLICATES);
  });

  it.each([0, 1, MAX_SCHEME_KEYS, MAX_SCHEME_KEYS + 1])('is a scheme of %d keys, or refused', (count) => {
    const of = { ...topic, keys: Array.from({ length: count }, (_, key) => `k${key}`) };
    const run = (): unknown => counted(peopleWith(keys, []), of);
    if (count >= 1 && count <= MAX_SCHEME_KEYS) expect(run).not.toThrow();
    else expect(run).toThrow(RangeError);
  });
});

describe(`counts beside the rule looked up among all pairs (seed ${testSeed})`, () => {
  const rng = seededRng(`${testSeed}/pairs`);
  const below = (count: number): number => (rng.bytes(1)[0] ?? 0) % count;
  const someone = (kinds: number): Values =>
    keys.map((_, key) => [...new Set(Array.from({ length: below(4) }, () => 100 * key + 1 + below(kinds)))]);

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
      const kinds = 2 + below(20);
      const records = Array.from({ length: 2 + below(18) }, () => someone(kinds));
      const statistics = counted(peopleWith(keys, records));
      expect(setsOf(statistics)).toEqual(expected(records));
      const total = [...statistics.pairs.sets].reduce((sum, count) => sum + count, 0);
      expect(statistics.pairs.byKeys.reduce((sum, count) => sum + count, 0)).toBe(total);
    }
  });

  it('change by no more than is hidden when one person has other identifiers, or is not there', () => {
    const largest = { sets: 0, byKeys: 0, people: 0, rest: 0 };
    for (let time = 0; time < 400; time += 1) {
      const kinds = 3 + below(6);
      const others = Array.from({ length: 4 + below(8) }, () => someone(kinds));
      const [one, other] = [[...others, someone(kinds)], below(4) === 0 ? others : [...others, someone(kinds)]];
      const [before, after] = [counted(peopleWith(keys, one)), counted(peopleWith(keys, other))];
      const change = (of: (statistics: CountedStatistics) => ArrayLike<number>): number => {
        const [from, to] = [Array.from(of(before)), Array.from(of(after))];
        return from.reduce((sum, number, place) => sum + Math.abs(number - (to[place] ?? 0)), 0);
      };
      largest.sets = Math.max(
        largest.sets,
        change(({ pairs }) => pairs.sets),
      );
      largest.byKeys = Math.max(
        largest.byKeys,
        change(({ pairs }) => pairs.byKeys),
      );
      largest.people = Math.max(
        largest.people,
        change(({ people }) => [people]),
      );
      largest.rest = Math.max(
        largest.rest,
        change((s) => s.keys.flatMap(({ keyed, withdrawn }) => [keyed, withdrawn])),
      );
    }
    expect(largest.sets).toBeLessThanOrEqual(4 * COLUMNS);
    expect(largest.byKeys).toBeLessThanOrEqual(4 * COLUMNS);
    expect(largest.people).toBeLessThanOrEqual(1);
    expect(largest.rest).toBeLessThanOrEqual(2 * topic.keys.length + 2 * COLUMNS);
    // And the changes were worth looking at.
    expect(Math.min(largest.sets, largest.byKeys, largest.people, largest.rest)).toBeGreaterThan(0);
  });

  it('change by two for each value of somebody who goes, where two others are left who share another key already', () => {
    const somebody: Values = [[1], [11, 12], [], [31]];
    const others: Values[] = [
      [[1], [], [], [32]],
      [[1], [], [], [32]],
      [[2], [11], [], []],
      [[2], [11], [], []],
      [[3], [12], [], []],
      [[3], [12], [], []],
      [[], [13], [], [31]],
      [[], [13], [], [31]],
    ];
    const sets = (records: readonly Values[]): Record<number, number> => setsOf(counted(peopleWith(keys, records)));
    expect(sets([...others, somebody])).toEqual({ 0b001: 1, 0b010: 2, 0b100: 1 });
    expect(sets(others)).toEqual({ 0b101: 1, 0b011: 2, 0b110: 1 });
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
      [[2], [], [], []],
    ]),
  );

  it('is none where the dataset says so: every set there is, exactly', () => {
    const told = done(noisyStatistics(some, { epsilon: 'none', noise: forbidden }));
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
        sets: new Map([[0b011, 1]]),
        byKeys: [0, 1, 0],
        deviation: { sets: 0, byKeys: 0 },
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
    done(noisyStatistics(some, { epsilon: 2, noise }));
    const strength = (of: string): { epsilon: number; sensitivity: number } => {
      if (of === 'sets') return { epsilon: 1, sensitivity: 4 * COLUMNS };
      if (of === 'by-keys') return { epsilon: 0.5, sensitivity: 4 * COLUMNS };
      if (of === 'people') return { epsilon: 0.125, sensitivity: 1 };
      return { epsilon: 0.375, sensitivity: COUNTED_DUPLICATES + 2 + 2 * 3 + 2 * COLUMNS };
    };
    const of = draws.map(([, , target]) => (target.kind === 'linkage' ? `${target.of} ${target.place}` : 'another'));
    expect(new Set(of).size).toBe(draws.length);
    expect(of.map((each) => each.split(' ')[0]).sort()).toEqual(
      ['people', 'duplicates', ...Array<string>(2).fill('missing'), ...Array<string>(7).fill('sets')]
        .concat(...[0, 1, 2].map(() => ['by-keys', 'keyed', 'withdrawn']))
        .sort(),
    );
    for (const [alpha, bound, target] of draws) {
      if (target.kind !== 'linkage') throw new Error('another kind of noise');
      expect({ alpha, bound }).toEqual(geometricLaw(strength(target.of)));
    }
  });

  it('tells of the sets only those that stand out of it, and no number below 0 but the totals of pairs', () => {
    const sd = done(noisyStatistics(some, { epsilon: 2, noise: recorded(() => 0).noise })).nonMatches.deviation;
    const edge = Math.floor(TOLD_ABOVE_DEVIATIONS * sd.sets);
    const { noise } = recorded((target) => {
      if (target.kind !== 'linkage' || target.of !== 'sets') return -5;
      return target.place === 0b100 ? edge : target.place === 0b110 ? edge + 1 : 0;
    });
    const told = done(noisyStatistics(some, { epsilon: 2, noise }));
    expect([...told.nonMatches.sets]).toEqual([[0b110, edge + 1]]);
    expect(told.nonMatches.byKeys).toEqual([-5, -4, -5]);
    expect([told.people, told.duplicates, told.nonMatches.pairs, told.missing['sex']]).toEqual([0, 0, 0, 0]);
    expect(told.keys.every(({ keyed, withdrawn }) => keyed === 0 && withdrawn === 0)).toBe(true);
  });

  it.each([MAX_TOLD_SETS, MAX_TOLD_SETS + 1])('leaves of %d sets no more than are told, the most frequent', (count) => {
    const many: StatisticsTopic = { ...topic, keys: Array.from({ length: 13 }, (_, key) => `k${key}`) };
    const { noise } = recorded((target) =>
      // The first of all is the least frequent.
      target.kind === 'linkage' && target.of === 'sets' && target.place <= count
        ? 10_000 + Math.min(2, target.place)
        : 0,
    );
    const { sets } = done(noisyStatistics(counted(peopleWith(keys, []), many), { epsilon: 2, noise })).nonMatches;
    const expected = Array.from({ length: count }, (_, place) => place + 1);
    expect([...sets.keys()]).toEqual(count > MAX_TOLD_SETS ? expected.slice(1) : expected);
  });

  it.each([
    [MINIMUM_LINKAGE_EPSILON, true],
    [MINIMUM_LINKAGE_EPSILON * 0.99, false],
    [MAXIMUM_EPSILON, true],
    // More would be a share within its limits, and yet more in all.
    [MAXIMUM_EPSILON * 1.01, false],
  ])('of epsilon %d: %s', (epsilon, taken) => {
    const run = (): unknown => done(noisyStatistics(some, { epsilon, noise: recorded(() => 0).noise }));
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
    const told = done(noisyStatistics(nobody, { epsilon: 2, noise }));
    const law = geometricLaw({ epsilon: 1, sensitivity: 4 * COLUMNS });
    expect(drawn).toHaveLength(2 ** 13 - 1);
    expect(fit(drawn, (x) => probability(law, x)).p).toBeGreaterThan(CHANCE);
    // A fifth less noise than was promised is seen, but once in 10^12 times: the test above has power.
    const weak = geometricLaw({ epsilon: 1.25, sensitivity: 4 * COLUMNS });
    expect(fit(drawn, (x) => probability(weak, x)).p).toBeLessThan(CHANCE);
    const edge = TOLD_ABOVE_DEVIATIONS * told.nonMatches.deviation.sets;
    expect([...told.nonMatches.sets.values()]).toEqual(drawn.filter((x) => x > edge));
    expect([...told.nonMatches.sets.keys()].every((set) => keysIn(set) >= 1)).toBe(true);
    // Asked again, the same.
    expect(done(noisyStatistics(nobody, { epsilon: 2, noise: keyedNoise(key, request) }))).toEqual(told);
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
