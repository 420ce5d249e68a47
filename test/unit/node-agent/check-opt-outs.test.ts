import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { EXIT_CODES, runCommand } from '../../../node-agent/index.js';
import { CLOCK_CORRECTION_MS } from '../../../node-agent/consent/lists-freshness.js';
import { LINES_NAMED_MAX, MAX_OPT_OUT_LINES, requireLines } from '../../../node-agent/consent/read-opt-outs.js';
import { seededRng } from '../../support/seeded-rng.js';
import { GOVERNANCE } from './agency-folder.js';
import type { AgencyFolder } from './agency-folder.js';
import { codeOf } from './fixtures.js';
import { agencyWithList, listFile, optOutColumns, quillfeather, refresh, writeList } from './opt-outs-fixtures.js';
import { now } from './snapshot-fixtures.js';

const MS_PER_HOUR = 3_600_000;
const HOURS = 24;
const list = { csv: { file: 'opt-outs.csv' }, identifiers: optOutColumns };
const other = { csv: { file: 'other.csv' }, identifiers: { surname: 'last', dateOfBirth: 'born', forename: 'first' } };

interface Said {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function checked({ configFile }: AgencyFolder, words: readonly string[] = [], at = now): Promise<Said> {
  const said: [string, string] = ['', ''];
  const sink = (place: 0 | 1): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        said[place] += chunk.toString();
        done();
      },
    });
  const exit = await runCommand(
    ['check', '--config', configFile, ...words],
    {
      clock: { now: () => at, alarm: () => ({ restart: () => undefined, stop: () => undefined }) },
      ...{ rng: seededRng('check'), stdout: sink(0), stderr: sink(1), stopping: new AbortController().signal },
    },
    'tally node',
  );
  return { exit, stdout: said[0], stderr: said[1] };
}

const later = (ms: number): Date => new Date(now.getTime() + ms);

