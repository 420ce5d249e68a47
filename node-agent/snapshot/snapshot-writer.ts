import type Database from 'better-sqlite3';

import {
  CASE_GROUP_COLUMN,
  consentColumn,
  fieldColumn,
  PERSON_COLUMN,
  quoteIdentifier,
  RECORD_COLUMN,
  RECORDS_TABLE,
} from '../../core/templates/index.js';
import type { FieldValue } from '../source/field-value.js';
import { createTables, keyColumns, META_TABLE } from './layout.js';
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
    const told = [...layout.fields.map(fieldColumn), ...layout.purposes.map(consentColumn)];
    const columns = [RECORD_COLUMN, PERSON_COLUMN, ...told];
    this.#database = database;
    this.#hasCases = layout.hasCases;
    this.#insert = database.prepare(
      `INSERT INTO ${records} (${columns.map(quoteIdentifier).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    const cases = layout.hasCases ? [CASE_GROUP_COLUMN] : [];
    const known = [PERSON_COLUMN, ...cases, ...keyColumns(layout)].map((column) => `${quoteIdentifier(column)} = ?`);
    this.#attribute = database.prepare(
      `UPDATE ${records} SET ${known.join(', ')} WHERE ${quoteIdentifier(RECORD_COLUMN)} = ?`,
    );
  }

  /** `fields` and, for each purpose of the layout, consent: 1 or 0. Whose it is, its case and its match keys come later: until then it is a person of its own, without any. */
  insert(record: number, fields: readonly FieldValue[]): void {
    this.#insert.run([record, record, ...fields]);
  }

  /**
   * Says whose a record is, which case it is of, and where its match keys are.
   * @param person the first record that is theirs
   * @param caseGroup the first record of its case, null where it has none; of no meaning where the dataset has no cases
   * @param slots in the order of the key columns; null where there is no key
   */
  attribute(record: number, person: number, caseGroup: number | null, slots: readonly (number | null)[]): void {
    this.#attribute.run([person, ...(this.#hasCases ? [caseGroup] : []), ...slots, record]);
  }

  insertMeta(facts: Iterable<readonly [string, string]>): void {
    const insert = this.#database.prepare(`INSERT INTO ${quoteIdentifier(META_TABLE)} (name, value) VALUES (?, ?)`);
    for (const [name, value] of facts) insert.run(name, value);
  }
}
