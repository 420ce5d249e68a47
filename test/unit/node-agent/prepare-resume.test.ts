import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';

import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';

import type { Log, LogFields } from '../../../core/base/index.js';
import { createGroup, inlineEngine, matchKeyDomain } from '../../../core/private-join/index.js';
import type { Engine } from '../../../core/private-join/index.js';
import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { SnapshotReader } from '../../../node-agent/snapshot/snapshot-reader.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { codeOfAsync, crimes, testFolder } from './fixtures.js';
import type { CrimeRow } from './fixtures.js';
import { listOf } from './opt-outs-fixtures.js';
import { prepareAndDie } from './prepare-process.js';
import {
  federation,
  filesIn,
  KEYS_OF_A_STRANGER,
  prepareCrimes,
  snapshotsIn,
  storageKey,
  strangers,
} from './snapshot-fixtures.js';
import type { TestPrepare } from './snapshot-fixtures.js';

/** Another version than there is, while a test wants one. */
const software = vi.hoisted((): { version?: string } => ({}));
vi.mock(import('../../../node-agent/software-version.js'), async (importOriginal) => {
  const { softwareVersion } = await importOriginal();
  return { softwareVersion: () => software.version ?? softwareVersion() };
});

const group = await createGroup();
const hashing = inlineEngine(group, seededRng('never drawn from'));

interface Resumed {
  readonly snapshot: string;
  /** Keys that it had to hash. */
  readonly hashed: number;
  readonly events: readonly LogFields[];
}

/** Prepares with a salt of its own and counts what is hashed. */
async function resume(folder: string, rows: readonly Partial<CrimeRow>[], changes: TestPrepare = {}): Promise<Resumed> {
  let hashed = 0;
  const events: LogFields[] = [];
  const say = (fields: LogFields): unknown => events.push(fields);
  const log: Log = { debug: say, info: say, warn: say, error: say, child: () => log };
  const engine: Engine = {
    parallelism: 1,
    run: (job) => {
      if (job.kind === 'hash') hashed += job.inputs.length;
      return hashing.run(job);
    },
  };
  const { snapshot } = await prepareCrimes(folder, rows, { engine, log, rng: seededRng('another salt'), ...changes });
  return { snapshot, hashed, events };
}

/** Leaves what a prepare leaves that is stopped when it has hashed so many keys. */
async function interrupt(folder: string, rows: readonly Partial<CrimeRow>[], hashedMin: number): Promise<void> {
  const stop = new Error('stopped');
  const stopped = prepareCrimes(folder, rows, {
    rng: seededRng(`${testSeed}/interrupted`),
    progress: ({ hashed }) => {
      if (hashed >= hashedMin) throw stop;
    },
  });
  await expect(stopped).rejects.toBe(stop);
}

function recordsIn(folder: string): unknown[] {
  const database = new Database(filesIn(folder).snapshot, { readonly: true });
  const rows = database.prepare('SELECT * FROM records ORDER BY record').all();
  database.close();
  return rows;
}

async function undisturbed(rows: readonly Partial<CrimeRow>[]): Promise<{ snapshot: string; records: unknown[] }> {
  const folder = testFolder();
  const { snapshot } = await resume(folder, rows);
  return { snapshot, records: recordsIn(folder) };
}

/** The same id as an undisturbed prepare, the same records, readable, and nothing left behind. */
async function expectWhole(folder: string, rows: readonly Partial<CrimeRow>[], snapshot: string): Promise<void> {
  const expected = await undisturbed(rows);
  expect(snapshot).toBe(expected.snapshot);
  expect(recordsIn(folder)).toEqual(expected.records);
  const reader = await SnapshotReader.open(filesIn(folder).snapshot, snapshotLayout(crimes, federation), storageKey);
  expect(reader?.snapshot).toBe(snapshot);
  reader?.close();
  expect(existsSync(filesIn(folder).journal)).toBe(false);
}

const MANY = 4_096;
const ALL_KEYS = MANY * KEYS_OF_A_STRANGER;
const LISTED = 3;

