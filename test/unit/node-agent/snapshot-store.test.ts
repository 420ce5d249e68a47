import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';

import { personKeys, schemes } from '../../../core/linkage/index.js';
import {
  CHUNK_RECORDS,
  createGroup,
  ELEMENT_BYTES,
  JoinError,
  matchKeyDomain,
} from '../../../core/private-join/index.js';
import type { ListRows, RowChunk } from '../../../core/private-join/index.js';
import { compileList, compileMembership } from '../../../core/templates/index.js';
import { NodeError } from '../../../node-agent/errors.js';
import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { SnapshotListSource } from '../../../node-agent/snapshot/snapshot-list-source.js';
import type { ClippedObserver } from '../../../node-agent/snapshot/snapshot-list-source.js';
import type { SnapshotLease } from '../../../node-agent/snapshot/snapshot-store.js';
import { SnapshotStore } from '../../../node-agent/snapshot/snapshot-store.js';
import { boundParameters, boundTemplate } from './federation-fixtures.js';
import { codeOf, crimes, testFolder } from './fixtures.js';
import { federation, prepareCrimes, snapshotsIn, storageKey } from './snapshot-fixtures.js';

function storeOf(folder: string, changes: Partial<ConstructorParameters<typeof SnapshotStore>[0]> = {}): SnapshotStore {
  const store = new SnapshotStore({
    directory: snapshotsIn(folder),
    layouts: [snapshotLayout(crimes, federation)],
    storageKey,
    ...changes,
  });
  onTestFinished(() => store.close());
  return store;
}

/** Whether a look at the files, all of which are some use, changes what is in force. */
async function changes(store: SnapshotStore): Promise<boolean> {
  const { changed, unusable } = await store.refresh();
  expect([...unusable]).toEqual([]);
  return changed;
}

/** The code of why the new file is no use. */
async function troubleOf(store: SnapshotStore): Promise<string | undefined> {
  const { changed, unusable } = await store.refresh();
  expect(changed).toBe(false);
  const thrown = unusable.get(crimes.dataset);
  return thrown instanceof NodeError ? thrown.code : undefined;
}

function fileIn(folder: string): string {
  return join(snapshotsIn(folder), `${crimes.dataset}.snapshot`);
}

function leaseOf(store: SnapshotStore, snapshot: string): SnapshotLease {
  const lease = store.lease(crimes.dataset, snapshot);
  if (lease === undefined) throw new Error('no lease');
  return lease;
}

/** Without a name and a birth date every record is a person of its own. */
const nobody = { first_name: null, dob: null };

const bound = boundTemplate();
const parameters = boundParameters(bound);
const compiled = compileList(bound, crimes.dataset, parameters);
const listName = `${crimes.dataset}/police`;

function everyChunk(rows: ListRows): RowChunk[] {
  try {
    return [...rows.chunks()];
  } finally {
    rows.close();
  }
}

