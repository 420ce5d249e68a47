import { describe, expect, it } from 'vitest';
import { exportOf } from '../../../../coordinator/exports/index.js';
import { columnName } from '../../../../coordinator/exports/csvw.js';
import { makeLinkage, type Release } from '../../../../coordinator/index.js';
import { BOLD_TEMPLATES, boldRelease, exportedRun } from '../../../support/bold-release.js';
import { checkCsvw, type CsvwTable } from '../../../support/csvw-checker.js';
import { unzipped } from '../../../support/unzipped.js';
import { dimension, releaseOf, table } from '../../cli/releases.js';
import { linkageInput } from '../linkage-fixtures.js';

const NAME = 'support-reached-after-referral';
const FILE = `${NAME}-1a2b3c4d.csv`;

async function filesOf(release: Release): Promise<ReadonlyMap<string, string>> {
  return unzipped((await exportOf('csvw', exportedRun(NAME, release))).bytes);
}

async function tablesOf(release: Release): Promise<CsvwTable[]> {
  const files = await filesOf(release);
  return [...files.keys()].filter((name) => name.endsWith('.csv')).map((name) => checkCsvw(files, name));
}

describe('CSV on the Web', () => {
  it.each([...BOLD_TEMPLATES.keys()])('of %s: the metadata say what the file has', async (name) => {
    const release = await boldRelease(name, 7);
    const [checked] = await tablesOf(release);
    expect(checked?.rows.length).toBeGreaterThan(release.table.cells.length);
    expect(checked?.metadata.tableSchema.primaryKey).toEqual([
      'quantity',
      ...release.table.dimensions.map((one) => columnName(one.name)),
    ]);
  });

  it('has the CSV as it is exported alone, with its metadata where programs look for them', async () => {
    const release = await boldRelease(NAME, 7);
    const files = await filesOf(release);
    expect([...files.keys()]).toEqual([FILE, `${FILE}-metadata.json`]);
    expect(files.get(FILE)).toBe(new TextDecoder().decode((await exportOf('csv', exportedRun(NAME, release))).bytes));
  });

  it('describes how people were linked in a file of its own', async () => {
    const release = {
      ...(await boldRelease(NAME, 7)),
      linkage: makeLinkage(linkageInput({ disclosure: { epsilon: 'none' } })),
    };
    const tables = await tablesOf(release);
    expect(tables.map(({ metadata }) => metadata.url)).toEqual([FILE, `${NAME}-1a2b3c4d-linkage.csv`]);
    const columns = tables[1]?.metadata.tableSchema.columns ?? [];
    expect(columns.find(({ name }) => name === 'threshold')).toMatchObject({ datatype: 'number', required: false });
  });

  it('says of what no number is that it is text, and leaves out a key that is none', async () => {
    const same = dimension('Days', 'Same', 'Same');
    const [twice] = await tablesOf(releaseOf(table([same], [15, null])));
    expect(twice?.metadata.tableSchema.primaryKey).toBeUndefined();
    const quantiles = [
      { group: [null], at: 0.5, value: 0, status: 'ok' as const, reason: '', interval: { low: 0, high: 1 } },
    ];
    const days = dimension('Days', 'Few', 'Many');
    const presentation = {
      margins: 'none',
      rate: null,
      recall: null,
      quantiles: { of: 0, bands: [0, 1], at: [0.5], by: [] },
    } as const;
    const [mixed] = await tablesOf(releaseOf(table([days], [15, 20], { quantiles }), { presentation }));
    expect(mixed?.metadata.tableSchema.columns.find(({ name }) => name === 'value')?.datatype).toBe('string');
    const [whole] = await tablesOf(releaseOf(table([days], [15, null])));
    expect(whole?.metadata.tableSchema.columns.find(({ name }) => name === 'value')).toMatchObject({
      datatype: 'integer',
      required: false,
    });
  });

  it('names columns as they may be in an address', () => {
    expect(columnName('police.crimes.days-to-charge')).toBe('police.crimes.days%2Dto%2Dcharge');
    expect(columnName('é_')).toBe('%C3%A9%5F');
  });

  it('is refused by the checker where it says what is not so', async () => {
    const files = await filesOf(await boldRelease('victim-engagement-by-case-length', 7));
    const metadata = files.get(`${FILE}-metadata.json`) ?? '';
    const broken = (from: string | RegExp, to: string): (() => unknown) => {
      expect(metadata).toMatch(from);
      return () => checkCsvw(new Map([...files, [`${FILE}-metadata.json`, metadata.replace(from, to)]]), FILE);
    };
    expect(broken('"datatype": "number"', '"datatype": "integer"')).toThrow();
    expect(broken('"required": false', '"required": true')).toThrow();
    expect(broken(/"primaryKey": \[\s*"quantity",/, '"primaryKey": [')).toThrow();
    expect(broken('"titles": [\n          "status"', '"titles": [\n          "Status"')).toThrow();
    const csv = files.get(FILE) ?? '';
    expect(() => checkCsvw(new Map([...files, [FILE, csv.replace('\r\n', ',more\r\n')]]), FILE)).toThrow();
  });
});
