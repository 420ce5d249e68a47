import { describe, expect, it } from 'vitest';

import {
  allKeys,
  CASE_KEY,
  caseKey,
  IDENTIFIERS,
  keyCopies,
  keyNames,
  keysOf,
  MAX_IDENTIFIER_VALUES,
  MAX_KEY_COPIES,
  MAX_PERSON_COLUMNS,
  MAX_SCHEME_KEYS,
  NORMALISER_VERSION,
  schemes,
} from '../../../core/linkage/index.js';
import type { HeldIdentifiers, IdentifierName, Scheme } from '../../../core/linkage/index.js';
import { MAX_KEY_COLUMNS } from '../../../core/private-join/index.js';

const CLASSIC: HeldIdentifiers = new Map([
  ['forename', 1],
  ['surname', 1],
  ['dateOfBirth', 1],
  ['postcode', 1],
  ['sex', 1],
]);
const WITHOUT_SEX = without('sex');
const MOST: HeldIdentifiers = new Map(IDENTIFIERS.map((name) => [name, MAX_IDENTIFIER_VALUES]));

function scheme(id: string): Scheme {
  const found = schemes.get(id);
  if (found === undefined) throw new Error(`the scheme ${id} is gone`);
  return found;
}

function without(...names: IdentifierName[]): HeldIdentifiers {
  return new Map([...CLASSIC].filter(([name]) => !names.includes(name)));
}

describe('schemes', () => {
  it('are these, by id and nothing else', () => {
    expect([...schemes.keys()].sort()).toEqual([
      'case',
      'exact',
      'initials',
      'light',
      'standard',
      'strict',
      'thorough',
    ]);
    for (const [id, { id: own, version }] of schemes) expect([own, version]).toEqual([id, 1]);
    expect(schemes.get('toString')).toBeUndefined();
    expect(NORMALISER_VERSION).toBe(1);
  });

  it('have few enough keys for a set of them, and no key twice', () => {
    for (const { keys } of schemes.values()) {
      expect(keys.length).toBeLessThanOrEqual(MAX_SCHEME_KEYS);
      expect(new Set(keys.map(({ name }) => name)).size).toBe(keys.length);
    }
  });

  it('name a key by its atoms, so that a key of two schemes is one', () => {
    for (const { id, keys } of schemes.values()) {
      if (id === 'exact') continue;
      for (const { name, atoms } of keys) expect(name).toBe(atoms.join('.'));
    }
    const all = allKeys([...schemes.values()]);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(all.map(({ name }) => name))).toEqual(new Set([...schemes.values()].flatMap(keyNames)));
  });

  it('grow: whatever light has is in standard, and whatever standard has, thorough has before its own', () => {
    const standard = keyNames(scheme('standard'));
    expect(standard.filter((name) => keyNames(scheme('light')).includes(name))).toEqual(keyNames(scheme('light')));
    expect(keyNames(scheme('thorough')).slice(0, standard.length)).toEqual(standard);
  });

  it('leave each identifier out of some key, so that one that is wrong is not the end', () => {
    for (const id of ['light', 'standard', 'thorough']) {
      const keys = keysOf(scheme(id), CLASSIC);
      for (const name of CLASSIC.keys()) {
        expect(
          keys.filter(({ identifiers }) => !identifiers.includes(name)).length,
          `${id} without ${name}`,
        ).toBeGreaterThan(0);
      }
    }
  });

  it('know the three keys that recall is estimated from', () => {
    for (const id of ['light', 'standard', 'thorough']) {
      const { keys, captures } = scheme(id);
      const identifiers = (place: number | undefined): readonly string[] => keys[place ?? -1]?.identifiers ?? [];
      expect(identifiers(captures?.nameAndDate)).toEqual(['forename', 'surname', 'dateOfBirth']);
      expect(identifiers(captures?.dateAndPlace)).not.toContain('surname');
      expect(identifiers(captures?.nameAndPlace)).not.toContain('dateOfBirth');
    }
    for (const id of ['strict', 'exact', 'initials', 'case']) expect(scheme(id).captures).toBeNull();
  });

  it('say what a key is made of', () => {
    expect(scheme('strict').keys).toEqual([
      {
        name: 'F.S.D.P.X',
        atoms: ['F', 'S', 'D', 'P', 'X'],
        identifiers: ['forename', 'surname', 'dateOfBirth', 'postcode', 'place', 'sex'],
      },
    ]);
    expect(keyNames(scheme('exact'))).toEqual(['exact.1', 'exact.2']);
    expect(scheme('case').keys).toEqual([]);
  });
});