describe('SnapshotStore', () => {
  it('holds nothing before anything is prepared, and takes up what is prepared while it runs', async () => {
    const folder = testFolder();
    const store = storeOf(folder);
    expect(await changes(store)).toBe(false);
    expect(store.inForce).toEqual([]);
    const { snapshot } = await prepareCrimes(folder, [{}]);
    expect(await changes(store)).toBe(true);
    const linkage = { epsilon: 'none', statistics: [expect.objectContaining({ scheme: 'exact', people: 1 })] };
    const rejected = { rows: 1, rejected: 0, reasons: [] };
    expect(store.inForce).toEqual([{ dataset: crimes.dataset, snapshot, asAt: '2026-03-31', rejected, linkage }]);
    expect(await changes(store)).toBe(false);
  });

  it('keeps an old snapshot readable until its last lease is released', async () => {
    const folder = testFolder();
    const store = storeOf(folder);
    const old = await prepareCrimes(folder, [{}, { days: 1 }]);
    await store.refresh();
    const [first, second] = [leaseOf(store, old.snapshot), leaseOf(store, old.snapshot)];
    const fresh = await prepareCrimes(folder, [{}]);
    expect(await changes(store)).toBe(true);

    expect(store.lease(crimes.dataset, old.snapshot)).toBeUndefined();
    expect(store.inForce).toMatchObject([{ snapshot: fresh.snapshot }]);
    first.release();
    first.release();
    expect(everyChunk(second.list(compiled))).toMatchObject([{ count: 1 }]);
    second.release();
    expect(() => second.list(compiled)).toThrow();
    expect(everyChunk(leaseOf(store, fresh.snapshot).list(compiled))).toMatchObject([{ count: 1 }]);
  });

  it('lends nothing of a dataset or snapshot that it does not hold', async () => {
    const folder = testFolder();
    const store = storeOf(folder);
    const { snapshot } = await prepareCrimes(folder, [{}]);
    await store.refresh();
    expect(store.lease('cps.prosecutions', snapshot)).toBeUndefined();
    expect(store.lease(crimes.dataset, snapshot.replace(/^./, 'x'))).toBeUndefined();
  });

  it('no longer offers a snapshot whose file is gone', async () => {
    const folder = testFolder();
    const store = storeOf(folder);
    await prepareCrimes(folder, [{}]);
    await store.refresh();
    rmSync(fileIn(folder));
    expect(await changes(store)).toBe(true);
    expect(store.inForce).toEqual([]);
  });

  it('closes although a list is still being read', async () => {
    const folder = testFolder();
    const store = storeOf(folder);
    const { snapshot } = await prepareCrimes(
      folder,
      Array.from({ length: 600 }, () => nobody),
    );
    await store.refresh();
    const chunks = leaseOf(store, snapshot).list(compiled).chunks()[Symbol.iterator]();
    expect(chunks.next().done).toBe(false);
    store.close();
    expect(chunks.next().done).toBe(true);
  });
});

