import type Database from 'better-sqlite3';

import { keyColumn, quoteIdentifier, RECORD_COLUMN, RECORDS_TABLE } from '../../core/templates/index.js';
import type { FieldValue } from '../source/field-value.js';
import type { Place } from './key-groups.js';
import { NO_KEY } from './key-table.js';
import { createTables, META_TABLE, recordColumns } from './layout.js';
import type { SnapshotLayout } from './layout.js';

const records = quoteIdentifier(RECORDS_TABLE);

/** Fills the tables of a new snapshot, all but the sealed keys. What it throws is SQLite's error. */
export class SnapshotWriter {
  readonly #database: Database.Database;
  readonly #hasCases: boolean;
  readonly #insert: Database.Statement;
  readonly #withdraw: readonly Database.Statement<[number]>[];
  #slots = 0;

  constructor(database: Database.Database, layout: SnapshotLayout) {
    database.exec(createTables(layout));
    const columns = recordColumns(layout);
    this.#database = database;
    this.#hasCases = layout.hasCases;
    this.#insert = database.prepare(
      `INSERT INTO ${records} (${columns.map(quoteIdentifier).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    this.#withdraw = layout.keys.map(({ name }) =>
      database.prepare(
        `UPDATE ${records} SET ${quoteIdentifier(keyColumn(name))} = NULL WHERE ${quoteIdentifier(RECORD_COLUMN)} = ?`,
      ),
    );
  }

  /** Gives each key that the record has the next slot. `numbers` of its keys in the layout's order. */
  insert(record: number, { person, caseGroup }: Place, fields: readonly FieldValue[], numbers: Uint32Array): void {
    const cells: unknown[] = [record, person];
    if (this.#hasCases) cells.push(caseGroup);
    for (const field of fields) cells.push(field);
    for (const number of numbers) {
      cells.push(number === NO_KEY ? null : this.#slots);
      if (number !== NO_KEY) this.#slots += 1;
    }
    this.#insert.run(cells);
  }

  /** Takes a match key away from a record. Its slot stays, empty. */
  withdraw(record: number, position: number): void {
    this.#withdraw[position]?.run(record);
  }

  insertMeta(facts: Iterable<readonly [string, string]>): void {
    const insert = this.#database.prepare(`INSERT INTO ${quoteIdentifier(META_TABLE)} (name, value) VALUES (?, ?)`);
    for (const [name, value] of facts) insert.run(name, value);
  }
}
