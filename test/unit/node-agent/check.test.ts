import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import { EXIT_CODES, runCommand } from '../../../node-agent/index.js';
import {
  DIFFERENT_CODES_MAX,
  DifferentCodesOf,
  SHOWN_CODE_CHARACTERS,
} from '../../../node-agent/quality/different-codes.js';
import { EXAMPLE_ROWS_MAX, FindingTally, findingProblem } from '../../../node-agent/quality/finding-tally.js';
import { floorLines } from '../../../node-agent/quality/floor.js';
import { rejectedPercent } from '../../../node-agent/quality/rejected-rows.js';
import { RepeatedRows } from '../../../node-agent/quality/repeated-rows.js';
import { percentText } from '../../../node-agent/quality/shares.js';
import { PROGRESS_INTERVAL_MS } from '../../../node-agent/prepare-progress.js';
import { seededRng } from '../../support/seeded-rng.js';
import { agencyFolder } from './agency-folder.js';
import type { AgencyFiles, AgencyFolder } from './agency-folder.js';
import { crimes, crimesMapping, writeCrimes } from './fixtures.js';
import type { CrimeRow } from './fixtures.js';
import { now } from './snapshot-fixtures.js';

interface Said {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly stopping?: AbortSignal;
  /** Between two looks at the clock. */
  readonly stepMs?: number;
}

async function checked(agency: AgencyFolder, words: readonly string[] = [], options: RunOptions = {}): Promise<Said> {
  let [stdout, stderr] = ['', ''];
  const sink = (write: (text: string) => void): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        write(chunk.toString());
        done();
      },
    });
  let ms = now.getTime();
  const exit = await runCommand(
    ['check', '--config', agency.configFile, ...words],
    {
      clock: {
        now: () => new Date((ms += options.stepMs ?? 0)),
        alarm: () => ({ restart: () => undefined, stop: () => undefined }),
      },
      rng: seededRng('check'),
      stdout: sink((text) => (stdout += text)),
      stderr: sink((text) => (stderr += text)),
      stopping: options.stopping ?? new AbortController().signal,
    },
    'tally node',
  );
  return { exit, stdout, stderr };
}

function agencyWith(
  rows: readonly Partial<CrimeRow>[],
  change: (files: AgencyFiles) => void = () => undefined,
): AgencyFolder {
  const agency = agencyFolder(change);
  writeCrimes(join(agency.folder, 'source.sqlite'), rows);
  return agency;
}

function mapped(fields: object, identifiers: object = {}): (files: AgencyFiles) => void {
  return ({ config }) => {
    config['sources'] = [
      {
        ...crimesMapping,
        ...{ sqlite: 'source.sqlite', table: 'victim crimes', asAt: '2026-03-31' },
        fields: { ...crimesMapping.fields, ...fields },
        identifiers: { ...crimesMapping.identifiers, ...identifiers },
      },
    ];
  };
}

/** One hundred good rows, each of somebody else, and these. */
function manyAnd(...rows: readonly Partial<CrimeRow>[]): Partial<CrimeRow>[] {
  return [...Array.from({ length: 100 }, (_, index) => ({ days: index, urn: `URN${index}` })), ...rows];
}