describe('SnapshotStore, when a snapshot is no use', () => {
  async function prepared(): Promise<string> {
    const folder = testFolder();
    await prepareCrimes(folder, [{}, { days: 1 }]);
    return folder;
  }

  function alter(folder: string, sql: string): void {
    const database = new Database(fileIn(folder));
    database.exec(sql);
    database.close();
  }

  it.each([
    ['a value was changed', `UPDATE records SET "f:days-to-charge" = 2 WHERE record = 1`],
    ['a record is missing', 'DELETE FROM records WHERE record = 2'],
    ['a match key was removed', `UPDATE records SET "k:case" = NULL WHERE record = 2`],
    ['a sealed match key was changed', `UPDATE sealed_keys SET sealed = zeroblob(length(sealed)) WHERE block = 0`],
    ['the sealed match keys are missing', `DELETE FROM sealed_keys`],
    ['sealed match keys were renumbered', `UPDATE sealed_keys SET block = 1`],
    ['match keys were swapped', `UPDATE records SET "k:exact.1" = "k:exact.2" WHERE record = 2`],
    ['its id was changed', `UPDATE meta SET value = 'f' || substr(value, 2) || 'e' WHERE name = 'snapshot'`],
    ['its mac was changed', `UPDATE meta SET value = 'f' || substr(value, 2) || 'e' WHERE name = 'mac'`],
    ['its salt was changed', `UPDATE meta SET value = '00' || substr(value, 3) WHERE name = 'salt'`],
    ['its date was changed', `UPDATE meta SET value = '2026-01-01' WHERE name = 'as-at'`],
    ['what is known of its people was changed', `UPDATE meta SET value = '[]' WHERE name = 'linkage'`],
    [
      'what was left out was changed',
      `UPDATE meta SET value = '{"rows":2,"rejected":1,"reasons":[]}' WHERE name = 'rejected'`,
    ],
    ['a fact is missing', `DELETE FROM meta WHERE name = 'salt'`],
    ['a table is missing', 'DROP TABLE records'],
  ])('refuses a file in which %s', async (_, sql) => {
    const folder = await prepared();
    alter(folder, sql);
    expect(await troubleOf(storeOf(folder))).toBe('SNAPSHOT_UNREADABLE');
  });

  it('refuses a file that is cut off or no database', async () => {
    const folder = await prepared();
    const bytes = readFileSync(fileIn(folder));
    writeFileSync(fileIn(folder), bytes.subarray(0, 5_000));
    expect(await troubleOf(storeOf(folder))).toBe('SNAPSHOT_UNREADABLE');
    writeFileSync(fileIn(folder), 'no database at all, but long enough to be one'.repeat(30));
    expect(await troubleOf(storeOf(folder))).toBe('SNAPSHOT_UNREADABLE');
  });

  it('refuses a file sealed under another storage key', async () => {
    const folder = await prepared();
    const store = storeOf(folder, { storageKey: new Uint8Array(32).fill(9) });
    expect(await troubleOf(store)).toBe('SNAPSHOT_UNREADABLE');
  });

  it.each([
    ['definition', snapshotLayout({ ...crimes, version: 2 }, federation)],
    ['federation', snapshotLayout(crimes, 'other-study')],
  ])('refuses a file made for another %s', async (_, layout) => {
    const store = storeOf(await prepared(), { layouts: [layout] });
    expect(await troubleOf(store)).toBe('SNAPSHOT_OUTDATED');
  });

  it('refuses a file of an earlier format, which did not say what was left out', async () => {
    const folder = await prepared();
    alter(folder, `UPDATE meta SET value = '3' WHERE name = 'format'; DELETE FROM meta WHERE name = 'rejected'`);
    expect(await troubleOf(storeOf(folder))).toBe('SNAPSHOT_OUTDATED');
  });

  it('takes up those of other datasets all the same, before it and after it', async () => {
    const folder = await prepared();
    const damaged = ['police.before', 'police.behind'];
    for (const dataset of damaged) writeFileSync(join(snapshotsIn(folder), `${dataset}.snapshot`), 'x');
    const [before, behind] = damaged.map((dataset) => snapshotLayout({ ...crimes, dataset }, federation));
    if (before === undefined || behind === undefined) throw new Error('no layouts');
    const store = storeOf(folder, { layouts: [before, snapshotLayout(crimes, federation), behind] });
    const first = await store.refresh();
    expect([first.changed, [...first.unusable.keys()]]).toEqual([true, damaged]);
    expect(store.inForce.map(({ dataset }) => dataset)).toEqual([crimes.dataset]);
    const next = await store.refresh();
    expect([next.changed, [...next.unusable.keys()]]).toEqual([false, damaged]);
  });

  it('keeps the one in force when the next is damaged', async () => {
    const folder = await prepared();
    const store = storeOf(folder);
    await store.refresh();
    const [held] = store.inForce;
    copyFileSync(fileIn(folder), `${fileIn(folder)}.copy`);
    rmSync(fileIn(folder));
    writeFileSync(fileIn(folder), 'x');
    expect(await troubleOf(store)).toBe('SNAPSHOT_UNREADABLE');
    expect(store.inForce).toEqual([held]);
    expect(everyChunk(leaseOf(store, held?.snapshot ?? '').list(compiled))).toMatchObject([{ count: 1 }]);
  });
});

