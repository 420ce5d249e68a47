import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { crimesMapping } from './fixtures.js';
import type { AgencyFiles } from './agency-folder.js';
import {
  agencyWithList,
  elementsIn,
  optOutColumns,
  prepare,
  quillfeather,
  refresh,
  without,
  writeList,
} from './opt-outs-fixtures.js';

/** Nobody on any list here, and nothing like her. */
const stranger = { first_name: 'Olwen', last_name: 'Brackenbury', dob: '1961-05-09', postcode: 'M1 1AE', sex: 'F' };
const dataset = 'police.victim-crimes';
/** A list of these columns in a file of its own. */
const listOf = (file: string, identifiers: object): object => structuredClone({ csv: { file }, identifiers });
const noSexColumn = without(optOutColumns, 'sex');
const lists =
  (...configured: readonly object[]) =>
  ({ config }: AgencyFiles): void => {
    config['optOuts'] = { lists: configured };
  };

/** Of scheme `exact`, whose every key has sex as a part; the dataset doesn't hold it. */
function datasetWithoutSex({ config, dataset: definition }: AgencyFiles): void {
  const held = { forename: 1, surname: 1, dateOfBirth: 1, postcode: 1 };
  definition['linkage'] = { identifiers: held, schemes: ['exact'], epsilon: 'none' };
  const identifiers = without(crimesMapping.identifiers, 'sex');
  config['sources'] = [{ ...crimesMapping, identifiers, sqlite: 'source.sqlite', table: 'victim crimes' }];
}

describe('a list that says sex', () => {
  it('shares keys in a run with a dataset that doesn’t hold it: whoever opts out tells one agency', async () => {
    const agency = agencyWithList([], [{}], datasetWithoutSex);
    await prepare(agency);
    writeList(join(agency.folder, 'opt-outs.csv'), [quillfeather]);
    await refresh(agency);
    const [listed, held] = [elementsIn(agency), elementsIn(agency, dataset)];
    expect([...held].filter((key) => listed.has(key)).map((key) => key.split(' ')[0])).toEqual(['exact.1', 'exact.2']);
    expect((await prepare(agency)).leftOut.optedOut).toBe(1);
  });

  it('leaves out a record that doesn’t say it and has no forename', async () => {
    const rows = [{ sex: '', first_name: '' }, { sex: 'U', first_name: '' }, stranger];
    expect((await prepare(agencyWithList([quillfeather], rows))).leftOut.optedOut).toBe(2);
  });

  it('leaves nobody out of another sex who shares a name and an address', async () => {
    const husband = { first_name: 'Bartholomew', dob: '1984-02-15', sex: 'M' };
    const { leftOut } = await prepare(agencyWithList([quillfeather], [husband, stranger]));
    expect(leftOut.optedOut).toBe(0);
    // She would be, of his sex.
    const { leftOut: same } = await prepare(agencyWithList([quillfeather], [{ ...husband, sex: 'F' }, stranger]));
    expect(same.optedOut).toBe(1);
  });
});

describe('a line that doesn’t say sex', () => {
  const line = without(quillfeather, 'first');

  it.each([
    ['blank', without(line, 'sex'), lists(listOf('opt-outs.csv', optOutColumns))],
    ['U', { ...line, sex: 'U' }, lists(listOf('opt-outs.csv', optOutColumns))],
    ['in no column', line, lists(listOf('opt-outs.csv', noSexColumn))],
  ])('leaves out who shares a key but for sex: %s', async (_, said, change) => {
    const agency = agencyWithList([said], [{}, { first_name: '', sex: '' }, stranger], change);
    const { withoutKeys } = await refresh(agency);
    expect([withoutKeys.count, (await prepare(agency)).leftOut.optedOut]).toEqual([0, 2]);
  });

  it('makes no other line of the list compare without it', async () => {
    const blank = { last: 'Umber', born: '1933-03-03', home: 'EX1 1AA' };
    const husband = { first_name: 'Bartholomew', dob: '1984-02-15', sex: 'M' };
    const { leftOut } = await prepare(agencyWithList([quillfeather, blank], [husband, stranger]));
    expect(leftOut.optedOut).toBe(0);
  });
});

it('the same people on two lists, one with sex: the same keys under the same id in either order', async () => {
  const made = async (files: readonly [string, object][]): Promise<readonly unknown[]> => {
    const agency = agencyWithList(
      [quillfeather],
      [{}],
      lists(...files.map(([file, columns]) => listOf(file, columns))),
    );
    writeList(join(agency.folder, 'other.csv'), [quillfeather]);
    const { snapshot, digest } = await refresh(agency);
    // Each agency has a storage key of its own: the same ones for the same test.
    return [snapshot, digest, [...elementsIn(agency)].toSorted()];
  };
  const [one, other] = [
    ['opt-outs.csv', optOutColumns] as [string, object],
    ['other.csv', noSexColumn] as [string, object],
  ];
  const first = await made([one, other]);
  expect(await made([other, one])).toEqual(first);
});
