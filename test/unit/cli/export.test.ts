import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXIT_CODES } from '../../../cli/index.js';
import { exportOf, linkageRows, releaseJson, writeCsv } from '../../../coordinator/exports/index.js';
import { tableRows } from '../../../coordinator/exports/table-rows.js';
import { makeLinkage, releaseSchema, type Release } from '../../../coordinator/index.js';
import { REQUEST } from '../coordinator/fixtures.js';
import { linkageInput, report } from '../coordinator/linkage-fixtures.js';
import { serve, tally } from './fixtures.js';
import { dimension, releaseOf, table } from './releases.js';

const days = dimension('Days', 'Under 91', '91, or more');
const withdrew = dimension('Withdrew', '=Yes', 'No');
const counts = table([days, withdrew], [15, null, undefined, 1230], {
  totals: [[[null, 1], 1240]],
  about: 5,
});
const tableCsv = (release: Release): string => writeCsv(tableRows(release));
const linkageCsv = ({ linkage }: Release): string => writeCsv(linkage === null ? [] : linkageRows(linkage));
const linesOf = (csv: string): string[] => {
  expect(csv.endsWith('\r\n')).toBe(true);
  return csv.slice(0, -2).split('\r\n');
};

describe('a release as CSV', () => {
  it('has a row for each cell and total, value and status apart, and shorthand beside', () => {
    expect(linesOf(tableCsv(releaseOf(counts)))).toEqual([
      'quantity,days,withdrew,value,status,low,high,reason,shorthand',
      "count,Under 91,'=Yes,15,ok,10,20,Rounded to the nearest 5.,",
      'count,Under 91,No,,primary,,,"Suppressed: fewer than 10, or none.",[c]',
      'count,"91, or more",No,1230,ok,1225,1235,Rounded to the nearest 5.,',
      'count,All,No,1240,ok,1235,1245,Rounded to the nearest 5.,',
    ]);
  });

  it('has rows for rates, quantiles and measures, each number with its interval', () => {
    const shown = { status: 'ok' as const, reason: '' };
    const hidden = { value: null, interval: null, longRun: null, difference: null, ratio: null };
    const release = releaseOf(
      {
        ...counts,
        cells: [],
        totals: [],
        rates: [
          {
            ...shown,
            group: [1, null],
            value: 0.25,
            band: null,
            interval: { low: 0.2, high: 0.3 },
            longRun: { low: 0.1, high: 0.4 },
            difference: { value: -0.05, low: -0.1, high: 0 },
            ratio: { value: 0.8, low: 0.6, high: 1 },
          },
          { ...hidden, group: [0, null], band: '>95%', status: 'class', reason: 'Nearly all.' },
        ],
        quantiles: [
          { ...shown, group: [null, 1], at: 0.5, value: 0, interval: { low: 0, high: 1 } },
          { group: [null, 0], at: 0.5, value: null, interval: null, status: 'not-collected', reason: 'None.' },
        ],
        measures: [
          {
            name: 'a.b.c',
            label: 'C',
            kind: 'variance',
            range: [-10, 10],
            cells: [
              {
                ...shown,
                categories: [0, null],
                contributors: 20,
                value: { value: -1.5, low: -2, high: -1 },
                variance: { value: 4, low: 3, high: 5 },
              },
            ],
          },
        ],
      },
      {
        presentation: {
          margins: 'totals',
          rate: null,
          recall: null,
          quantiles: { of: 0, bands: [0, 1], at: [0.5], by: [1] },
        },
      },
    );
    expect(linesOf(tableCsv(release)).slice(1)).toEqual([
      'rate,"91, or more",All,0.25,ok,0.2,0.3,,',
      'rate-long-run,"91, or more",All,0.25,ok,0.1,0.4,,',
      'rate-difference,"91, or more",All,-0.05,ok,-0.1,0,,',
      'rate-ratio,"91, or more",All,0.8,ok,0.6,1,,',
      'rate,Under 91,All,,class,0.95,1,Nearly all.,[c]',
      'quantile-0.5,All,No,Under 91,ok,Under 91,"91, or more",,',
      "quantile-0.5,All,'=Yes,,not-collected,,,None.,[x]",
      'records-with a.b.c,Under 91,All,20,ok,,,,',
      'mean a.b.c,Under 91,All,-1.5,ok,-2,-1,,',
      'variance a.b.c,Under 91,All,4,ok,3,5,,',
    ]);
  });
});

