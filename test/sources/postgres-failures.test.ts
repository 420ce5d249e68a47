import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SourcePlace } from '../../node-agent/source/source-config.js';
import { SOURCE_BATCH_ROWS, SOURCE_VALUE_MAX_BYTES } from '../../node-agent/source/source.js';
import { POSTGRES_PASSWORD, postgresBinaries, startPostgres } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { testFolder } from '../unit/node-agent/fixtures.js';
import {
  batchSizes,
  failureOf,
  LONG_BATCHES,
  LONG_ROWS,
  LONG_TEXT_BYTES,
  onPostgres,
  opened,
  postgresPlace,
  rowsOf,
  setPasswords,
} from './stores.js';

const binaries = postgresBinaries();
const available = canHave(binaries !== undefined, 'a PostgreSQL server (apt-get install postgresql)');
/** Stands in values, and must stand in no message. */
const SECRET = 'Xyzzy-Quillfeather';

describe.runIf(available)('a PostgreSQL source', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    setPasswords();
    server = await startPostgres(binaries ?? '');
    await onPostgres(
      server,
      `CREATE TABLE people (id int PRIMARY KEY, name text, born timestamptz, photo bytea, tags text[], ok boolean, ratio float8, sort char(9))`,
      `INSERT INTO people SELECT n, '${SECRET}', now(), '\\x00', '{a}', true, 1.5, 'a b' FROM generate_series(1, 3000) n`,
      `CREATE VIEW casting AS SELECT id, name::date AS name FROM people`,
      `CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO people (id) VALUES (-1) RETURNING id'`,
      `CREATE ROLE limited LOGIN PASSWORD '${POSTGRES_PASSWORD}'`,
      `CREATE TABLE granted (id int, name text, hidden text); INSERT INTO granted VALUES (1, 'a', 'b')`,
      `GRANT SELECT (id, name) ON granted TO limited`,
      `CREATE SCHEMA "my schema"; CREATE TYPE mood AS ENUM ('sad', 'ok')`,
      `CREATE TABLE "my schema".people (id int, mood mood); INSERT INTO "my schema".people VALUES (7, 'ok')`,
    );
  });
  afterAll(async () => server.stop());

  const people = (differs: object = {}, selection: object = { table: 'people' }): SourcePlace =>
    postgresPlace(server, differs, selection);
  /** Reads it, and returns what that ends with: code and message, in which no value and no password stands. */
  async function ends(place: SourcePlace, columns: readonly string[] = ['id', 'name']): Promise<[string, string]> {
    const failure = await failureOf(() => rowsOf(place, columns));
    const said = `${failure.message} ${JSON.stringify(failure)} ${String(failure.cause)}`;
    expect(said).not.toContain(SECRET);
    expect(said).not.toContain(POSTGRES_PASSWORD);
    return [failure.code, failure.message];
  }

  it.each([
    ['SOURCE_UNREACHABLE', { port: 1 }, /doesn't answer/],
    ['SOURCE_UNREACHABLE', { host: '/nowhere' }, /doesn't answer/],
    ['SOURCE_LOGIN_REFUSED', { password: { env: 'TALLY_TEST_MY' } }, /login of admin.*28P01/],
    ['SOURCE_LOGIN_REFUSED', { user: 'nobody' }, /login of nobody/],
    ['SOURCE_MISSING', { database: 'nothing' }, /no such database.*3D000/],
    ['SOURCE_PASSWORD_MISSING', { password: { env: 'TALLY_TEST_NOTHING' } }, /TALLY_TEST_NOTHING is not set/],
    ['SOURCE_TLS_REFUSED', { tls: { mode: 'verify' } }, /tls.authority/],
    ['KEY_FILE_MISSING', { password: { file: '/nowhere/password' } }, /no key file/],
  ])('says %s for %j', async (code, differs, message) => {
    expect(await ends(people(differs))).toEqual([code, expect.stringMatching(message)]);
  });

  it('connects over TLS to whom the authority vouches for, by the name in the certificate only', async () => {
    const tls = { mode: 'verify', authority: server.authority };
    const overTls = { query: 'SELECT ssl AS id FROM pg_stat_ssl WHERE pid = pg_backend_pid()' };
    expect(await rowsOf(people({ tls }, overTls), ['id'])).toEqual([[1]]);
    expect(await rowsOf(people({}, overTls), ['id'])).toEqual([[0]]);
    expect((await ends(people({ tls, host: '127.0.0.1' })))[0]).toBe('SOURCE_TLS_REFUSED');
    await onPostgres(server, `ALTER SYSTEM SET ssl = off`, `SELECT pg_reload_conf()`);
    try {
      await expect.poll(async () => (await ends(people({ tls })))[1], { timeout: 10_000 }).toMatch(/switch TLS on/);
    } finally {
      await onPostgres(server, `ALTER SYSTEM RESET ssl`, `SELECT pg_reload_conf()`);
    }
  });

  it('connects through a socket, with a password from a file', async () => {
    const file = join(testFolder(), 'password');
    writeFileSync(file, `${POSTGRES_PASSWORD}\n`, { mode: 0o600 });
    expect(await rowsOf(people({ host: server.folder, password: { file } }), ['id'])).toHaveLength(3_000);
    execFileSync('chmod', ['644', file]);
    expect((await ends(people({ password: { file } })))[0]).toBe('KEY_FILE_EXPOSED');
  });

  it('says what is missing, and reads what a login for some columns may', async () => {
    expect(await ends(people({}, { table: 'persons' }))).toEqual([
      'SOURCE_TABLE_MISSING',
      expect.stringMatching(/table persons.*42P01/),
    ]);
    expect(await ends(people(), ['id', 'dob'])).toEqual([
      'SOURCE_COLUMN_MISSING',
      expect.stringMatching(/no column dob\. It has: id, name, born/),
    ]);
    const limited = people({ user: 'limited' }, { table: 'granted' });
    expect(await rowsOf(limited, ['name'])).toEqual([['a']]);
    expect((await ends(limited, ['hidden']))[0]).toBe('SOURCE_FORBIDDEN');
    expect((await ends(people({ user: 'limited' })))[0]).toBe('SOURCE_FORBIDDEN');
    expect(await rowsOf(people({ schema: 'my schema' }), ['id', 'mood'])).toEqual([[7, 'ok']]);
    expect((await ends(people({ schema: 'no schema' })))[0]).toBe('SOURCE_TABLE_MISSING');
  });

  it('refuses what row security would hide rows of, and reads it for whom it hides nothing', async () => {
    await onPostgres(
      server,
      `CREATE ROLE owner NOLOGIN; GRANT CREATE ON SCHEMA public TO owner`,
      `SET ROLE owner`,
      `CREATE TABLE secured AS SELECT n AS id FROM generate_series(1, 1000) n`,
      `CREATE VIEW shown AS SELECT id FROM secured`,
      `CREATE VIEW invoked WITH (security_invoker) AS SELECT id FROM secured`,
      `GRANT SELECT ON secured, shown, invoked TO limited`,
      `RESET ROLE`,
      `ALTER TABLE secured ENABLE ROW LEVEL SECURITY`,
      `CREATE ROLE beyond LOGIN BYPASSRLS PASSWORD '${POSTGRES_PASSWORD}'; GRANT SELECT ON secured TO beyond`,
      // It may not be the login's own setting that decides.
      `ALTER ROLE limited SET row_security = on`,
    );
    const count = async (user: string, selection: object): Promise<number> =>
      (await rowsOf(people({ user }, selection), ['id'])).length;
    const hidden = ['SOURCE_ROWS_HIDDEN', expect.stringMatching(/from limited.*BYPASSRLS.*42501/)];
    const refused = (selection: object): Promise<[string, string]> =>
      ends(people({ user: 'limited' }, selection), ['id']);
    expect(await refused({ table: 'secured' })).toEqual(hidden);
    expect(await refused({ table: 'invoked' })).toEqual(hidden);
    expect(await refused({ query: 'SELECT id FROM secured' })).toEqual(hidden);
    // Whatever a policy lets through today.
    await onPostgres(server, `CREATE POLICY everything ON secured USING (id > 0)`);
    expect(await refused({ table: 'secured' })).toEqual(hidden);
    expect(await count('limited', { table: 'shown' })).toBe(1_000);
    expect(await count('beyond', { table: 'secured' })).toBe(1_000);
    await onPostgres(server, `ALTER TABLE secured FORCE ROW LEVEL SECURITY`);
    expect(await refused({ table: 'shown' })).toEqual(hidden);
  });

  it('refuses types that have no form of their own, by the columns’ names', async () => {
    expect(await ends(people(), ['id', 'photo', 'born', 'tags', 'name'])).toEqual([
      'SOURCE_COLUMN_TYPE',
      expect.stringMatching(/photo \(bytea\), born \(timestamp with time zone\), tags \(text\[\]\)/),
    ]);
    expect((await rowsOf(people(), ['ok', 'ratio', 'sort']))[0]).toEqual([1, 1.5, 'a b']);
  });

  it('stops a query over its time limit', async () => {
    const slow = { query: 'SELECT id, name FROM people, pg_sleep(20)' };
    expect(await ends(people({ statementSeconds: 0.3 }, slow))).toEqual([
      'SOURCE_TIMEOUT',
      expect.stringMatching(/statementSeconds.*now 0\.3.*57014/),
    ]);
  });

  it('ends a batch of long rows with its bytes', async () => {
    const query = `SELECT repeat('x', ${LONG_TEXT_BYTES}) AS name FROM generate_series(1, ${LONG_ROWS})`;
    expect(await batchSizes(people({}, { query }))).toEqual(LONG_BATCHES);
  });

  it('does not count what the node does between two batches', async () => {
    const source = await opened(people({ statementSeconds: 0.5 }), ['id']);
    let rows = 0;
    for await (const batch of source.batches()) {
      rows += batch.length;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(rows).toBe(3_000);
  });

  it('can not write, whatever its query does', async () => {
    const writing = { query: `SELECT writes() AS id, 'x' AS name` };
    expect(await ends(people({}, writing))).toEqual(['SOURCE_WRITES', expect.stringMatching(/25006/)]);
    const two = { query: `SELECT 1 AS id) x; COMMIT; DELETE FROM people; --` };
    expect((await ends(people({}, two)))[0]).toBe('SOURCE_QUERY_FAILED');
    expect(await onPostgres(server, 'SELECT count(*)::int AS n FROM people')).toEqual([{ n: 3_000 }]);
  });

  it('says that a view fails on a row without saying on which value', async () => {
    expect(await ends(people({}, { table: 'casting' }))).toEqual([
      'SOURCE_QUERY_FAILED',
      expect.stringMatching(/22007/),
    ]);
    expect((await ends(people({}, { query: 'SELEKT 1' })))[0]).toBe('SOURCE_QUERY_FAILED');
  });

  it('waits no longer than configured for a lock', async () => {
    const pg = (await import('pg')).default;
    const holder = new pg.Client({
      host: '127.0.0.1',
      port: server.port,
      database: 'postgres',
      user: 'admin',
      password: POSTGRES_PASSWORD,
    });
    await holder.connect();
    try {
      await holder.query('BEGIN; LOCK TABLE people IN ACCESS EXCLUSIVE MODE');
      expect(await ends(people())).toEqual(['SOURCE_LOCKED', expect.stringMatching(/55P03/)]);
    } finally {
      await holder.end();
    }
  });

  it('reads as at its beginning, whatever others write meanwhile', async () => {
    const source = await opened(people(), ['id', 'name']);
    let rows = 0;
    for await (const batch of source.batches()) {
      if (rows === 0) await onPostgres(server, `DELETE FROM people WHERE id > 2990`, `UPDATE people SET name = 'new'`);
      for (const [, name] of batch) expect(name).toBe(SECRET);
      rows += batch.length;
    }
    expect(rows).toBe(3_000);
    await onPostgres(
      server,
      `UPDATE people SET name = '${SECRET}'`,
      `INSERT INTO people (id, name) SELECT n, '${SECRET}' FROM generate_series(2991, 3000) n`,
    );
  });

  it('says when the server drops the connection half way', async () => {
    const source = await opened(people(), ['id']);
    let batches = 0;
    const failure = await failureOf(async () => {
      for await (const batch of source.batches()) {
        expect(batch).toHaveLength(SOURCE_BATCH_ROWS);
        batches += 1;
        await onPostgres(
          server,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tallystick prepare'`,
        );
      }
    });
    expect([failure.code, batches]).toEqual(['SOURCE_CONNECTION_LOST', 1]);
  });

  it('takes a value of the most bytes and none of one more', async () => {
    const value = (bytes: number): SourcePlace =>
      people({}, { query: `SELECT 1 AS id, repeat('x', ${bytes}) AS name` });
    expect((await rowsOf(value(SOURCE_VALUE_MAX_BYTES), ['name']))[0]?.[0]).toHaveLength(SOURCE_VALUE_MAX_BYTES);
    expect(await ends(value(SOURCE_VALUE_MAX_BYTES + 1))).toEqual([
      'SOURCE_VALUE_TOO_LONG',
      expect.stringMatching(/Row 1 .*column name/),
    ]);
    // A batch of these would be 1 GB, if the server sent them.
    const documents = { query: `SELECT n AS id, repeat('x', 10000000) AS name FROM generate_series(1, 100) n` };
    const before = process.memoryUsage.rss();
    expect(await ends(people({}, documents))).toEqual(['SOURCE_VALUE_TOO_LONG', expect.stringMatching(/Row 1 /)]);
    expect((process.memoryUsage.rss() - before) / 1_048_576).toBeLessThan(100);
  });
});
