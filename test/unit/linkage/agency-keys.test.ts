import { describe, expect, it } from 'vitest';

import {
  agencyKeys,
  IDENTIFIERS,
  keyCopies,
  keysOf,
  MAX_IDENTIFIER_VALUES,
  peopleKeys,
  schemes,
} from '../../../core/linkage/index.js';
import type { HeldIdentifiers, Scheme } from '../../../core/linkage/index.js';

const HELD: HeldIdentifiers = new Map([
  ['forename', 1],
  ['surname', 2],
  ['dateOfBirth', 1],
  ['postcode', 2],
  ['sex', 1],
]);

function scheme(id: string): Scheme {
  const found = schemes.get(id);
  if (found === undefined) throw new Error(`the scheme ${id} is gone`);
  return found;
}

function namesOf(ids: readonly string[], held = HELD): string[] {
  return agencyKeys(ids.map(scheme), held).map(({ name }) => name);
}

/** Those of a scheme that this dataset makes, and how many columns it has for each. */
function columns(id: string, held = HELD): Map<string, number> {
  const keys = keysOf(scheme(id), held);
  const copies = keyCopies(keys, held);
  return new Map(keys.map(({ name }, place) => [name, copies[place] ?? 0]));
}

describe('the keys that an agency makes', () => {
  it('are those of its schemes in their order, then those that only serve self-linking, each once', () => {
    const names = namesOf(['light', 'exact']);
    const own = ['light', 'exact'].flatMap((id) => [...columns(id).keys()]);
    expect(names.slice(0, own.length)).toEqual(own);
    expect(names.slice(own.length)).toEqual(namesOf([]).filter((name) => !own.includes(name)));
    expect(new Set(names).size).toBe(names.length);
  });

  it('are those for self-linking where no scheme is named, or one without keys of people', () => {
    expect(agencyKeys([], HELD).length).toBeGreaterThan(0);
    expect(new Set(agencyKeys([], HELD).flatMap(({ copies }) => copies))).toEqual(new Set());
    expect(namesOf(['case'])).toEqual(namesOf([]));
  });

  it('are those that the dataset holds everything for', () => {
    const names = namesOf(['standard'], new Map([...HELD].filter(([name]) => name !== 'postcode')));
    expect(names.filter((name) => name.split('.').includes('P'))).toEqual([]);
    expect(names.length).toBeGreaterThan(0);
  });

  it('have the columns that each scheme takes of them, and none where they only serve self-linking', () => {
    // Of as many values as there are columns for, both take the same.
    expect(new Set(agencyKeys([scheme('standard'), scheme('light')], HELD).map(({ copies }) => copies.length))).toEqual(
      new Set([0, 1]),
    );
    // So many values that there isn't room for all of them in the columns of standard, and there is in those of light.
    const held = new Map(IDENTIFIERS.map((name) => [name, MAX_IDENTIFIER_VALUES]));
    const [light, standard] = [columns('light', held), columns('standard', held)];
    const keys = agencyKeys([scheme('standard'), scheme('light')], held);
    for (const { name, copies } of keys) {
      const taken = [standard.get(name), light.get(name)].filter((count) => count !== undefined);
      expect(copies).toEqual([...new Set(taken)].sort((one, other) => one - other));
    }
    expect(new Set(keys.map(({ copies }) => copies.length))).toEqual(new Set([0, 1, 2]));
    expect(peopleKeys(keys)).toEqual(
      keys.map(({ name }) => ({ name, copies: Math.max(0, standard.get(name) ?? 0, light.get(name) ?? 0) })),
    );
  });
});
