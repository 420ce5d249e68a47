import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  allKeys,
  IDENTIFIERS,
  keyMaker,
  keysOf,
  MAX_KEY_COPIES,
  personKeys,
  recordKeyMaker,
  schemes,
} from '../../../core/linkage/index.js';
import type { HeldIdentifiers, IdentifierName, Identifiers, Scheme } from '../../../core/linkage/index.js';
import { propertyOptions } from '../../support/seeded-rng.js';

const ZOE: Identifiers = {
  forename: 'Zoë',
  surname: "O'Brien",
  dateOfBirth: '1987-06-05',
  postcode: 'm1 1aa',
  sex: 'f',
};

const CLASSIC: HeldIdentifiers = new Map([
  ['forename', 1],
  ['surname', 1],
  ['dateOfBirth', 1],
  ['postcode', 1],
  ['sex', 1],
]);

function scheme(id: string): Scheme {
  const found = schemes.get(id);
  if (found === undefined) throw new Error(`the scheme ${id} is gone`);
  return found;
}

const ALL = allKeys([...schemes.values()]);
const SOME = ['F1.S3.Dw', 'FSm.Dym', 'FS3.P', 'Dyd.P.X'];

/** The values of each key that the dataset can make, by the key's name. */
function keysBy(
  person: Identifiers,
  more: readonly (readonly [IdentifierName, number])[] = [],
): Record<string, readonly string[]> {
  const held: HeldIdentifiers = new Map([...CLASSIC, ...more]);
  const keys = ALL.filter((key) => keysOf({ keys: [key] }, held).length > 0);
  const values = keyMaker(keys, held)(person);
  return Object.fromEntries(keys.map(({ name }, place) => [name, values[place] ?? []]));
}

describe('scheme exact', () => {
  const exact = scheme('exact');

  it('makes each key of its normalised atoms', () => {
    expect(personKeys(exact, ZOE)).toEqual(['ZOE|OBRIEN|1987-06-05|M11AA|F', 'ZOE|OBRIEN|1987-06-05|F']);
  });

  it('makes a key only where every part is there', () => {
    expect(personKeys(exact, { ...ZOE, postcode: 'NFA' })).toEqual([null, 'ZOE|OBRIEN|1987-06-05|F']);
    for (const missing of ['forename', 'surname', 'dateOfBirth', 'sex'] as const) {
      expect(personKeys(exact, { ...ZOE, [missing]: null })).toEqual([null, null]);
    }
    expect(personKeys(exact, {})).toEqual([null, null]);
  });

  it('keeps names apart that would run into each other', () => {
    const [first] = personKeys(exact, { ...ZOE, forename: 'Ann', surname: 'Abel' });
    const [second] = personKeys(exact, { ...ZOE, forename: 'Anna', surname: 'Bel' });
    expect(first).not.toBe(second);
  });

  it('takes a nickname and a birth on 1 January as they are', () => {
    expect(personKeys(exact, { ...ZOE, forename: 'Bob', dateOfBirth: '1987-01-01' })[1]).toBe(
      'BOB|OBRIEN|1987-01-01|F',
    );
  });
});

