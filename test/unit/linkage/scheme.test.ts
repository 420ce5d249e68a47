import { describe, expect, it } from 'vitest';

import { CASE_KEY, caseKey, keyNames, personKeys, schemes } from '../../../core/linkage/index.js';
import type { Identifiers, Scheme } from '../../../core/linkage/index.js';
import { MAX_KEY_COLUMNS } from '../../../core/private-join/index.js';

const person: Identifiers = {
  forename: 'Zoë',
  surname: "O'Brien",
  dateOfBirth: '1987-06-05',
  postcode: 'm1 1aa',
  sex: 'f',
};

function exact(): Scheme {
  const scheme = schemes.get('exact');
  if (scheme === undefined) throw new Error('the scheme is gone');
  return scheme;
}

describe('schemes', () => {
  it('fit a list: the keys of each and the case key are no more columns than one may have', () => {
    for (const scheme of schemes.values()) expect(keyNames(scheme).length + 1).toBeLessThanOrEqual(MAX_KEY_COLUMNS);
  });
});

describe('scheme exact', () => {
  it('has its key columns strictest first, and a version', () => {
    expect(keyNames(exact())).toEqual(['exact.1', 'exact.2']);
    expect(exact().version).toBe(1);
  });

  it('makes each key of its normalised atoms', () => {
    expect(personKeys(exact(), person)).toEqual(['ZOE|OBRIEN|1987-06-05|M11AA|F', 'ZOE|OBRIEN|1987-06-05|F']);
  });

  it('makes a key only where every part is there', () => {
    expect(personKeys(exact(), { ...person, postcode: 'NFA' })).toEqual([null, 'ZOE|OBRIEN|1987-06-05|F']);
    for (const missing of ['forename', 'surname', 'dateOfBirth', 'sex'] as const) {
      expect(personKeys(exact(), { ...person, [missing]: null })).toEqual([null, null]);
    }
    expect(personKeys(exact(), {})).toEqual([null, null]);
  });

  it('keeps names apart that would run into each other', () => {
    const [first] = personKeys(exact(), { ...person, forename: 'Ann', surname: 'Abel' });
    const [second] = personKeys(exact(), { ...person, forename: 'Anna', surname: 'Bel' });
    expect(first).not.toBe(second);
  });
});

it('keeps schemes by id, and nothing else', () => {
  expect(schemes.get('toString')).toBeUndefined();
  for (const [id, scheme] of schemes) expect(scheme.id).toBe(id);
});

it('makes the case key of a reference number', () => {
  expect(CASE_KEY).toBe('case');
  expect(caseKey('01 aa-0012345/24')).toBe('01AA001234524');
  expect(caseKey(null)).toBeNull();
});
