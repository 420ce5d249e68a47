import { setImmediate as nextTurn } from 'node:timers/promises';

import type Database from 'better-sqlite3';

import type { Rng } from '../../core/base/index.js';
import { caseKey } from '../../core/linkage/index.js';
import type { LinkageStatistics, People } from '../../core/linkage/index.js';
import type { OptedOutRows } from '../consent/opted-out-rows.js';
import type { RowAdmission } from '../consent/row-admission.js';
import { requireFloor } from '../quality/floor.js';
import { recordLinking } from '../quality/record-linking.js';
import type { RecordLinking, SourceQuality } from '../quality/source-quality.js';
import type { BoundMapping } from '../source/mapping.js';
import { recordReader } from '../source/record-reader.js';
import type { SourceRecord } from '../source/record-reader.js';
import type { Source } from '../source/source.js';
import { requireSize } from '../source/source-size.js';
import { CaseGroups, NO_KEY } from './case-groups.js';
import { digestSnapshot } from './digests.js';
import type { DigestOptions, SnapshotDigests } from './digests.js';
import { giveBackMemory } from './give-back-memory.js';
import { KeyBlockReader, KeyBlockWriter, KEYS_PER_BLOCK } from './key-blocks.js';
import { CASE_PLACES } from './key-numbering.js';
import { TAG_BYTES } from './key-tags.js';
import { columnsOf } from './layout.js';
import type { SnapshotKey, SnapshotLayout } from './layout.js';
import { PersonSlots } from './person-slots.js';
import { RecordProfiles } from './record-profiles.js';
import type { Sealing } from './sealing.js';
import type { SnapshotKeys } from './snapshot-keys.js';
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

/** All rows of a source: from there, or from disk where they were read before. */
export type RowsOfSource = Pick<Source | OptedOutRows, 'batches'>;

/** What is made of rows beside the snapshot. */
export interface Reading {
  readonly quality: SourceQuality;
  readonly admission: RowAdmission;
  readonly report: ReportRows;
}

/**
 * Fills an empty snapshot from a source, in steps that are taken once each and in this order: `readRecords`, `hashAndLink`,
 * `sealKeys`, `digest`, `statistics`, `insertMeta`.
 */
export class SnapshotFilling {
  readonly #database: Database.Database;
  readonly #layout: SnapshotLayout;
  /** On the person, and held by the snapshot; their places are those in the layout. */
  readonly #held: readonly SnapshotKey[];
  readonly #keys: SnapshotKeys;
  readonly #people: SnapshotPeople | null;
  readonly #cases = new CaseGroups();
  readonly #caseTag = Buffer.alloc(TAG_BYTES);
  readonly #slots: PersonSlots;
  readonly #writer: SnapshotWriter;
  /** Null before they are linked, and where the dataset has no keys of people. */
  #linked: People | null = null;
  /** Records that are written. */
  #rows = 0;

  constructor(database: Database.Database, layout: SnapshotLayout, keys: SnapshotKeys, rng: Rng) {
    this.#database = database;
    this.#layout = layout;
    this.#held = layout.keys.filter((key) => key.on === 'person' && columnsOf(key) > 0);
    this.#keys = keys;
    this.#people = layout.personKeys.length === 0 ? null : new SnapshotPeople(layout, keys.tags, keys.spool);
    this.#slots = new PersonSlots(this.#held, rng);
    this.#writer = new SnapshotWriter(database, layout);
  }

