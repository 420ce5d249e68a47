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

  it('refuses one column for two values', async () => {
    const twice = { ...crimes, linkage: { ...exactly, identifiers: new Map([['surname', 2] as const]) } };
    const { urn } = crimesMapping.identifiers;
    expect(await pathsOf({ ...crimesMapping, identifiers: { surname: ['a', 'a'], urn } }, twice)).toEqual([
      'identifiers.surname',
    ]);
  });
});
