import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import { bindParameters, bindTemplate, compileList, createCatalogue } from '../../../core/templates/index.js';
import type { DatasetDefinition } from '../../../core/templates/index.js';
import { readConsent } from '../../../node-agent/consent/consent-value.js';
import { layoutOf } from '../../../node-agent/snapshot/layout.js';
import { SnapshotReader } from '../../../node-agent/snapshot/snapshot-reader.js';
import { bindMapping } from '../../../node-agent/source/mapping.js';
import type { SourceMapping } from '../../../node-agent/source/mapping.js';
import type { SourceValue } from '../../../node-agent/source/source.js';
import { prosecutions, support, template } from './federation-fixtures.js';
import { codeOf, codeOfAsync, crimes, crimesMapping, problemsOf, testFolder } from './fixtures.js';
import type { CrimeRow } from './fixtures.js';
import { federation, filesIn, prepareCrimes, storageKey } from './snapshot-fixtures.js';

const purposes = ['research-statistics', 'service-planning'];
const optIn: DatasetDefinition = { ...crimes, basis: 'opt-in', purposes };

/** Columns of the test source serve as answers here; `days` is one to the second purpose. */
const withAnswers: SourceMapping = {
  ...crimesMapping,
  consent: { 'research-statistics': 'first_name', 'service-planning': 'days' },
};

describe('an answer about consent', () => {
  it.each<SourceValue>(['yes', 'Yes', ' YES ', 'y', 'Y', 'true', 'TRUE', 't', '1', 1, 1n])('%s is yes', (value) => {
    expect(readConsent(value)).toBe('yes');
  });

  it.each<SourceValue>(['no', 'No', 'n', 'false', 'f', 'F', '0', 0, 0n])('%s is no', (value) => {
    expect(readConsent(value)).toBe('no');
  });

  it.each<SourceValue>([null, '', ' ', 'maybe', 'yes please', 'ja', 'consented', 2, 1.5, -1, new Uint8Array([0x31])])(
    '%s is neither, and so no, and counted',
    (value) => {
      expect(readConsent(value)).toBe('unclear');
    },
  );
});

describe('the mapping of consent', () => {
  const pathsOf = async (mapping: SourceMapping, definition: DatasetDefinition): Promise<string[]> =>
    (await problemsOf(() => Promise.resolve().then(() => bindMapping(mapping, definition)))).map(({ path }) => path);

  it('comes after all else, in the order of the dataset’s purposes', () => {
    const mapped = bindMapping(
      { ...crimesMapping, consent: { 'service-planning': 'b', 'research-statistics': 'a' } },
      optIn,
    );
    expect(mapped.columns.slice(-3)).toEqual(['days', 'a', 'b']);
    expect(mapped.consents.map(({ purpose }) => purpose)).toEqual(purposes);
  });

  it('is needed for one purpose at least where the basis is opt-in, and for no other', async () => {
    expect(await pathsOf(crimesMapping, optIn)).toEqual(['consent']);
    expect(await pathsOf({ ...crimesMapping, consent: {} }, optIn)).toEqual(['consent']);
    expect(await pathsOf({ ...crimesMapping, consent: { marketing: 'm', toString: 't' } }, optIn)).toEqual([
      'consent.marketing',
      'consent.toString',
    ]);
    expect(bindMapping({ ...crimesMapping, consent: { 'service-planning': 'b' } }, optIn).consents).toHaveLength(1);
  });

  it.each([undefined, 'public-task' as const])('has no place where the basis is %s', async (basis) => {
    const unsaid: DatasetDefinition = { ...crimes, purposes };
    const definition = basis === undefined ? unsaid : { ...unsaid, basis };
    expect(await pathsOf({ ...crimesMapping, consent: { 'research-statistics': 'a' } }, definition)).toEqual([
      'consent',
    ]);
    expect(bindMapping(crimesMapping, definition).consents).toEqual([]);
  });
});