  /**
   * Reads all rows, and writes all that are admitted and can be used, but whose each is, its case and the keys. Identifiers
   * are made into keys as they are read and forgotten; keys wait on disk, sealed. Resolves with the number of records;
   * what else was found is in `quality` and `admission`.
   * Thrown when the source doesn't fit its dataset: NodeError QUALITY_BELOW_FLOOR, SOURCE_TOO_LARGE.
   */
  async readRecords(
    source: RowsOfSource,
    mapping: BoundMapping,
    { quality, admission, report }: Reading,
  ): Promise<number> {
    const { definition } = mapping;
    const read = recordReader(mapping, quality);
    let rows = 0;
    for await (const batch of source.batches()) {
      requireSize(definition.dataset, rows + batch.length);
      for (const row of batch) {
        rows += 1;
        if (rows % ROWS_A_TURN === 0) await nextTurn();
        // Who is not admitted counts nowhere.
        const consents = admission.admit(row, rows);
        if (consents === null) continue;
        const record = read(row, rows);
        if (record === null) quality.rejected();
        else quality.used(record, this.#add(record, consents));
      }
      report(rows);
    }
    requireFloor(definition, quality.counts);
    return this.#rows;
  }

  /**
   * Hashes the keys, then tells whose each record is. Resolves with how many people there are, null where the dataset has
   * no keys of people.
   */
  async hashAndLink(hashing: ReportRows, linking: () => void): Promise<number | null> {
    const profiles = this.#people?.finish() ?? new RecordProfiles().finish();
    hashing(0);
    const shared = await this.#keys.number(profiles, this.#cases, (share) => hashing(Math.floor(share * this.#rows)));
    linking();
    if (this.#people === null) return null;
    giveBackMemory();
    this.#linked = await this.#people.link(profiles.numbered(shared), profiles.missing, linking);
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
      const slots = this.#layPersonOut(record, coverage);
      if (this.#layout.hasCases) {
        const number = this.#cases.number(record);
        slots.push(number === NO_KEY ? null : this.#keys.seal(number));
        if (number !== NO_KEY) cases += 1;
      }
      this.#writer.attribute(record, this.#nameOf(record), this.#cases.group(record), slots);
      if (record % RECORDS_A_TURN !== 0) continue;
      report(record);
      await nextTurn();
    }
    await this.#keys.writeElements(blocks, () => report(this.#rows));
    blocks.finish();
    this.#slots.wipe();
    const onCase = this.#layout.keys.filter(({ on }) => on === 'case');
    return [...coverage, ...onCase.map(({ name }) => ({ name, present: cases, withdrawn: 0 }))];
  }

  /** Reads through what was written, with the keys that were sealed by `sealing`. */
  async digest(sealing: Sealing, options: Omit<DigestOptions, 'slotsOf' | 'elementIn'>): Promise<SnapshotDigests> {
    // Slots ascend, but for those of people who have an earlier record.
    const [onward, back] = [new KeyBlockReader(this.#database, sealing), new KeyBlockReader(this.#database, sealing)];
    let next = 0;
    const elementIn = (slot: number): Uint8Array => {
      if (slot < next) return back.element(slot);
      next = slot - (slot % KEYS_PER_BLOCK);
      return onward.element(slot);
    };
    try {
      return await digestSnapshot(this.#database, this.#layout, {
        ...options,
        slotsOf: (columns) => this.#slotsByPreference(columns),
        elementIn,
      });
    } finally {
      onward.wipe();
      back.wipe();
    }
  }

  /** What may be known of the snapshot's people outside, for each scheme. `noiseKey` stays the caller's. */
  async statistics(noiseKey: Uint8Array, snapshot: string): Promise<readonly LinkageStatistics[]> {
    return (await this.#people?.statistics(noiseKey, snapshot)) ?? [];
  }

  insertMeta(facts: readonly (readonly [string, string])[]): void {
    this.#writer.insertMeta([...this.#layout.facts, ...facts, ['records', String(this.#rows)]]);
  }

  /** `consents`: for each purpose of the mapping, as the admission says. */
  #add({ person, urn, fields }: SourceRecord, consents: readonly number[]): RecordLinking {
    this.#rows += 1;
    const made = this.#people?.add(person);
    const key = this.#layout.hasCases ? caseKey(urn) : null;
    if (key !== null) {
      const position = this.#layout.keys.length - 1;
      this.#keys.tags.write(position, key, this.#caseTag, 0);
      this.#keys.spool.add(this.#caseTag, 0, position, CASE_PLACES + this.#rows, key);
    }
    this.#writer.insert(this.#rows, [...fields, ...consents]);
    return recordLinking(this.#layout, made, key);
  }

  /** Takes slots for the keys of a record's person where it is their first. The slots of the columns on the person. */
  #layPersonOut(record: number, coverage: readonly { present: number; withdrawn: number }[]): (number | null)[] {
    const people = this.#linked;
    if (people === null) return [];
    const person = people.personOf(record - 1);
    if (!this.#slots.has(person)) {
      const valuesOf = (key: number): readonly number[] => people.keysOf(person, key);
      this.#slots.add(person, valuesOf, (value) => this.#keys.seal(value));
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

  /** The slots of every key that stands, the preferred of each first, whichever column it is in; the case's last. */
  #slotsByPreference(columns: readonly (number | null)[]): readonly (number | null)[] {
    if (!this.#layout.hasCases) return this.#slots.preferred(columns);
    return [...this.#slots.preferred(columns.slice(0, -1)), columns.at(-1) ?? null];
  }
}
