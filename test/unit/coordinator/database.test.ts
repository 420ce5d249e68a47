import Database from 'better-sqlite3';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createAgencyStore, createRunStore, openDatabase } from '../../../coordinator/index.js';

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