describe('the keys of a dataset', () => {
  const names = (id: string, held: HeldIdentifiers): string[] => keysOf(scheme(id), held).map(({ name }) => name);

  it('are those that it holds everything for', () => {
    expect(names('standard', CLASSIC)).toEqual(
      keyNames(scheme('standard')).filter((name) => !/^(?:NHS|PNC|CRO)$/.test(name)),
    );
    expect(names('standard', new Map([...CLASSIC, ['pnc', 1]]))).toContain('PNC');
    expect(names('thorough', without('postcode')).filter((name) => name.includes('P'))).toEqual([]);
    expect(names('thorough', without('forename')).filter((name) => name.includes('F'))).toEqual([]);
    expect(names('strict', without('surname'))).toEqual([]);
    expect(names('standard', new Map())).toEqual([]);
  });

  it('may be of a place instead of a postcode, and of a district instead of its outward part', () => {
    const classic = names('standard', CLASSIC);
    const withPlace: HeldIdentifiers = new Map([...without('postcode'), ['place', 1]]);
    expect(names('standard', new Map([...withPlace, ['area', 1]]))).toEqual(classic);
    expect(names('standard', withPlace)).toEqual(classic.filter((name) => !name.includes('Pd')));
    expect(names('light', withPlace)).toEqual(names('light', CLASSIC));
    expect(names('initials', new Map([...without('postcode'), ['area', 1]]))).toEqual(names('initials', CLASSIC));
    expect(names('initials', without('postcode'))).toEqual([]);
  });

  it('do without sex where it isn’t held', () => {
    expect(names('thorough', WITHOUT_SEX)).toEqual(names('thorough', CLASSIC));
  });
});

describe('columns', () => {
  const keys = allKeys([...schemes.values()]);
  const copiesOf = (name: string, held: HeldIdentifiers): number => {
    const own = keysOf(scheme('thorough'), held);
    return keyCopies(own, held)[own.findIndex((key) => key.name === name)] ?? 0;
  };

  it('are one of each key where everything is held once', () => {
    expect(new Set(keyCopies(keysOf(scheme('thorough'), CLASSIC), CLASSIC))).toEqual(new Set([1]));
    expect(new Set(keyCopies(keysOf(scheme('thorough'), WITHOUT_SEX), WITHOUT_SEX))).toEqual(new Set([1]));
  });

  it('are one of each combination of values', () => {
    const held = new Map([...CLASSIC, ['surname', 2], ['postcode', 2]] as const);
    expect(copiesOf('FSm.Dym', held)).toBe(2);
    expect(copiesOf('Dyd.P.X', held)).toBe(2);
    expect(copiesOf('FS3.P', held)).toBe(4);
    expect(copiesOf('Dyd.P.X', new Map([...held, ['place', 1]]))).toBe(3);
  });

  it('are at most MAX_KEY_COPIES of one key', () => {
    const own = keysOf(scheme('light'), MOST);
    expect(new Set(keyCopies(own, MOST))).toEqual(new Set([MAX_KEY_COPIES]));
  });

  it('are no more than a list may have, the first of each before the second of any', () => {
    expect(MAX_PERSON_COLUMNS).toBe(MAX_KEY_COLUMNS - 1);
    const copies = keyCopies(keys, MOST);
    expect(copies.reduce((sum, count) => sum + count, 0)).toBe(MAX_PERSON_COLUMNS);
    expect(Math.max(...copies) - Math.min(...copies)).toBe(1);
    expect([...copies].sort((one, other) => other - one)).toEqual(copies);
    expect(keys.length).toBeLessThan(MAX_PERSON_COLUMNS);
  });
});

it('makes the case key of a reference number', () => {
  expect(CASE_KEY).toBe('case');
  expect(caseKey('01 aa-0012345/24')).toBe('01AA001234524');
  expect(caseKey(null)).toBeNull();
});
