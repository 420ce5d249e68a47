import type Database from 'better-sqlite3';

import { PERSON_COLUMN, quoteIdentifier, RECORD_COLUMN, RECORDS_TABLE } from '../../core/templates/index.js';
import type { FieldValue } from '../source/field-value.js';
import { createTables, keyColumns, META_TABLE, recordColumns } from './layout.js';
import type { SnapshotLayout } from './layout.js';

const records = quoteIdentifier(RECORDS_TABLE);

/** Fills the tables of a new snapshot, all but the sealed keys. What it throws is SQLite's error. */
export class SnapshotWriter {
  readonly #database: Database.Database;
  readonly #hasCases: boolean;
  readonly #insert: Database.Statement;
  readonly #attribute: Database.Statement;

  constructor(database: Database.Database, layout: SnapshotLayout) {
    database.exec(createTables(layout));
    const keys = keyColumns(layout);
    const columns = recordColumns(layout).slice(0, -keys.length || undefined);
    this.#database = database;
    this.#hasCases = layout.hasCases;
    this.#insert = database.prepare(
      `INSERT INTO ${records} (${columns.map(quoteIdentifier).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    const known = [PERSON_COLUMN, ...keys].map((column) => `${quoteIdentifier(column)} = ?`);
    this.#attribute = database.prepare(
      `UPDATE ${records} SET ${known.join(', ')} WHERE ${quoteIdentifier(RECORD_COLUMN)} = ?`,
    );
  }

  /** Whose it is, and its match keys, come later: until then it is a person of its own, without any. */
  insert(record: number, caseGroup: number | null, fields: readonly FieldValue[]): void {
    const cells: unknown[] = [record, record];
    if (this.#hasCases) cells.push(caseGroup);
    for (const field of fields) cells.push(field);
    this.#insert.run(cells);
  }

  /**
   * Says whose a record is, and where its match keys are.
   * @param person the first record that is theirs
   * @param slots in the order of the key columns; null where there is no key
   */
  attribute(record: number, person: number, slots: readonly (number | null)[]): void {
    this.#attribute.run([person, ...slots, record]);
  }

  insertMeta(facts: Iterable<readonly [string, string]>): void {
    const insert = this.#database.prepare(`INSERT INTO ${quoteIdentifier(META_TABLE)} (name, value) VALUES (?, ?)`);
    for (const [name, value] of facts) insert.run(name, value);
  }
}
