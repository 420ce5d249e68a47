import { wipe } from '../../core/base/index.js';
import { ELEMENT_BYTES } from '../../core/private-join/index.js';
import type { Engine } from '../../core/private-join/index.js';
import type { HashJournal } from './hash-journal.js';
import { TAG_BYTES } from './key-tags.js';
import type { TaggedKey } from './key-tags.js';

/** Keys hashed in one job: enough for a job to cost little beside them, few enough for all workers to have some. */
export const KEYS_PER_JOB = 512;
/** Jobs under way for each worker: while one is done, the next is there, though this thread is busy with rows. */
const JOBS_PER_WORKER = 2;

/** What the journal keeps of a key, as bytes: its tag, then its group element. */
export const ENTRY_BYTES = TAG_BYTES + ELEMENT_BYTES;

/** Room for so many bytes of a key is made first; more when it is needed. */
const USUAL_KEY_BYTES = 48;

/** Is given the element of each key that was hashed; the bytes are wiped when it returns. */
export type TakeElement = (number: number, element: Uint8Array) => void;

/** Values of one key that have no job yet, behind one another in memory that is wiped after their job. */
class Pending {
  readonly numbers: number[] = [];
  readonly #tags = Buffer.alloc(KEYS_PER_JOB * TAG_BYTES);
  readonly #ends: number[] = [];
  #bytes = Buffer.alloc(KEYS_PER_JOB * USUAL_KEY_BYTES);
  #used = 0;

  add(number: number, tag: Buffer, normalisedKey: Buffer): void {
    const end = this.#used + normalisedKey.length;
    if (end > this.#bytes.length) this.#grow(end);
    normalisedKey.copy(this.#bytes, this.#used);
    tag.copy(this.#tags, this.numbers.length * TAG_BYTES, 0, TAG_BYTES);
    this.#used = end;
    this.#ends.push(end);
    this.numbers.push(number);
  }

  /** A view of the tag of one of them. */
  tag(index: number): Buffer {
    return this.#tags.subarray(index * TAG_BYTES, (index + 1) * TAG_BYTES);
  }

  /** Each value: views that are good until they are wiped. */
  inputs(): readonly Uint8Array[] {
    return this.#ends.map((end, index) => this.#bytes.subarray(this.#ends[index - 1] ?? 0, end));
  }

  wipe(): void {
    wipe(this.#bytes, this.#tags);
  }

  #grow(least: number): void {
    const bytes = Buffer.alloc(Math.max(least, this.#bytes.length * 2));
    bytes.set(this.#bytes);
    wipe(this.#bytes);
    this.#bytes = bytes;
  }
}

/**
 * Hashes match keys in workers, while others are told apart; what is hashed is on disk (HashJournal) when whoever wants it
 * gets it.
 */
export class KeyHasher {
  readonly #engine: Engine;
  readonly #keys: readonly TaggedKey[];
  readonly #journal: HashJournal;
  readonly #take: TakeElement;
  /** By position. */
  readonly #pending: Pending[];
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly thrown: unknown } | undefined;
  #hashed = 0;
  #ended = false;

  /** `keys` by their positions in the layout. */
  constructor(engine: Engine, keys: readonly TaggedKey[], journal: HashJournal, take: TakeElement) {
    this.#engine = engine;
    this.#keys = keys;
    this.#journal = journal;
    this.#take = take;
    this.#pending = keys.map(() => new Pending());
  }

  /** Keys hashed so far, without those that an interrupted prepare had hashed. */
  get hashed(): number {
    return this.#hashed;
  }

  /** Has a normalised key hashed, in UTF-8, of which whatever is given is copied. Thrown when there is no such key: RangeError. */
  add(position: number, number: number, tag: Buffer, normalisedKey: Buffer): void {
    const pending = this.#pending[position];
    if (pending === undefined) throw new RangeError('not a match key');
    pending.add(number, tag, normalisedKey);
    if (pending.numbers.length === KEYS_PER_JOB) this.#start(position);
  }

  /** Waits until there is room for more. Thrown: what the engine or the journal has thrown. */
  async room(): Promise<void> {
    const most = this.#engine.parallelism * JOBS_PER_WORKER;
    while (this.#underWay.size >= most) await Promise.race(this.#underWay);
    this.#throwIfFailed();
  }

  /** Waits until every key is hashed. Thrown: as by `room`. */
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
      if (!this.#ended) this.#keep(pending, elements);
      wipe(elements);
    } finally {
      pending.wipe();
    }
  }

  #keep(pending: Pending, elements: Uint8Array): void {
    const { numbers } = pending;
    const entries = Buffer.alloc(numbers.length * ENTRY_BYTES);
    const elementOf = (index: number): Uint8Array =>
      elements.subarray(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES);
    for (let index = 0; index < numbers.length; index += 1) {
      entries.set(pending.tag(index), index * ENTRY_BYTES);
      entries.set(elementOf(index), index * ENTRY_BYTES + TAG_BYTES);
    }
    this.#journal.append(entries);
    wipe(entries);
    for (const [index, number] of numbers.entries()) this.#take(number, elementOf(index));
    this.#hashed += numbers.length;
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }
}