describe('the keys of a person', () => {
  it('are made of atoms', () => {
    expect(keysBy(ZOE)).toMatchObject({
      'F.S.D.P.X': ['ZOE|OBRIEN|1987-06-05|M11AA|F'],
      'F1.S3.Dw': ['Z|OBR|1987-05-06'],
      'FSm.Dym': ['APRN/ZOE|1987-06'],
      'FS3.P': ['OBR/ZOE|M11AA'],
      'Dyd.P.X': ['1987--05|M11AA|F'],
      'F1.S1.D.X.A': ['Z|O|1987-06-05|F|M1'],
    });
  });

  it('are in the order of the definitions, as often as they stand there', () => {
    const keys = [...scheme('strict').keys, ...scheme('initials').keys, ...scheme('strict').keys];
    const [first, second, third] = keyMaker(keys, CLASSIC)(ZOE);
    expect(first).toEqual(['ZOE|OBRIEN|1987-06-05|M11AA|F']);
    expect(second).toEqual(['Z|O|1987-06-05|F|M1']);
    expect(third).toEqual(first);
  });

  it.each([
    ['names swapped', { forename: "O'Brien", surname: 'Zoe' }, ['FSm.Dym', 'FS3.P', 'Dyd.P.X']],
    ['a spelling', { forename: 'Zoey', surname: 'Obrian' }, ['F1.S3.Dw', 'FSm.Dym', 'FS3.P', 'Dyd.P.X']],
    ['day and month swapped, moved', { dateOfBirth: '1987-05-06', postcode: 'B2 2BB' }, ['F1.S3.Dw']],
    ['day wrong', { dateOfBirth: '1987-06-15' }, ['FSm.Dym', 'FS3.P']],
    ['month wrong', { dateOfBirth: '1987-11-05' }, ['FS3.P', 'Dyd.P.X']],
    ['birth date missing', { dateOfBirth: null }, ['FS3.P']],
    ['another surname, moved', { surname: 'Smith', postcode: null }, []],
    ['an initial, moved', { forename: 'Z.', postcode: null }, ['F1.S3.Dw']],
  ] as const)('meet in spite of %s', (_, change, met) => {
    const [one, other] = [keysBy(ZOE), keysBy({ ...ZOE, ...change })];
    const shared = Object.keys(one).filter((name) => one[name]?.some((value) => other[name]?.includes(value)));
    const named = shared.filter((name) => SOME.includes(name));
    expect(named.sort()).toEqual([...met].sort());
    expect(shared).not.toContain('F.S.D.P.X');
  });

  it('resolve nicknames, but in the key that tolerates nothing', () => {
    const [robert, bob] = [keysBy({ ...ZOE, forename: 'Robert' }), keysBy({ ...ZOE, forename: 'Bob' })];
    expect(bob['FSm.Dym']).toEqual(robert['FSm.Dym']);
    expect(bob['F1.S3.Dw']).toEqual(robert['F1.S3.Dw']);
    expect(bob['F.S.D.P.X']).not.toEqual(robert['F.S.D.P.X']);
  });

  it('are none of a 1 January but by the year', () => {
    const keys = keysBy({ ...ZOE, dateOfBirth: '1987-01-01' });
    const dated = ALL.filter(({ name, atoms }) => name in keys && atoms.some((atom) => /^D/.test(atom)));
    for (const { name, atoms } of dated) {
      expect(keys[name]?.length, name).toBe(atoms.some((atom) => ['Dy', 'De'].includes(atom)) ? 1 : 0);
    }
  });

  it('are missing without a sex where the dataset holds it, and do without where it doesn’t', () => {
    expect(keysBy({ ...ZOE, sex: 'U' })['Dyd.P.X']).toEqual([]);
    const held = new Map([...CLASSIC].filter(([name]) => name !== 'sex'));
    const keys = scheme('thorough').keys.filter(({ name }) => name === 'Dyd.P.X');
    expect(keyMaker(keys, held)(ZOE)).toEqual([['1987--05|M11AA|']]);
  });

  it('link somebody with one name, whichever field it is in', () => {
    const one = keysBy({ ...ZOE, forename: 'Suharto', surname: null })['FSm.Dym'];
    expect(one).toHaveLength(1);
    expect(keysBy({ ...ZOE, forename: '-', surname: 'Suharto' })['FSm.Dym']).toEqual(one);
    expect(keysBy({ ...ZOE, forename: 'Suharto', surname: 'Suharto' })['FSm.Dym']).toEqual(one);
    expect(keysBy({ ...ZOE, forename: 'S', surname: 'Suharto' })['FSm.Dym']).toEqual([]);
    expect(keysBy({ ...ZOE, forename: 'Suharto', surname: null })['FS3.P']).toEqual([]);
  });

  it('are none of somebody of whom nothing is known', () => {
    const nobody = {
      forename: 'Unknown',
      surname: 'Not known',
      dateOfBirth: '1900-01-01',
      postcode: 'ZZ99 3VZ',
      sex: 'M',
    };
    expect(Object.values(keysBy(nobody)).flat()).toEqual([]);
  });

  it('have a shared number only where its check holds', () => {
    const ids = [
      ['nhsNumber', 1],
      ['pnc', 1],
      ['cro', 1],
    ] as const;
    const keys = keysBy({ nhsNumber: '943 476 5919', pnc: '03/62845E', cro: '65656/91H' }, ids);
    expect([keys['NHS'], keys['PNC'], keys['CRO']]).toEqual([['9434765919'], ['20030062845E'], ['065656/91H']]);
    expect(keysBy({ nhsNumber: '943 476 5918' }, ids)['NHS']).toEqual([]);
  });
});

