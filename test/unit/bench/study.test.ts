import { describe, expect, it } from 'vitest';

import { MAX_PEOPLE } from '../../../bench/options.js';
import { isExact } from '../../../bench/runs/measured-run.js';
import { largestListBytes } from '../../../bench/runs/required-operations.js';
import { identifiersOf } from '../../../bench/runs/source-database.js';
import { KEY_COLUMNS, listsOf, MAX_AGENCIES, trueCounts } from '../../../bench/runs/study.js';
import { caseKey, personKeys, schemes } from '../../../core/linkage/index.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES } from '../../../core/private-join/index.js';
import { boundStudy, studyPlan } from './study-plan.js';

describe('the table of a study', () => {
  it('is known before anything is counted', () => {
    // Persons 0..13 in the base, 7..20 in the other list: groups a b c d by turns from person 0 on; outcomes x y z by
    // turns, of which the third is that of person 7.
    const counts = trueCounts({ people: 14, agencies: 2, keys: 1 });
    expect(Object.fromEntries(counts)).toEqual({
      'a,not-linked': 2,
      'b,not-linked': 2,
      'c,not-linked': 2,
      'd,not-linked': 1,
      'd,z': 1,
      'a,x': 1,
      'b,y': 1,
      'c,z': 1,
      'd,x': 1,
      'a,y': 1,
      'b,z': 1,
    });
  });

  it.each([2, 3, 5])('has every person of the base in it once, with %d agencies', (agencies) => {
    const counts = trueCounts({ people: 1_000, agencies, keys: 3 });
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(1_000);
    const nowhere = [...counts].filter(([cell]) =>
      cell
        .split(',')
        .slice(1)
        .every((code) => code === 'not-linked'),
    );
    // Before the first linked list begins nobody is linked.
    const first = listsOf({ people: 1_000, agencies, keys: 3 })[1]?.first;
    expect(nowhere.reduce((sum, [, count]) => sum + count, 0)).toBe(first);
  });

  it('is compared by codes; cells with nobody in them may be missing', () => {
    const dimensions = ['left', 'right'].map((name) => ({
      name,
      label: name,
      categories: ['a', 'b'].map((code) => ({ code, label: code })),
    }));
    const cells = [
      { categories: [0, 1], count: 3 },
      { categories: [1, 1], count: 0 },
    ];
    expect(isExact({ dimensions, cells }, new Map([['a,b', 3]]))).toBe(true);
    expect(isExact({ dimensions, cells }, new Map([['a,b', 4]]))).toBe(false);
    expect(isExact({ dimensions, cells }, new Map([['b,a', 3]]))).toBe(false);
    expect(isExact({ dimensions, cells }, new Map([...[['a,b', 3] as const], ['b,b', 1]]))).toBe(false);
    expect(isExact({ dimensions, cells: [] }, new Map([['a,b', 3]]))).toBe(false);
  });
});

describe('the lists of a study', () => {
  const shapes = KEY_COLUMNS.flatMap((keys) =>
    [2, 3, MAX_AGENCIES].map((agencies) => ({ people: 100, agencies, keys })),
  );

  it.each(shapes)('are those that the protocol plans for its template: $agencies agencies, m = $keys', (shape) => {
    const planned = studyPlan(shape).lists.map(({ provider, dataset, role, keys }) => ({
      provider,
      dataset,
      role,
      keys: keys.length,
    }));
    const described = listsOf(shape).map(({ agency, dataset, role, keyColumns }) => ({
      provider: agency,
      dataset,
      role,
      keys: keyColumns,
    }));
    expect(described).toEqual(planned);
    expect(boundStudy(shape).population.keys).toHaveLength(shape.keys);
  });

  it('can’t be of more agencies', () => {
    expect(() => boundStudy({ people: 100, agencies: MAX_AGENCIES + 1, keys: 1 })).toThrow('cells');
  });

  it('are as long on the wire as records are wide', () => {
    const shape = { people: 1_000, agencies: 3, keys: 3 } as const;
    expect(largestListBytes(listsOf(shape))).toBe(1_000 * (3 * ELEMENT_BYTES + CIPHERTEXT_BYTES));
  });
});

describe('invented people', () => {
  const scheme = schemes.get('exact');
  const keysOf = (person: number): (string | null)[] => {
    const [forename = null, surname = null, dateOfBirth = null, postcode = null, sex = null, urn = null] =
      identifiersOf(person);
    if (scheme === undefined) return [];
    return [...personKeys(scheme, { forename, surname, dateOfBirth, postcode, sex }), caseKey(urn)];
  };

  it('have every key, and none in common', () => {
    const last = 2 * MAX_PEOPLE;
    const people = [...Array.from({ length: 3_000 }, (_, index) => index), last - 2, last - 1];
    const columns = [0, 1, 2].map((column) => people.map((person) => keysOf(person)[column]));
    for (const keys of columns) {
      expect(keys).not.toContain(null);
      expect(new Set(keys).size).toBe(people.length);
    }
  });

  it('have surnames of their own up to the largest study there may be', () => {
    const surname = (person: number): string | undefined => identifiersOf(person)[1];
    expect(2 * MAX_PEOPLE).toBeLessThanOrEqual(26 ** 5);
    expect(surname(26 ** 5 - 1)).toBe('Benchzzzzz');
    expect(surname(26 ** 5)).toBe(surname(0));
  });
});
