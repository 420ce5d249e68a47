import { wipe } from '../../core/base/index.js';
import { ELEMENT_BYTES } from '../../core/private-join/index.js';
import type { Engine } from '../../core/private-join/index.js';
import type { HashJournal } from './hash-journal.js';
import { ENTRY_BYTES } from './key-table.js';
import type { KeyTable, TableKey } from './key-table.js';

/** Keys hashed in one job: enough for a job to cost little beside them, few enough for all workers to have some. */
export const KEYS_PER_JOB = 512;
/** Jobs under way for each worker: while one is done, the next is there, though this thread is busy with rows. */
const JOBS_PER_WORKER = 2;

/** Room for so many bytes of a key is made first; more when it is needed. */
const USUAL_KEY_BYTES = 48;
/** At most, in UTF-8, for one UTF-16 unit of a string. */
const UNIT_BYTES = 3;

/** Values of one key that have no job yet, behind one another in memory that is wiped after their job. */
class Pending {
  readonly numbers: number[] = [];
  readonly #ends: number[] = [];
  #bytes = Buffer.alloc(KEYS_PER_JOB * USUAL_KEY_BYTES);
  #used = 0;

  add(number: number, normalisedKey: string): void {
    const most = this.#used + normalisedKey.length * UNIT_BYTES;
    if (most > this.#bytes.length) this.#grow(most);
    this.#used += this.#bytes.write(normalisedKey, this.#used, 'utf8');
    this.#ends.push(this.#used);
    this.numbers.push(number);
  }

  /** Each value: views that are good until they are wiped. */
  inputs(): readonly Uint8Array[] {
    return this.#ends.map((end, index) => this.#bytes.subarray(this.#ends[index - 1] ?? 0, end));
  }

  wipe(): void {
    wipe(this.#bytes);
  }

  #grow(least: number): void {
    const bytes = Buffer.alloc(Math.max(least, this.#bytes.length * 2));
    bytes.set(this.#bytes);
    this.wipe();
    this.#bytes = bytes;
  }
}

/**
 * Sees to it that each different match key of a source is hashed once, in workers, while further rows are read; and that
 * what is hashed is on disk (HashJournal).
 */
export class KeyHasher {
  readonly #engine: Engine;
  readonly #keys: readonly TableKey[];
  readonly #table: KeyTable;
  readonly #journal: HashJournal;
  /** By position. */
  readonly #pending: Pending[];
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly thrown: unknown } | undefined;
  #hashed = 0;
  #ended = false;

  /** `keys` by their positions in the layout, those of the table. */
  constructor(engine: Engine, keys: readonly TableKey[], table: KeyTable, journal: HashJournal) {
    this.#engine = engine;
    this.#keys = keys;
    this.#table = table;
    this.#journal = journal;
    this.#pending = keys.map(() => new Pending());
  }

  /** Keys hashed so far, without those that an interrupted prepare had hashed. */
  get hashed(): number {
    return this.#hashed;
  }

  /** The number of a normalised key, which is hashed when it is a new one of a key that is hashed at all. */
  number(position: number, normalisedKey: string): number {
    const before = this.#table.size;
    const number = this.#table.number(position, normalisedKey);
    if (number <= before || this.#keys[position]?.hashed !== true) return number;
    const pending = this.#pending[position];
    pending?.add(number, normalisedKey);
    if (pending?.numbers.length === KEYS_PER_JOB) this.#start(position);
    return number;
  }

  /** Waits until there is room for more. Thrown: what the engine or the journal has thrown. */
  async room(): Promise<void> {
    const most = this.#engine.parallelism * JOBS_PER_WORKER;
    while (this.#underWay.size >= most) await Promise.race(this.#underWay);
    this.#throwIfFailed();
  }

  /** Waits until the table has the element of every key. Thrown: as by `room`. */
  async finish(): Promise<void> {
    for (const position of this.#pending.keys()) this.#start(position);
    await Promise.all(this.#underWay);
    this.#throwIfFailed();
  }

  /** What is still under way comes to nothing. */
  end(): void {
    this.#ended = true;
    for (const pending of this.#pending) pending.wipe();
  }

  #start(position: number): void {
    const [key, pending] = [this.#keys[position], this.#pending[position]];
    if (key === undefined || pending === undefined || pending.numbers.length === 0) return;
    this.#pending[position] = new Pending();
    const job = this.#hash(key.domain, pending)
      .catch((thrown: unknown) => void (this.#failure ??= { thrown }))
      .finally(() => this.#underWay.delete(job));
    this.#underWay.add(job);
  }

  async #hash(domain: string, pending: Pending): Promise<void> {
    try {
      const elements = await this.#engine.run({ kind: 'hash', domain, inputs: pending.inputs() });
      if (!this.#ended) this.#keep(pending.numbers, elements);
      wipe(elements);
    } finally {
      pending.wipe();
    }
  }

  #keep(numbers: readonly number[], elements: Uint8Array): void {
    const entries = Buffer.alloc(numbers.length * ENTRY_BYTES);
    numbers.forEach((number, index) => {
      this.#table.element(number).set(elements.subarray(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES));
      this.#table.copyEntry(number, entries, index);
    });
    this.#journal.append(entries);
    wipe(entries);
    this.#hashed += numbers.length;
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }
}