describe(`a prepare that is killed half way (seed ${testSeed})`, () => {
  it('goes on where it stopped: what was hashed is not hashed again, and the snapshot is the same', async () => {
    const folder = testFolder();
    const old = await prepareCrimes(folder, [{}]);
    await prepareAndDie(folder, { phase: 'hashing', rows: MANY, hashed: ALL_KEYS / 2 });
    const { snapshot, hashed, events } = await resume(folder, strangers(MANY));
    const [event] = events;
    expect(events).toEqual([
      { event: 'prepare-resumed', dataset: crimes.dataset, count: expect.any(Number) as number },
    ]);
    expect(event?.['count']).toBeGreaterThanOrEqual(ALL_KEYS / 2);
    expect(hashed).toBeGreaterThan(0);
    expect(hashed).toBe(ALL_KEYS - Number(event?.['count']));
    expect(snapshot).not.toBe(old.snapshot);
    await expectWhole(folder, strangers(MANY), snapshot);
  });

  it('does so with an opt-out list, and hashes nothing of anybody on it', async () => {
    const rows = strangers(MANY);
    const optOuts = listOf(rows.slice(0, LISTED));
    const whole = await resume(testFolder(), rows, { optOuts });
    expect(whole.hashed).toBeLessThanOrEqual(ALL_KEYS - LISTED * KEYS_OF_A_STRANGER);
    expect(whole.hashed).toBeGreaterThan(ALL_KEYS / 2);
    const folder = testFolder();
    await prepareAndDie(folder, { phase: 'hashing', rows: MANY, listed: LISTED, hashed: whole.hashed / 2 });
    const { snapshot, hashed, events } = await resume(folder, rows, { optOuts });
    const [taken] = events;
    expect(taken?.['count']).toBeGreaterThanOrEqual(whole.hashed / 2);
    expect(hashed).toBe(whole.hashed - Number(taken?.['count']));
    expect(snapshot).toBe(whole.snapshot);
  });

  it('hashes nothing again when it was killed behind the last hash, and goes on after several deaths', async () => {
    const folder = testFolder();
    await prepareAndDie(folder, { phase: 'hashing', rows: MANY, hashed: 1 });
    await prepareAndDie(folder, { phase: 'hashing', rows: MANY, hashed: ALL_KEYS / 4 });
    await prepareAndDie(folder, { phase: 'digesting', rows: MANY, hashed: 0 });
    const { snapshot, hashed } = await resume(folder, strangers(MANY));
    expect(hashed).toBe(0);
    await expectWhole(folder, strangers(MANY), snapshot);
  });
});

const SOME = 1_024;
const SOME_KEYS = SOME * KEYS_OF_A_STRANGER;

describe('what an interrupted prepare leaves', () => {
  it('serves a source that has changed meanwhile, as far as it goes', async () => {
    const folder = testFolder();
    await interrupt(folder, strangers(SOME), SOME_KEYS);
    const old = strangers(SOME);
    const changed = [{ first_name: 'Zuleika' }, ...old.slice(100, 200), { ...old[300], sex: 'M' }, ...old.slice(400)];
    const { snapshot, hashed } = await resume(folder, changed);
    // Zuleika's three keys, and of who is now M all but the case.
    expect(hashed).toBe(5);
    await expectWhole(folder, changed, snapshot);
  });

  it('is gone when the snapshot is complete', async () => {
    const folder = testFolder();
    await interrupt(folder, strangers(SOME), 1);
    expect(readdirSync(snapshotsIn(folder)).sort()).toEqual([
      `${crimes.dataset}.snapshot.journal`,
      `${crimes.dataset}.snapshot.lock`,
    ]);
    await resume(folder, [{}]);
    expect(existsSync(filesIn(folder).journal)).toBe(false);
  });

  it('is still there when the next prepare is stopped while it takes that over', async () => {
    const folder = testFolder();
    await interrupt(folder, strangers(SOME), SOME_KEYS);
    const before = readFileSync(filesIn(folder).journal);
    await interrupt(folder, strangers(SOME), 0);
    expect(readFileSync(filesIn(folder).journal).equals(before)).toBe(true);
    expect((await resume(folder, strangers(SOME))).hashed).toBe(0);
  });

  it('says nothing to whoever has no storage key, and only its owner may read it', async () => {
    const folder = testFolder();
    await interrupt(folder, [{}, ...strangers(SOME)], SOME_KEYS / 2);
    const file = filesIn(folder).journal;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file);
    const first = 'PHILIPPA|QUILLFEATHER|1987-11-23|LS63QT|F';
    for (const text of ['philippa', 'quillfeather', '1987-11-23', 'ls63qt', '13qz0440125', first.toLowerCase()]) {
      expect(bytes.toString('latin1').toLowerCase().includes(text), text).toBe(false);
    }
    const point = group.hashToGroup(matchKeyDomain(federation, 'exact.1'), [new TextEncoder().encode(first)]);
    expect(bytes.includes(Buffer.from(point))).toBe(false);
  });

  it.each<[string, TestPrepare]>([
    ['another version of the dataset', { definition: { ...crimes, version: 2 } }],
    ['another study', { federation: 'other-study' }],
    ['another storage key', { storageKey: new Uint8Array(32).fill(9) }],
  ])('is of no use for %s, and is dropped with a line in the log', async (_, changes) => {
    const folder = testFolder();
    await interrupt(folder, strangers(SOME), SOME_KEYS / 2);
    const { size } = statSync(filesIn(folder).journal);
    const { snapshot, hashed, events } = await resume(folder, strangers(SOME), changes);
    expect(hashed).toBe(SOME_KEYS);
    expect(events).toEqual([{ event: 'prepare-journal-dropped', dataset: crimes.dataset, bytes: size - 16 }]);
    expect(snapshot).toBe((await resume(testFolder(), strangers(SOME), changes)).snapshot);
  });
});

