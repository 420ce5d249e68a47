import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import mysql from 'mysql2/promise';

import { SOURCE_VALUE_MAX_BYTES } from '../../node-agent/source/source.js';

import type { SourcePlace } from '../../node-agent/source/source-config.js';
import { makeCertificate, MARIADB_PASSWORD, mariadbBinary, startMariadb } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { testFolder } from '../unit/node-agent/fixtures.js';
import {
  batchSizes,
  failureOf,
  LONG_BATCHES,
  LONG_ROWS,
  LONG_TEXT_BYTES,
  mysqlPlace,
  onMysql,
  opened,
  rowsOf,
  setPasswords,
} from './stores.js';

const binary = mariadbBinary();
const available = canHave(binary !== undefined, 'a MariaDB server (apt-get install mariadb-server)');
/** Stands in values, and must stand in no message. */
const SECRET = 'Xyzzy-Quillfeather';
/** More than the sockets between hold, so that the server is still at it when it is interrupted. */
const ROWS = 30_000;

describe.runIf(available)('a MariaDB source', () => {
  let server: Awaited<ReturnType<typeof startMariadb>>;
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

  /** To all of its clients, ever. */
  async function bytesSent(): Promise<number> {
    const [row] = await onMysql(server, `SHOW GLOBAL STATUS LIKE 'Bytes_sent'`);
    return Number((row as { Value: string }).Value);
  }

  it.each([
    ['SOURCE_UNREACHABLE', { port: 1 }, /doesn't answer/],
    ['SOURCE_LOGIN_REFUSED', { password: { env: 'TALLY_TEST_PG' } }, /login of admin/],
    ['SOURCE_LOGIN_REFUSED', { user: 'nobody' }, /login of nobody/],
    ['SOURCE_MISSING', { database: 'nothing' }, /no such database/],
    ['SOURCE_TLS_REFUSED', { tls: { mode: 'verify' }, host: 'localhost' }, /tls\.authority/],
  ])('says %s for %j', async (code, differs, message) => {
    expect(await ends(people(differs))).toEqual([code, expect.stringMatching(message)]);
  });

  it('connects over TLS to whom the authority vouches for, by the name in the certificate only', async () => {
    const tls = { mode: 'verify', authority: server.authority };
    const overTls = {
      query: `SELECT VARIABLE_VALUE <> '' AS id FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'`,
    };
    expect(await rowsOf(people({ tls, host: 'localhost' }, overTls), ['id'])).toEqual([[1]]);
    expect(await rowsOf(people({}, overTls), ['id'])).toEqual([[0]]);
    const [other, key] = [join(testFolder(), 'other.crt'), join(testFolder(), 'other.key')];
    makeCertificate(other, key);
    expect((await ends(people({ tls: { mode: 'verify', authority: other }, host: 'localhost' })))[0]).toBe(
      'SOURCE_TLS_REFUSED',
    );
    // The server becomes another, as its authority knows it.
    makeCertificate(server.authority, join(server.folder, 'server.key'), 'elsewhere');
    await onMysql(server, 'FLUSH SSL');
    expect((await ends(people({ tls, host: 'localhost' })))[1]).toMatch(/`host` to the name in it/);
    makeCertificate(server.authority, join(server.folder, 'server.key'));
    await onMysql(server, 'FLUSH SSL');
    expect(await rowsOf(people({ tls, host: 'localhost' }, overTls), ['id'])).toEqual([[1]]);
  });

  it('is not sent a value of more than the most bytes', async () => {
    const value = (bytes: number): SourcePlace =>
      people({}, { query: `SELECT 1 AS id, REPEAT('x', ${bytes}) AS name` });
    expect((await rowsOf(value(SOURCE_VALUE_MAX_BYTES), ['name']))[0]?.[0]).toHaveLength(SOURCE_VALUE_MAX_BYTES);
    const before = await bytesSent();
    expect(await ends(value(10 * SOURCE_VALUE_MAX_BYTES))).toEqual([
      'SOURCE_VALUE_TOO_LONG',
      expect.stringMatching(/Row 1 .*column name/),
    ]);
    expect((await bytesSent()) - before).toBeLessThan(SOURCE_VALUE_MAX_BYTES);
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

  describe('whatever the server’s settings are', () => {
    beforeAll(async () => {
      await onMysql(
        server,
        `CREATE TABLE settled (id int PRIMARY KEY, name varchar(9) CHARACTER SET utf8mb4) WITH SYSTEM VERSIONING`,
        `INSERT INTO settled SELECT seq, 'Łukasz' FROM seq_1_to_1000`,
        `CREATE DATABASE elsewhere`,
        `CREATE TABLE elsewhere.settled (id int PRIMARY KEY, name varchar(9))`,
        // The server runs init_connect for logins that may not administer it.
        `CREATE USER 'settled'@'localhost' IDENTIFIED BY '${MARIADB_PASSWORD}'`,
        `GRANT SELECT ON agency.settled TO 'settled'@'localhost'`,
        `GRANT SELECT ON elsewhere.settled TO 'settled'@'localhost'`,
      );
    });

    it.each([
      ['sql_select_limit', '100'],
      ['sql_select_limit', '0'],
      ['init_connect', `'SET SESSION sql_select_limit = 100'`],
      ['init_connect', `'SET NAMES latin1'`],
      ['init_connect', `'USE elsewhere'`],
      ['system_versioning_asof', `'2020-01-01'`],
      ['init_connect', `"SET SESSION system_versioning_asof = '2020-01-01'"`],
    ])('reads every row as it is where %s is %s', async (name, value) => {
      const settled = people({ user: 'settled' }, { table: 'settled' });
      await onMysql(server, `SET GLOBAL ${name} = ${value}`);
      try {
        const rows = await rowsOf(settled, ['id', 'name']);
        expect(rows).toEqual(Array.from({ length: 1000 }, (_, index) => [index + 1, 'Łukasz']));
      } finally {
        await onMysql(server, `SET GLOBAL ${name} = ${name === 'init_connect' ? `''` : 'DEFAULT'}`);
      }
    });
  });

  it('reads numbers of single precision whole, in the fewest digits that say them', async () => {
    await onMysql(
      server,
      `CREATE TABLE singles (id int PRIMARY KEY, single float, placed float(9, 2))`,
      `INSERT INTO singles VALUES (1, 16777216, 1.1), (2, 1.1, 12.5), (3, -3.4028234e38, 0), (4, 0.1234567, NULL), (5, 16777213, 99999.99)`,
      `CREATE VIEW seen AS SELECT id, MAX(single) AS single, placed FROM singles GROUP BY id, placed ORDER BY id`,
    );
    for (const table of ['singles', 'seen']) {
      expect(await rowsOf(people({}, { table }), ['single', 'placed'])).toEqual([
        [16_777_216, 1.1],
        [1.1, 12.5],
        [-3.4028235e38, 0],
        [0.1234567, null],
        [16_777_213, 99_999.99],
      ]);
    }
  });

  it('stops a query over its time limit', async () => {
    const slow = { query: 'SELECT id, name FROM people WHERE SLEEP(0.01) = 0' };
    expect(await ends(people({ statementSeconds: 0.5 }, slow))).toEqual([
      'SOURCE_TIMEOUT',
      expect.stringMatching(/statementSeconds.*now 0\.5/),
    ]);
  });

  it('ends a batch of long rows with its bytes', async () => {
    const query = `SELECT REPEAT('x', ${LONG_TEXT_BYTES}) AS name FROM seq_1_to_${LONG_ROWS}`;
    expect(await batchSizes(people({}, { query }))).toEqual(LONG_BATCHES);
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
