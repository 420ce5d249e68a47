import Database from 'better-sqlite3';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAgencyStore, createRunStore, openDatabase } from '../../../coordinator/index.js';

import { NO_FLOORS } from '../../../core/templates/index.js';
import { packagePath } from '../../../runtime/index.js';

let file: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'database-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  file = join(folder, 'made', 'coordinator.db');
});

const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

it('makes a database that only its owner may read, and opens it again', () => {
  openDatabase(file).close();
  expect(statSync(file).mode & 0o077).toBe(0);
  openDatabase(file).close();
});

it('refuses a database that another coordinator has open, and opens it once that has gone', () => {
  const first = openDatabase(file);
  expect(() => openDatabase(file)).toThrow(withCode('DATABASE_LOCKED'));
  first.close();
  openDatabase(file).close();
});

it('refuses a schema from the future', () => {
  const database = openDatabase(file);
  const version = database.pragma('user_version', { simple: true }) as number;
  database.pragma(`user_version = ${version + 1}`);
  database.close();
  expect(() => openDatabase(file)).toThrow(withCode('SCHEMA_UNKNOWN'));
});

it('refuses a database of another program and leaves it as it was', () => {
  openDatabase(file).close();
  rmSync(file);
  const other = new Database(file);
  other.exec('CREATE TABLE theirs (x)');
  other.close();
  expect(() => openDatabase(file)).toThrow(withCode('SCHEMA_UNKNOWN'));
  const again = new Database(file);
  onTestFinished(() => {
    again.close();
  });
  expect(again.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['theirs']);
});

it('refuses a file that is no database', () => {
  openDatabase(file).close();
  writeFileSync(file, 'not a database, whatever its name says; it is long enough to have a header of its own, though');
  expect(() => openDatabase(file)).toThrow(withCode('DATABASE_UNREADABLE'));
});

it('remembers across restarts when an agency was last seen', () => {
  const first = openDatabase(file);
  createAgencyStore(first).putSeen('police', '2026-11-22T10:00:00.000Z');
  createAgencyStore(first).putSeen('police', '2026-11-22T11:00:00.000Z');
  first.close();
  const second = openDatabase(file);
  onTestFinished(() => {
    second.close();
  });
  expect([...createAgencyStore(second).getLastSeen()]).toEqual([['police', '2026-11-22T11:00:00.000Z']]);
  expect(createRunStore(second).listRuns(1)).toEqual([]);
});

describe('a database that the first schema wrote', () => {
  const TEMPLATE_DIGEST = 'd'.repeat(64);
  const SNAPSHOT = '1'.repeat(64);
  /** As version 0.1.0 stored it. */
  const release = {
    question: 'What is asked?',
    chosen: [{ parameter: 'quarters', values: ['January to March 2025'] }],
    table: {
      dimensions: [{ name: 'a.b.c', label: 'C', categories: [{ code: 'x', label: 'X' }] }],
      cells: [{ categories: [0], value: 15, status: 'ok', reason: 'Rounded to the nearest 5.' }],
      policy: { threshold: 10, roundTo: 5 },
      suppressed: 0,
    },
    sources: [{ agency: 'police', agencyName: 'The police', dataset: 'a.b', asAt: '2026-10-31' }],
    notes: ['A note.'],
  };

  function writeOld(): void {
    mkdirSync(dirname(file));
    const old = new Database(file);
    old.exec(readFileSync(packagePath('coordinator', 'store', 'migrations', '0001-runs.sql'), 'utf8'));
    old.pragma('application_id = 0x5473636b');
    old.pragma('user_version = 1');
    const insert = old.prepare(
      `INSERT INTO runs (id, template, template_version, template_title, template_digest, parameters, requester, purpose,
         submitted_at, state, started_at, ended_at)
       VALUES (?, 'a-template', 1, 'What is asked?', ?, '{"quarters":["2025-Q1"]}', 'analyst', 'research-statistics',
         '2026-11-01T10:00:00.000Z', ?, '2026-11-01T10:00:00.000Z', ?)`,
    );
    insert.run('done', TEMPLATE_DIGEST, 'finished', '2026-11-01T10:00:09.000Z');
    insert.run('cut-off', TEMPLATE_DIGEST, 'ring', null);
    old.prepare("INSERT INTO run_snapshots VALUES (1, 0, 'police', 'a.b', ?)").run(SNAPSHOT);
    old.prepare("INSERT INTO releases VALUES (1, '2026-11-01T10:00:09.000Z', ?)").run(JSON.stringify(release));
    old.close();
  }

  function openOld(): Database.Database {
    writeOld();
    const database = openDatabase(file);
    onTestFinished(() => {
      database.close();
    });
    return database;
  }

  it('is brought up to date and keeps its runs', () => {
    const database = openOld();
    const store = createRunStore(database);
    const participants = [{ agency: 'police', datasets: [{ dataset: 'a.b', snapshot: SNAPSHOT }], floors: NO_FLOORS }];
    expect(store.getRun('done')).toMatchObject({
      state: 'finished',
      participants,
      requestDigest: null,
      replayOf: null,
    });
    expect(store.unfinishedRuns().map(({ id }) => id)).toEqual(['cut-off']);
    // What it released is compared with what is released now, and is nobody's answer, for it isn't known to what.
    expect(store.listReleased(TEMPLATE_DIGEST, participants).map(({ id }) => id)).toEqual(['done']);
    const asked = { participants, requestDigest: 'a'.repeat(64) };
    store.putAsked('cut-off', asked);
    expect(store.findReleased(asked.requestDigest)).toBeUndefined();
    expect(database.pragma('foreign_key_check')).toEqual([]);
  });

  it('has its releases read with what they did not have filled in', () => {
    expect(createRunStore(openOld()).getRelease('done')).toEqual({
      ...release,
      table: {
        ...release.table,
        cells: [{ ...release.table.cells[0], interval: null }],
        totals: [],
        rates: [],
        quantiles: [],
        recalls: [],
        measures: [],
        policy: { threshold: 10, roundTo: 5, rounding: 'base', wholeLines: false },
        noise: null,
      },
      presentation: { margins: 'none', rate: null, quantiles: null, recall: null },
      linkage: null,
      sources: release.sources.map((source) => ({ ...source, rejectedPercent: null })),
      optOuts: null,
    });
  });

  it('is opened again as it then is', () => {
    openOld().close();
    const again = openDatabase(file);
    expect(createRunStore(again).getRelease('done')?.question).toBe('What is asked?');
    again.close();
  });
});
