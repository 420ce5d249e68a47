import { describe, expect, it } from 'vitest';

import type { SnapshotKey } from '../../../node-agent/snapshot/layout.js';
import { PersonSlots } from '../../../node-agent/snapshot/person-slots.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const key = (name: string, ...copies: number[]): SnapshotKey => ({ name, on: 'person', copies });

/** Lays people out one after another; by person and column the value that stands there. */
function laidOut(
  keys: readonly SnapshotKey[],
  people: readonly (readonly (readonly number[])[])[],
  rng = seededRng(`${testSeed}/slots`),
): (number | null)[][] {
  const slots = new PersonSlots(keys, rng);
  const sealed: number[] = [];
  people.forEach((values, person) => {
    expect(slots.has(person)).toBe(false);
    slots.add(
      person,
      (place) => values[place] ?? [],
      (value) => sealed.push(value) - 1,
    );
    expect(slots.has(person)).toBe(true);
  });
  return people.map((_, person) => slots.slots(person).map((slot) => (slot === null ? null : (sealed[slot] ?? null))));
}

/** Chance of 200 fair coins falling outside 60..140 is below 1e-7. */
const PEOPLE = 200;
const [LEAST, MOST] = [60, 140];

describe(`PersonSlots (seed ${testSeed})`, () => {
  it('puts what there is of each key into its columns', () => {
    const keys = [key('one', 1), key('two', 2), key('three', 3)];
    const found = laidOut(keys, [
      [[1], [2, 3], [4]],
      [[], [], []],
      [[5], [], [6, 7, 8]],
    ]);
    const sorted = found.map((row) =>
      [row.slice(0, 1), row.slice(1, 3), row.slice(3)].map((part) => part.filter(Boolean).sort()),
    );
    expect(sorted).toEqual([
      [[1], [2, 3], [4]],
      [[], [], []],
      [[5], [], [6, 7, 8]],
    ]);
    expect(found.map(({ length }) => length)).toEqual([6, 6, 6]);
  });

  it('keeps apart the columns of more keys than a word has bits', () => {
    const keys = Array.from({ length: 40 }, (_, place) => key(`k${place}`, 1));
    const people = [1, 2].map((person) =>
      keys.map((_, place) => (place % (person + 1) === 0 ? [person * 100 + place] : [])),
    );
    expect(laidOut(keys, people)).toEqual(people.map((values) => values.map(([value]) => value ?? null)));
  });

  it('says by no place which value somebody prefers, nor how many they have', () => {
    const people = Array.from({ length: PEOPLE }, (_, person) => [person % 2 === 0 ? [1, 2] : [3]]);
    const found = laidOut([key('two', 2)], [...people, ...people]);
    for (const [preferred, rest] of [
      [1, 2],
      [3, null],
    ] as const) {
      const having = found.filter((row) => row.includes(preferred));
      expect(having).toHaveLength(PEOPLE);
      const first = having.filter((row) => row[0] === preferred && row[1] === rest).length;
      expect(first).toBeGreaterThan(LEAST);
      expect(first).toBeLessThan(MOST);
      expect(having.filter((row) => row[1] === preferred && row[0] === rest)).toHaveLength(PEOPLE - first);
    }
  });

  it('knows of each key in which order its values are preferred', () => {
    const keys = [key('one', 1), key('three', 3), key('four', 2, 4)];
    const people = Array.from({ length: PEOPLE }, (_, person) => [
      person % 3 === 0 ? [] : [1],
      [2, 3, 4].slice(person % 4),
      [5, 6, 7, 8].slice(person % 5),
    ]);
    const slots = new PersonSlots(keys, seededRng(`${testSeed}/preferred`));
    const sealed: number[] = [];
    for (const [person, values] of people.entries()) {
      slots.add(
        person,
        (place) => values[place] ?? [],
        (value) => sealed.push(value) - 1,
      );
    }
    const found = people.map((_, person) =>
      slots.preferred(slots.slots(person)).map((slot) => (slot === null ? null : sealed[slot])),
    );
    const padded = (values: readonly number[], width: number): (number | null)[] =>
      Array.from({ length: width }, (_, place) => values[place] ?? null);
    expect(found).toEqual(
      people.map((values) => [1, 3, 4].flatMap((width, place) => padded(values[place] ?? [], width))),
    );
  });

  it('gives a scheme that takes fewer columns the values preferred most', () => {
    const people = Array.from({ length: PEOPLE }, () => [[1, 2, 3, 4]]);
    const found = laidOut([key('four', 2, 4)], people);
    for (const row of found)
      expect([row.slice(0, 2).sort(), row.slice(2).sort()]).toEqual([
        [1, 2],
        [3, 4],
      ]);
    for (const [column, value] of [
      [0, 1],
      [2, 3],
    ] as const) {
      const there = found.filter((row) => row[column] === value).length;
      expect(there).toBeGreaterThan(LEAST);
      expect(there).toBeLessThan(MOST);
    }
  });
});
