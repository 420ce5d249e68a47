import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import type { SourcePlace } from '../../node-agent/source/source-config.js';
import { SOURCE_BATCH_ROWS } from '../../node-agent/source/source.js';
import { makeCertificate } from '../support/database-server.js';
import { startTds } from '../support/tds-server.js';
import type { Answer, TdsColumn, TdsOptions, TdsServer } from '../support/tds-server.js';
import { testFolder } from '../unit/node-agent/fixtures.js';
import { batchSizes, failureOf, opened, rowsOf } from './stores.js';

const SECRET = 'Xyzzy-Quillfeather';
const PASSWORD = 'correct horse sql server';

beforeAll(() => {
  process.env['TALLY_TEST_MS'] = PASSWORD;
});

function place(port: number, differs: object = {}, selection: object = { table: 'people' }): SourcePlace {
  const server = {
    ...{ host: 'localhost', port, database: 'crimes', user: 'reader', password: { env: 'TALLY_TEST_MS' } },
    ...{ tls: { mode: 'off' }, statementSeconds: 30 },
    ...differs,
  };
  return { kind: 'mssql', server, selection } as SourcePlace;
}

const INT: TdsColumn = { name: 'id', type: [0x26, 4] };
const TEXT: TdsColumn = { name: 'name' };

/** Answers as a database with snapshot isolation and a table of these rows would. */
function table(
  rows: Iterable<readonly (string | null)[]>,
  changes: (sql: string) => Answer | undefined = () => undefined,
) {
  return (sql: string): Answer => {
    const changed = changes(sql);
    if (changed !== undefined) return changed;
    if (sql.startsWith('SET ')) return 'done';
    if (sql.includes('sys.databases')) return { columns: [TEXT, TEXT, TEXT], rows: [['1', '0', 'READ_WRITE']] };
    if (sql.includes('sys.indexes')) return { columns: [TEXT, TEXT], rows: [['id', '1']] };
    if (sql.includes('TOP (0)')) return { columns: [INT, TEXT] };
    return { columns: [TEXT, TEXT, TEXT], rows };
  };
}

async function tds(options: TdsOptions): Promise<TdsServer> {
  const server = await startTds(options);
  onTestFinished(() => server.stop());
  return server;
}

async function ends(where: SourcePlace, columns: readonly string[] = ['id', 'name']): Promise<string> {
  const failure = await failureOf(() => rowsOf(where, columns));
  const said = `${failure.message} ${JSON.stringify(failure)} ${String(failure.cause)}`;
  expect(said).not.toContain(SECRET);
  expect(said).not.toContain(PASSWORD);
  return `${failure.code} ${failure.message}`;
}

