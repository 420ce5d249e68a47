import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';

import { caseKey, NORMALISER_VERSION, personKeys, schemes } from '../../../core/linkage/index.js';
import type { LinkageStatistics } from '../../../core/linkage/index.js';
import { createGroup, inlineEngine, matchKeyDomain } from '../../../core/private-join/index.js';
import type { Engine } from '../../../core/private-join/index.js';
import type { DatasetDefinition, DatasetQuality } from '../../../core/templates/index.js';
import { NodeError } from '../../../node-agent/errors.js';
import type { PreparedSnapshot, PreparePhase, PrepareStep } from '../../../node-agent/snapshot/prepare.js';
import { KeyBlockReader } from '../../../node-agent/snapshot/key-blocks.js';
import { recordColumns, snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { Sealing } from '../../../node-agent/snapshot/sealing.js';
import { SnapshotReader } from '../../../node-agent/snapshot/snapshot-reader.js';
import { seededRng } from '../../support/seeded-rng.js';
import { codeOfAsync, crimeRow, crimes, crimesMapping, exactly, problemsOf, testFolder, thrownBy } from './fixtures.js';
import type { CrimeRow } from './fixtures.js';
import { federation, prepareCrimes, snapshotsIn, storageKey } from './snapshot-fixtures.js';

interface RecordRow {
  readonly record: number;
  readonly person: number;
  readonly case_group: number | null;
  readonly 'f:offence-group': string | null;
  readonly 'f:days-to-charge': number | null;
  readonly 'k:exact.1': number | null;
  readonly 'k:exact.2': number | null;
  readonly 'k:case': number | null;
}

function fileIn(folder: string): string {
  return join(snapshotsIn(folder), 'police.victim-crimes.snapshot');
}

function read(folder: string): { rows: RecordRow[]; meta: Map<string, string> } {
  const database = new Database(fileIn(folder), { readonly: true });
  const rows = database.prepare<[], RecordRow>('SELECT * FROM records ORDER BY record').all();
  const meta = database.prepare<[], [string, string]>('SELECT name, value FROM meta').raw().all();
  database.close();
  return { rows, meta: new Map(meta) };
}

async function rowsOf(rows: readonly Partial<CrimeRow>[]): Promise<RecordRow[]> {
  const folder = testFolder();
  await prepareCrimes(folder, rows);
  return read(folder).rows;
}

function linkedBy(schemes: readonly string[], epsilon: number | 'none' = 'none'): DatasetDefinition {
  return { ...crimes, linkage: { ...exactly, schemes, epsilon } };
}

const other: Partial<CrimeRow> = {
  ...{ first_name: 'Olwen', last_name: 'Brackenbury', dob: '1961-05-09', postcode: 'M1 1AE' },
  urn: 'OTHER1',
};

describe('prepareSnapshot', () => {
  it('keeps the fields as the dataset writes them and says what it made', async () => {
    const folder = testFolder();
    const prepared = await prepareCrimes(folder, [{}, { days: null, 'offence group': 'stalking', reported_on: null }]);
    const { rows, meta } = read(folder);
    expect(rows).toMatchObject([
      {
        record: 1,
        'f:report-date': '2025-02-17',
        'f:reported-quarter': '2025-Q1',
        'f:offence-group': 'rape',
        'f:days-to-charge': 91,
      },
      {
        record: 2,
        'f:report-date': null,
        'f:reported-quarter': null,
        'f:offence-group': 'stalking',
        'f:days-to-charge': null,
      },
    ]);
    expect(Object.fromEntries(meta)).toMatchObject({
      dataset: crimes.dataset,
      version: '1',
      federation: federation,
      schemes: 'exact/1',
      normaliser: String(NORMALISER_VERSION),
      'as-at': '2026-03-31',
      'prepared-at': '2026-04-02T09:30:00.000Z',
      records: '2',
      snapshot: prepared.snapshot,
    });
    expect(prepared).toEqual({
      dataset: crimes.dataset,
      snapshot: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      asAt: '2026-03-31',
      rows: 2,
      rejected: { rows: 2, rejected: 0, reasons: [] },
      people: 1,
      keys: [
        { name: 'exact.1', present: 1, withdrawn: 0 },
        { name: 'exact.2', present: 1, withdrawn: 0 },
        { name: 'case', present: 2, withdrawn: 0 },
      ],
      leftOut: { optOuts: null, optedOut: 0, withoutConsent: 0, unclearConsents: 0 },
    });
  });

  it('seals the points that the normalised keys hash to, each with its own domain', async () => {
    const folder = testFolder();
    await prepareCrimes(folder, [{}]);
    const { rows, meta } = read(folder);
    const group = await createGroup();
    const database = new Database(fileIn(folder), { readonly: true });
    onTestFinished(() => void database.close());
    const sealing = new Sealing(storageKey, Buffer.from(meta.get('salt') ?? '', 'hex'), 'sealing');
    const sealed = new KeyBlockReader(database, sealing);
    const scheme = schemes.get('exact');
    if (scheme === undefined) throw new Error('no scheme');
    const [first, second] = personKeys(scheme, {
      forename: 'PHILIPPA',
      surname: 'quillfeather',
      dateOfBirth: '1987-11-23',
      postcode: 'ls63qt',
      sex: 'f',
    });
    const expected = { 'exact.1': first, 'exact.2': second, case: caseKey('13qz0440125') };
    for (const [name, key] of Object.entries(expected)) {
      const slot = rows[0]?.[`k:${name}` as keyof RecordRow] as number;
      expect(sealed.element(slot)).toEqual(
        Buffer.from(group.hashToGroup(matchKeyDomain(federation, name), [new TextEncoder().encode(key ?? '')])),
      );
    }
  });

  it('names a person by their first record', async () => {
    const rows = await rowsOf([
      {},
      other,
      { first_name: ' philippa', days: 5 },
      // Of nobody who could be told from others.
      { first_name: null, dob: null },
      { first_name: null, dob: null },
      { ...other, days: 4 },
    ]);
    expect(rows.map(({ person }) => person)).toEqual([1, 2, 1, 4, 5, 2]);
  });

  it('makes no key of which a part is missing or a placeholder', async () => {
    const rows = await rowsOf([
      { first_name: 'Ada', postcode: 'ZZ99 3VZ' },
      { first_name: 'Bea', last_name: 'UNKNOWN' },
      { first_name: 'Cleo', dob: null },
      { first_name: 'Dot', urn: '' },
    ]);
    const present = rows.map((row) => [row['k:exact.1'], row['k:exact.2'], row['k:case']].map((key) => key !== null));
    expect(present).toEqual([
      [false, true, true],
      [false, false, true],
      [false, false, true],
      [true, true, false],
    ]);
  });

  it('withdraws a key that two different persons share from all their records, and only that key', async () => {
    const folder = testFolder();
    // Twins, one of them twice: surname, birth date and sex are both of theirs, and so is where they live.
    const rows = [{}, { first_name: 'Theodora' }, { days: 7 }, other];
    const prepared = await prepareCrimes(folder, rows, { definition: linkedBy(['thorough']) });
    const { rows: records } = read(folder);
    expect(records.map(({ person }) => person)).toEqual([1, 2, 1, 4]);
    const has = (key: string): boolean[] => records.map((row) => row[`k:${key}` as keyof RecordRow] !== null);
    expect(has('Sm.P.X')).toEqual([false, false, false, true]);
    expect(has('Dyd.P.X')).toEqual([false, false, false, true]);
    expect(has('F3.D.X')).toEqual([true, true, true, true]);
    const coverage = new Map(prepared.keys.map(({ name, present, withdrawn }) => [name, [present, withdrawn]]));
    expect(coverage.get('Sm.P.X')).toEqual([1, 2]);
    expect(coverage.get('F3.D.X')).toEqual([3, 0]);
    expect(coverage.get('case')).toEqual([4, 0]);
    expect(prepared.people).toBe(3);
  });

  it('gives every record of a person all the keys that the person has', async () => {
    const folder = testFolder();
    const prepared = await prepareCrimes(folder, [{ postcode: null }, other, {}]);
    const { rows } = read(folder);
    expect(rows.map(({ person }) => person)).toEqual([1, 2, 1]);
    expect(rows[0]?.['k:exact.1']).not.toBeNull();
    expect(rows.map((row) => row['k:exact.1'] === rows[0]?.['k:exact.1'])).toEqual([true, false, true]);
    expect(prepared.keys[0]).toEqual({ name: 'exact.1', present: 2, withdrawn: 0 });
  });

  it('has a column for each value that a person may have of a key, and keys of several schemes once', async () => {
    const folder = testFolder();
    const twice = ['surname', 'postcode'];
    const identifiers = new Map([...exactly.identifiers.keys()].map((name) => [name, twice.includes(name) ? 2 : 1]));
    const definition = { ...crimes, linkage: { ...exactly, identifiers, schemes: ['light', 'thorough'] } };
    // The second column of each is one that the source has anyway.
    const identifiersFrom = {
      ...crimesMapping.identifiers,
      surname: ['last_name', 'urn'],
      postcode: ['postcode', 'days'],
    };
    const sourceMapping = { ...crimesMapping, identifiers: identifiersFrom };
    const preparedWith = (into: string, seed: string): Promise<PreparedSnapshot> =>
      prepareCrimes(into, [{ urn: 'Featherstone', days: null }], { definition, sourceMapping, rng: seededRng(seed) });
    const { snapshot } = await preparedWith(folder, 'a');
    // It is the same content in whichever columns its keys stand.
    for (const seed of ['b', 'c', 'd', 'e']) expect((await preparedWith(testFolder(), seed)).snapshot).toBe(snapshot);
    const row = read(folder).rows[0] ?? {};
    const columns = Object.keys(row).filter((name) => name.startsWith('k:'));
    expect(columns).toEqual(
      recordColumns(snapshotLayout(definition, federation)).filter((name) => columns.includes(name)),
    );
    expect(columns.filter((name) => name.startsWith('k:F1.S3.Dw'))).toEqual(['k:F1.S3.Dw', 'k:F1.S3.Dw#2']);
    expect(columns.filter((name) => name.startsWith('k:FS3.P'))).toHaveLength(4);
    const cells: Readonly<Record<string, unknown>> = { ...row };
    const filled = columns.filter((name) => cells[name] !== null);
    // Two surnames and one postcode: both columns of the surname's key, half of those of surname and postcode.
    expect(filled.filter((name) => name.startsWith('k:F1.S3.Dw'))).toHaveLength(2);
    expect(filled.filter((name) => name.startsWith('k:FS3.P'))).toHaveLength(2);
    expect(filled.filter((name) => name.startsWith('k:F3.D.X'))).toEqual(['k:F3.D.X']);
  });

  it('hashes what the schemes of the dataset need, whatever people are told apart by', async () => {
    const hashed: string[] = [];
    const group = await createGroup();
    const engine: Engine = {
      parallelism: 1,
      run: (job) => {
        if (job.kind === 'hash') hashed.push(...job.inputs.map(() => job.domain));
        return inlineEngine(group, seededRng('never drawn from')).run(job);
      },
    };
    await prepareCrimes(testFolder(), [{}, other], { engine });
    const domains = ['exact.1', 'exact.2', 'case'].map((name) => matchKeyDomain(federation, name));
    expect(hashed.sort()).toEqual([...domains, ...domains].sort());
  });

  it('keeps what may be told of its people, with noise that is the same for the same content', async () => {
    const told = async (epsilon: number | 'none', rng: string): Promise<readonly LinkageStatistics[]> => {
      const folder = testFolder();
      const definition = linkedBy(['standard', 'exact'], epsilon);
      const rows = [{}, { first_name: 'Theodora' }, { days: 7 }, { ...other, postcode: null }];
      await prepareCrimes(folder, rows, { definition, rng: seededRng(rng) });
      const reader = await SnapshotReader.open(fileIn(folder), snapshotLayout(definition, federation), storageKey);
      reader?.close();
      return reader?.statistics ?? [];
    };
    const [standard, exact] = await told('none', 'a');
    expect(standard).toMatchObject({ scheme: 'standard', people: 3, duplicates: 1, normaliser: NORMALISER_VERSION });
    expect(standard?.missing).toMatchObject({ postcode: 1, forename: 0 });
    expect(exact?.keys).toEqual([
      { name: 'exact.1', keyed: 2, withdrawn: 0 },
      { name: 'exact.2', keyed: 3, withdrawn: 0 },
    ]);
    // The twins, and nobody else, share what leaves the forename out.
    expect([...(standard?.nonMatches.sets.values() ?? [])]).toEqual([1]);
    const noisy = await told(1, 'a');
    expect(noisy).toEqual(await told(1, 'b'));
    expect(noisy[0]?.nonMatches.deviation.alone).toBeGreaterThan(0);
    expect(noisy[0]?.nonMatches.alone).not.toEqual(standard?.nonMatches.alone);
  });

  it('keeps a key that several records of one person share', async () => {
    const rows = await rowsOf([{}, { days: 4 }, { days: 5 }]);
    expect(rows.map(({ person }) => person)).toEqual([1, 1, 1]);
    expect(rows.every((row) => row['k:exact.1'] !== null && row['k:exact.2'] !== null)).toBe(true);
  });

  it('groups records by their case, and leaves those without one alone', async () => {
    const rows = await rowsOf([{}, other, { urn: '13-qz-0440125' }, { urn: null }, { urn: 'SINGLE1' }, other]);
    expect(rows.map(({ case_group }) => case_group)).toEqual([1, 2, 1, null, 5, 2]);
    expect(rows.map((row) => row['k:case'] !== null)).toEqual([true, true, true, false, true, true]);
  });

  it('makes a snapshot of a source without rows', async () => {
    const folder = testFolder();
    const prepared = await prepareCrimes(folder, []);
    expect(prepared.rows).toBe(0);
    expect(read(folder).rows).toEqual([]);
  });

  it('gives equal content an equal id, and any other content, date or agency another one', async () => {
    const idOf = async (
      ...parameters: Parameters<typeof prepareCrimes> extends [string, ...infer Rest] ? Rest : never
    ) => (await prepareCrimes(testFolder(), ...parameters)).snapshot;
    const id = await idOf([{}, other]);
    expect(await idOf([{}, other], { rng: seededRng('another salt') })).toBe(id);
    const others = [
      await idOf([other, {}]),
      await idOf([{}]),
      await idOf([{}, { ...other, days: 92 }]),
      await idOf([{}, { ...other, sex: 'M' }]),
      await idOf([{}, other], { asAt: '2026-04-01' }),
      await idOf([{}, other], { federation: 'other-study' }),
      await idOf([{}, other], { storageKey: new Uint8Array(32).fill(1) }),
      await idOf([{}, other], { definition: { ...crimes, version: 2 } }),
    ];
    expect(new Set([id, ...others]).size).toBe(others.length + 1);
  });

  it('leaves no identifier and no hash of one in any file', async () => {
    const folder = testFolder();
    await prepareCrimes(folder, [{}, other, { postcode: null }]);
    const files = readdirSync(snapshotsIn(folder)).map((name) => readFileSync(join(snapshotsIn(folder), name)));
    const bytes = Buffer.concat(files);
    const { first_name, last_name, dob, postcode, sex, urn } = crimeRow;
    const values = [first_name, last_name, dob, postcode, urn].filter((value) => typeof value === 'string');
    const [strict, loose] = ['LS63QT|F', 'F'].map((end) => `PHILIPPA|QUILLFEATHER|1987-11-23|${end}`);
    const spellings = [...values, ...values.map((value) => value.toUpperCase()), 'LS63QT', strict ?? '', loose ?? ''];
    for (const spelling of spellings) {
      expect(bytes.includes(spelling), spelling).toBe(false);
      expect(bytes.includes(Buffer.from(spelling, 'utf16le')), spelling).toBe(false);
      for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
        const digest = createHash(algorithm).update(spelling).digest();
        for (const form of [digest, digest.toString('hex'), digest.toString('base64')]) {
          expect(bytes.includes(form), `${algorithm} of ${spelling}`).toBe(false);
        }
      }
    }
    // Nor the points themselves, which anybody could compute from a guess.
    const group = await createGroup();
    for (const [name, key] of [
      ['exact.1', strict],
      ['exact.2', loose],
      ['case', '13QZ0440125'],
    ] as const) {
      const point = group.hashToGroup(matchKeyDomain(federation, name), [new TextEncoder().encode(key)]);
      expect(bytes.includes(Buffer.from(point))).toBe(false);
    }
    expect(sex).toBe('F');
    // The search would find what is there.
    expect(bytes.includes('rape')).toBe(true);
  });

  it('leaves files that only their owner may use', async () => {
    const folder = testFolder();
    await prepareCrimes(folder, [{}]);
    expect(statSync(snapshotsIn(folder)).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(snapshotsIn(folder))) {
      expect(statSync(join(snapshotsIn(folder), name)).mode & 0o777, name).toBe(0o600);
    }
  });

  it('keeps on disk meanwhile what it makes and what it has hashed, and only the snapshot afterwards', async () => {
    const folder = testFolder();
    const during: string[][] = [];
    const list = (): string[] => readdirSync(snapshotsIn(folder)).filter((name) => !name.includes('.lock'));
    await prepareCrimes(folder, [{}, other], { progress: () => during.push(list().sort()) });
    const name = `${crimes.dataset}.snapshot`;
    expect(during.length).toBeGreaterThan(6);
    expect(during).toEqual([...during.slice(1).map(() => [`${name}.journal`, `${name}.new`]), [name]]);
    expect(list()).toEqual([name]);
  });

  it('reports its progress', async () => {
    const steps: PrepareStep[] = [];
    const rows = Array.from({ length: 513 }, (_, index) => ({ days: index }));
    await prepareCrimes(testFolder(), rows, { progress: (step) => steps.push(step) });
    const stepsOf = (phase: PreparePhase): PrepareStep[] => steps.filter((step) => step.phase === phase);
    expect(stepsOf('reading').map(({ rows }) => rows)).toEqual([512, 513]);
    const hashing = stepsOf('hashing').map(({ rows }) => rows);
    expect(hashing.length).toBeGreaterThan(3);
    expect(hashing).toEqual(hashing.toSorted((one, other) => one - other));
    expect(hashing.at(-1)).toBe(513);
    // Linking takes many steps, none of which knows how many rows it is done with.
    expect(stepsOf('linking').length).toBeGreaterThan(1);
    expect(stepsOf('linking').every(({ rows, hashed }) => rows === 0 && hashed === 3)).toBe(true);
    expect(steps.filter((step, place) => step.phase !== steps[place - 1]?.phase)).toEqual([
      { phase: 'reading', rows: 512, hashed: 0 },
      { phase: 'hashing', rows: 0, hashed: 0 },
      { phase: 'linking', rows: 0, hashed: 3 },
      { phase: 'sealing', rows: 0, hashed: 3 },
      { phase: 'digesting', rows: 0, hashed: 3 },
      { phase: 'saving', rows: 513, hashed: 3 },
      { phase: 'swapping', rows: 513, hashed: 3 },
      { phase: 'done', rows: 513, hashed: 3 },
    ]);
  });
});