describe('tally node check with opt-out lists', () => {
  it('says of each what it holds, names lines of no use by their numbers, shows no value and writes nothing', async () => {
    const lines = [quillfeather, { first: 'Olwen' }, { ...quillfeather, first: 'Ada' }, {}];
    const agency = agencyWithList(lines, [{}], (files) => {
      files.config['optOuts'] = { lists: [structuredClone(list), structuredClone(other)] };
    });
    writeList(join(agency.folder, 'other.csv'), [{ last: 'Quillfeather' }]);
    const before = readdirSync(agency.folder, { recursive: true }).sort();
    const { exit, stdout, stderr } = await checked(agency);
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toMatch(
      /^opt-out lists\n {2}good {5}list 1 \(csv\) can be read, by forename, surname, dateOfBirth, postcode, sex: 4 lines\n/,
    );
    expect(stdout).toContain('  good     list 2 (csv) can be read, by forename, surname, dateOfBirth: 1 line\n');
    expect(stdout).toMatch(
      / {2}WARNING {2}3 lines .*NOBODY IS LEFT OUT.*\(list 1 line 2, list 1 line 4, list 2 line 1\)/,
    );
    expect(stdout).toMatch(/ {4}match keys of everybody on them: [0-9]{2,}\n/);
    expect(stdout).toContain('none are in force yet');
    expect(stdout).toMatch(/Next: `tally node prepare/);
    expect(stderr).toBe('opt-outs: reading …\npolice.victim-crimes: reading …\n');
    for (const value of ['Quillfeather', 'Olwen', 'Ada', '1987', 'LS6']) expect(stdout + stderr).not.toContain(value);
    expect(readdirSync(agency.folder, { recursive: true }).sort()).toEqual(before);

    const { exit: exitJson, stdout: json } = await checked(agency, ['--json']);
    expect(exitJson).toBe(EXIT_CODES.done);
    const { optOuts } = JSON.parse(json) as { optOuts: Record<string, unknown> };
    expect(optOuts).toEqual({
      lists: [
        {
          kind: 'csv',
          identifiers: ['forename', 'surname', 'dateOfBirth', 'postcode', 'sex'],
          lines: 4,
          withoutKeys: { count: 2, first: [2, 4].map((line) => ({ list: 1, line })) },
          unreadable: { count: 0, first: [] },
          failure: null,
        },
        {
          kind: 'csv',
          identifiers: ['forename', 'surname', 'dateOfBirth'],
          lines: 1,
          withoutKeys: { count: 1, first: [{ list: 2, line: 1 }] },
          unreadable: { count: 0, first: [] },
          failure: null,
        },
      ],
      lines: 5,
      keys: expect.any(Number) as number,
      failure: null,
      maximumAgeHours: HOURS,
      inForce: null,
      wouldDo: true,
    });
    for (const value of ['Quillfeather', 'Olwen', 'Ada', '1987', 'LS6']) expect(json).not.toContain(value);
  });

  it('reads them before governance has sent the register', async () => {
    const agency = agencyWithList([quillfeather], [{}]);
    rmSync(join(agency.folder, GOVERNANCE.register));
    const { exit, stdout } = await checked(agency);
    expect(stdout).toContain('  good     list 1 (csv) can be read');
    expect(stdout).toContain('none are in force yet');
    expect(exit).toBe(EXIT_CODES.done);
  });

  it('says nothing of them where none are configured', async () => {
    const agency = agencyWithList([], [{}], (files) => delete files.config['optOuts']);
    expect((await checked(agency)).stdout).not.toContain('opt-out');
    expect(JSON.parse((await checked(agency, ['--json'])).stdout)).toMatchObject({ optOuts: null });
  });

  it('counts each key once, and names so many lines', async () => {
    const keysOf = async (agency: AgencyFolder): Promise<number> =>
      (JSON.parse((await checked(agency, ['--json'])).stdout) as { optOuts: { keys: number } }).optOuts.keys;
    const once = await keysOf(agencyWithList([quillfeather], [{}]));
    expect(once).toBeGreaterThan(10);
    const useless = Array.from({ length: LINES_NAMED_MAX + 1 }, () => ({ first: 'Ada' }));
    const agency = agencyWithList([quillfeather, quillfeather, ...useless], [{}]);
    expect(await keysOf(agency)).toBe(once);
    const { stdout } = await checked(agency);
    expect(stdout).toMatch(/21 lines .*line 22, …\)/);
  });
});

describe('tally node check says NOT YET, as `prepare` would,', () => {
  it('of a list that can’t be read, and reads the others', async () => {
    const agency = agencyWithList([quillfeather], [{}], (files) => {
      files.config['optOuts'] = { lists: [structuredClone(other), structuredClone(list)] };
    });
    const { exit, stdout } = await checked(agency);
    expect(exit).toBe(EXIT_CODES.failed);
    expect(stdout).toContain('  NOT YET  list 1 (csv) can’t be read: SOURCE_MISSING: ');
    expect(stdout).toContain('  good     list 2 (csv) can be read');
    expect(stdout).toMatch(/Next: put right what is marked NOT YET/);
    const json = JSON.parse((await checked(agency, ['--json'])).stdout) as object;
    expect(json).toMatchObject({
      wouldDo: false,
      optOuts: { wouldDo: false, lists: [{ failure: { code: 'SOURCE_MISSING' } }, { failure: null }] },
    });
  });

  it('of a column that a list lacks', async () => {
    const agency = agencyWithList([quillfeather], [{}], (files) => {
      files.config['optOuts'] = { lists: [{ ...list, identifiers: { ...optOutColumns, nhsNumber: 'number' } }] };
    });
    const { exit, stdout } = await checked(agency);
    expect([exit, stdout]).toEqual([EXIT_CODES.failed, expect.stringMatching(/NOT YET {2}list 1 .*SOURCE_COLUMN/)]);
  });

  it('of lists by which nobody in some dataset could be known', async () => {
    const agency = agencyWithList([], [{}], (files) => {
      files.config['optOuts'] = { lists: [{ csv: { file: 'opt-outs.csv' }, identifiers: { nhsNumber: 'nhs' } }] };
    });
    const { exit, stdout } = await checked(agency);
    expect(exit).toBe(EXIT_CODES.failed);
    expect(stdout).toContain('  NOT YET  OPT_OUTS_UNUSABLE: ');
    expect(stdout).toContain('optOuts.lists[0]');
  });

  it('of too many lines, on all lists together', async () => {
    expect(() => requireLines(MAX_OPT_OUT_LINES)).not.toThrow();
    expect(codeOf(() => requireLines(MAX_OPT_OUT_LINES + 1))).toBe('SOURCE_TOO_LARGE');
    const agency = agencyWithList([], [{}], (files) => {
      files.config['optOuts'] = { lists: [structuredClone(list), structuredClone(other)] };
    });
    const header = 'first,last,former,born,home,before,sex,nhs\n';
    const write = (name: string, lines: number): void =>
      writeFileSync(join(agency.folder, name), header + ',,,,,,,\n'.repeat(lines));
    write('opt-outs.csv', MAX_OPT_OUT_LINES - 1);
    write('other.csv', 2);
    const { exit, stdout } = await checked(agency);
    expect([exit, stdout]).toEqual([EXIT_CODES.failed, expect.stringContaining('NOT YET  SOURCE_TOO_LARGE: ')]);
  });

  it('of a storage key that is gone', async () => {
    const agency = agencyWithList([quillfeather], [{}]);
    await refresh(agency);
    rmSync(join(agency.folder, 'storage.key'));
    const { exit, stdout } = await checked(agency);
    expect([exit, stdout]).toEqual([EXIT_CODES.failed, expect.stringContaining('can’t be read: STORAGE_KEY_MISSING')]);
  });
});

describe('tally node check of the lists in force', () => {
  it.each([
    ['read just now', 0, 'old, 24 h at most', 'fresh'],
    ['exactly as old as may be', HOURS * MS_PER_HOUR, '24 h old, 24 h at most', 'fresh'],
    ['a millisecond older', HOURS * MS_PER_HOUR + 1, 'STALE: 24 h old, 24 h at most: every offer is refused', 'stale'],
    ['read in the future, by a corrected clock', -CLOCK_CORRECTION_MS, '0 h old', 'fresh'],
    ['read in the future', -CLOCK_CORRECTION_MS - 1, 'still to come: every offer is refused', 'ahead'],
  ])('says how old they are: %s', async (_, ms, words, freshness) => {
    const agency = agencyWithList([quillfeather], [{}]);
    await refresh(agency);
    const { exit, stdout } = await checked(agency, [], later(ms));
    // `prepare` reads them anew.
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toContain(`those in force were read at ${now.toISOString()}: 1 line`);
    expect(stdout).toContain(words);
    const { optOuts } = JSON.parse((await checked(agency, ['--json'], later(ms))).stdout) as { optOuts: object };
    expect(optOuts).toMatchObject({ inForce: { freshness, readAt: now.toISOString(), lines: 1 } });
  });

  it('leaves them as they are, and says when they can’t be read, which `prepare` puts right', async () => {
    const agency = agencyWithList([quillfeather], [{}]);
    await refresh(agency);
    const before = readFileSync(listFile(agency));
    writeList(join(agency.folder, 'opt-outs.csv'), []);
    await checked(agency);
    expect(readFileSync(listFile(agency)).equals(before)).toBe(true);
    writeFileSync(listFile(agency), 'x'.repeat(5_000));
    const { exit, stdout } = await checked(agency);
    expect([exit, stdout]).toEqual([EXIT_CODES.done, expect.stringContaining('can’t be read: SNAPSHOT_UNREADABLE')]);
  });
});
