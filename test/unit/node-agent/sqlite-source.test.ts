import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';

import { SOURCE_BATCH_ROWS } from '../../../node-agent/source/source.js';
import type { Source, SourceRow } from '../../../node-agent/source/source.js';
import { openSqliteSource } from '../../../node-agent/source/connectors/sqlite-source.js';
import { codeOf, codeOfAsync, testFolder } from './fixtures.js';

function sourceFile(sql: string): string {
  const file = join(testFolder(), 'source.sqlite');
  const database = new Database(file);
  database.exec(sql);
  database.close();
  return file;
}

function open(file: string, columns: readonly string[], table = 'people'): Source {
  const source = openSqliteSource({ file, selection: { table }, columns, busyTimeoutMs: 20 });
  onTestFinished(() => source.close());
  return source;
}

async function batchesOf(source: Source): Promise<(readonly SourceRow[])[]> {
  const batches: (readonly SourceRow[])[] = [];
  for await (const batch of source.batches()) batches.push(batch);
  return batches;
}

/** What this process has open. */
function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [readlinkSync(join('/proc/self/fd', number))];
    } catch {
      // That of the folder itself.
      return [];
    }
  });
}

describe('openSqliteSource', () => {
  it('reads the columns in the order asked for, rows in the order of their rowids', async () => {
    const file = sourceFile(`
      CREATE TABLE people (id INTEGER PRIMARY KEY, "last name" TEXT, age, a, b, c, d, e, f);
      CREATE INDEX by_name ON people ("last name", age);
      INSERT INTO people (id, "last name", age) VALUES (3, 'A', 30), (1, 'C', NULL), (2, 'B', 1.5);`);
    const rows = (await batchesOf(open(file, ['age', 'last name', 'age']))).flat();
    expect(rows).toEqual([
      [null, 'C', null],
      [1.5, 'B', 1.5],
      [30, 'A', 30],
    ]);
  });

  it('finds the rowid of a table that has columns of that name', async () => {
    const file = sourceFile(`
      CREATE TABLE people (rowid TEXT, _ROWID_ TEXT);
      INSERT INTO people (oid, rowid) VALUES (2, 'second'), (1, 'first');`);
    expect((await batchesOf(open(file, ['rowid']))).flat()).toEqual([['first'], ['second']]);
  });

  it.runIf(existsSync('/proc/self/fd'))('sorts without a file for what it sorts', async () => {
    const file = sourceFile(`
      CREATE TABLE stored (id INTEGER PRIMARY KEY, name TEXT);
      WITH RECURSIVE numbers (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM numbers WHERE id < ${SOURCE_BATCH_ROWS + 1})
        INSERT INTO stored SELECT id, printf('%d%.*c', id, 50000, 'x') FROM numbers;
      CREATE VIEW people AS SELECT id, name FROM stored ORDER BY name;`);
    // More than one batch, so that the read is not over with the first.
    let rows = 0;
    for await (const batch of open(file, ['id', 'name']).batches()) {
      // SQLite deletes such a file once it is open, so that it has no name any more.
      const deleted = openFiles().filter((name) => /etilqs|\(deleted\)/.test(name));
      expect(deleted).toEqual([]);
      rows += batch.length;
    }
    expect(rows).toBe(SOURCE_BATCH_ROWS + 1);
  });

  it('reads views and tables without rowids', async () => {
    const file = sourceFile(`
      CREATE TABLE cases (urn TEXT PRIMARY KEY) WITHOUT ROWID;
      INSERT INTO cases VALUES ('b'), ('a');
      CREATE VIEW people AS SELECT urn || '!' AS name FROM cases;`);
    expect((await batchesOf(open(file, ['urn'], 'cases'))).flat()).toEqual([['a'], ['b']]);
    expect((await batchesOf(open(file, ['name']))).flat()).toEqual([['a!'], ['b!']]);
  });

  it.each([0, 1, SOURCE_BATCH_ROWS, SOURCE_BATCH_ROWS + 1])('reads %i rows in batches', async (count) => {
    const file = sourceFile(`
      CREATE TABLE people (n);
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
      INSERT INTO people SELECT n FROM numbers WHERE n <= ${count};`);
    const batches = await batchesOf(open(file, ['n']));
    expect(batches.map(({ length }) => length)).toEqual(
      count === 0 ? [] : count > SOURCE_BATCH_ROWS ? [SOURCE_BATCH_ROWS, 1] : [count],
    );
    expect(batches.flat()).toEqual(Array.from({ length: count }, (_, index) => [index + 1]));
  });

  it('says what is missing', () => {
    const file = sourceFile('CREATE TABLE people (forename, surname)');
    expect(codeOf(() => open(join(testFolder(), 'none.sqlite'), ['forename']))).toBe('SOURCE_MISSING');
    expect(codeOf(() => open(file, ['forename'], 'persons'))).toBe('SOURCE_TABLE_MISSING');
    expect(codeOf(() => open(file, ['forename', 'dob']))).toBe('SOURCE_COLUMN_MISSING');
    expect(() => open(file, ['forename', 'dob'])).toThrow(/dob.*forename, surname/);
  });

  it('does not take a missing column for a text of that name', () => {
    const file = sourceFile('CREATE TABLE people (forename)');
    expect(codeOf(() => open(file, ['Forename']))).toBe('SOURCE_COLUMN_MISSING');
    expect(codeOf(() => open(file, ['forename" , "forename']))).toBe('SOURCE_COLUMN_MISSING');
  });

  it('refuses what is not a database', () => {
    const file = join(testFolder(), 'source.sqlite');
    writeFileSync(file, 'forename,surname\n'.repeat(100));
    expect(codeOf(() => open(file, ['forename']))).toBe('SOURCE_UNREADABLE');
  });

  it('refuses a database that another connection has locked, and reads it afterwards', async () => {
    const file = sourceFile('CREATE TABLE people (forename); INSERT INTO people VALUES (1);');
    const writer = new Database(file);
    onTestFinished(() => void writer.close());
    writer.exec('BEGIN EXCLUSIVE');
    expect(codeOf(() => open(file, ['forename']))).toBe('SOURCE_LOCKED');
    writer.exec('COMMIT');

    const source = open(file, ['forename']);
    writer.exec('BEGIN EXCLUSIVE');
    expect(await codeOfAsync(() => batchesOf(source))).toBe('SOURCE_LOCKED');
    writer.exec('COMMIT');
    expect(await batchesOf(source)).toEqual([[[1]]]);
  });

  it('waits for a lock no longer than its timeout', () => {
    const file = sourceFile('CREATE TABLE people (forename)');
    const writer = new Database(file);
    onTestFinished(() => void writer.close());
    writer.exec('BEGIN EXCLUSIVE');
    const before = performance.now();
    expect(
      codeOf(() => openSqliteSource({ file, selection: { table: 'people' }, columns: [], busyTimeoutMs: 300 })),
    ).toBe('SOURCE_LOCKED');
    expect(performance.now() - before).toBeGreaterThan(250);
  });
});
