import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import mysql from 'mysql2/promise';

import type { SourcePlace } from '../../node-agent/source/source-config.js';
import { MARIADB_PASSWORD, mariadbBinary, startMariadb } from '../support/database-server.js';
import type { DatabaseServer } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { failureOf, mysqlPlace, onMysql, opened, rowsOf, setPasswords } from './stores.js';

const binary = mariadbBinary();
const available = canHave(binary !== undefined, 'a MariaDB server (apt-get install mariadb-server)');
/** Stands in values, and must stand in no message. */
const SECRET = 'Xyzzy-Quillfeather';
/** More than the sockets between hold, so that the server is still at it when it is interrupted. */
const ROWS = 30_000;

describe.runIf(available)('a MariaDB source', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    setPasswords();
    server = await startMariadb(binary ?? '');
    await onMysql(
      server,
      `CREATE TABLE people (id int PRIMARY KEY, name varchar(2000), seen timestamp, photo blob, ok boolean, sort char(9), mood enum('sad', 'ok'), at time, nul varchar(9))`,
      `INSERT INTO people SELECT seq, CONCAT('${SECRET}', REPEAT('x', 1500)), now(), 'x', true, 'a b', 'ok', '10:00', 'a\\0b' FROM seq_1_to_${ROWS}`,
      `CREATE VIEW gone AS SELECT id, name FROM people`,
      `CREATE FUNCTION writes() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO people (id) VALUES (-1); RETURN 1; END`,
      `CREATE USER 'limited'@'localhost' IDENTIFIED BY '${MARIADB_PASSWORD}'`,
      `CREATE TABLE granted (id int, name text, hidden text)`,
      `INSERT INTO granted VALUES (1, 'a', 'b')`,
      `GRANT SELECT (id, name) ON granted TO 'limited'@'localhost'`,
    );
  });
  afterAll(async () => server.stop());

  const people = (differs: object = {}, selection: object = { table: 'people' }): SourcePlace =>
    mysqlPlace(server, differs, selection);
  /** Reads it, and returns what that ends with: code and message, in which no value and no password stands. */
  async function ends(place: SourcePlace, columns: readonly string[] = ['id', 'name']): Promise<[string, string]> {
    const failure = await failureOf(() => rowsOf(place, columns));
    const said = `${failure.message} ${JSON.stringify(failure)} ${String(failure.cause)}`;
    expect(said).not.toContain(SECRET);
    expect(said).not.toContain(MARIADB_PASSWORD);
    return [failure.code, failure.message];
  }

  it.each([
    ['SOURCE_UNREACHABLE', { port: 1 }, /doesn't answer/],
    ['SOURCE_LOGIN_REFUSED', { password: { env: 'TALLY_TEST_PG' } }, /login of admin/],
    ['SOURCE_LOGIN_REFUSED', { user: 'nobody' }, /login of nobody/],
    ['SOURCE_MISSING', { database: 'nothing' }, /no such database/],
    ['SOURCE_TLS_REFUSED', { tls: { mode: 'verify' }, host: 'localhost' }, /switch TLS on/],
  ])('says %s for %j', async (code, differs, message) => {
    expect(await ends(people(differs))).toEqual([code, expect.stringMatching(message)]);
  });

  it('says what is missing, and reads what a login for some columns may', async () => {
    expect((await ends(people({}, { table: 'persons' })))[0]).toBe('SOURCE_TABLE_MISSING');
    expect(await ends(people(), ['id', 'dob'])).toEqual([
      'SOURCE_COLUMN_MISSING',
      expect.stringMatching(/no column dob\. It has: id, name, seen/),
    ]);
    const limited = people({ user: 'limited' }, { table: 'granted' });
    expect(await rowsOf(limited, ['name'])).toEqual([['a']]);
    expect((await ends(limited, ['hidden']))[0]).toBe('SOURCE_FORBIDDEN');
    expect((await ends(people({ user: 'limited' })))[0]).toBe('SOURCE_FORBIDDEN');
    await onMysql(
      server,
      'ALTER TABLE granted RENAME COLUMN name TO title',
      'CREATE OR REPLACE VIEW gone AS SELECT id, title AS name FROM granted',
      'DROP TABLE granted',
    );
    expect((await ends(people({}, { table: 'gone' })))[0]).toBe('SOURCE_TABLE_MISSING');
  });

  it('refuses types that have no form of their own, by the columns’ names', async () => {
    expect(await ends(people(), ['id', 'photo', 'seen', 'at'])).toEqual([
      'SOURCE_COLUMN_TYPE',
      expect.stringMatching(/photo \(binary\), seen \(timestamp\), at \(time\)/),
    ]);
    expect((await rowsOf(people(), ['ok', 'sort', 'mood', 'nul']))[0]).toEqual([1, 'a b', 'ok', 'a\0b']);
  });

  it('stops a query over its time limit', async () => {
    const slow = { query: 'SELECT id, name FROM people WHERE SLEEP(0.01) = 0' };
    expect(await ends(people({ statementSeconds: 0.5 }, slow))).toEqual([
      'SOURCE_TIMEOUT',
      expect.stringMatching(/statementSeconds.*now 0\.5/),
    ]);
  });

  it('can not write, whatever its query does', async () => {
    expect((await ends(people({}, { query: `SELECT writes() AS id, 'x' AS name` })))[0]).toBe('SOURCE_WRITES');
    const two = { query: 'SELECT 1 AS id) x; COMMIT; DELETE FROM people; -- ' };
    expect((await ends(people({}, two)))[0]).toBe('SOURCE_QUERY_FAILED');
    expect(await onMysql(server, 'SELECT count(*) AS n FROM people')).toEqual([{ n: ROWS }]);
  });

  it('waits no longer than configured for a lock', async () => {
    const { port } = server;
    const holder = await mysql.createConnection({ host: '127.0.0.1', port, user: 'admin', password: MARIADB_PASSWORD });
    try {
      await holder.query('LOCK TABLES agency.people WRITE');
      expect((await ends(people()))[0]).toBe('SOURCE_LOCKED');
    } finally {
      await holder.end();
    }
  });

  it('reads as at its beginning, whatever others write meanwhile', async () => {
    const source = await opened(people(), ['id', 'sort']);
    let rows = 0;
    for await (const batch of source.batches()) {
      if (rows === 0) await onMysql(server, `UPDATE people SET sort = 'new'`);
      for (const [, sort] of batch) expect(sort).toBe('a b');
      rows += batch.length;
    }
    expect(rows).toBe(ROWS);
  });

  it.each(['KILL', 'KILL QUERY'])('says when the server drops the connection half way (%s)', async (kill) => {
    const source = await opened(people(), ['id', 'name']);
    let rows = 0;
    const failure = await failureOf(async () => {
      for await (const batch of source.batches()) {
        if (rows === 0) {
          const [found] = await onMysql(
            server,
            `SELECT id FROM information_schema.PROCESSLIST WHERE info LIKE '%tally_source%' AND id <> CONNECTION_ID()`,
          );
          await onMysql(server, `${kill} ${String((found as { id: number }).id)}`);
        }
        rows += batch.length;
      }
    });
    expect(failure.code).toBe('SOURCE_CONNECTION_LOST');
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(ROWS);
  });
});
