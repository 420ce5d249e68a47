import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { onDuckdb, onMysql, onPostgres, singleQuoted } from '../sources/stores.js';
import type { DatabaseServer } from './database-server.js';

type Row = Readonly<Record<string, string | number | null>>;

/** A table of an example's SQLite file, to be put into a source of another kind: the same rows in the same order. */
export class MovedTable {
  readonly #name: string;
  readonly #columns: readonly string[];
  readonly #numbers: ReadonlySet<string>;
  readonly #rows: readonly Row[];

  /** @param name what it is called in databases that have several */
  constructor({ sqlite, table }: { readonly sqlite: string; readonly table: string }, name: string) {
    this.#name = name;
    const database = new Database(sqlite, { readonly: true });
    this.#rows = database.prepare(`SELECT * FROM "${table}" ORDER BY rowid`).all() as Row[];
    database.close();
    this.#columns = Object.keys(this.#rows[0] ?? {});
    this.#numbers = new Set(
      this.#columns.filter((column) => this.#rows.some((row) => typeof row[column] === 'number')),
    );
  }

  /** Each writes it and says what stands in a node's configuration in the place of `sqlite` and `table`. */
  async toPostgres(server: DatabaseServer): Promise<object> {
    await onPostgres(server, ...this.#statements((name) => `"${name}"`, 'text', singleQuoted, true));
    const login = { host: 'localhost', port: server.port, database: 'postgres', user: 'admin' };
    const postgres = { ...login, password: { env: 'TALLY_TEST_PG' }, tls: { mode: 'off' } };
    return { postgres, table: this.#name };
  }

  async toMariadb(server: DatabaseServer): Promise<object> {
    const text = (value: string): string => singleQuoted(value.replaceAll('\\', '\\\\'));
    const [create = '', ...inserts] = this.#statements((name) => `\`${name}\``, 'varchar(200)', text, true);
    await onMysql(server, `${create} CHARACTER SET utf8mb4`, ...inserts);
    const login = { host: '127.0.0.1', port: server.port, database: 'agency', user: 'admin' };
    const mysql = { ...login, password: { env: 'TALLY_TEST_MY' }, tls: { mode: 'off' } };
    return { mysql, table: this.#name };
  }

  toCsv(folder: string): object {
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const lines = this.#rows.map((row) =>
      this.#columns.map((column) => (row[column] === null ? '' : quoted(String(row[column])))).join(','),
    );
    const file = join(folder, `${this.#name}.csv`);
    writeFileSync(file, `${[this.#columns.join(','), ...lines].join('\n')}\n`);
    return { csv: { file } };
  }

  async toParquet(folder: string): Promise<object> {
    const file = join(folder, `${this.#name}.parquet`);
    const columns = this.#columns.map((name) => `"${name}"`).join(', ');
    await onDuckdb(
      ...this.#statements((name) => `"${name}"`, 'VARCHAR', singleQuoted, false),
      `COPY (SELECT ${columns} FROM "${this.#name}" ORDER BY place) TO ${singleQuoted(file)} (FORMAT parquet)`,
    );
    return { parquet: { file } };
  }

  #statements(
    name: (name: string) => string,
    textType: string,
    text: (value: string) => string,
    hasKey: boolean,
  ): readonly string[] {
    const types = this.#columns.map((column) => `${name(column)} ${this.#numbers.has(column) ? 'bigint' : textType}`);
    const valueOf = (value: string | number | null | undefined): string =>
      typeof value === 'string' ? text(value) : String(value ?? 'NULL');
    const rows = this.#rows.map(
      (row, index) => `(${[index, ...this.#columns.map((column) => valueOf(row[column]))].join(', ')})`,
    );
    // Last first, so that the order has to come from the key.
    const order = rows.toReversed();
    const inserts = Array.from({ length: Math.ceil(order.length / ROWS_AT_ONCE) }, (_, place) =>
      order.slice(place * ROWS_AT_ONCE, (place + 1) * ROWS_AT_ONCE),
    );
    return [
      `CREATE TABLE ${name(this.#name)} (place bigint${hasKey ? ' PRIMARY KEY' : ''}, ${types.join(', ')})`,
      ...inserts.map((some) => `INSERT INTO ${name(this.#name)} VALUES ${some.join(', ')}`),
    ];
  }
}

const ROWS_AT_ONCE = 500;
