import { createHash } from 'node:crypto';

import { finish } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import {
  agencyKeys,
  countStatistics,
  IDENTIFIERS,
  missingMask,
  noisyStatistics,
  NORMALISER_VERSION,
  peopleKeys,
  PeopleMaker,
  recordKeyMaker,
} from '../../core/linkage/index.js';
import type { HeldIdentifiers, KeyDefinition, LinkageStatistics, People, Scheme } from '../../core/linkage/index.js';
import type { NoiseSource } from '../../core/noise/index.js';
import { ELEMENT_BYTES } from '../../core/private-join/index.js';
import { KeyTable } from '../../node-agent/snapshot/key-table.js';
import type { PersonRow } from './person-file.js';

/** No secret: nothing here is anybody's. */
const STORAGE_KEY_BYTES = 32;

/** One file of people, as its agency's node and the coordinator would have it. */
export interface Side {
  /** Of each person: who they really are, by their first record. */
  readonly truths: readonly string[];
  readonly records: number;
  readonly duplicates: number;
  readonly keys: readonly KeyDefinition[];
  readonly copies: readonly number[];
  /** For each column of the list (all first copies, then second ones …): what stands for each person's pseudonym. */
  readonly columns: readonly Uint8Array[];
  readonly statistics: LinkageStatistics;
}

export interface SideOptions {
  readonly scheme: Scheme;
  readonly held: HeldIdentifiers;
  /** Privacy loss of the statistics. */
  readonly epsilon: number | 'none';
  readonly noise: NoiseSource;
  /** For what stands in place of an absent key. */
  readonly rng: Rng;
}

/**
 * Does what `prepare` does with an agency's records (self-link, keys of people, withdrawal, statistics), but that a hash
 * stands for each pseudonym: the arithmetic of the join changes nothing about who links.
 */
export function sideOf(rows: Iterable<PersonRow>, { scheme, held, epsilon, noise, rng }: SideOptions): Side {
  const all = agencyKeys([scheme], held);
  // The scheme's own come first.
  const keys = all.filter(({ copies }) => copies.length > 0);
  const copies = peopleKeys(keys).map((key) => key.copies);
  const numbers = new KeyNumbers(all);
  const maker = new PeopleMaker(peopleKeys(all));
  const recordKeys = recordKeyMaker(all, held);
  const truthOfRow: string[] = [];
  for (const { truth, identifiers } of rows) {
    truthOfRow.push(truth);
    const made = recordKeys(identifiers);
    maker.add(
      made.keys.map((values, key) => values.map((value) => numbers.of(key, value))),
      missingMask(made.missing),
    );
  }
  const people = finish(maker.people());
  const counted = finish(
    countStatistics(people, {
      scheme: scheme.id,
      version: scheme.version,
      normaliser: NORMALISER_VERSION,
      keys: scheme.keys.map(({ name }) => name),
      identifiers: IDENTIFIERS.filter((name) => held.has(name)),
    }),
  );
  return {
    truths: Array.from({ length: people.count }, (_, person) => truthOfRow[people.recordsOf(person)[0] ?? 0] ?? ''),
    records: people.records,
    duplicates: people.duplicates,
    keys,
    copies,
    columns: columnsOf(people, copies, numbers, rng),
    statistics: finish(noisyStatistics(counted, { epsilon, noise })),
  };
}

/** Which key and which of its copies each column of a list has: all first copies, then all second ones, and so on. */
export function columnPlaces(copies: readonly number[]): readonly ColumnPlace[] {
  return Array.from({ length: Math.max(0, ...copies) }, (_, copy) =>
    copies.flatMap((count, key) => (copy < count ? [{ key, copy }] : [])),
  ).flat();
}

interface ColumnPlace {
  readonly key: number;
  readonly copy: number;
}

function columnsOf(people: People, copies: readonly number[], numbers: KeyNumbers, rng: Rng): Uint8Array[] {
  return columnPlaces(copies).map(({ key, copy }) => {
    const column = rng.bytes(people.count * ELEMENT_BYTES);
    for (let person = 0; person < people.count; person += 1) {
      const number = people.keysOf(person, key)[copy];
      if (number !== undefined) column.set(numbers.standIn(number), person * ELEMENT_BYTES);
    }
    return column;
  });
}

/** Numbers of keys as `prepare` gives them, and what stands for each. */
class KeyNumbers {
  readonly #keys: readonly KeyDefinition[];
  readonly #table: KeyTable;

  constructor(keys: readonly KeyDefinition[]) {
    this.#keys = keys;
    this.#table = new KeyTable(
      new Uint8Array(STORAGE_KEY_BYTES),
      keys.map(({ name }) => ({ domain: name, hashed: true })),
    );
  }

  of(key: number, value: string): number {
    const before = this.#table.size;
    const number = this.#table.number(key, value);
    if (number > before) this.standIn(number).set(digestOf(this.#keys[key]?.name ?? '', value));
    return number;
  }

  standIn(number: number): Uint8Array {
    return this.#table.element(number);
  }
}

function digestOf(name: string, value: string): Uint8Array {
  return createHash('sha256').update(name).update('\n').update(value).digest();
}
