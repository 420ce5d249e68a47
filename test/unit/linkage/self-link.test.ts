import { describe, expect, it } from 'vitest';

import { finish } from '../../../core/base/index.js';
import { candidatePairs, FOLLOWERS, GROUP_MAX } from '../../../core/linkage/candidate-pairs.js';
import { Clusters } from '../../../core/linkage/clusters.js';
import { holdersOf } from '../../../core/linkage/holders.js';
import type { Identifiers } from '../../../core/linkage/index.js';
import { KeyLists } from '../../../core/linkage/record-keys.js';
import {
  AREA,
  confirmedBy,
  PLACE,
  SELF_LINKING_KEYS,
  SHARED_ID,
  Verdict,
  verdictOn,
} from '../../../core/linkage/self-link-rules.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { peopleOf, persons } from './people-of.js';

const margaret: Identifiers = {
  forename: 'Margaret',
  surname: 'Ashworth',
  dateOfBirth: '1974-03-19',
  postcode: 'NS4 2AB',
  sex: 'F',
};
const john: Identifiers = {
  forename: 'John',
  surname: 'Okafor',
  dateOfBirth: '1961-11-02',
  postcode: 'NS7 1QQ',
  sex: 'M',
};
/** Valid by their check digits. */
const NHS = '943 476 5919';
const OTHER_NHS = '943 476 5870';

const together = (...records: Identifiers[]): number[] => persons(peopleOf(records));

describe('records of one person', () => {
  it.each<[string, Identifiers, Identifiers]>([
    ['all the same', margaret, margaret],
    ['a typing error late in the forename', margaret, { ...margaret, forename: 'Margraet' }],
    ['a typing error in the surname', margaret, { ...margaret, surname: 'Ashwrth' }],
    ['moved house', margaret, { ...margaret, postcode: 'NS29 9ZZ' }],
    ['no postcode', margaret, { ...margaret, postcode: null }],
    ['a married name at the old address', margaret, { ...margaret, surname: 'Blackwood' }],
    ['names swapped', margaret, { ...margaret, forename: 'Ashworth', surname: 'Margaret' }],
    ['a nickname', margaret, { ...margaret, forename: 'Peggy' }],
    ['day and month swapped', john, { ...john, dateOfBirth: '1961-02-11' }],
    ['day and month swapped, and moved house', john, { ...john, dateOfBirth: '1961-02-11', postcode: 'NS1 1AA' }],
    ['a wrong year', john, { ...john, dateOfBirth: '1951-11-02' }],
    ['a wrong day', john, { ...john, dateOfBirth: '1961-11-20' }],
    ['day and month both wrong', john, { ...john, dateOfBirth: '1961-03-27' }],
    ['no birth date', john, { ...john, dateOfBirth: null }],
    ['a wrong sex', john, { ...john, sex: 'F' }],
    ['one id, and nothing else', { ...margaret, nhsNumber: NHS }, { ...john, nhsNumber: NHS }],
  ])('are together: %s', (_, one, other) => {
    expect(together(one, other)).toEqual([0, 0]);
  });

  it('are together by way of each other', () => {
    const moved = { ...margaret, postcode: 'NS29 9ZZ' };
    const married = { ...moved, surname: 'Blackwood' };
    expect(together(margaret, john, married, moved)).toEqual([0, 1, 0, 0]);
  });

  it('are together although there are very many of them', () => {
    const many = Array.from({ length: 60 }, (_, move) => ({ ...john, postcode: `NS${move} 1AA` }));
    expect(new Set(together(margaret, ...many)).size).toBe(2);
  });
});