describe('what the guard reads of a snapshot', () => {
  it('is a label for every record, in order, 0 where it is not in the list', async () => {
    const folder = testFolder();
    const store = storeOf(folder);
    const rows = [
      { first_name: 'Ada', 'offence group': 'stalking' },
      { first_name: 'Cleo', reported_on: '2025-05-01' },
      { first_name: 'Ada', reported_on: '2025-03-01', 'offence group': null },
      { first_name: null, 'offence group': 'rape' },
    ];
    const { snapshot } = await prepareCrimes(folder, rows);
    await store.refresh();
    const membership = compileMembership(bound, crimes.dataset, parameters);
    expect([...leaseOf(store, snapshot).labels(membership)]).toEqual([0, 0, 3, 1]);
    const fewer = { ...membership, sql: `SELECT * FROM (${membership.sql}) LIMIT 3` };
    expect(() => leaseOf(store, snapshot).labels(fewer)).toThrow(RangeError);
  });
});

describe('SnapshotListSource', () => {
  async function sourceOf(
    rows: Parameters<typeof prepareCrimes>[1],
    asked = bound,
    clipped?: ClippedObserver,
  ): Promise<SnapshotListSource> {
    const folder = testFolder();
    const store = storeOf(folder);
    const { snapshot } = await prepareCrimes(folder, rows);
    await store.refresh();
    const leases = new Map([[crimes.dataset, leaseOf(store, snapshot)]]);
    return new SnapshotListSource('police', asked, boundParameters(asked), leases, clipped);
  }

  it('gives labels and unsealed keys, zeros where a key is absent', async () => {
    const rows = [
      { first_name: 'Ada', 'offence group': 'stalking' },
      { first_name: 'Bea', 'offence group': null, postcode: null },
      { first_name: 'Cleo', reported_on: '2025-05-01' },
      { first_name: null, 'offence group': 'rape', urn: null },
    ];
    const list = (await sourceOf(rows)).open(listName);
    expect(list.count).toBe(3);
    const [chunk, ...rest] = everyChunk(list);
    if (chunk === undefined) throw new Error('no chunk');
    expect(rest).toEqual([]);
    expect([...chunk.labels]).toEqual([2, 3, 1]);
    expect(compiled.keys.map(({ name }) => name)).toEqual(['exact.1', 'exact.2', 'case']);

    const group = await createGroup();
    const scheme = schemes.get('exact');
    if (scheme === undefined) throw new Error('no scheme');
    const at = (row: number, column: number): Uint8Array =>
      chunk.keys.slice((row * 3 + column) * ELEMENT_BYTES, (row * 3 + column + 1) * ELEMENT_BYTES);
    const person = { surname: 'Quillfeather', dateOfBirth: '1987-11-23', postcode: 'LS6 3QT', sex: 'F' };
    const keys = personKeys(scheme, { ...person, forename: 'Ada' });
    keys.forEach((key, column) => {
      const name = compiled.keys[column]?.name ?? '';
      expect(at(0, column)).toEqual(
        group.hashToGroup(matchKeyDomain(federation, name), [new TextEncoder().encode(key ?? '')]),
      );
    });
    const absent = new Uint8Array(ELEMENT_BYTES);
    expect(at(1, 0)).toEqual(absent);
    expect(at(1, 1)).not.toEqual(absent);
    expect([at(2, 0), at(2, 1), at(2, 2)]).toEqual([absent, absent, absent]);
  });

  it.each([0, 1, CHUNK_RECORDS, CHUNK_RECORDS + 1, 2 * CHUNK_RECORDS])('cuts %i rows into chunks', async (count) => {
    const rows = Array.from({ length: count }, () => nobody);
    const list = (await sourceOf(rows)).open(listName);
    expect(list.count).toBe(count);
    const chunks = everyChunk(list);
    expect(chunks.map((chunk) => chunk.count)).toEqual(
      Array.from({ length: Math.ceil(count / CHUNK_RECORDS) }, (_, index) =>
        Math.min(CHUNK_RECORDS, count - index * CHUNK_RECORDS),
      ),
    );
    for (const chunk of chunks) {
      expect(chunk.labels.length).toBe(chunk.count);
      expect(chunk.keys.length).toBe(chunk.count * 3 * ELEMENT_BYTES);
    }
  });

  const measured = (range: readonly [number, number]): ReturnType<typeof boundTemplate> =>
    boundTemplate({ measures: [{ variance: 'police.victim-crimes.days-to-charge', range }] });

  it('gives the numbers of measures, clipped, from the middle of the range, nothing where there is none', async () => {
    const clipped: unknown[] = [];
    const rows = [5, 30, 31, null, 91, 100, 5_000 / 2].map((days) => ({ ...nobody, days }));
    const bounded = measured([30, 91]);
    const source = await sourceOf(rows, bounded, (...told) => clipped.push(told));
    const [chunk] = everyChunk(source.open(listName));
    const centre = 60;
    const expected = [30, 30, 31, null, 91, 91, 91].flatMap((days) =>
      days === null ? [0, 0, 0] : [days - centre, 1, (days - centre) ** 2],
    );
    expect([...(chunk?.numbers ?? [])]).toEqual(expected);
    expect(clipped).toEqual([[crimes.dataset, 3]]);
  });

  it('keeps the numbers of a row together across chunks', async () => {
    const rows = Array.from({ length: CHUNK_RECORDS + 2 }, (_, days) => ({ ...nobody, days }));
    const chunks = everyChunk((await sourceOf(rows, measured([0, 1_000]))).open(listName));
    expect(chunks.map(({ numbers }) => numbers.length)).toEqual([3 * CHUNK_RECORDS, 6]);
    const all = chunks.flatMap(({ numbers }) => [...numbers]);
    expect(all).toEqual(rows.flatMap(({ days }) => [days - 500, 1, (days - 500) ** 2]));
  });

  it('says nothing of clipping where there is nothing to clip', async () => {
    const clipped: unknown[] = [];
    const source = await sourceOf([{}], bound, (...told) => clipped.push(told));
    expect(everyChunk(source.open(listName))[0]?.numbers).toEqual(new Float64Array());
    expect(clipped).toEqual([]);
  });

  it('reads several lists of one snapshot at once', async () => {
    const source = await sourceOf(Array.from({ length: 600 }, () => nobody));
    const [first, second] = [source.open(listName), source.open(listName)];
    const [left, right] = [first, second].map((rows) => rows.chunks()[Symbol.iterator]());
    const counts: unknown[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      counts.push(
        (left?.next().value as RowChunk | undefined)?.count,
        (right?.next().value as RowChunk | undefined)?.count,
      );
    }
    expect(counts).toEqual([256, 256, 256, 256, 88, 88, undefined, undefined]);
  });

  it('knows no list but this agency’s', async () => {
    const source = await sourceOf([{}]);
    expect(codeOf(() => source.open(`${crimes.dataset}/cps`))).toBe('UNKNOWN_LIST');
    expect(codeOf(() => source.open('tally'))).toBe('UNKNOWN_LIST');
  });

  it('says SNAPSHOT_UNREADABLE when opening or reading fails, and who', () => {
    const broken: SnapshotLease = {
      list: () => {
        throw new Error('disk I/O error');
      },
      labels: () => new Uint32Array(),
      number: () => 0,
      release: () => undefined,
    };
    const halfway: SnapshotLease = {
      list: () => ({
        count: 1,
        *chunks() {
          throw new Error('disk I/O error');
        },
        close: () => undefined,
      }),
      labels: () => new Uint32Array(),
      number: () => 0,
      release: () => undefined,
    };
    const failures: unknown[] = [];
    for (const lease of [broken, halfway]) {
      const source = new SnapshotListSource('police', bound, parameters, new Map([[crimes.dataset, lease]]));
      try {
        everyChunk(source.open(listName));
      } catch (thrown) {
        failures.push(thrown instanceof JoinError ? [thrown.code, thrown.party] : thrown);
      }
    }
    expect(failures).toEqual([
      ['SNAPSHOT_UNREADABLE', 'police'],
      ['SNAPSHOT_UNREADABLE', 'police'],
    ]);
  });
});
