import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { onTestFinished } from 'vitest';

import { NodeError } from '../../node-agent/errors.js';
import {
  loadParquetDriver,
  PARQUET_DRIVER,
  PARQUET_DRIVER_VERSION,
} from '../../node-agent/source/connectors/parquet-driver.js';
import { openSource } from '../../node-agent/source/open-source.js';
import type { SourcePlace } from '../../node-agent/source/source-config.js';
import type { Source, SourceRow } from '../../node-agent/source/source.js';
import { MARIADB_PASSWORD, POSTGRES_PASSWORD } from '../support/database-server.js';
import type { DatabaseServer } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { COLUMNS, literal, NAMES, PEOPLE } from './people.js';
import type { Person } from './people.js';

export const TABLE = 'victim "crimes';
export const singleQuoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function statements(
  people: readonly Person[],
  types: Record<string, string>,
  name: (name: string) => string,
  text: (text: string) => string,
): { readonly create: string; readonly insert: string } {
  const columns = NAMES.map(
    (column) => `${name(column)} ${types[COLUMNS[column]] ?? ''}${column === 'id' ? ' PRIMARY KEY' : ''}`,
  );
  const rows = people.map((person) => `(${NAMES.map((column) => literal(person[column], text)).join(', ')})`);
  return {
    create: `CREATE TABLE ${name(TABLE)} (${columns.join(', ')})`,
    // Last first, so that the order has to come from the key.
    insert: `INSERT INTO ${name(TABLE)} VALUES ${rows.toReversed().join(', ')}`,
  };
}

export function sqliteStore(folder: string): SourcePlace {
  const file = join(folder, 'people.sqlite');
  const types = { whole: 'INTEGER', text: 'TEXT', date: 'TEXT', decimal: 'REAL', time: 'TEXT' };
  const { create, insert } = statements(PEOPLE, types, (name) => `"${name.replaceAll('"', '""')}"`, singleQuoted);
  const database = new Database(file);
  database.exec(`${create}; ${insert};`);
  database.close();
  return { kind: 'sqlite', file, selection: { table: TABLE } };
}

export function csvStore(folder: string): SourcePlace {
  const file = join(folder, 'people.csv');
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const lines = PEOPLE.map((person) =>
    NAMES.map((name) => (person[name] === null ? '' : quoted(String(person[name])))).join(','),
  );
  writeFileSync(file, `\ufeff${[NAMES.map(quoted).join(','), ...lines].join('\r\n')}\r\n`);
  return { kind: 'csv', file, delimiter: ',' };
}

/** Whether Parquet can be tested: the package isn't installed with the others. */
export async function canHaveParquet(): Promise<boolean> {
  const there = await loadParquetDriver().then(
    () => true,
    () => false,
  );
  return canHave(
    there,
    `${PARQUET_DRIVER} (npm install --no-save --save-prod ${PARQUET_DRIVER}@${PARQUET_DRIVER_VERSION})`,
  );
}