describe('tally node check', () => {
  it('says that a good source would do, and what to do next', async () => {
    const agency = agencyWith(manyAnd());
    const before = readdirSync(agency.folder).sort();
    const { exit, stdout, stderr } = await checked(agency);
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toContain('police.victim-crimes, as at 2026-03-31');
    expect(stdout).toContain('good     rows that can’t be used: 0 of 100 (0 %), at most 1 %');
    expect(stdout).toContain('good     rows with a match key on the person: 100 of 100 (100 %), at least 50 %');
    expect(stdout).toContain(`Next: \`tally node prepare --config ${agency.configFile}\` makes the snapshot.`);
    expect(stdout).not.toContain('NOT YET');
    expect(stderr).toBe('police.victim-crimes: reading …\n');
    // Neither a snapshot, nor its key, nor anything else.
    expect(readdirSync(agency.folder).sort()).toEqual(before);
  });

  it('says why rows can’t be used, in which rows, and shows no value', async () => {
    const agency = agencyWith(
      manyAnd(
        { 'offence group': 'Quillfeather ran off' },
        { 'offence group': 'arson' },
        { 'offence group': 'arson' },
        { reported_on: '2025-02-30' },
        { days: 4_000 },
        { days: 'a\0b' },
      ),
    );
    const { exit, stdout } = await checked(agency);
    expect(exit).toBe(EXIT_CODES.failed);
    expect(stdout).toContain('NOT YET  rows that can’t be used: 6 of 106 (5.66 %), at most 1 %');
    expect(stdout).toContain(
      'fields.offence-group, column offence group: 3 values are not one of the dataset’s codes (row 101, 102, 103): 2 different',
    );
    expect(stdout).toContain('fields.report-date, column reported_on: 1 value is a day of no calendar (row 104)');
    expect(stdout).toContain('not a whole number from 0 to 3650 (row 105)');
    expect(stdout).toContain('not a whole number from 0 to 3650 (row 106)');
    expect(stdout).toMatch(/Next: put right what is marked NOT YET/);
    expect(stdout).not.toMatch(/ran off|arson|4000|4,000|02-30/);
  });

  it('reads local codes, and shows those that aren’t mapped when it is asked to', async () => {
    const local = mapped(
      { 'offence-group': { column: 'offence group', codes: { '10': 'rape', '': null } } },
      { sex: { column: 'sex', codes: { '7': 'F' } } },
    );
    const odd = '\u001b[2Jgone\u202e';
    const agency = agencyWith(
      [
        { 'offence group': 10, sex: 7 },
        { 'offence group': '', sex: 9 },
        { 'offence group': '12' },
        { 'offence group': odd },
        { 'offence group': 'x'.repeat(SHOWN_CODE_CHARACTERS + 1) },
      ],
      local,
    );
    const silent = await checked(agency);
    const words = 'column offence group: 3 values are a code that the mapping doesn’t name (row 3, 4, 5): 3 different';
    expect(silent.stdout).toContain(words);
    expect(silent.stdout).not.toMatch(/"12"|gone/);
    // Of the two rows that can be used, one.
    expect(silent.stdout).toContain('sex: 1 of 2 (50 %)');
    expect(silent.stdout).toContain('column sex: 1 value is a code that the mapping doesn’t name (row 2): 1 different');
    const { stdout } = await checked(agency, ['--show-codes']);
    expect(stdout).toMatch(/"12" {2}1\n/);
    expect(stdout).toContain('\\u001b[2Jgone\\u{202e}');
    expect(stdout).not.toContain(odd.slice(0, 1));
    expect(stdout).not.toContain('\u202e');
    expect(stdout).toContain('and 1 more, rarer or of more than 40 characters, which are not shown');
    expect((await checked(agency, ['--show-codes', '--json'])).exit).toBe(EXIT_CODES.usage);
    expect((await checked(agency, ['--json'])).stdout).not.toMatch(/gone|"12"/);
  });

  it('counts what is odd about rows that are used all the same', async () => {
    const agency = agencyWith(
      manyAnd(
        { last_name: 'UNKNOWN', urn: 'A' },
        { dob: '1900-01-01', urn: 'B' },
        { dob: '1987-02-31', urn: 'C' },
        { dob: '2031-05-05', urn: 'D' },
        { first_name: 'Ann\0a', urn: 'E' },
        { first_name: Buffer.from([0xff]), urn: 'F' },
        { last_name: 'Caf\uFFFD', urn: 'G' },
        { first_name: '🙂', urn: 'H' },
        { last_name: 'x'.repeat(201), urn: 'I' },
        { reported_on: '2025-12-31', urn: 'J' },
        { urn: 'URN7', days: 7 },
      ),
      ({ config }) => {
        const [source] = config['sources'] as Record<string, unknown>[];
        if (source !== undefined) source['asAt'] = '2025-12-30';
      },
    );
    const { exit, stdout } = await checked(agency);
    expect(exit).toBe(EXIT_CODES.done);
    for (const words of [
      'identifiers.surname, column last_name: 1 value is a placeholder: what people write for “not known” (row 101)',
      'identifiers.dateOfBirth, column dob: 1 value is a placeholder: what people write for “not known” (row 102)',
      'identifiers.dateOfBirth, column dob: 1 value is a day of no calendar (row 103)',
      'identifiers.dateOfBirth, column dob: 1 value is later than the date of the data (row 104)',
      'identifiers.forename, column first_name: 1 value is with control characters in it (row 105)',
      'identifiers.forename, column first_name: 1 value is binary, where text or a number is expected (row 106)',
      'identifiers.surname, column last_name: 1 value is not valid UTF-8 text (row 107)',
      'identifiers.forename, column first_name: 1 value is not what the column should hold, so that nothing can be made of it (row 108)',
      'identifiers.surname, column last_name: 1 value is longer than any name or number (row 109)',
      'fields.report-date, column reported_on: 1 value is later than the date of the data (row 110)',
      'rows that are the same as an earlier one in all that is read: 1',
    ]) {
      expect(stdout).toContain(words);
    }
    expect(stdout).not.toContain('reported-quarter, column');
  });

  it('takes statements, right-to-left text and other scripts for names', async () => {
    const agency = agencyWith([
      { last_name: `'); DROP TABLE "victim crimes"; --`, urn: '1; SELECT 1' },
      { first_name: 'שָׁלוֹם', last_name: 'محمد', urn: '2' },
      { first_name: '\u202eevE\u202c', urn: '3' },
    ]);
    const { exit, stdout } = await checked(agency);
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toContain('rows that can’t be used: 0 of 3');
    expect(stdout).not.toContain('Worth a look');
  });

  it('counts people who can’t be linked, against the floor', async () => {
    const nobody = { first_name: null, dob: null };
    const { exit, stdout } = await checked(agencyWith([{}, nobody, nobody]));
    expect(exit).toBe(EXIT_CODES.failed);
    expect(stdout).toContain('NOT YET  rows with a match key on the person: 1 of 3 (33.33 %), at least 50 %');
    expect(stdout).toContain('urn: 0 of 3 (0 %)');
    expect(stdout).toContain('rows that can’t be linked at all: 0 of 3 (0 %)');
    expect(stdout).toContain('dateOfBirth: 2 of 3 (66.67 %)');
  });

  it('says for a program the same', async () => {
    const agency = agencyWith([{}, { days: null }, { 'offence group': 'arson' }], ({ dataset }) => {
      dataset['quality'] = { maximumRejected: 0.5, maximumMissing: { 'days-to-charge': 0.2 } };
    });
    const { exit, stdout } = await checked(agency, ['--json', '--dataset', crimes.dataset]);
    expect(exit).toBe(EXIT_CODES.failed);
    expect(JSON.parse(stdout)).toMatchObject({
      wouldDo: false,
      datasets: [
        {
          dataset: crimes.dataset,
          ...{ asAt: '2026-03-31', wouldDo: false, failure: null },
          ...{ rows: 3, rejected: 1, keyed: 2, onPerson: 2, onCase: 2, repeated: 0 },
          findings: [
            {
              ...{ path: 'fields.offence-group', kind: 'unmapped-code', count: 1, rows: [3], rejects: true },
              ...{ differentCodes: 1, moreDifferentCodes: false },
            },
          ],
          floor: [
            { path: 'quality.maximumRejected', part: 1, whole: 3, limit: 0.5, holds: true },
            { path: 'quality.minimumKeyed', holds: true },
            { path: 'quality.maximumMissing.days-to-charge', part: 1, whole: 2, limit: 0.2, holds: false },
          ],
        },
      ],
    });
    expect((await checked(agency, ['--dataset', 'a.b'])).exit).toBe(EXIT_CODES.usage);
  });

  it('says of a source that can’t be read why, and checks the others', async () => {
    const agency = agencyWith([{}]);
    rmSync(join(agency.folder, 'source.sqlite'));
    const { exit, stdout } = await checked(agency);
    expect(exit).toBe(EXIT_CODES.failed);
    expect(stdout).toMatch(/NOT YET {2}it can’t be read: SOURCE_MISSING: There is no file/);
    writeFileSync(join(agency.folder, 'source.sqlite'), 'x'.repeat(5_000));
    expect(JSON.parse((await checked(agency, ['--json'])).stdout)).toMatchObject({
      datasets: [{ failure: { code: 'SOURCE_UNREADABLE' }, wouldDo: false }],
    });
  });

  it('stops at a mapping that isn’t complete', async () => {
    const { exit, stderr } = await checked(agencyWith([{}], mapped({ 'offence-group': undefined, other: 'x' })));
    expect(exit).toBe(EXIT_CODES.failed);
    expect(stderr).toMatch(/^MAPPING_INCOMPLETE: [^]*fields\.other/);
  });

  it('refuses a value of ten megabytes by its row and column', async () => {
    const { exit, stdout } = await checked(agencyWith([{}, { last_name: 'Q'.repeat(10_000_000) }]));
    expect(exit).toBe(EXIT_CODES.failed);
    expect(stdout).toMatch(/SOURCE_VALUE_TOO_LONG: Row 2 has more than 1048576 bytes in column last_name/);
    const bytes = await checked(agencyWith([{ first_name: Buffer.alloc(1_048_577) }]));
    expect(bytes.stdout).toMatch(/SOURCE_VALUE_TOO_LONG: Row 1 .* in column first_name/);
  });

  it('says how far it is, and stops when it is asked to', async () => {
    const agency = agencyWith(Array.from({ length: 1_100 }, (_, index) => ({ days: index })));
    const { stderr } = await checked(agency, [], { stepMs: PROGRESS_INTERVAL_MS });
    expect(stderr.split('\n')).toEqual([
      'police.victim-crimes: reading …',
      'police.victim-crimes: 512 rows read …',
      'police.victim-crimes: 1,024 rows read …',
      'police.victim-crimes: 1,100 rows read …',
      '',
    ]);
    const stopped = await checked(agency, [], { stopping: AbortSignal.abort() });
    expect([stopped.exit, stopped.stdout]).toEqual([EXIT_CODES.failed, '']);
    expect(stopped.stderr).toMatch(/^CHECK_STOPPED: .*Nothing was changed/);
  });

  it('counts who has not consented, and looks no further at them', async () => {
    const agency = agencyFolder(({ dataset, config }) => {
      dataset['basis'] = 'opt-in';
      const [source] = config['sources'] as Record<string, unknown>[];
      if (source !== undefined) source['consent'] = { 'research-statistics': 'agreed' };
    });
    const database = new Database(join(agency.folder, 'source.sqlite'));
    database.exec(`ALTER TABLE "victim crimes" ADD COLUMN agreed TEXT DEFAULT 'yes'`);
    database.exec(`UPDATE "victim crimes" SET agreed = 'perhaps', "offence group" = 'nonsense' WHERE rowid = 2`);
    database.close();
    const { exit, stdout } = await checked(agency);
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toMatch(/it can be read, and every field has its column: 1 rows?/);
    expect(stdout).toContain('rows that nobody has consented to be used, which count nowhere: 1');
    expect(stdout).toContain('answers that are neither yes nor no, and so no: 1');
    expect(JSON.parse((await checked(agency, ['--json'])).stdout)).toMatchObject({
      datasets: [{ leftOut: { withoutConsent: 1, unclearConsents: 1 } }],
    });
  });

  it('has nothing against a source without rows, and says so', async () => {
    const { exit, stdout } = await checked(agencyWith([]));
    expect([exit, stdout.includes('there are no rows')]).toEqual([EXIT_CODES.done, true]);
  });
});