describe('records of different people', () => {
  const twin = { ...margaret, forename: 'Rosalind' };
  it.each<[string, Identifiers, Identifiers]>([
    ['nothing in common', margaret, john],
    ['twins of one sex', margaret, twin],
    ['twins with one initial', margaret, { ...margaret, forename: 'Moira' }],
    ['twins of two sexes', margaret, { ...margaret, forename: 'Rupert', sex: 'M' }],
    ['twins who live apart', margaret, { ...twin, postcode: 'NS1 1AA' }],
    ['father and son of one name', john, { ...john, dateOfBirth: '1990-05-14' }],
    ['spouses', john, { ...john, forename: 'Ngozi', dateOfBirth: '1963-01-30', sex: 'F' }],
    ['brothers', john, { ...john, forename: 'Peter', dateOfBirth: '1964-08-21' }],
    ['neighbours of one birth date', john, { ...john, forename: 'Peter', surname: 'Lister' }],
    ['one name, one year', john, { ...john, dateOfBirth: '1961-05-14', postcode: 'NS1 1AA' }],
    [
      'married name and moved house: as likely somebody else',
      margaret,
      { ...margaret, surname: 'Blackwood', postcode: 'NS1 1AA' },
    ],
    ['two ids', { ...margaret, nhsNumber: NHS }, { ...john, nhsNumber: OTHER_NHS }],
    ['nothing known', {}, {}],
    [
      'nothing known but the year',
      { forename: 'Ann', surname: 'Lee', dateOfBirth: '1980-01-01' },
      { forename: 'Ann', surname: 'Lee', dateOfBirth: '1980-01-01' },
    ],
  ])('are apart: %s', (_, one, other) => {
    expect(together(one, other)).toEqual([0, 1]);
  });

  it('are not chained together by one without birth date who may be either', () => {
    const son = { ...john, dateOfBirth: '1990-05-14' };
    const undated = { ...john, dateOfBirth: null };
    expect(together(john, son, undated)).toEqual([0, 1, 2]);
  });

  it('are not chained together by a record that resembles both', () => {
    const moira = { ...margaret, forename: 'Moira' };
    // A clerk wrote one twin's number on the other's record.
    const mixed = { ...moira, nhsNumber: NHS };
    const numbered = { ...margaret, nhsNumber: NHS };
    const people = together(
      numbered,
      margaret,
      { ...margaret, postcode: null },
      moira,
      { ...moira, postcode: null },
      mixed,
    );
    expect(people.slice(0, 5)).toEqual([0, 0, 0, 1, 1]);
    // What agrees most counts first: the number before the name.
    expect(together(moira, numbered, mixed)).toEqual([0, 1, 1]);
  });

  it('are not taken for one because very many have a number whose check digit happens to fit', () => {
    const strangers = (count: number): Identifiers[] =>
      Array.from({ length: count }, (_, index) => ({
        forename: `${'ABCDEFGHIJ'[index]}nn`,
        surname: `${'QRSTUVWXYZ'[index]}od`,
        dateOfBirth: `19${50 + index}-03-0${1 + (index % 9)}`,
        postcode: `NS${index} 1AA`,
        nhsNumber: NHS,
      }));
    expect(new Set(together(...strangers(GROUP_MAX))).size).toBe(1);
    expect(new Set(together(...strangers(GROUP_MAX + 1))).size).toBe(GROUP_MAX + 1);
  });
});

describe('records without a birth date', () => {
  const others = (count: number): Identifiers[] =>
    Array.from({ length: count }, (_, index) => ({
      ...john,
      surname: `${'QRSTVWXYZ'[index % 9]}${'AEIOU'[index % 5]}${'BCDFGKLMN'[Math.floor(index / 9)]}`,
      dateOfBirth: `19${20 + index}-11-02`,
      postcode: `NS${index} 2BB`,
    }));
  const undated = (record: Identifiers): Identifiers => ({ ...record, dateOfBirth: null });
  const son = (record: Identifiers): Identifiers => ({
    ...record,
    dateOfBirth: `${Number(String(record.dateOfBirth).slice(0, 4)) + 30}-05-14`,
  });

  it('join the only one there of the name and place, not one of two', () => {
    const plain = others(40).flatMap((record) => [record, undated(record)]);
    const people = together(john, son(john), undated(john), ...plain);
    expect(people.slice(0, 3)).toEqual([0, 1, 2]);
    expect(people.slice(3)).toEqual(others(40).flatMap((_, index) => [3 + index, 3 + index]));
  });

  it('join nobody where many live with a parent or child of their name', () => {
    const families = others(40).flatMap((record) => [record, son(record)]);
    const people = together(john, undated(john), ...families);
    expect(people.slice(0, 2)).toEqual([0, 1]);
  });
});