it('does not use what another version of the software has hashed', async () => {
  const folder = testFolder();
  await interrupt(folder, strangers(SOME), SOME_KEYS / 2);
  try {
    software.version = 'that';
    const { hashed, events } = await resume(folder, strangers(SOME));
    expect(hashed).toBe(SOME_KEYS);
    expect(events.map(({ event }) => event)).toEqual(['prepare-journal-dropped']);
  } finally {
    delete software.version;
  }
});

/** Where the file's salt is; then of its first block the count, the nonce and the entries. */
const PLACES = { salt: 0, count: 16, nonce: 20, entry: 32 } as const;

describe('what an interrupted prepare leaves, when it was damaged', () => {
  const flip = (file: string, place: number): void => {
    const bytes = readFileSync(file);
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  };

  const dropped = ['prepare-journal-dropped'];
  it.each<[string, (file: string) => void, readonly string[]]>([
    ['its salt was changed', (file) => flip(file, PLACES.salt), dropped],
    ['a count was changed', (file) => flip(file, PLACES.count), dropped],
    ['a nonce was changed', (file) => flip(file, PLACES.nonce), dropped],
    ['an entry was changed', (file) => flip(file, PLACES.entry), dropped],
    ['it is cut off in the first block', (file) => truncateSync(file, PLACES.entry + 100), dropped],
    ['it is something else', (file) => writeFileSync(file, 'x'.repeat(50_000)), dropped],
    ['it is cut off before anything', (file) => truncateSync(file, PLACES.count - 1), []],
  ])('is not used when %s', async (_, damage, said) => {
    const folder = testFolder();
    await interrupt(folder, strangers(SOME), SOME_KEYS / 2);
    damage(filesIn(folder).journal);
    const { snapshot, hashed, events } = await resume(folder, strangers(SOME));
    expect(hashed).toBe(SOME_KEYS);
    expect(events.map(({ event }) => event)).toEqual(said);
    await expectWhole(folder, strangers(SOME), snapshot);
  });

  it.each<[string, (file: string, size: number) => void]>([
    ['its end was changed', (file, size) => flip(file, size - 1)],
    ['its end is missing', (file, size) => truncateSync(file, size - 1)],
    [
      'there are zeros in the place of its end',
      (file, size) => {
        truncateSync(file, size - 5_000);
        truncateSync(file, size);
      },
    ],
  ])('is used up to its last block when %s', async (_, damage) => {
    const folder = testFolder();
    await interrupt(folder, strangers(SOME), SOME_KEYS / 2);
    const file = filesIn(folder).journal;
    damage(file, statSync(file).size);
    const { snapshot, hashed, events } = await resume(folder, strangers(SOME));
    expect(events.map(({ event }) => event)).toEqual(['prepare-resumed', 'prepare-journal-dropped']);
    expect(hashed).toBe(SOME_KEYS - Number(events[0]?.['count']));
    await expectWhole(folder, strangers(SOME), snapshot);
  });

  it('goes on in the same file behind the last block that opens', async () => {
    const folder = testFolder();
    await interrupt(folder, strangers(SOME), SOME_KEYS / 4);
    const file = filesIn(folder).journal;
    truncateSync(file, statSync(file).size - 1);
    await interrupt(folder, strangers(SOME), SOME_KEYS / 4);
    const { hashed, events } = await resume(folder, strangers(SOME));
    expect(events.map(({ event }) => event)).toEqual(['prepare-resumed']);
    expect(hashed).toBeLessThanOrEqual(SOME_KEYS / 2);
  });
});

it('says that it can’t write when the journal can’t be opened', async () => {
  const folder = testFolder();
  mkdirSync(filesIn(folder).journal, { recursive: true });
  expect(await codeOfAsync(() => prepareCrimes(folder, [{}]))).toBe('SNAPSHOT_WRITE_FAILED');
  expect(readdirSync(snapshotsIn(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
});
