import { describe, expect, it } from 'vitest';

import { bindMapping } from '../../../node-agent/source/mapping.js';
import type { SourceMapping } from '../../../node-agent/source/mapping.js';
import { crimes, crimesMapping, problemsOf } from './fixtures.js';

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
    const courts = { ...crimes, keys: ['case'] as const };
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
});