describe('name and birth date alone', () => {
  /** People of one name born on different days of each of some years; the first two of the first year on one day. */
  const namesakes = (years: number, each: number): Identifiers[] =>
    Array.from({ length: years * each }, (_, index) => {
      const [year, place] = [Math.floor(index / each), index % each];
      const day = String(2 + (place < 2 && year === 0 ? 0 : place)).padStart(2, '0');
      return {
        ...john,
        dateOfBirth: `${1950 + year}-03-${day}`,
        postcode: `NS${year} ${place % 10}A${'ABDEF'[Math.floor(place / 10)]}`,
      };
    });

  it('are enough where the name is rare', () => {
    const [one, other] = together(...namesakes(1, 3));
    expect(one).toBe(other);
  });

  it('are enough where people have two surnames: two names of one person are not two people', () => {
    const aliases = Array.from({ length: 60 }, (_, index) => ({
      ...margaret,
      surname: [
        `${'BCDFGHKLMN'[index % 10]}${'aeiou'[index % 5]}rt`,
        `${'PQRSTV'[Math.floor(index / 10)]}${'aeiou'[index % 5]}ld`,
      ],
      dateOfBirth: `19${20 + index}-03-19`,
      postcode: `NS${index} 1AA`,
    }));
    // Each once more, with another second surname.
    const again = aliases.map((record) => ({ ...record, surname: [record.surname[0] ?? '', 'Xu'] }));
    expect(together(john, { ...john, postcode: 'NS99 9ZZ' }, ...aliases, ...again).slice(0, 2)).toEqual([0, 0]);
  });

  it('are not where the name is so common that two strangers share a birth date', () => {
    const [one, other] = together(...namesakes(20, 24));
    expect(one).not.toBe(other);
  });

  it('are not enough among common names for records that are the same in all they say', () => {
    const common = namesakes(20, 24).map((record) => ({ ...record, postcode: null }));
    const [one, other] = together(...common);
    expect(one).not.toBe(other);
  });
});

describe('verdicts', () => {
  const keys = SELF_LINKING_KEYS.map((name) => ({ name }));
  const all = keys.reduce((bits, { name }) => bits | confirmedBy(name), 0);

  it('go by the keys that every agency makes, and by no other of its schemes', () => {
    for (const { name } of keys) expect(confirmedBy(name), name).not.toBe(0);
    // Two strangers of one name who were born in the same month share it.
    expect(confirmedBy('FSm.Dym')).toBe(0);
  });

  it('call nobody one person by a single key that is no id, nor by keys that leave out the name', () => {
    for (const { name } of keys) {
      const verdict = verdictOn(confirmedBy(name), all, all);
      expect(verdict === Verdict.same, name).toBe((confirmedBy(name) & SHARED_ID) !== 0);
    }
    const nameless = keys.map(({ name }) => name).filter((name) => /^Dy[md]/.test(name));
    expect(nameless.length).toBeGreaterThan(1);
    expect(
      verdictOn(
        nameless.reduce((bits, name) => bits | confirmedBy(name), 0),
        all,
        all,
      ),
    ).not.toBe(Verdict.same);
  });

  it('take initials, birth date and area for enough only where there are no names', () => {
    const initials = confirmedBy('F1.S1.D.X.A');
    expect(verdictOn(initials, initials, initials)).toBe(Verdict.same);
    expect(verdictOn(initials, initials | confirmedBy('F3.D.X'), initials)).toBe(Verdict.open);
    expect(verdictOn(initials & ~AREA, initials, initials)).toBe(Verdict.open);
  });

  it('are the same whichever record comes first', () => {
    const rng = seededRng(`${testSeed}/verdicts`);
    for (let time = 0; time < 2_000; time += 1) {
      const [a, b, s] = [0, 0, 0].map(() =>
        keys.reduce((bits, { name }) => ((rng.bytes(1)[0] ?? 0) < 128 ? bits | confirmedBy(name) : bits), 0),
      );
      const shared = (a ?? 0) & (b ?? 0) & (s ?? 0);
      expect(verdictOn(shared, a ?? 0, b ?? 0)).toBe(verdictOn(shared, b ?? 0, a ?? 0));
    }
  });
});