describe('prepareSnapshot, when something is wrong', () => {
  it('names what is below the floor and every invalid column, with counts and rows, and keeps the old snapshot', async () => {
    const folder = testFolder();
    await prepareCrimes(folder, [{}]);
    const before = readFileSync(fileIn(folder));
    const rows = [
      {},
      { 'offence group': 'arson' },
      { days: -1 },
      { 'offence group': 'theft', reported_on: '2025-02-30' },
    ];
    const invalid = (): Promise<unknown> => prepareCrimes(folder, rows);
    expect(await codeOfAsync(invalid)).toBe('QUALITY_BELOW_FLOOR');
    expect(await problemsOf(invalid)).toEqual([
      {
        path: 'quality.maximumRejected',
        message: 'rows that can’t be used: 3 of 4 (75 %), at most 1 %',
      },
      { path: 'fields.offence-group', message: expect.stringContaining('2 values are not one of') as string },
      { path: 'fields.days-to-charge', message: expect.stringMatching(/1 value is .*\(row 3\)/) as string },
      { path: 'fields.report-date', message: expect.stringContaining('(row 4)') as string },
      { path: 'fields.reported-quarter', message: expect.stringContaining('(row 4)') as string },
    ]);
    const { message, problems } = (await thrownBy(invalid)) as Awaited<ReturnType<typeof thrownBy>> & {
      problems: unknown;
    };
    expect(`${message}${JSON.stringify(problems)}`).not.toMatch(/arson|theft|-30/);
    expect(readFileSync(fileIn(folder)).equals(before)).toBe(true);
    expect(readdirSync(snapshotsIn(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('leaves out rows that can’t be used, up to the floor, and numbers the others without gaps', async () => {
    const folder = testFolder();
    const definition = { ...crimes, quality: { ...crimes.quality, maximumRejected: 0.5 } };
    const rows = [{ days: -1 }, {}, { days: 'x', 'offence group': 'arson' }, other];
    const prepared = await prepareCrimes(folder, rows, { definition });
    expect(prepared).toMatchObject({ rows: 2, people: 2 });
    expect(prepared.rejected).toEqual({
      rows: 4,
      rejected: 2,
      reasons: [
        { field: 'days-to-charge', reason: 'out-of-range', count: 1 },
        { field: 'offence-group', reason: 'unmapped-code', count: 1 },
        { field: 'days-to-charge', reason: 'not-a-number', count: 1 },
      ],
    });
    const { rows: kept, meta } = read(folder);
    expect(kept.map(({ record, person, case_group }) => [record, person, case_group])).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ]);
    expect(JSON.parse(meta.get('rejected') ?? '')).toEqual(prepared.rejected);
    const reader = await SnapshotReader.open(fileIn(folder), snapshotLayout(definition, federation), storageKey);
    reader?.close();
    expect(reader?.rejected).toEqual(prepared.rejected);
    // It is the content that the id is of: the same two rows alone give the same.
    const alone = await prepareCrimes(testFolder(), [{}, other], { definition });
    expect(prepared.snapshot).toBe(alone.snapshot);
  });

  it.each<[string, Partial<DatasetQuality>, string]>([
    ['of rows that are left out', { maximumRejected: 0.2 }, 'quality.maximumRejected'],
    ['of rows with keys', { minimumKeyed: 0.7 }, 'quality.minimumKeyed'],
    [
      'of rows with nothing in a field',
      { maximumMissing: new Map([['days-to-charge', 0.2]]) },
      'quality.maximumMissing',
    ],
  ])('holds the floor %s, at it and one past it', async (_, floor, path) => {
    const quality = { maximumRejected: 1, minimumKeyed: 0, maximumMissing: new Map<string, number>(), ...floor };
    const definition = { ...crimes, quality };
    const good = Array.from({ length: 7 }, (_row, index) => ({ days: index }));
    // With these 10 rows, of which 2 or 3 are not good, a share is at its limit.
    const bad =
      path === 'quality.maximumRejected'
        ? { days: -1 }
        : path === 'quality.minimumKeyed'
          ? { dob: null }
          : { days: null };
    const ten = (badRows: number): Partial<CrimeRow>[] => [
      ...good,
      ...Array.from({ length: 3 }, (_row, index) => (index < badRows ? bad : {})),
    ];
    const most = path === 'quality.minimumKeyed' ? 3 : 2;
    await prepareCrimes(testFolder(), ten(most), { definition });
    const past = most === 3 ? [...ten(3), bad] : ten(3);
    const problems = await problemsOf(() => prepareCrimes(testFolder(), past, { definition }));
    expect(problems[0]?.path.startsWith(path)).toBe(true);
  });

  it('keeps rows whose identifiers are no text, without keys of them', async () => {
    const folder = testFolder();
    const rows = [{ first_name: Buffer.from('x') }, { last_name: 'a\uFFFD', urn: 'b\uFFFD' }];
    expect(await prepareCrimes(folder, rows)).toMatchObject({ rows: 2, rejected: { rejected: 0 } });
    expect(read(folder).rows.map((row) => [row['k:exact.1'], row['k:case'] !== null])).toEqual([
      [null, true],
      [null, false],
    ]);
  });

  it('finds what is invalid behind the first batch too', async () => {
    const rows = Array.from({ length: 1_025 }, (_, index) => ({ days: index === 3 || index === 1_024 ? -1 : index }));
    const definition = { ...crimes, quality: { ...crimes.quality, maximumRejected: 0.001 } };
    const problems = await problemsOf(() => prepareCrimes(testFolder(), rows, { definition }));
    expect(problems[1]?.message).toContain('(row 4, 1025)');
  });

  it('waits for another one of the same dataset, says so, and ends where it is told to', async () => {
    const folder = testFolder();
    const phases = new Set<string>();
    const stopped = new NodeError('PREPARE_STOPPED', 'for tests');
    let second: Promise<unknown> | undefined;
    let third: Promise<string> | undefined;
    await prepareCrimes(folder, [{}], {
      progress: ({ phase }) => {
        if (phase !== 'sealing') return;
        second ??= prepareCrimes(folder, [{}, other], { progress: (step) => phases.add(step.phase) });
        third ??= codeOfAsync(() =>
          prepareCrimes(folder, [{}, other], {
            progress: () => {
              throw stopped;
            },
          }),
        );
      },
    });
    expect(await third).toBe('PREPARE_STOPPED');
    expect(await second).toMatchObject({ rows: 2 });
    expect([...phases].slice(0, 2)).toEqual(['waiting', 'reading']);
    expect(read(folder).rows).toHaveLength(2);
  });

  it('lets only one prepare of a dataset work at a time', async () => {
    const folder = testFolder();
    let second: Promise<string> | undefined;
    await prepareCrimes(folder, [{}], {
      progress: ({ phase }) => {
        if (phase === 'sealing') second = codeOfAsync(() => prepareCrimes(folder, [other], { prepareWaitMs: 0 }));
      },
    });
    expect(await second).toBe('PREPARE_IN_PROGRESS');
    expect(read(folder).rows).toHaveLength(1);
    expect((await prepareCrimes(folder, [{}, other])).rows).toBe(2);
  });

  it('says that it can’t write, and where', async () => {
    const folder = testFolder();
    writeFileSync(snapshotsIn(folder), 'a file');
    expect(await codeOfAsync(() => prepareCrimes(folder, [{}]))).toBe('SNAPSHOT_WRITE_FAILED');
  });

  it('says that it can’t swap', async () => {
    const folder = testFolder();
    mkdirSync(join(fileIn(folder), 'in the way'), { recursive: true });
    expect(await codeOfAsync(() => prepareCrimes(folder, [{}]))).toBe('SNAPSHOT_WRITE_FAILED');
  });

  it('passes on what the engine throws, with the old snapshot in force', async () => {
    const folder = testFolder();
    await prepareCrimes(folder, [{}]);
    const before = readFileSync(fileIn(folder));
    const engine = { parallelism: 3, run: () => Promise.reject(new Error('worker gone')) };
    const rows = Array.from({ length: 2_000 }, () => ({}));
    await expect(prepareCrimes(folder, rows, { engine })).rejects.toThrow('worker gone');
    expect(readFileSync(fileIn(folder)).equals(before)).toBe(true);
    expect(existsSync(`${fileIn(folder)}.new`)).toBe(false);
  });
});
