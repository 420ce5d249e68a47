import type Database from 'better-sqlite3';

import type { ColumnType, Value } from './tables/index.js';

/** Fills one table. Rows are numbered from 1 in the order of writing: that number is the rowid. */
export class TableWriter<Column extends string> {
  readonly #insert: Database.Statement<Value[]>;
  readonly #columns: readonly Column[];
  #written = 0;

  constructor(database: Database.Database, table: string, columns: Readonly<Record<Column, ColumnType>>) {
    this.#columns = Object.keys(columns) as Column[];
    const definitions = this.#columns.map((column) => `${column} ${columns[column]}`);
    database.exec(`CREATE TABLE ${table} (${definitions.join(', ')})`);
    this.#insert = database.prepare(`INSERT INTO ${table} VALUES (${this.#columns.map(() => '?').join(', ')})`);
  }

  get written(): number {
    return this.#written;
  }

  /** Returns the row's number. */
  write(values: Readonly<Record<Column, Value>>): number {
    this.#insert.run(...this.#columns.map((column) => values[column]));
    this.#written += 1;
    return this.#written;
  }
}
