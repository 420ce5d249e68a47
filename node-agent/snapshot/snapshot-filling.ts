import { setImmediate as nextTurn } from 'node:timers/promises';

import type Database from 'better-sqlite3';

import type { Rng } from '../../core/base/index.js';
import { caseKey } from '../../core/linkage/index.js';
import type { LinkageStatistics, People } from '../../core/linkage/index.js';
import { MAX_LIST_RECORDS } from '../../core/private-join/index.js';
import { NodeError } from '../errors.js';
import { InvalidValues } from '../source/invalid-values.js';
import type { BoundMapping } from '../source/mapping.js';
import { recordReader } from '../source/record-reader.js';
import type { SourceRecord } from '../source/record-reader.js';
import type { Source } from '../source/source.js';
import { CaseGroups } from './case-groups.js';
import { digestSnapshot } from './digests.js';
import type { DigestOptions, SnapshotDigests } from './digests.js';
import { KeyBlockWriter } from './key-blocks.js';
import type { KeyHasher } from './key-hasher.js';
import { NO_KEY } from './key-table.js';
import type { KeyTable } from './key-table.js';
import { columnsOf } from './layout.js';
import type { SnapshotKey, SnapshotLayout } from './layout.js';
import { PersonSlots } from './person-slots.js';
import type { Sealing } from './sealing.js';
import { SnapshotPeople } from './snapshot-people.js';
import { SnapshotWriter } from './snapshot-writer.js';

/** Rows made into keys between two looks at what else the process has to do. */
const ROWS_A_TURN = 128;
/** Records looked at between two looks at what else the process has to do. */
const RECORDS_A_TURN = 1_024;

/** How many have a key, as the operator is told: people, or records where it is the key on cases. */
export interface KeyCoverage {
  readonly name: string;
  /** Those who have the key and may link on it. */
  readonly present: number;
  /** Those who lost it because two different persons share it. */
  readonly withdrawn: number;
}

/** Is told now and then how many rows a step is done with. */
export type ReportRows = (rows: number) => void;

/**
 * Fills an empty snapshot from a source, in steps that are taken once each and in this order: `readRecords`, `link`,
 * `sealKeys`, `digest`, `statistics`, `insertMeta`.
 */
export class SnapshotFilling {
  readonly #database: Database.Database;
  readonly #layout: SnapshotLayout;
  /** On the person, and held by the snapshot; their places are those in the layout. */
  readonly #held: readonly SnapshotKey[];
  readonly #table: KeyTable;
  readonly #hasher: KeyHasher;
  readonly #people: SnapshotPeople | null;
  readonly #cases = new CaseGroups();
  readonly #slots: PersonSlots;
  readonly #writer: SnapshotWriter;
  /** Null before they are linked, and where the dataset has no keys of people. */
  #linked: People | null = null;
  #rows = 0;

  /** `hasher` hashes into `table`. */
  constructor(database: Database.Database, layout: SnapshotLayout, table: KeyTable, hasher: KeyHasher, rng: Rng) {
    this.#database = database;
    this.#layout = layout;
    this.#held = layout.keys.filter((key) => key.on === 'person' && columnsOf(key) > 0);
    this.#table = table;
    this.#hasher = hasher;
    this.#people = layout.personKeys.length === 0 ? null : new SnapshotPeople(layout, hasher);
    this.#slots = new PersonSlots(this.#held, rng);
    this.#writer = new SnapshotWriter(database, layout);
  }