describe('tally export', () => {
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'export-'));
    onTestFinished(() => rmSync(made, { recursive: true }));
    return made;
  };

  it('writes to stdout what it writes to a file, as CSV unless told otherwise', async () => {
    const { environment, rig } = await serve();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const { exitCode, out, err } = await tally(['export', id], { environment });
    expect({ exitCode, err }).toEqual({ exitCode: EXIT_CODES.done, err: '' });
    expect(linesOf(out)[0]).toBe(
      'quantity,police.crimes.withdrew,charities.support,value,status,low,high,reason,shorthand',
    );
    expect(linesOf(out).filter((line) => line.startsWith('count,') && !line.includes('All'))).toHaveLength(6);
    const file = join(folder(), 'table.csv');
    const written = await tally(['export', id, '--format', 'csv', '--out', file], { environment });
    expect(written).toEqual({ exitCode: EXIT_CODES.done, out: '', err: '' });
    expect(readFileSync(file, 'utf8')).toBe(out);
  });

  it('writes the whole release as JSON', async () => {
    const { environment, rig } = await serve();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const { out } = await tally(['export', id, '--format', 'json'], { environment });
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(rig.service.get(id).release)));
    expect(releaseSchema.parse(JSON.parse(out))).toEqual(rig.service.get(id).release);
  });

  it('says so where there is no table, and writes over no file', async () => {
    const { environment, rig } = await serve({ behaviours: { police: { refuse: 'BUSY' } } });
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const file = join(folder(), 'table.csv');
    const none = await tally(['export', id, '--out', file], { environment });
    expect(none.exitCode).toBe(EXIT_CODES.wrongUse);
    expect(none.err).toMatch(/^NO_RELEASE: /);
    expect(() => readFileSync(file)).toThrow();

    rig.behaviours['police'] = 'accept';
    const { id: good } = rig.service.submit(REQUEST);
    await rig.ended(good);
    writeFileSync(file, 'kept');
    expect((await tally(['export', good, '--out', file], { environment })).err).toMatch(/^FILE_EXISTS: /);
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });

  it('writes what the coordinator would export: a workbook, a chart, CSV on the Web', async () => {
    const { environment, rig } = await serve();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const { run, release } = rig.service.get(id);
    if (release === undefined) throw new Error('no release');
    const made = folder();
    for (const format of ['ods', 'svg', 'csvw', 'context'] as const) {
      const file = join(made, format);
      const written = await tally(['export', id, '--format', format, '--out', file], { environment });
      expect(written).toEqual({ exitCode: EXIT_CODES.done, out: '', err: '' });
      expect(readFileSync(file).equals((await exportOf(format, { run, release })).bytes)).toBe(true);
    }
    const svg = await tally(['export', id, '--format', 'svg'], { environment });
    expect(svg.out).toMatch(/^<svg .*<\/svg>$/);
  });

  it('prints no file to a terminal that is no text, and knows which formats have parts', async () => {
    const { environment, rig } = await serve();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    for (const format of ['ods', 'png', 'csvw']) {
      const said = await tally(['export', id, '--format', format], { environment });
      expect(said).toMatchObject({
        exitCode: EXIT_CODES.wrongUse,
        out: '',
        err: expect.stringContaining('--out') as string,
      });
    }
    const parted = await tally(['export', id, '--format', 'svg', '--part', 'table'], { environment });
    expect([parted.exitCode, parted.err]).toEqual([
      EXIT_CODES.wrongUse,
      expect.stringMatching(/^BAD_USAGE: svg has no parts/),
    ]);
    const unlinked = await tally(['export', id, '--format', 'csv', '--part', 'linkage'], { environment });
    const named = await tally(['export', id, '--format', 'linkage-csv'], { environment });
    expect(unlinked).toEqual(named);
  });

  it('knows the formats of the list and no other', async () => {
    const { environment } = await serve();
    for (const args of [['export'], ['export', 'x', '--format', 'xlsx']]) {
      expect((await tally(args, { environment })).exitCode).toBe(EXIT_CODES.wrongUse);
    }
  });
});