describe(`candidate pairs (seed ${testSeed})`, () => {
  const bitsOf = Uint32Array.of(PLACE, SHARED_ID, 0);
  const listsOf = (items: readonly (readonly (readonly number[])[])[]): KeyLists => {
    const lists = new KeyLists();
    for (const item of items) {
      for (const [key, values] of item.entries()) for (const value of values) lists.push(key, value);
      lists.endItem();
    }
    return lists;
  };
  const found = (items: readonly (readonly (readonly number[])[])[]): string[] => {
    const lists = listsOf(items);
    const pairs: string[] = [];
    finish(
      candidatePairs(lists, finish(holdersOf(lists, bitsOf)), bitsOf, (a, b, shared) =>
        pairs.push(`${a}-${b}:${shared}`),
      ),
    );
    return pairs.sort();
  };

  it('are all that share a value of a key that says something, with all that they share', () => {
    const rng = seededRng(`${testSeed}/candidates`);
    for (let time = 0; time < 60; time += 1) {
      const items = Array.from({ length: GROUP_MAX }, () =>
        [0, 1, 2].map((key) => [
          ...new Set([...rng.bytes((rng.bytes(1)[0] ?? 0) % 3)].map((byte) => 1 + key * 10 + (byte % 6))),
        ]),
      );
      const expected = items.flatMap((one, a) =>
        items.slice(a + 1).flatMap((other, rest) => {
          const shared = one.reduce(
            (bits, values, key) =>
              values.some((value) => other[key]?.includes(value)) ? bits | (bitsOf[key] ?? 0) : bits,
            0,
          );
          return shared === 0 ? [] : [`${a}-${a + 1 + rest}:${shared}`];
        }),
      );
      expect(found(items)).toEqual(expected.sort());
    }
  });

  it('are as many as there are up to the limit, and few for each beyond it', () => {
    const crowd = (count: number): string[] => found(Array.from({ length: count }, () => [[1], [], []]));
    expect(crowd(GROUP_MAX)).toHaveLength((GROUP_MAX * (GROUP_MAX - 1)) / 2);
    const more = GROUP_MAX + 1;
    expect(crowd(more)).toHaveLength(more * FOLLOWERS - (FOLLOWERS * (FOLLOWERS + 1)) / 2);
  });
});

describe('clusters', () => {
  it('grow unless as many contradict each other as agree', () => {
    const foes = new Set(['0-3', '1-3', '2-3']);
    const clusters = new Clusters(5, (a, b) => (foes.has(`${Math.min(a, b)}-${Math.max(a, b)}`) ? -1 : 1));
    clusters.join(0, 1);
    clusters.join(1, 2);
    clusters.join(3, 4);
    clusters.join(2, 4);
    const whose = [0, 1, 2, 3, 4].map((item) => clusters.find(item));
    expect(whose).toEqual([0, 0, 0, 3, 3]);
    foes.delete('0-3');
    clusters.join(2, 4);
    expect(new Set([0, 1, 2, 3, 4].map((item) => clusters.find(item))).size).toBe(1);
  });
});