describe('several values of an identifier', () => {
  it('make a key each, the preferred first', () => {
    const keys = keysBy({ ...ZOE, surname: ['Obrien', 'Smith'], postcode: ['M1 1AA', 'B2 2BB'] }, [
      ['surname', 2],
      ['postcode', 2],
    ]);
    expect(keys['Dyd.P.X']).toEqual(['1987--05|M11AA|F', '1987--05|B22BB|F']);
    expect(keys['FS3.P']).toEqual(['OBR/ZOE|M11AA', 'OBR/ZOE|B22BB', 'SMI/ZOE|M11AA', 'SMI/ZOE|B22BB']);
  });

  it('are taken as many as the dataset holds, usable ones', () => {
    const person = { ...ZOE, postcode: ['NFA', null, 'M1 1AA', 'B2 2BB', 'C3 3DD'] };
    expect(keysBy(person)['Dyd.P.X']).toEqual(['1987--05|M11AA|F']);
    expect(keysBy(person, [['postcode', 2]])['Dyd.P.X']).toEqual(['1987--05|M11AA|F', '1987--05|B22BB|F']);
  });

  it('make no more than MAX_KEY_COPIES, of the most preferred', () => {
    const keys = keysBy({ ...ZOE, surname: ['Ab', 'Cd', 'Ef'], postcode: ['M1 1AA', 'B2 2BB', 'C3 3DD'] }, [
      ['surname', 3],
      ['postcode', 3],
    ]);
    expect(keys['FS3.P']).toHaveLength(MAX_KEY_COPIES);
    expect(keys['FS3.P']?.slice(0, 3)).toEqual(['AB/ZOE|M11AA', 'AB/ZOE|B22BB', 'CD/ZOE|M11AA']);
  });

  it('leave room that is filled with the parts of a name', () => {
    const person = { ...ZOE, surname: 'Smith-Jones' };
    expect(keysBy(person)['F.S.D.P.X']).toEqual(['ZOE|SMITHJONES|1987-06-05|M11AA|F']);
    const two = keysBy(person, [['surname', 2]])['F.S.D.P.X'];
    expect(two).toEqual(['ZOE|SMITHJONES|1987-06-05|M11AA|F', 'ZOE|JONES|1987-06-05|M11AA|F']);
    const alias = keysBy({ ...person, surname: ['Smith-Jones', 'Brown'] }, [['surname', 2]])['F.S.D.P.X'];
    expect(alias?.[1]).toBe('ZOE|BROWN|1987-06-05|M11AA|F');
  });

  it('may be of places beside postcodes', () => {
    const keys = keysBy({ ...ZOE, place: ['12 High Street', 'M1 1AA'] }, [['place', 2]]);
    expect(keys['Dyd.P.X']).toEqual(['1987--05|M11AA|F', '1987--05|12HIGHST|F']);
  });

  it('are told apart: the same again makes no second key', () => {
    expect(keysBy({ ...ZOE, surname: ['OBrien', "O'Brien"] }, [['surname', 2]])['FSm.Dym']).toHaveLength(1);
  });

  it('are told apart: the same again takes no room from others, nor their place in the order', () => {
    const twice = { ...ZOE, surname: ['Smith-Jones', 'Smith Jones'], postcode: ['M1 1AA', 'm11aa', 'LS6 2AB'] };
    expect(
      keysBy(twice, [
        ['surname', 2],
        ['postcode', 3],
      ])['FS3.P'],
    ).toEqual(['SMI/ZOE|M11AA', 'SMI/ZOE|LS62AB', 'JON/ZOE|M11AA', 'JON/ZOE|LS62AB']);
    const inPlace = { ...ZOE, surname: ['Smith', 'Jones'], postcode: 'M1 1AA', place: ['m11aa', '12 High Street'] };
    expect(
      keysBy(inPlace, [
        ['surname', 2],
        ['place', 2],
      ])['FS3.P'],
    ).toEqual(['SMI/ZOE|M11AA', 'SMI/ZOE|12HIGHST', 'JON/ZOE|M11AA', 'JON/ZOE|12HIGHST']);
  });

  it('are those that can be used: half a postcode takes no room from a whole one', () => {
    const half = { ...ZOE, postcode: ['M1', 'LS6 2AB'] };
    expect(keysBy(half)['FS3.P']).toEqual(['OBR/ZOE|LS62AB']);
    expect(keyMaker(scheme('initials').keys, CLASSIC)(half)).toEqual([['Z|O|1987-06-05|F|M1']]);
  });
});

