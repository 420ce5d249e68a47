import { describe, expect, it } from 'vitest';

import { finish } from '../../../core/base/index.js';
import { missingMask, PeopleMaker } from '../../../core/linkage/index.js';
import type { People, PeopleKey } from '../../../core/linkage/index.js';
import { IDENTIFIERS } from '../../../core/linkage/index.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { KEYS, peopleOf, peopleWith, persons } from './people-of.js';

/** A shared id tells who is one person; the other two only say what people have. */
const keys: readonly PeopleKey[] = [
  { name: 'PNC', copies: 1 },
  { name: 'one', copies: 1 },
  { name: 'two', copies: 2 },
  { name: 'none', copies: 0 },
];

type Values = readonly (readonly number[])[];

function allKeysOf(people: People, person: number): number[][] {
  return people.keys.map((_, key) => [...people.keysOf(person, key)]);
}

describe('what a person has', () => {
  it('are the values of all records, the most frequent first, as many as there are columns', () => {
    const people = peopleWith(keys, [
      [[1], [11], [21, 22], []],
      [[1], [12], [23, 22], []],
      [[1], [12], [23], []],
      [[1], [], [], []],
    ]);
    expect(persons(people)).toEqual([0, 0, 0, 0]);
    expect(allKeysOf(people, 0)).toEqual([[1], [12], [22, 23], []]);
    expect([...people.recordsOf(0)]).toEqual([0, 1, 2, 3]);
    expect([people.records, people.count, people.duplicates]).toEqual([4, 1, 3]);
  });

  it('is by record, then by preference where they are as frequent', () => {
    const people = peopleWith(keys, [
      [[1], [12], [25, 21], []],
      [[1], [11], [20], []],
    ]);
    expect(allKeysOf(people, 0)).toEqual([[1], [12], [25, 21], []]);
  });

  it('is not what somebody else has too, in whichever record; the next value stands for it', () => {
    const people = peopleWith(keys, [
      [[1], [11], [21, 22, 23], []],
      [[2], [12], [24, 25, 21], []],
      [[2], [12], [24, 25], []],
    ]);
    expect(persons(people)).toEqual([0, 1, 1]);
    // Not in a column of the second person's, and withdrawn all the same.
    expect(people.isWithdrawn(21)).toBe(true);
    expect(allKeysOf(people, 0)).toEqual([[1], [11], [22, 23], []]);
    expect(allKeysOf(people, 1)).toEqual([[2], [12], [24, 25], []]);
  });

  it('is lost where everything is withdrawn, and not where there was nothing', () => {
    const people = peopleWith(keys, [
      [[1], [11], [21, 22], []],
      [[2], [11], [21], []],
      [[3], [], [], []],
    ]);
    const lost = [0, 1, 2].map((person) => keys.map((_, key) => people.lost(person, key)));
    expect(lost).toEqual([
      [false, true, false, false],
      [false, true, true, false],
      [false, false, false, false],
    ]);
  });

  it('does not count a value twice that one record names twice', () => {
    const people = peopleWith(keys, [
      [[1], [11], [21, 22, 22], []],
      [[1], [], [], []],
    ]);
    expect(allKeysOf(people, 0)[2]).toEqual([21, 22]);
  });

  it('does not keep keys that only tell people apart', () => {
    const people = peopleWith(keys, [
      [[1], [], [], [31]],
      [[2], [], [], [31]],
    ]);
    expect(people.isWithdrawn(31)).toBe(false);
    expect(allKeysOf(people, 0)[3]).toEqual([]);
  });

  it('is missing where all records miss it', () => {
    const maker = new PeopleMaker(keys);
    maker.add([[1], [], [], []], missingMask(['forename', 'sex']));
    maker.add([[1], [], [], []], missingMask(['sex', 'cro']));
    maker.add([[2], [], [], []], missingMask(IDENTIFIERS));
    const people = finish(maker.people());
    expect([0, 1].map((person) => people.missingOf(person))).toEqual([missingMask(['sex']), missingMask(IDENTIFIERS)]);
  });
});

describe('making people', () => {
  it('numbers them in the order of their first records', () => {
    const ann = { forename: 'Ann', surname: 'Lee', dateOfBirth: '1980-05-07', postcode: 'NS1 1AA', sex: 'F' };
    const people = peopleOf([ann, { ...ann, forename: 'Bob', surname: 'Day', dateOfBirth: '1970-04-03' }, ann, {}]);
    expect(persons(people)).toEqual([0, 1, 0, 2]);
    expect(() => people.personOf(4)).toThrow(RangeError);
    expect(people.keysOf(0, 3).length).toBeGreaterThan(0);
    expect(KEYS[3]?.copies).toBe(2);
  });

  it('makes nobody of no records', () => {
    const people = finish(new PeopleMaker(keys).people());
    expect([people.records, people.count, people.duplicates]).toEqual([0, 0, 0]);
  });

  it.each<[string, Values]>([
    ['a list for each key is missing', [[1], [2], []]],
    ['there is one list more', [[1], [], [], [], []]],
    ['0 is no number of a value', [[0], [], [], []]],
    ['nor is a fraction', [[1.5], [], [], []]],
    ['nor 2^32 - 1', [[2 ** 32 - 1], [], [], []]],
  ])('is refused where %s', (_, values) => {
    expect(() => new PeopleMaker(keys).add(values, 0)).toThrow(RangeError);
  });

  it('is refused for two keys of one name', () => {
    expect(() => new PeopleMaker([...keys, { name: 'one', copies: 1 }])).toThrow(RangeError);
  });
});

describe(`beside the rule looked up among all records (seed ${testSeed})`, () => {
  /** Records of one id are of one person; each value counted over them. */
  function expected(records: readonly Values[]): { person: number[]; kept: number[][][] } {
    const ids = [...new Set(records.map(([id]) => id?.[0] ?? 0))];
    const person = records.map(([id]) => ids.indexOf(id?.[0] ?? 0));
    const of = (index: number): Values[] => records.filter((_, record) => person[record] === index);
    const owners = (value: number): number =>
      ids.filter((_, index) => of(index).some((values) => values.flat().includes(value))).length;
    const kept = ids.map((_, index) =>
      keys.map(({ copies }, key) => {
        const all = of(index).flatMap((values) => values[key] ?? []);
        const count = (value: number): number => all.filter((each) => each === value).length;
        const distinct = [...new Set(all)].sort((a, b) => count(b) - count(a));
        return distinct.filter((value) => owners(value) === 1).slice(0, copies);
      }),
    );
    return { person, kept };
  }

  it('has the same people with the same values', () => {
    const rng = seededRng(`${testSeed}/people`);
    const below = (count: number): number => (rng.bytes(1)[0] ?? 0) % count;
    for (let time = 0; time < 80; time += 1) {
      const [count, kinds] = [1 + below(20), 1 + below(12)];
      const some = (key: number, most: number): number[] => [
        ...new Set(Array.from({ length: below(most + 1) }, () => 100 * key + 1 + below(kinds))),
      ];
      // At most eight of one id: a number that more have is nobody's.
      const records = Array.from({ length: count }, (_, record) => [
        [1 + ((record * 7) % Math.ceil(count / 4))],
        some(1, 2),
        some(2, 3),
        [],
      ]);
      const people = peopleWith(keys, records);
      const { person, kept } = expected(records);
      expect(persons(people)).toEqual(person);
      expect(kept.map((_, index) => allKeysOf(people, index))).toEqual(kept);
    }
  });
});
