import { describe, expect, it } from 'vitest';

import { MAX_LISTS_WITH_DECOYS } from '../../../core/private-join/index.js';
import {
  decoyPatterns,
  MAX_DECOY_PATTERNS,
  mostPatternsOfAList,
  tooManyPatterns,
} from '../../../core/templates/decoy-patterns.js';
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

  it('are not made where there would be too many', () => {
    const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `key.${index}`);
    const withKeys = (count: number): DecoyList[] =>
      Array.from({ length: 4 }, (_, index) => list(`${index}`, 'linked', ...keys(count)));
    expect(8 ** 4).toBe(MAX_DECOY_PATTERNS);
    expect(tooManyPatterns(withKeys(7))).toBe(false);
    expect(decoyPatterns(withKeys(7)).length).toBeLessThanOrEqual(MAX_DECOY_PATTERNS);
    expect(tooManyPatterns(withKeys(8))).toBe(true);
    expect(decoyPatterns(withKeys(8))).toEqual([]);
  });
});
