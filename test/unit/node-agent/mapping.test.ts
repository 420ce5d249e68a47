import { describe, expect, it } from 'vitest';

import { bindMapping } from '../../../node-agent/source/mapping.js';
import type { SourceMapping } from '../../../node-agent/source/mapping.js';
import { crimes, crimesMapping, exactly, problemsOf } from './fixtures.js';

function pathsOf(mapping: SourceMapping, definition = crimes): Promise<readonly string[]> {
  return problemsOf(() => Promise.resolve().then(() => bindMapping(mapping, definition))).then((problems) =>
    problems.map(({ path }) => path),
  );
}

describe('bindMapping', () => {
  it('asks for identifiers first, then fields in the order of the definition', () => {
    const { columns, fields, identifiers } = bindMapping(crimesMapping, crimes);
    expect(columns).toEqual([
      'first_name',
      'last_name',
      'dob',
      'postcode',
      'sex',
      'urn',
      'reported_on',
      'reported_on',
      'offence group',
      'days',
    ]);
    expect(identifiers.map(({ name }) => name).at(-1)).toBe('urn');
    expect(fields.map(({ name }) => name)).toEqual([...crimes.fields.keys()]);
  });

  it('needs a column for every field and every identifier of the dataset’s keys, all said at once', async () => {
    expect(await pathsOf({ ...crimesMapping, identifiers: { forename: 'f', sex: undefined }, fields: {} })).toEqual([
      'identifiers.surname',
      'identifiers.dateOfBirth',
      'identifiers.postcode',
      'identifiers.sex',
      'identifiers.urn',
      'fields.report-date',
      'fields.reported-quarter',
      'fields.offence-group',
      'fields.days-to-charge',
    ]);
  });

  it('refuses columns that nothing needs', async () => {
    const courts = { ...crimes, keys: ['case'] as const, linkage: null };
    expect(await pathsOf(crimesMapping, courts)).toEqual([
      'identifiers.forename',
      'identifiers.surname',
      'identifiers.dateOfBirth',
      'identifiers.postcode',
      'identifiers.sex',
    ]);
    expect(await pathsOf({ ...crimesMapping, fields: { ...crimesMapping.fields, notes: 'notes' } })).toEqual([
      'fields.notes',
    ]);
  });

  it('takes a column for each value that the dataset has of an identifier, preferred first', () => {
    const held = new Map([...(crimes.linkage?.identifiers ?? [])].map(([name]) => [name, name === 'surname' ? 2 : 1]));
    const aliases = { ...crimes, linkage: { ...exactly, identifiers: held } };
    const { identifiers } = crimesMapping;
    const bound = bindMapping(
      { ...crimesMapping, identifiers: { ...identifiers, surname: ['now', 'before'] } },
      aliases,
    );
    expect(bound.columns.slice(0, 4)).toEqual(['first_name', 'now', 'before', 'dob']);
    expect(bound.identifiers[1]).toEqual({ name: 'surname', columns: ['now', 'before'] });
    // Fewer than there may be is no fault.
    expect(bindMapping(crimesMapping, aliases).identifiers[1]?.columns).toEqual(['last_name']);
  });

  it('names what the dataset holds, and nothing else', async () => {
    const initials = { ...crimes, linkage: { ...exactly, identifiers: new Map([['area', 1] as const]) } };
    const { urn } = crimesMapping.identifiers;
    expect(bindMapping({ ...crimesMapping, identifiers: { area: 'district', urn } }, initials).columns[0]).toBe(
      'district',
    );
    expect(await pathsOf({ ...crimesMapping, identifiers: { postcode: 'p', urn } }, initials)).toEqual([
      'identifiers.area',
      'identifiers.postcode',
    ]);
  });

  it.each([
    ['more columns than the dataset has values', ['a', 'b']],
    ['no column', []],
  ])('refuses an identifier with %s', async (_, surname) => {
    const mapping = { ...crimesMapping, identifiers: { ...crimesMapping.identifiers, surname } };
    expect(await pathsOf(mapping)).toEqual(['identifiers.surname']);
  });

  it('takes the agency’s own codes of a field of codes, and of sex', () => {
    const bound = bindMapping(
      {
        ...crimesMapping,
        identifiers: {
          ...crimesMapping.identifiers,
          sex: { column: 'gender', codes: { '7': 'F', '8': 'M', '': null } },
        },
        fields: { ...crimesMapping.fields, 'offence-group': { column: 'off', codes: { '10': 'rape', '': null } } },
      },
      crimes,
    );
    expect(bound.columns).toContain('gender');
    expect(bound.identifiers.find(({ name }) => name === 'sex')).toEqual({
      ...{ name: 'sex', columns: ['gender'] },
      codes: new Map([
        ['7', 'F'],
        ['8', 'M'],
        ['', null],
      ]),
    });
    expect(bound.fields.find(({ name }) => name === 'offence-group')).toMatchObject({
      column: 'off',
      codes: new Map([
        ['10', 'rape'],
        ['', null],
      ]),
    });
    expect(bound.fields[0]).not.toHaveProperty('codes');
  });

  it('refuses codes that mean none of the dataset’s, and codes of what has none', async () => {
    const { identifiers, fields } = crimesMapping;
    expect(
      await pathsOf({
        ...crimesMapping,
        identifiers: {
          ...identifiers,
          sex: { column: 'sex', codes: { '1': 'male', '2': 'F' } },
          surname: { column: 'last_name', codes: { x: null } },
        },
        fields: {
          ...fields,
          'offence-group': { column: 'off', codes: { '10': 'rape', '11': 'Rape', '12': 'arson', '': null } },
          'days-to-charge': { column: 'days', codes: { '9999': null } },
        },
      }),
    ).toEqual([
      'identifiers.surname.codes',
      'identifiers.sex.codes.1',
      'fields.offence-group.codes.11',
      'fields.offence-group.codes.12',
      'fields.days-to-charge.codes',
    ]);
  });

  it('refuses one column for two values', async () => {
    const twice = { ...crimes, linkage: { ...exactly, identifiers: new Map([['surname', 2] as const]) } };
    const { urn } = crimesMapping.identifiers;
    expect(await pathsOf({ ...crimesMapping, identifiers: { surname: ['a', 'a'], urn } }, twice)).toEqual([
      'identifiers.surname',
    ]);
  });
});
