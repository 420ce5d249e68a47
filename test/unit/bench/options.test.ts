import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';

import {
  MAX_PEOPLE,
  MIN_PEOPLE,
  numberWithin,
  parseAgencies,
  parseKeys,
  parsePart,
  parsePeople,
  shapesOf,
} from '../../../bench/options.js';
import { MAX_AGENCIES } from '../../../bench/runs/study.js';

describe('lists of numbers', () => {
  it('are read in any order, and made ascending and distinct', () => {
    expect(parsePeople('50000, 10000,50000')).toEqual([10_000, 50_000]);
    expect(parseKeys('3,1')).toEqual([3, 1]);
  });

  it('are taken at their limits and refused one past them', () => {
    expect(parsePeople(`${MIN_PEOPLE},${MAX_PEOPLE}`)).toEqual([MIN_PEOPLE, MAX_PEOPLE]);
    expect(parseAgencies(`2,${MAX_AGENCIES}`)).toEqual([2, MAX_AGENCIES]);
    for (const text of [`${MIN_PEOPLE - 1}`, `${MAX_PEOPLE + 1}`, '', '10,', '1e', '10.5', '10;20']) {
      expect(() => parsePeople(text), text).toThrow(InvalidArgumentError);
    }
    for (const text of ['1', `${MAX_AGENCIES + 1}`]) {
      expect(() => parseAgencies(text), text).toThrow(InvalidArgumentError);
    }
    for (const text of ['2', '', '1;3']) expect(() => parseKeys(text), text).toThrow(InvalidArgumentError);
  });

  it('may have to be one number', () => {
    const read = numberWithin(1, 4);
    expect(read('4')).toBe(4);
    for (const text of ['0', '5', '1,2', 'one']) expect(() => read(text), text).toThrow(InvalidArgumentError);
  });
});

describe('parts', () => {
  it('are collected, each once', () => {
    expect(parsePart('runs', parsePart('kernel', parsePart('runs')))).toEqual(['runs', 'kernel']);
    expect(() => parsePart('everything')).toThrow(InvalidArgumentError);
  });
});

describe('shapes of runs', () => {
  it('are all combinations', () => {
    const shapes = shapesOf({ people: [10, 20], agencies: [2, 3], keys: [1, 3] });
    expect(shapes).toHaveLength(8);
    expect(new Set(shapes.map(({ people, agencies, keys }) => `${people}/${agencies}/${keys}`)).size).toBe(8);
    expect(shapes[0]).toEqual({ people: 10, agencies: 2, keys: 1 });
  });
});
