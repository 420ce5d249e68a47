import { describe, expect, it } from 'vitest';

import { finish } from '../../../core/base/index.js';
import { keysIn, noisyStatistics } from '../../../core/linkage/index.js';
import type { CountedStatistics, PeopleKey, StatisticsTopic } from '../../../core/linkage/index.js';
import { geometricLaw } from '../../../core/noise/index.js';
import type { NoiseLaw, NoiseSource } from '../../../core/noise/index.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { peopleWith } from './people-of.js';
import { COLUMNS, counted, keys, Somebody, topic } from './statistics-fixtures.js';
import type { Values } from './statistics-fixtures.js';

interface Changes {
  readonly alone: number;
  readonly sets: number;
  readonly several: number;
  readonly people: number;
  /** Without duplicates and missing identifiers. */
  readonly rest: number;
}

/** By how much the numbers of each part differ, together. */
function changesOf(before: CountedStatistics, after: CountedStatistics): Changes {
  const change = (of: (statistics: CountedStatistics) => readonly number[]): number => {
    const [from, to] = [of(before), of(after)];
    return from.reduce((sum, number, place) => sum + Math.abs(number - (to[place] ?? 0)), 0);
  };
  const ofSets = (is: (keys: number) => boolean): number =>
    change(({ pairs }) => [...pairs.sets].filter((_, set) => is(keysIn(set))));
  return {
    alone: ofSets((count) => count === 1),
    sets: ofSets((count) => count > 1),
    several: change(({ pairs }) => [pairs.several]),
    people: change(({ people }) => [people]),
    rest: change((s) => s.keys.flatMap(({ keyed, withdrawn }) => [keyed, withdrawn])),
  };
}

describe(`counts (seed ${testSeed})`, () => {
  it('change by no more than is hidden when one person has other identifiers, or is not there', () => {
    const somebody = new Somebody(seededRng(`${testSeed}/changes`));
    const largest = { alone: 0, sets: 0, several: 0, people: 0, rest: 0 };
    for (let time = 0; time < 400; time += 1) {
      const kinds = 3 + somebody.below(6);
      const others = Array.from({ length: 4 + somebody.below(8) }, () => somebody.values(kinds));
      const one = [...others, somebody.values(kinds)];
      const other = somebody.below(4) === 0 ? others : [...others, somebody.values(kinds)];
      const changes = changesOf(counted(peopleWith(keys, one)), counted(peopleWith(keys, other)));
      for (const part of Object.keys(largest) as (keyof typeof largest)[]) {
        largest[part] = Math.max(largest[part], changes[part]);
      }
    }
    expect(largest.alone).toBeLessThanOrEqual(2 * COLUMNS);
    expect(largest.sets).toBeLessThanOrEqual(4 * COLUMNS);
    expect(largest.several).toBeLessThanOrEqual(1.5 * COLUMNS);
    expect(largest.people).toBeLessThanOrEqual(1);
    expect(largest.rest).toBeLessThanOrEqual(2 * topic.keys.length + 2 * COLUMNS);
    // And the changes were worth looking at.
    expect(Math.min(...Object.values(largest))).toBeGreaterThan(0);
  });
});

describe('one person whose every value becomes another', () => {
  const K = 5;
  const of: StatisticsTopic = { ...topic, keys: Array.from({ length: K }, (_, key) => `k${key}`) };
  const made: readonly PeopleKey[] = of.keys.map((name) => ({ name, copies: 1 }));
  /** A value by key; keys that are not named have none. */
  type ByKey = Readonly<Record<number, number>>;
  const valuesOf = (own: ByKey): Values => made.map((_, key) => (own[key] === undefined ? [] : [100 * key + own[key]]));
  const each = (make: (key: number) => readonly ByKey[]): ByKey[] => made.flatMap((_, key) => make(key));
  const all = (value: number): ByKey => Object.fromEntries(made.map((_, key) => [key, value]));
  /** Of every key, what the person loses and gains, and what only a group has. */
  const [lost, gained] = [1, 2];
  const only = (group: number): number => 10 + group;
  const next = (key: number, by: number): number => (key + by) % K;

  /** Before and after; the person comes last. */
  function changed(others: readonly ByKey[]): Changes {
    const having = (value: number): CountedStatistics =>
      counted(peopleWith(made, [...others, all(value)].map(valuesOf)), of);
    expect(having(lost).values).toBe(K);
    return changesOf(having(lost), having(gained));
  }

  /** The law of the noise in the numbers of a part, of privacy loss 1 in all. */
  function hiddenBy(part: keyof Changes): NoiseLaw {
    const laws = new Map<string, NoiseLaw>();
    const noise: NoiseSource = {
      draw: (law, target) => {
        if (target.kind === 'linkage') laws.set(target.of, law);
        return 0;
      },
    };
    finish(noisyStatistics(counted(peopleWith(made, []), of), { epsilon: 1, noise }));
    const law = laws.get(part);
    if (law === undefined) throw new RangeError('no noise');
    return law;
  }

  it('can change the pairs of one key by two for each value: two are left, and another is met', () => {
    const others = each((key) => [{ [key]: lost }, { [key]: lost }, { [key]: gained }]);
    expect(changed(others)).toMatchObject({ alone: 2 * K, sets: 0, several: 0 });
    expect(hiddenBy('alone')).toEqual(geometricLaw({ epsilon: 5 / 16, sensitivity: 2 * K }));
  });

  it('can change sets by four for each value: of two pairs one shares a key more then, the other one less', () => {
    const others = each((key) => {
      const more = { [key]: lost, [next(key, 1)]: only(key), [next(key, 2)]: only(key) };
      const less = { ...all(only(K + key)), [key]: gained };
      return [more, more, less, less];
    });
    expect(changed(others)).toMatchObject({ alone: 0, sets: 4 * K, several: 0 });
    expect(hiddenBy('sets')).toEqual(geometricLaw({ epsilon: 5 / 16, sensitivity: 4 * K }));
  });

  it('can change how many pairs share several keys by one for each value lost, and each two gained', () => {
    const others = each((key) => {
      const two = { [key]: lost, [next(key, 1)]: only(key) };
      return [two, two];
    });
    const met = [
      { 0: gained, 1: gained },
      { 2: gained, 3: gained },
    ];
    expect(changed([...others, ...met])).toMatchObject({ several: K + met.length });
    expect(hiddenBy('several')).toEqual(geometricLaw({ epsilon: 1 / 8, sensitivity: K + met.length }));
  });
});
