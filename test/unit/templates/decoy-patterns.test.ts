import { describe, expect, it } from 'vitest';

import { allKeys, schemes } from '../../../core/linkage/index.js';
import { MAX_LISTS_WITH_DECOYS } from '../../../core/private-join/index.js';
import { decoyPatterns, mostPatternsOfAList, tooManyPatterns } from '../../../core/templates/decoy-patterns.js';
import type { DecoyList } from '../../../core/templates/decoy-patterns.js';

const PERSON = ['exact.1', 'exact.2'];
function list(id: string, role: DecoyList['role'], ...names: readonly string[]): DecoyList {
  return { id, role, keys: names.map((name) => ({ name, on: name === 'case' ? 'case' : 'person' })) };
}

const base = list('base', 'base', ...PERSON, 'case');
const second = list('second', 'base', ...PERSON, 'case');
const person = list('person', 'linked', ...PERSON);
const cases = list('cases', 'linked', 'case');

/** A line for each pattern: its lists, each with the keys that it shares: 1 and 2 for those of a person, c for the case. */
function patterns(...lists: readonly DecoyList[]): string[] {
  const short: Readonly<Record<string, string>> = { 'exact.1': '1', 'exact.2': '2', case: 'c' };
  return decoyPatterns(lists).map((members) =>
    members.map(({ list: id, shared }) => `${id}:${shared.map((name) => short[name] ?? name).join('')}`).join(' '),
  );
}