/** Runs statements in a DuckDB of its own that may write files. */
export async function onDuckdb(...sql: readonly string[]): Promise<void> {
  const { DuckDBInstance } = await loadParquetDriver();
  const instance = await DuckDBInstance.create(':memory:', {});
  const connection = await instance.connect();
  try {
    for (const text of sql) await connection.run(text);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export function parquetPlace(folder: string): Extract<SourcePlace, { kind: 'parquet' }> {
  return { kind: 'parquet', file: join(folder, 'people.parquet') };
}

export async function parquetStore(folder: string): Promise<SourcePlace> {
  const types = { whole: 'BIGINT', text: 'VARCHAR', date: 'DATE', decimal: 'DECIMAL(10, 2)', time: 'TIMESTAMP' };
  const { create, insert } = statements(PEOPLE, types, (name) => `"${name.replaceAll('"', '""')}"`, singleQuoted);
  const place = parquetPlace(folder);
  // A file has an order of its own, and no key.
  const table = `"${TABLE.replaceAll('"', '""')}"`;
  await onDuckdb(
    create,
    insert,
    `COPY (SELECT * FROM ${table} ORDER BY id) TO ${singleQuoted(place.file)} (FORMAT parquet)`,
  );
  return place;
}

export function postgresPlace(
  server: DatabaseServer,
  differs: object = {},
  selection: object = { table: TABLE },
): SourcePlace {
  return {
    kind: 'postgres',
    server: {
      ...{
        host: 'localhost',
        port: server.port,
        database: 'postgres',
        user: 'admin',
        password: { env: 'TALLY_TEST_PG' },
      },
      ...{ tls: { mode: 'off' }, statementSeconds: 30 },
      ...differs,
    },
    selection,
  } as SourcePlace;
}

export function mysqlPlace(
  server: DatabaseServer,
  differs: object = {},
  selection: object = { table: TABLE },
): SourcePlace {
  return {
    kind: 'mysql',
    server: {
      ...{
        host: '127.0.0.1',
        port: server.port,
        database: 'agency',
        user: 'admin',
        password: { env: 'TALLY_TEST_MY' },
      },
      ...{ tls: { mode: 'off' }, statementSeconds: 30 },
      ...differs,
    },
    selection,
  } as SourcePlace;
}

/** Logins are read from the environment, as a configuration has them. */
export function setPasswords(): void {
  process.env['TALLY_TEST_PG'] = POSTGRES_PASSWORD;
  process.env['TALLY_TEST_MY'] = MARIADB_PASSWORD;
}

export async function onPostgres(server: DatabaseServer, ...sql: readonly string[]): Promise<unknown[]> {
  const { port } = server;
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    database: 'postgres',
    user: 'admin',
    password: POSTGRES_PASSWORD,
  });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const text of sql) rows = (await client.query<Record<string, unknown>>(text)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

export async function onMysql(server: DatabaseServer, ...sql: readonly string[]): Promise<unknown[]> {
  const connection = await mysql.createConnection({
    ...{ host: '127.0.0.1', port: server.port, user: 'admin', password: MARIADB_PASSWORD, charset: 'utf8mb4' },
  });
  try {
    let rows: unknown[] = [];
    for (const text of ['CREATE DATABASE IF NOT EXISTS agency', 'USE agency', ...sql]) {
      rows = (await connection.query(text))[0] as unknown[];
    }
    return rows;
  } finally {
    await connection.end();
  }
}

export async function fillPostgres(server: DatabaseServer): Promise<void> {
  const types = { whole: 'bigint', text: 'text', date: 'date', decimal: 'numeric(10, 2)', time: 'timestamp' };
  const { create, insert } = statements(PEOPLE, types, (name) => `"${name.replaceAll('"', '""')}"`, singleQuoted);
  await onPostgres(server, create, insert);
}

export async function fillMysql(server: DatabaseServer): Promise<void> {
  const types = { whole: 'bigint', text: 'varchar(200)', date: 'date', decimal: 'decimal(10, 2)', time: 'datetime' };
  const text = (value: string): string => singleQuoted(value.replaceAll('\\', '\\\\'));
  const { create, insert } = statements(PEOPLE, types, (name) => `\`${name}\``, text);
  await onMysql(server, `${create} CHARACTER SET utf8mb4`, insert);
}

export async function opened(place: SourcePlace, columns: readonly string[] = NAMES): Promise<Source> {
  const source = await openSource(place, { columns, lockTimeoutMs: 200 });
  onTestFinished(() => source.close());
  return source;
}

export async function rowsOf(place: SourcePlace, columns?: readonly string[]): Promise<readonly SourceRow[]> {
  const rows: SourceRow[] = [];
  for await (const batch of (await opened(place, columns)).batches()) rows.push(...batch);
  return rows;
}

/** Of so many rows with LONG_TEXT_BYTES in `name`, batches have so many each: SOURCE_BATCH_BYTES is reached with the fifth. */
export const LONG_TEXT_BYTES = 1_000_000;
export const LONG_ROWS = 12;
export const LONG_BATCHES = [5, 5, 2];

export async function batchSizes(place: SourcePlace): Promise<readonly number[]> {
  const sizes: number[] = [];
  for await (const batch of (await opened(place, ['name'])).batches()) sizes.push(batch.length);
  return sizes;
}

/** What reading it ends with. Fails when it is read, or when something without a code is thrown. */
export async function failureOf(work: () => Promise<unknown>): Promise<NodeError> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof NodeError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}
