import { createHmac } from 'node:crypto';

import type Database from 'better-sqlite3';

import { utf8Bytes, wipe } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import {
  CASE_GROUP_COLUMN,
  keyColumn,
  PERSON_COLUMN,
  quoteIdentifier,
  RECORDS_TABLE,
} from '../../core/templates/index.js';
import type { SnapshotLayout } from './layout.js';

const TAG_BYTES = 16;
const TAG_KEY_BYTES = 32;

const records = quoteIdentifier(RECORDS_TABLE);
const person = quoteIdentifier(PERSON_COLUMN);

/**
 * Finds out which records of a snapshot share a match key. Keys are compared by a tag under a key that only this object
 * has and that is gone when it is disposed of; the tags live in SQLite's temporary database, never in the snapshot.
 */
export class KeyGroups {
  readonly #database: Database.Database;
  readonly #tagKey: Uint8Array;
  readonly #insert: Database.Statement<[number, number, Uint8Array]>;

  constructor(database: Database.Database, rng: Rng) {
    this.#database = database;
    this.#tagKey = rng.bytes(TAG_KEY_BYTES);
    database.exec('CREATE TEMP TABLE key_tags (position INTEGER, record INTEGER, tag BLOB)');
    this.#insert = database.prepare('INSERT INTO key_tags (position, record, tag) VALUES (?, ?, ?)');
  }

  /** `position` is the key's place in the layout. */
  add(position: number, record: number, normalisedKey: string): void {
    const tag = createHmac('sha256', this.#tagKey).update(utf8Bytes(normalisedKey)).digest().subarray(0, TAG_BYTES);
    this.#insert.run(position, record, tag);
  }

  /**
   * Says of every record whose it is: the person of its first present key in the layout's order, named by the first
   * record that has them; without a key, a person of its own. Likewise the case, where it has one. Then takes each key
   * that two different persons share away from all its records. Returns how many records lost each key.
   */
  apply(layout: SnapshotLayout): readonly number[] {
    this.#database.exec('CREATE INDEX temp.key_tags_by_tag ON key_tags (position, tag, record)');
    const onPerson = positionsOf(layout, 'person');
    const onCase = positionsOf(layout, 'case');
    if (onPerson.length > 0) this.#setPersons(Math.max(...onPerson));
    for (const position of onCase) this.#setCaseGroups(position);
    return layout.keys.map(({ name, on }, position) => (on === 'person' ? this.#withdraw(position, name) : 0));
  }

  dispose(): void {
    wipe(this.#tagKey);
    this.#database.exec('DROP TABLE IF EXISTS temp.key_tags');
  }

  /** Keys on people come first in the layout: their positions are 0..last. */
  #setPersons(last: number): void {
    // SQLite takes `tag` from the row that has the minimum.
    this.#database
      .prepare(
        `CREATE TEMP TABLE first_keys AS
         SELECT record, min(position) AS position, tag FROM key_tags WHERE position <= ? GROUP BY record`,
      )
      .run(last);
    this.#database.exec(`
      CREATE TEMP TABLE persons AS SELECT min(record) AS person, position, tag FROM first_keys GROUP BY position, tag;
      CREATE INDEX temp.persons_by_tag ON persons (position, tag);
      UPDATE ${records} SET ${person} = found.person
        FROM (SELECT first_keys.record, persons.person FROM first_keys JOIN persons USING (position, tag)) AS found
        WHERE found.record = ${records}.record;
      DROP TABLE temp.persons;
      DROP TABLE temp.first_keys;`);
  }

  #setCaseGroups(position: number): void {
    this.#database
      .prepare(
        `UPDATE ${records} SET ${quoteIdentifier(CASE_GROUP_COLUMN)} = found.first
           FROM (SELECT record, min(record) OVER (PARTITION BY tag) AS first FROM key_tags WHERE position = ?) AS found
           WHERE found.record = ${records}.record`,
      )
      .run(position);
  }

  #withdraw(position: number, name: string): number {
    return this.#database
      .prepare(
        `UPDATE ${records} SET ${quoteIdentifier(keyColumn(name))} = NULL
           WHERE record IN (
             SELECT record FROM key_tags WHERE position = ? AND tag IN (
               SELECT tag FROM key_tags JOIN ${records} USING (record) WHERE position = ?
               GROUP BY tag HAVING count(DISTINCT ${person}) > 1))`,
      )
      .run(position, position).changes;
  }
}

function positionsOf(layout: SnapshotLayout, on: 'person' | 'case'): readonly number[] {
  return layout.keys.flatMap((key, position) => (key.on === on ? [position] : []));
}