describe('decoy patterns', () => {
  it('of one list are a record that is like no other', () => {
    expect(patterns(base)).toEqual(['base:']);
  });

  it('of two lists that join on the person are each alone, and both, at each key', () => {
    expect(patterns(base, person)).toEqual(['base:', 'person:', 'base:12 person:12', 'base:2 person:2']);
  });

  it('of two lists that join on the case are each alone, and both', () => {
    expect(patterns(base, cases)).toEqual(['base:', 'cases:', 'base:c cases:c']);
  });

  it('of three lists join on both, and never what has nothing in common', () => {
    expect(patterns(base, cases, person)).toEqual([
      'base:',
      'cases:',
      'base:c cases:c',
      'person:',
      'base:12 person:12',
      'base:2 person:2',
      'base:12c cases:c person:12',
      'base:2c cases:c person:2',
    ]);
  });

  it('of an opt-out list are it alone, and it with every set that it can meet, sharing all they have', () => {
    const optOuts = list('out', 'opt-out', ...PERSON);
    expect(patterns(base, cases, person, optOuts).slice(patterns(base, cases, person).length)).toEqual([
      'out:',
      'base:12 out:12',
      'base:12c cases:c out:12',
      'person:12 out:12',
      'base:12 person:12 out:12',
      'base:12c cases:c person:12 out:12',
    ]);
    const postcodeOnly = list('postcode', 'linked', 'exact.1');
    expect(patterns(base, postcodeOnly, optOuts).slice(-2)).toEqual(['postcode:1 out:1', 'base:12 postcode:1 out:12']);
  });

  it('leave all others as they are, whatever opt-out lists come, and have none of two of them', () => {
    const optOuts = ['one', 'two', 'three'].map((id) => list(id, 'opt-out', ...PERSON));
    const without = patterns(base, second, person);
    const all = patterns(base, ...optOuts, second, person);
    expect(all.slice(0, without.length)).toEqual(without);
    expect(all).toHaveLength(without.length + 3 * 2 ** 3);
    for (const pattern of decoyPatterns([base, second, person, ...optOuts])) {
      expect(pattern.filter(({ list: id }) => ['one', 'two', 'three'].includes(id)).length).toBeLessThan(2);
    }
  });

  it('do not count opt-out lists among those there may be', () => {
    const most = Array.from({ length: MAX_LISTS_WITH_DECOYS }, (_, index) => list(`l${index}`, 'linked', ...PERSON));
    const optOuts = most.map(({ id }) => list(`out of ${id}`, 'opt-out', ...PERSON));
    expect(tooManyPatterns([...most, ...optOuts])).toBe(false);
    const added = decoyPatterns([...most, ...optOuts]).length - decoyPatterns(most).length;
    expect(added).toBe(MAX_LISTS_WITH_DECOYS * 2 ** MAX_LISTS_WITH_DECOYS);
    expect(tooManyPatterns([...most, ...optOuts, list('one more', 'linked', ...PERSON)])).toBe(true);
  });

  it('of four lists have two of the population know a person, and the case where somebody is linked on it', () => {
    expect(patterns(base, second, cases, person)).toEqual([
      'base:',
      'second:',
      'base:12 second:12',
      'base:2 second:2',
      'cases:',
      'base:c cases:c',
      'second:c cases:c',
      'base:12c second:12c cases:c',
      'base:2c second:2c cases:c',
      'person:',
      'base:12 person:12',
      'base:2 person:2',
      'second:12 person:12',
      'second:2 person:2',
      'base:12 second:12 person:12',
      'base:12 second:12 person:2',
      'base:12 second:2 person:12',
      'base:2 second:12 person:12',
      'base:2 second:2 person:2',
      'base:12c cases:c person:12',
      'base:2c cases:c person:2',
      'second:12c cases:c person:12',
      'second:2c cases:c person:2',
      'base:12c second:12c cases:c person:12',
      'base:12c second:12c cases:c person:2',
      'base:12c second:2c cases:c person:12',
      'base:2c second:12c cases:c person:12',
      'base:2c second:2c cases:c person:2',
    ]);
  });

  it('join linked lists with each other too: the coordinator sees that as well', () => {
    const otherPerson = list('other', 'linked', ...PERSON);
    const otherCases = list('hearings', 'linked', 'case');
    expect(patterns(person, otherPerson)).toContain('person:12 other:12');
    expect(patterns(cases, otherCases)).toEqual(['cases:', 'hearings:', 'cases:c hearings:c']);
    // A pair of each: two groups, with nothing between them.
    expect(patterns(person, otherPerson, cases, otherCases).filter((line) => line.split(' ').length > 2)).toEqual([]);
  });

  it('of a population that has nothing but cases share these', () => {
    expect(patterns(list('a', 'base', 'case'), list('b', 'base', 'case'))).toEqual(['a:', 'b:', 'a:c b:c']);
  });

  it('of lists without keys are each alone', () => {
    expect(patterns(list('a', 'base'), list('b', 'base'))).toEqual(['a:', 'b:']);
  });

  it('are few enough for as many lists as there may be', () => {
    const lists = Array.from({ length: MAX_LISTS_WITH_DECOYS }, (_, index) => ({ ...base, id: `${index}` }));
    const all = decoyPatterns(lists);
    expect(new Set(all.map((pattern) => JSON.stringify(pattern))).size).toBe(all.length);
    // A list is out of a set, in it from the strict key on, or from the other on; where one alone begins at the strict
    // key, its pattern is that of all beginning at the other.
    const n = MAX_LISTS_WITH_DECOYS;
    const sets = (lists: number): number => 3 ** lists - 1 - lists * 2 ** (lists - 1);
    expect(all).toHaveLength(sets(n));
    expect(mostPatternsOfAList(all)).toBe(sets(n) - sets(n - 1));
    expect(mostPatternsOfAList([])).toBe(0);
  });

  describe('of keys that many identifiers are in', () => {
    const byName = list('a', 'base', 'FSm.Dym', 'FS3.P', 'Dyd.P.X');
    const other = { ...byName, id: 'b' };
    const third = { ...byName, id: 'c' };

    it('are, of two lists, all they have in common, and that without each identifier', () => {
      expect(patterns(byName, other)).toEqual([
        'a:',
        'b:',
        'a:FSm.DymFS3.PDyd.P.X b:FSm.DymFS3.PDyd.P.X',
        // Forename, for which the surname is as good; date of birth; postcode, for which a place is; sex.
        'a:Dyd.P.X b:Dyd.P.X',
        'a:FS3.P b:FS3.P',
        'a:FSm.Dym b:FSm.Dym',
        'a:FSm.DymFS3.P b:FSm.DymFS3.P',
      ]);
    });

    it('are, of three, that of any one and of all of them without the same identifier', () => {
      const ofAll = patterns(byName, other, third).filter((line) => line.split(' ').length === 3);
      const all = 'FSm.DymFS3.PDyd.P.X';
      expect(ofAll.filter((line) => line.includes(':FS3.P ') || line.endsWith(':FS3.P'))).toEqual([
        `a:${all} b:${all} c:FS3.P`,
        `a:${all} b:FS3.P c:${all}`,
        `a:FS3.P b:${all} c:${all}`,
        'a:FS3.P b:FS3.P c:FS3.P',
      ]);
      // One lacks the date of birth and another the postcode: two identifiers, and no pattern of theirs.
      expect(ofAll).not.toContain(`a:FS3.P b:FSm.Dym c:${all}`);
    });

    it('leave out what only one list has, for want of an identifier at the others', () => {
      const poor = list('poor', 'linked', 'FSm.Dym', 'NHS');
      expect(patterns(byName, poor)).toEqual(['a:', 'poor:', 'a:FSm.Dym poor:FSm.Dym']);
    });

    it('name each key once, however many columns it has', () => {
      const copies = list('a', 'base', 'FSm.Dym', 'FS3.P', 'FSm.Dym', 'FS3.P');
      expect(patterns(copies, { ...copies, id: 'b' })).toEqual(
        patterns(list('a', 'base', 'FSm.Dym', 'FS3.P'), list('b', 'base', 'FSm.Dym', 'FS3.P')),
      );
    });

    it('are as many as there are identifiers to lack, for every scheme, and few enough for six lists', () => {
      for (const { id, keys } of schemes.values()) {
        const names = keys.map(({ name }) => name);
        const identifiers = new Set(keys.flatMap((key) => key.identifiers));
        // What is left of the keys without each; without a postcode no more is left than without a place.
        const rests = new Set(
          [...identifiers].map((one) =>
            keys
              .filter((key) => !key.identifiers.includes(one))
              .map(({ name }) => name)
              .join(),
          ),
        );
        const lacking = [...rests].filter((rest) => rest !== '').length;
        for (let lists = 1; lists <= MAX_LISTS_WITH_DECOYS; lists += 1) {
          const all = decoyPatterns(Array.from({ length: lists }, (_, index) => list(`${index}`, 'linked', ...names)));
          // Of k lists that share: all share all, or of those without something not all but one have it and not all.
          const expected = Array.from({ length: lists - 1 }, (_, index) => index + 2).reduce(
            (sum, k) => sum + choose(lists, k) * (1 + lacking * (2 ** k - k - 1)),
            lists,
          );
          expect(`${id} ${lists} ${all.length}`).toBe(`${id} ${lists} ${names.length === 0 ? lists : expected}`);
          expect(new Set(all.map((pattern) => JSON.stringify(pattern))).size).toBe(all.length);
        }
      }
    });
  });

  it('are not made of too many lists', () => {
    const identical = (lists: number, names: readonly string[]): DecoyList[] =>
      Array.from({ length: lists }, (_, index) => list(`${index}`, 'linked', ...names));
    expect(tooManyPatterns([])).toBe(false);
    expect(tooManyPatterns(identical(MAX_LISTS_WITH_DECOYS, PERSON))).toBe(false);
    expect(tooManyPatterns(identical(MAX_LISTS_WITH_DECOYS + 1, PERSON))).toBe(true);
    expect(decoyPatterns(identical(MAX_LISTS_WITH_DECOYS + 1, PERSON))).toEqual([]);
    const everything = allKeys([...schemes.values()]).map(({ name }) => name);
    expect(decoyPatterns(identical(MAX_LISTS_WITH_DECOYS, everything))).toHaveLength(4_793);
    expect(decoyPatterns(identical(MAX_LISTS_WITH_DECOYS + 1, everything))).toEqual([]);
  });
});

function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k;
}
