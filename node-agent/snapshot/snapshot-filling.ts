import { setImmediate as nextTurn } from 'node:timers/promises';

import type Database from 'better-sqlite3';

import { caseKey, personKeys, schemes } from '../../core/linkage/index.js';
import { MAX_LIST_RECORDS } from '../../core/private-join/index.js';
import type { DatasetDefinition } from '../../core/templates/index.js';
import { NodeError } from '../errors.js';
import { InvalidValues } from '../source/invalid-values.js';
import type { BoundMapping } from '../source/mapping.js';
import { recordReader } from '../source/record-reader.js';
import type { SourceRecord } from '../source/record-reader.js';
import type { Source } from '../source/source.js';
import { digestSnapshot } from './digests.js';
import type { DigestOptions, SnapshotDigests } from './digests.js';
import { KeyBlockWriter } from './key-blocks.js';
import { KeyGroups } from './key-groups.js';
import type { KeyHasher } from './key-hasher.js';
import { NO_KEY } from './key-table.js';
import type { KeyTable } from './key-table.js';
import type { SnapshotLayout } from './layout.js';
import type { Sealing } from './sealing.js';
import { SnapshotWriter } from './snapshot-writer.js';

/** Records looked at between two looks at what else the process has to do. */
const RECORDS_A_TURN = 2_048;

/** How many records have a key, as the operator is told. */
export interface KeyCoverage {
  readonly name: string;
  /** Records that have the key and may link on it. */
  readonly present: number;
  /** Records that lost it because two different persons share it. */
  readonly withdrawn: number;
}

/** Is told now and then how many rows a step is done with. */
export type ReportRows = (rows: number) => void;

/**
 * Fills an empty snapshot from a source, in three steps that are taken once each and in this order: `readRecords`,
 * `sealKeys`, `digest`.
 */
export class SnapshotFilling {
  readonly #database: Database.Database;
  readonly #layout: SnapshotLayout;
  readonly #table: KeyTable;
  readonly #hasher: KeyHasher;
  readonly #groups: KeyGroups;
  readonly #writer: SnapshotWriter;
  #rows = 0;

  /** `hasher` hashes into `table`. */
  constructor(database: Database.Database, layout: SnapshotLayout, table: KeyTable, hasher: KeyHasher) {
    this.#database = database;
    this.#layout = layout;
    this.#table = table;
    this.#hasher = hasher;
    this.#groups = new KeyGroups(layout);
    this.#writer = new SnapshotWriter(database, layout);
  }

  /**
   * Reads all rows, says whose each is, and writes all but the keys. Identifiers are made into keys as they are read and
   * forgotten; keys are hashed meanwhile. Resolves with the number of rows when all are written and all keys hashed.
   * Thrown when the source doesn't fit its dataset: NodeError SOURCE_INVALID, SOURCE_TOO_LARGE.
   */
  async readRecords(source: Source, mapping: BoundMapping, report: ReportRows): Promise<number> {
    const { dataset } = mapping.definition;
    const invalid = new InvalidValues();
    const read = recordReader(mapping, invalid);
    const keysOf = keyMaker(mapping.definition);
    const numbers = new Uint32Array(this.#layout.keys.length);
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
        if (!invalid.empty) continue;
        for (const [position, key] of keysOf(record).entries()) {
          numbers[position] = key === null ? NO_KEY : this.#hasher.number(position, key);
        }
        this.#writer.insert(this.#rows, this.#groups.add(this.#rows, numbers), record.fields, numbers);
      }
      await this.#hasher.room();
      report(this.#rows);
    }
    invalid.throwIfAny(dataset);
    await this.#hasher.finish();
    return this.#rows;
  }

  /** Seals every key that stands, and takes each that two different persons share away from all its records. */
  async sealKeys(sealing: Sealing, report: ReportRows): Promise<readonly KeyCoverage[]> {
    const blocks = new KeyBlockWriter(this.#database, sealing);
    const coverage = this.#layout.keys.map(({ name }) => ({ name, present: 0, withdrawn: 0 }));
    for (let record = 1; record <= this.#rows; record += 1) {
      for (const [position, counted] of coverage.entries()) {
        if (this.#groups.number(record, position) === NO_KEY) continue;
        const element = this.#element(record, position);
        blocks.add(element);
        if (element === undefined) this.#writer.withdraw(record, position);
        counted[element === undefined ? 'withdrawn' : 'present'] += 1;
      }
      if (record % RECORDS_A_TURN !== 0) continue;
      report(record);
      await nextTurn();
    }
    blocks.finish();
    return coverage;
  }

  /** Reads through what was written. */
  digest(options: Omit<DigestOptions, 'elementOf'>): Promise<SnapshotDigests> {
    const elementOf = (record: number, position: number): Uint8Array | undefined => this.#element(record, position);
    return digestSnapshot(this.#database, this.#layout, { ...options, elementOf });
  }

  insertMeta(facts: readonly (readonly [string, string])[]): void {
    this.#writer.insertMeta([...this.#layout.facts, ...facts, ['records', String(this.#rows)]]);
  }

  /** Of a key that stands: the record has it, and nobody else does. */
  #element(record: number, position: number): Uint8Array | undefined {
    const number = this.#groups.number(record, position);
    return number === NO_KEY || this.#groups.isShared(number) ? undefined : this.#table.element(number);
  }
}

/** Makes a record's normalised match keys in the layout's order, null where it has none. */
function keyMaker({ keys }: DatasetDefinition): (record: SourceRecord) => readonly (string | null)[] {
  const known = keys.includes('person') ? [...schemes.values()] : [];
  const hasCases = keys.includes('case');
  return ({ person, urn }) => {
    const made = known.flatMap((scheme) => personKeys(scheme, person));
    if (hasCases) made.push(caseKey(urn));
    return made;
  };
}