describe('a SQL Server source, before a stand-in for the server', () => {
  it('reads in one transaction that sees one moment and is rolled back', async () => {
    const server = await tds({
      answer: table([
        ['1', 'é', null],
        ['9007199254740993', null, null],
      ]),
    });
    expect(await rowsOf(place(server.port), ['id', 'name'])).toEqual([
      [1, 'é'],
      ['9007199254740993', null],
    ]);
    const [, settings, ...said] = server.said.map((sql) => sql.trim().replace(/\s+/g, ' '));
    expect(settings).toBe('SET LOCK_TIMEOUT 200; SET DEADLOCK_PRIORITY LOW;');
    expect(said).toEqual([
      'SELECT TOP (0) [tally_source].[id], [tally_source].[name] FROM [people] AS [tally_source]',
      expect.stringMatching(/FROM sys\.indexes .* OBJECT_ID\(N'\[people\]'\)/),
      expect.stringMatching(/FROM sys\.databases/),
      'BEGIN 5',
      expect.stringMatching(/^SELECT CONVERT\(varchar\(20\), .* ORDER BY \[tally_source\]\.\[id\]$/),
      'ROLLBACK',
    ]);
  });

  it('is told of a value that is too long, and has not been sent it', async () => {
    const server = await tds({
      answer: table([
        ['1', 'a', null],
        ['2', null, '1'],
      ]),
    });
    expect(await ends(place(server.port))).toMatch(/^SOURCE_VALUE_TOO_LONG Row 2 .*column name/);
  });

  it('takes rows as fast as it uses them', async () => {
    const total = 200_000;
    const rows = function* (): Iterable<readonly (string | null)[]> {
      for (let row = 0; row < total; row += 1) yield [String(row), 'x'.repeat(200), null];
    };
    const server = await tds({ answer: table(rows()) });
    const source = await opened(place(server.port), ['id', 'name']);
    let next = 0;
    for await (const batch of source.batches()) {
      expect(batch.length).toBeLessThanOrEqual(SOURCE_BATCH_ROWS);
      if (next === 0) {
        // The network holds some; then the server has to wait.
        for (let [still, before] = [0, -1]; still < 10 && server.rowsSent() < total / 2;) {
          await delay(100);
          still = server.rowsSent() === before ? still + 1 : 0;
          before = server.rowsSent();
        }
        expect(server.rowsSent()).toBeLessThan(total / 2);
      }
      for (const [id] of batch) expect(id).toBe(next++);
    }
    expect([next, server.said.at(-1)]).toEqual([total, 'ROLLBACK']);
  });

  it.each([
    ['SOURCE_TABLE_MISSING', 208],
    ['SOURCE_FORBIDDEN', 229],
    ['SOURCE_LOCKED', 1_222],
    ['SOURCE_LOCKED', 1_205],
    ['SOURCE_QUERY_FAILED', 245],
    ['SOURCE_WRITES', 10_727],
  ])('says %s for error %i', async (code, error) => {
    const server = await tds({ answer: table([], (sql) => (sql.includes('TOP (0)') ? { error } : undefined)) });
    expect(await ends(place(server.port))).toMatch(new RegExp(`^${code} SQL Server localhost.*\\(${error}\\)`));
  });

  it('says which columns are missing', async () => {
    const answer = table([], (sql) => (sql.includes('TOP (0)') && sql.includes('[dob]') ? { error: 207 } : undefined));
    const server = await tds({ answer });
    expect(await ends(place(server.port), ['id', 'dob'])).toMatch(
      /^SOURCE_COLUMN_MISSING .*table people has no column dob\. It has: id, name\.$/,
    );
  });

  it('refuses types that have no form of their own, by the columns’ names', async () => {
    const columns: readonly TdsColumn[] = [
      INT,
      { name: 'born', type: [0x2b, 7] },
      { name: 'photo', type: [0xa5, 16, 0] },
      { name: 'at', type: [0x29, 7] },
      { name: 'doc', type: [0xf1, 0] },
    ];
    const server = await tds({ answer: table([], (sql) => (sql.includes('TOP (0)') ? { columns } : undefined)) });
    expect(
      await ends(
        place(server.port),
        columns.map(({ name }) => name),
      ),
    ).toMatch(/^SOURCE_COLUMN_TYPE .*: born \(datetimeoffset\), photo \(varbinary\), at \(time\), doc \(xml\)\./);
  });

  it('ends a batch of long rows with its bytes', async () => {
    // The stand-in's texts have at most 65,535 bytes.
    const rows = Array.from({ length: 300 }, () => ['x'.repeat(30_000), null]);
    const changes = (sql: string): Answer | undefined =>
      sql.includes('TOP (0)')
        ? { columns: [TEXT] }
        : sql.includes('ORDER BY [tally')
          ? { columns: [TEXT, TEXT], rows }
          : undefined;
    const server = await tds({ answer: table([], changes) });
    expect(await batchSizes(place(server.port))).toEqual([140, 140, 20]);
  });

  it('refuses a database that no read sees as it was at one moment', async () => {
    const of = (...facts: string[]): TdsOptions => ({
      answer: table([], (sql) =>
        sql.includes('sys.databases') ? { columns: [TEXT, TEXT, TEXT], rows: [facts] } : undefined,
      ),
    });
    const unstable = await tds(of('0', '0', 'READ_WRITE'));
    expect(await ends(place(unstable.port))).toMatch(/^SOURCE_UNSTABLE .*ALLOW_SNAPSHOT_ISOLATION ON/);
    expect(unstable.said.some((sql) => sql.startsWith('BEGIN'))).toBe(false);
    for (const facts of [
      ['0', '1', 'READ_WRITE'],
      ['0', '0', 'READ_ONLY'],
    ]) {
      const server = await tds(of(...facts));
      expect(await rowsOf(place(server.port), ['id', 'name'])).toEqual([]);
      expect(server.said).toContain('BEGIN 2');
    }
  });

  it('says when the server says nothing, or hangs up', async () => {
    const reading = (answer: Answer) => table([], (sql) => (sql.includes('ORDER BY [tally') ? answer : undefined));
    const silent = await tds({ answer: reading('silence') });
    expect(await ends(place(silent.port, { statementSeconds: 0.3 }))).toMatch(
      /^SOURCE_TIMEOUT .*statementSeconds.*now 0\.3/,
    );
    expect(await ends(place((await tds({ answer: reading('drop') })).port))).toMatch(/^SOURCE_CONNECTION_LOST/);
  });

  it('says when the connection breaks half way', async () => {
    const rows = function* (): Iterable<readonly (string | null)[]> {
      for (let row = 0; row < 100_000; row += 1) yield [String(row), 'x'.repeat(200), null];
    };
    const server = await tds({ answer: table(rows()) });
    const source = await opened(place(server.port), ['id', 'name']);
    let batches = 0;
    const failure = await failureOf(async () => {
      for await (const batch of source.batches()) {
        batches += batch.length > 0 ? 1 : 0;
        if (batches === 1) await server.stop();
      }
    });
    expect(failure.code).toBe('SOURCE_CONNECTION_LOST');
    expect(batches).toBeLessThan(100_000 / SOURCE_BATCH_ROWS);
  });

  it.each([
    ['SOURCE_LOGIN_REFUSED', 18_456],
    ['SOURCE_MISSING', 4_060],
  ])('says %s where the login ends in %i', async (code, refuses) => {
    const server = await tds({ refuses, answer: table([]) });
    expect(await ends(place(server.port))).toMatch(new RegExp(`^${code} .*\\(${refuses}\\)`));
  });

  it('says who does not answer', async () => {
    expect(await ends(place(1))).toMatch(/^SOURCE_UNREACHABLE .*ECONNREFUSED/);
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    other.listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    expect(await ends(place((other.address() as AddressInfo).port))).toMatch(/^SOURCE_UNREACHABLE/);
  });

  it('refuses a query that leaves its parentheses, before it connects', async () => {
    const query = 'SELECT 1 AS id) x; DELETE FROM people; --';
    expect(await ends(place(1, {}, { query }))).toMatch(/^SOURCE_QUERY_FAILED .*one SELECT/);
    const elsewhere = `SELECT * FROM OPENQUERY(other, 'DELETE FROM people')`;
    expect(await ends(place(1, {}, { query: elsewhere }))).toMatch(/^SOURCE_WRITES .*view/);
  });
});

describe('TLS to a SQL Server', () => {
  const certified = (host?: string): { authority: string; tls: { key: string; cert: string } } => {
    const [authority, key] = [join(testFolder(), 'server.crt'), join(testFolder(), 'server.key')];
    makeCertificate(authority, key, host);
    return { authority, tls: { key: readFileSync(key, 'utf8'), cert: readFileSync(authority, 'utf8') } };
  };

  it('is there before user and password are said, and only to whom the authority vouches for', async () => {
    const { authority, tls } = certified();
    const server = await tds({ answer: table([['1', 'a', null]]), tls });
    const verify = { tls: { mode: 'verify', authority } };
    expect(await rowsOf(place(server.port, verify), ['id', 'name'])).toEqual([[1, 'a']]);
    expect(await ends(place(server.port, { tls: { mode: 'verify' } }))).toMatch(/^SOURCE_TLS_REFUSED .*SELF_SIGNED/);
    const elsewhere = certified('elsewhere');
    const impostor = await tds({ answer: table([]), tls: elsewhere.tls });
    const { authority: trusted } = elsewhere;
    expect(await ends(place(impostor.port, { tls: { mode: 'verify', authority: trusted } }))).toMatch(
      /^SOURCE_TLS_REFUSED .*ALTNAME/,
    );
    expect([...impostor.said]).toEqual([]);
  });

  it('is not given up because somebody on the way says that there is none', async () => {
    const server = await tds({ answer: table([]) });
    expect(await ends(place(server.port, { tls: { mode: 'verify' } }))).toMatch(/^SOURCE_TLS_REFUSED .*switch TLS on/);
    // Neither in UTF-16 nor in the form that the protocol calls encrypted has the login been said.
    expect(Buffer.concat(server.open)[0]).toBe(0x12);
    expect(Buffer.concat(server.open).includes(Buffer.from('reader', 'utf16le'))).toBe(false);
    expect(server.said).toEqual([]);
  });

  it('is asked for where the server insists', async () => {
    const server = await tds({ answer: table([]), tls: certified().tls });
    expect(await ends(place(server.port))).toMatch(/^SOURCE_TLS_REFUSED .*EENCRYPT/);
  });
});