describe('how people were linked, as CSV', () => {
  const linkage = makeLinkage(linkageInput({ disclosure: { epsilon: 'none' } }));
  const release = { ...releaseOf(counts), linkage };

  it('is a file of its own with a row for each number', () => {
    const rows = linesOf(linkageCsv(release));
    expect(rows.slice(0, 10)).toEqual([
      'quantity,agency,dataset,merge,key,identifier,threshold,value,status,reason,shorthand',
      'scheme-version,,,,,,,1,ok,exact,',
      'normaliser-version,,,,,,,1,ok,,',
      'threshold-in-force,,,,,,,0.5,ok,,',
      'people-base,,charities.support,,,,,500,ok,,',
      'people-linked,,charities.support,,,,,400,ok,,',
      'links,,charities.support,,,,0.5,300,ok,,',
      'share-linked,,charities.support,,,,0.5,0.6,ok,,',
      'precision,,charities.support,,,,0.5,0.976,ok,,',
      'links,,charities.support,,,,0.9,290,ok,,',
    ]);
    expect(rows).toContain('recall,,charities.support,,,,,0.947,ok,,');
    expect(rows).toContain('links-by-key,,charities.support,,exact.2,,,40,ok,,');
    expect(rows).toContain('duplicates,police,police.crimes,,,,,35,ok,,');
    expect(rows).toContain('share-missing,police,police.crimes,,,forename,,,few,,[c]');
    expect(rows).toContain('share-withdrawn,police,police.crimes,,exact.2,,,0.03,ok,,');
    expect(rows).toContain(
      'people,charity-a,charities.support,,,,,,not-estimable,The agency gave no statistics for this snapshot.,[x]',
    );
    expect(rows.filter((row) => row.startsWith('headline-stands,,charities.support,'))).toHaveLength(1);
  });

  it('numbers merges', () => {
    const merges = [report({ dataset: 'police.crimes' }), report({ dataset: 'police.crimes' }), report()];
    const rows = linesOf(linkageCsv({ ...release, linkage: makeLinkage(linkageInput({ reports: merges })) }));
    expect(rows.filter((row) => row.startsWith('people-base')).map((row) => row.split(',').slice(2, 4))).toEqual([
      ['police.crimes', '1'],
      ['police.crimes', '2'],
      ['charities.support', ''],
    ]);
  });

  it('is in the JSON of a release, and apart where a part is asked for', () => {
    const parsed = (part?: 'table' | 'linkage'): Record<string, unknown> =>
      JSON.parse(releaseJson(release, part)) as Record<string, unknown>;
    expect(releaseSchema.parse(parsed())).toEqual(release);
    expect(parsed('linkage')).toEqual(linkage);
    expect(parsed('table')).not.toHaveProperty('linkage');
    expect(parsed('table')).toHaveProperty('table');
  });

  it('is not where nobody was linked', () => {
    expect(() => releaseJson(releaseOf(counts), 'linkage')).toThrow(expect.objectContaining({ code: 'NO_LINKAGE' }));
  });
});

describe('recall by group as CSV', () => {
  it('has the recall, its ratio and its weight, and says why there is none', () => {
    const recalls = [
      {
        group: [0, null],
        recall: { value: 0.97, low: 0.95, high: 0.99 },
        linked: 388,
        ratio: null,
        weight: 1.031,
        reason: 'Estimated.',
        warning: null,
      },
      {
        group: [1, null],
        recall: { value: 0.92, low: 0.9, high: 0.94 },
        linked: 368,
        ratio: { value: 0.948, low: 0.92, high: 0.98 },
        weight: 1.087,
        reason: 'Estimated.',
        warning: 'Careful.',
      },
      { group: [null, 0], recall: null, linked: null, ratio: null, weight: null, reason: 'Too few.', warning: null },
    ];
    const rows = linesOf(tableCsv(releaseOf({ ...counts, cells: [], totals: [], recalls })));
    expect(rows.slice(1)).toEqual([
      'recall,Under 91,All,0.97,ok,0.95,0.99,Estimated.,',
      'recall-weight,Under 91,All,1.031,ok,,,Estimated.,',
      'recall,"91, or more",All,0.92,ok,0.9,0.94,Estimated.,',
      'recall-ratio,"91, or more",All,0.948,ok,0.92,0.98,Estimated.,',
      'recall-weight,"91, or more",All,1.087,ok,,,Estimated.,',
      "recall,All,'=Yes,,not-collected,,,Too few.,[x]",
    ]);
  });
});