describe('what is counted of a source', () => {
  it('names the first few rows of each kind of finding, and how many there are', () => {
    const finding = { path: 'fields.a', column: 'b', kind: 'not-a-date', text: 'no date', rejects: true } as const;
    const messageOf = (values: number): string => {
      const tally = new FindingTally();
      for (let row = 1; row <= values; row += 1) tally.add(finding, row * 10);
      tally.add({ ...finding, column: 'c' }, 1);
      expect(tally.findings).toHaveLength(2);
      return tally.findings.slice(0, 1).map(findingProblem)[0]?.message ?? '';
    };
    expect(messageOf(1)).toBe('column b: 1 value is no date (row 10)');
    expect(messageOf(EXAMPLE_ROWS_MAX)).toBe('column b: 5 values are no date (row 10, 20, 30, 40, 50)');
    expect(messageOf(EXAMPLE_ROWS_MAX + 1)).toBe('column b: 6 values are no date (row 10, 20, 30, 40, 50, …)');
  });

  it('tells so many different codes apart, and says where there are more', () => {
    const codesOf = (count: number): { count: number; more: boolean } | undefined => {
      const codes = new DifferentCodesOf();
      for (let round = 0; round < 2; round += 1) for (let n = 0; n < count; n += 1) codes.add('a', `code ${n}`);
      return codes.of('a');
    };
    expect(codesOf(DIFFERENT_CODES_MAX)).toMatchObject({ count: DIFFERENT_CODES_MAX, more: false });
    expect(codesOf(DIFFERENT_CODES_MAX + 1)).toMatchObject({ count: DIFFERENT_CODES_MAX, more: true });
    expect(codesOf(0)).toBeUndefined();
    const long = new DifferentCodesOf();
    for (const end of ['a', 'b', 'b']) long.add('p', 'x'.repeat(1_000_000) + end);
    long.add('p', 'y');
    expect(long.of('p')).toEqual({ count: 3, more: false, shown: [{ code: 'y', values: 1 }] });
  });

  it('finds every row that stands there twice, and no other', () => {
    const rows = new RepeatedRows();
    const count = 20_000;
    for (let n = 0; n < count; n += 1) rows.add([n, 'a']);
    expect(rows.count).toBe(0);
    for (let n = 0; n < count; n += 1) rows.add([n, 'a']);
    expect(rows.count).toBe(count);
    const like = new RepeatedRows();
    const different = [
      ['1', null],
      [1, null],
      ['1', ''],
      ['1', 'n'],
      ['1n', null],
      [new Uint8Array([49]), null],
    ] as const;
    for (const row of different) like.add(row);
    expect(like.count).toBe(0);
  });

  it('is told outside as whole per cents, rounded down', () => {
    const percent = (rejected: number, rows: number): number => rejectedPercent({ rejected, rows });
    expect(percent(0, 0)).toBe(0);
    expect([percent(99, 10_000), percent(100, 10_000), percent(199, 10_000)]).toEqual([0, 1, 1]);
    expect([percent(29, 100), percent(57, 100), percent(16_777_215, 16_777_216)]).toEqual([29, 57, 99]);
    expect(percent(3, 3)).toBe(100);
  });

  it('holds a share that is exactly at its limit', () => {
    for (let percent = 0; percent <= 100; percent += 1) {
      const limit = Number(`${percent / 100}`);
      const lines = floorLines(
        { quality: { maximumRejected: limit, minimumKeyed: limit, maximumMissing: new Map() } },
        {
          ...{ rows: 300, rejected: 3 * percent, keyed: 0, onCase: null, fields: [], identifiers: [], findings: [] },
          onPerson: ((300 - 3 * percent) * percent) / 100,
        },
      );
      if (percent % 10 === 0) expect(lines.map(({ holds }) => holds)).toEqual([true, true]);
      expect(lines[0]?.holds).toBe(true);
    }
  });

  it('is said so that a little never looks like nothing', () => {
    expect([0, 0.00001, 0.0001, 0.0037, 0.5, 1].map(percentText)).toEqual([
      '0 %',
      'less than 0.01 %',
      '0.01 %',
      '0.37 %',
      '50 %',
      '100 %',
    ]);
  });
});