describe('a snapshot of an opt-in dataset', () => {
  const rows: readonly Partial<CrimeRow>[] = [
    { first_name: 'yes', days: 1, urn: 'BOTH', 'offence group': 'rape' },
    {
      first_name: 'yes',
      last_name: 'Brackenbury',
      dob: '1961-05-09',
      postcode: 'M1 1AE',
      days: 0,
      urn: 'RESEARCH',
      'offence group': 'rape',
    },
    {
      first_name: 'no',
      last_name: 'Coldwell',
      dob: '1975-08-30',
      postcode: 'B1 1AA',
      days: 1,
      urn: 'PLANNING',
      'offence group': 'stalking',
    },
    { first_name: 'no', last_name: 'Dunnock', days: 0, urn: 'NEITHER' },
    { first_name: 'perhaps', last_name: 'Eversholt', days: null, urn: 'UNCLEAR' },
  ];

  async function labelsUnder(folder: string, purpose: string): Promise<readonly number[]> {
    const catalogue = createCatalogue([optIn, { ...support, purposes }, { ...prosecutions, purposes }]);
    const bound = bindTemplate(
      {
        ...template,
        purpose,
        dimensions: [
          { field: 'police.victim-crimes.offence-group' },
          template.dimensions[1] ?? { linked: support.dataset },
        ],
      },
      catalogue,
    );
    const parameters = bindParameters(bound, { quarters: ['2025-Q1'] });
    const layout = layoutOf(bindMapping(withAnswers, optIn), federation);
    const reader = await SnapshotReader.open(filesIn(folder).snapshot, layout, storageKey);
    const list = reader?.list(compileList(bound, optIn.dataset, parameters));
    const labels = [...(list?.chunks() ?? [])].flatMap((chunk) => [...chunk.labels]);
    list?.close();
    reader?.close();
    return labels;
  }

  it('holds what somebody has consented to, and a run reads only what was consented to for its purpose', async () => {
    const folder = testFolder();
    const prepared = await prepareCrimes(folder, rows, { definition: optIn, sourceMapping: withAnswers });
    expect(prepared).toMatchObject({
      rows: 3,
      leftOut: { optOuts: null, optedOut: 0, withoutConsent: 2, unclearConsents: 2 },
    });
    const database = new Database(filesIn(folder).snapshot, { readonly: true });
    const stored = database
      .prepare('SELECT record, "c:research-statistics", "c:service-planning" FROM records ORDER BY record')
      .raw()
      .all();
    database.close();
    expect(stored).toEqual([
      [1, 1, 1],
      [2, 1, 0],
      [3, 0, 1],
    ]);
    expect(await labelsUnder(folder, 'research-statistics')).toEqual([1, 1]);
    expect(await labelsUnder(folder, 'service-planning')).toEqual([1, 2]);
  });

  it('does without whoever takes it back from the next prepare on', async () => {
    const folder = testFolder();
    const means = { definition: optIn, sourceMapping: withAnswers };
    const before = await prepareCrimes(folder, rows, means);
    const after = await prepareCrimes(folder, [{ ...rows[0], first_name: 'no', days: 0 }, ...rows.slice(1)], means);
    expect([before.rows, after.rows]).toEqual([3, 2]);
  });

  it('never reads what nobody has consented to, so that it can’t be wrong either; rows keep their numbers', async () => {
    const means = { definition: optIn, sourceMapping: withAnswers };
    const refused = { ...rows[3], 'offence group': 'not a code' };
    expect((await prepareCrimes(testFolder(), [refused, ...rows.slice(0, 3)], means)).rows).toBe(3);
    const wrong = await problemsOf(() =>
      prepareCrimes(testFolder(), [refused, { ...rows[0], 'offence group': 'not a code' }], means),
    );
    expect(wrong.map(({ message }) => message)).toEqual([
      expect.stringContaining('1 of 1'),
      expect.stringContaining('(row 2)'),
    ]);
  });

  it('is prepared again when another purpose is mapped', async () => {
    const folder = testFolder();
    await prepareCrimes(folder, rows, { definition: optIn, sourceMapping: withAnswers });
    const { consent } = withAnswers;
    const fewer = { ...withAnswers, consent: { 'research-statistics': consent?.['research-statistics'] ?? '' } };
    const layout = layoutOf(bindMapping(fewer, optIn), federation);
    expect(await codeOfAsync(() => SnapshotReader.open(filesIn(folder).snapshot, layout, storageKey))).toBe(
      'SNAPSHOT_OUTDATED',
    );
  });

  it('can’t have its counts of people changed', async () => {
    const folder = testFolder();
    await prepareCrimes(folder, rows, { definition: optIn, sourceMapping: withAnswers });
    const database = new Database(filesIn(folder).snapshot);
    database.exec(
      `UPDATE meta SET value = replace(value, '"withoutConsent":2', '"withoutConsent":0') WHERE name = 'consent'`,
    );
    database.close();
    const layout = layoutOf(bindMapping(withAnswers, optIn), federation);
    expect(await codeOfAsync(() => SnapshotReader.open(join(filesIn(folder).snapshot), layout, storageKey))).toBe(
      'SNAPSHOT_UNREADABLE',
    );
  });
});

describe('an opt-in dataset without its mapping', () => {
  it('is no mapping at all', () => {
    expect(codeOf(() => bindMapping(crimesMapping, optIn))).toBe('MAPPING_INCOMPLETE');
  });
});