describe('any person', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      'Bob',
      'Robert',
      'Smith-Jones',
      'Kaur Gill',
      'J',
      '1987-06-05',
      '1987-01-01',
      '5/6/1987',
      'M1 1AA',
      'M1',
      'M',
      'F',
    ),
  );
  const values = fc.oneof(text, fc.constant(null), fc.array(fc.option(text), { maxLength: 4 }));
  const person = fc.record(Object.fromEntries(IDENTIFIERS.map((name) => [name, values])), { requiredKeys: [] });
  const held = fc
    .dictionary(fc.constantFrom(...IDENTIFIERS), fc.integer({ min: 1, max: 4 }))
    .map((counts): HeldIdentifiers => new Map(Object.entries(counts) as [IdentifierName, number][]));

  it('has at most MAX_KEY_COPIES distinct keys of each, none with an empty part but sex', () => {
    fc.assert(
      fc.property(person, held, (identifiers: Identifiers, holds) => {
        const keys = allKeys([...schemes.values()]);
        const made = keyMaker(keys, holds)(identifiers);
        expect(made).toHaveLength(keys.length);
        for (const [place, found] of made.entries()) {
          const atoms = keys[place]?.atoms ?? [];
          expect(found.length).toBeLessThanOrEqual(MAX_KEY_COPIES);
          expect(new Set(found).size).toBe(found.length);
          for (const key of found) {
            const parts = key.split('|');
            expect(parts).toHaveLength(atoms.length);
            expect(parts.every((part, index) => part !== '' || (atoms[index] === 'X' && !holds.has('sex')))).toBe(true);
          }
        }
      }),
      { ...propertyOptions, numRuns: 500 },
    );
  });

  it('has the same keys from a maker that has seen others', () => {
    const keys = scheme('thorough').keys;
    fc.assert(
      fc.property(fc.array(person, { maxLength: 5 }), held, (people: Identifiers[], holds) => {
        const seasoned = keyMaker(keys, holds);
        for (const each of people) expect(seasoned(each)).toEqual(keyMaker(keys, holds)(each));
      }),
      propertyOptions,
    );
  });

  it('has a key only of identifiers that are not missing', () => {
    fc.assert(
      fc.property(person, held, (identifiers: Identifiers, holds) => {
        const { keys: made, missing: names } = recordKeyMaker(ALL, holds)(identifiers);
        const missing = new Set(names);
        for (const name of missing) expect(holds.has(name)).toBe(true);
        expect(made).toEqual(keyMaker(ALL, holds)(identifiers));
        for (const [place, { name, identifiers: from }] of ALL.entries()) {
          // A mononym has keys of the one name, a place serves for a postcode.
          const needed = from.filter((each) => !['postcode', 'place', 'area'].includes(each) && holds.has(each));
          if (name.startsWith('FSm')) continue;
          if (needed.some((each) => missing.has(each))) expect(made[place], name).toEqual([]);
        }
      }),
      { ...propertyOptions, numRuns: 500 },
    );
  });
});

describe('missing identifiers', () => {
  it('are those held of which no value can be used', () => {
    const recordKeys = recordKeyMaker(ALL, new Map([...CLASSIC, ['area', 1]]));
    const missing = (person: Identifiers): readonly IdentifierName[] => recordKeys(person).missing;
    expect(missing(ZOE)).toEqual(['area']);
    expect(missing({ ...ZOE, forename: 'Unknown', postcode: ['NFA', 'ZZ99 3VZ'], sex: 'U', area: 'Camden' })).toEqual([
      'forename',
      'postcode',
      'sex',
    ]);
    expect(missing({ ...ZOE, forename: 'Z', postcode: 'M1', dateOfBirth: '1987', area: 'Camden' })).toEqual([]);
  });
});
