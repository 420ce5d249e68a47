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
import { TagTable } from '../../node-agent/snapshot/tag-table.js';
import type { PersonRow } from './person-file.js';

/** Room is made for so many first; more when it is needed. */
const FIRST_STAND_INS = 65_536;

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

/** Numbers of keys, and what stands for each. */
class KeyNumbers {
  readonly #keys: readonly KeyDefinition[];
  readonly #numbers = new TagTable();
  #standIns = Buffer.alloc(FIRST_STAND_INS * ELEMENT_BYTES);

  constructor(keys: readonly KeyDefinition[]) {
    this.#keys = keys;
  }

  of(key: number, value: string): number {
    const digest = digestOf(this.#keys[key]?.name ?? '', value);
    const before = this.#numbers.size;
    const number = this.#numbers.number(digest, 0);
    if (number > before) this.#keep(number, digest);
    return number;
  }

  standIn(number: number): Uint8Array {
    return this.#standIns.subarray(number * ELEMENT_BYTES, (number + 1) * ELEMENT_BYTES);
  }

  #keep(number: number, digest: Buffer): void {
    const needed = (number + 1) * ELEMENT_BYTES;
    if (needed > this.#standIns.length) {
      const larger = Buffer.alloc(this.#standIns.length * 2);
      this.#standIns.copy(larger);
      this.#standIns = larger;
    }
    digest.copy(this.#standIns, number * ELEMENT_BYTES);
  }
}

function digestOf(name: string, value: string): Buffer {
  return createHash('sha256').update(name).update('\n').update(value).digest();
}