  /**
   * Reads all rows, and writes all but whose each is and the keys. Identifiers are made into keys as they are read and
   * forgotten; keys are hashed meanwhile. Resolves with the number of rows when all are written and all keys hashed.
   * Thrown when the source doesn't fit its dataset: NodeError SOURCE_INVALID, SOURCE_TOO_LARGE.
   */
  async readRecords(source: Source, mapping: BoundMapping, report: ReportRows): Promise<number> {
    const { dataset } = mapping.definition;
    const invalid = new InvalidValues();
    const read = recordReader(mapping, invalid);
    for await (const batch of source.batches()) {
      if (this.#rows + batch.length > MAX_LIST_RECORDS) {
        throw new NodeError(
          'SOURCE_TOO_LARGE',
          `The source of ${dataset} has more than ${MAX_LIST_RECORDS} rows: map a view that selects those the dataset is about.`,
        );
      }
      for (const row of batch) {
        this.#rows += 1;
        const record = read(row, this.#rows);
        // No snapshot will come of it: only more faults are looked for.
        if (invalid.empty) this.#add(record);
        if (this.#rows % ROWS_A_TURN === 0) await nextTurn();
      }
      await this.#hasher.room();
      report(this.#rows);
    }
    invalid.throwIfAny(dataset);
    await this.#hasher.finish();
    return this.#rows;
  }

  /** Tells whose each record is. Resolves with how many people there are, null where the dataset has no keys of people. */
  async link(stepped: () => void): Promise<number | null> {
    if (this.#people === null) return null;
    this.#linked = await this.#people.link(stepped);
    return this.#linked.count;
  }

  /**
   * Seals every key that stands, each once, and writes whose each record is and where its person's keys are. None that
   * two different persons share stands.
   */
  async sealKeys(sealing: Sealing, report: ReportRows): Promise<readonly KeyCoverage[]> {
    const blocks = new KeyBlockWriter(this.#database, sealing);
    const coverage = this.#held.map(({ name }) => ({ name, present: 0, withdrawn: 0 }));
    let cases = 0;
    for (let record = 1; record <= this.#rows; record += 1) {
      const slots = this.#sealPerson(record, blocks, coverage);
      if (this.#layout.hasCases) {
        const number = this.#cases.number(record);
        slots.push(number === NO_KEY ? null : blocks.add(this.#table.element(number)));
        if (number !== NO_KEY) cases += 1;
      }
      this.#writer.attribute(record, this.#nameOf(record), slots);
      if (record % RECORDS_A_TURN !== 0) continue;
      report(record);
      await nextTurn();
    }
    blocks.finish();
    this.#slots.wipe();
    const onCase = this.#layout.keys.filter(({ on }) => on === 'case');
    return [...coverage, ...onCase.map(({ name }) => ({ name, present: cases, withdrawn: 0 }))];
  }

  /** Reads through what was written. */
  digest(options: Omit<DigestOptions, 'elementsOf'>): Promise<SnapshotDigests> {
    const elementsOf = (record: number): readonly (Uint8Array | undefined)[] => this.#elementsOf(record);
    return digestSnapshot(this.#database, this.#layout, { ...options, elementsOf });
  }

  /** What may be known of the snapshot's people outside, for each scheme. `noiseKey` stays the caller's. */
  async statistics(noiseKey: Uint8Array, snapshot: string): Promise<readonly LinkageStatistics[]> {
    return (await this.#people?.statistics(noiseKey, snapshot)) ?? [];
  }

  insertMeta(facts: readonly (readonly [string, string])[]): void {
    this.#writer.insertMeta([...this.#layout.facts, ...facts, ['records', String(this.#rows)]]);
  }

  #add({ record, person, urn, fields }: SourceRecord): void {
    this.#people?.add(person);
    const key = this.#layout.hasCases ? caseKey(urn) : null;
    const number = key === null ? NO_KEY : this.#hasher.number(this.#layout.keys.length - 1, key);
    this.#writer.insert(record, this.#cases.add(record, number), fields);
  }

  /** Seals the keys of a record's person where it is their first. The slots of the columns on the person. */
  #sealPerson(
    record: number,
    blocks: KeyBlockWriter,
    coverage: readonly { present: number; withdrawn: number }[],
  ): (number | null)[] {
    const people = this.#linked;
    if (people === null) return [];
    const person = people.personOf(record - 1);
    if (!this.#slots.has(person)) {
      const valuesOf = (key: number): readonly number[] => people.keysOf(person, key);
      this.#slots.add(person, valuesOf, (value) => blocks.add(this.#table.element(value)));
      for (const [key, counted] of coverage.entries()) {
        if (valuesOf(key).length > 0) counted.present += 1;
        else if (people.lost(person, key)) counted.withdrawn += 1;
      }
    }
    return this.#slots.slots(person);
  }

  /** A person is called by their first record. */
  #nameOf(record: number): number {
    const people = this.#linked;
    if (people === null) return record;
    return 1 + (people.recordsOf(people.personOf(record - 1))[0] ?? record - 1);
  }

  /** Every key that stands, the preferred of each first, whichever column it is in. */
  #elementsOf(record: number): readonly (Uint8Array | undefined)[] {
    const elements: (Uint8Array | undefined)[] = [];
    const people = this.#linked;
    if (people !== null) {
      const person = people.personOf(record - 1);
      for (const [place, key] of this.#held.entries()) {
        const values = people.keysOf(person, place);
        for (let copy = 0; copy < columnsOf(key); copy += 1) elements.push(this.#elementOf(values[copy] ?? NO_KEY));
      }
    }
    if (this.#layout.hasCases) elements.push(this.#elementOf(this.#cases.number(record)));
    return elements;
  }

  #elementOf(number: number): Uint8Array | undefined {
    return number === NO_KEY ? undefined : this.#table.element(number);
  }
}
