import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { ELEMENT_BYTES } from '../../../core/private-join/index.js';
import type { Engine } from '../../../core/private-join/index.js';
import { HashJournal } from '../../../node-agent/snapshot/hash-journal.js';
import type { TakeEntries } from '../../../node-agent/snapshot/hash-journal.js';
import { ENTRY_BYTES, KeyHasher, KEYS_PER_JOB } from '../../../node-agent/snapshot/key-hasher.js';
import { TAG_BYTES } from '../../../node-agent/snapshot/key-tags.js';
import { seededRng } from '../../support/seeded-rng.js';
import { testFolder } from './fixtures.js';

interface RunningJob {
  readonly domain: string;
  readonly inputs: readonly Uint8Array[];
  /** What the inputs said when the job began. */
  readonly texts: readonly string[];
  finish(): void;
  fail(error: Error): void;
}

/** A hasher whose jobs end when the test says so. */
class Bench {
  readonly jobs: RunningJob[] = [];
  /** What it has handed out: the first byte of each key's element. */
  readonly taken = new Map<number, string>();
  readonly hasher: KeyHasher;
  readonly #file: string;
  readonly #journal: HashJournal;

  static async make(parallelism: number): Promise<Bench> {
    const file = join(testFolder(), 'journal');
    return new Bench(parallelism, file, await openJournal(file));
  }

  private constructor(parallelism: number, file: string, journal: HashJournal) {
    const keys = ['first', 'second'].map((domain) => ({ domain, hashed: true }));
    this.#file = file;
    this.#journal = journal;
    onTestFinished(() => this.#journal.close());
    const engine: Engine = {
      parallelism,
      run: (job) =>
        new Promise((resolve, reject) => {
          if (job.kind !== 'hash') throw new RangeError('hashes only');
          const { domain, inputs } = job;
          const texts = inputs.map((input) => new TextDecoder().decode(input));
          const finish = (): void => resolve(Uint8Array.from(inputs.flatMap((input) => [...elementOf(input)])));
          this.jobs.push({ domain, inputs, texts, finish, fail: reject });
        }),
    };
    this.hasher = new KeyHasher(engine, keys, this.#journal, (number, element) => {
      this.taken.set(number, String.fromCharCode(element[0] ?? 0));
    });
  }

  add(position: number, number: number, key: string): void {
    const [tag, text] = [Buffer.alloc(TAG_BYTES, number), Buffer.from(key)];
    this.hasher.add(position, number, tag, text);
    // What was given is the caller's again.
    tag.fill(0xff);
    text.fill(0);
  }

  addMany(count: number, from = 0): void {
    for (let key = from; key < from + count; key += 1) this.add(0, key, `K${key}`);
  }

  /** From here on the journal can't be written. */
  journalGoesBad(): void {
    this.#journal.append = () => {
      throw new Error('disk');
    };
  }

  /** Keys in the journal so far: of each the first byte of its tag, and of its element. */
  async journalled(): Promise<readonly (readonly [number, string])[]> {
    const found: [number, string][] = [];
    const journal = await openJournal(this.#file, (entries, count) => {
      for (let index = 0; index < count; index += 1) {
        const entry = entries.subarray(index * ENTRY_BYTES);
        expect([...entry.subarray(0, TAG_BYTES)]).toEqual(new Array<number>(TAG_BYTES).fill(entry[0] ?? 0));
        found.push([entry[0] ?? 0, String.fromCharCode(entry[TAG_BYTES] ?? 0)]);
      }
    });
    journal.close();
    return found;
  }
}

const storageKey = new Uint8Array(32);

function openJournal(file: string, take: TakeEntries = () => undefined): Promise<HashJournal> {
  const rest = { storageKey, about: new Uint8Array(0), rng: seededRng('journal'), entryBytes: ENTRY_BYTES };
  return HashJournal.open({ file, ...rest, entriesMax: 1_000_000 }, take);
}

function elementOf(input: Uint8Array): Uint8Array {
  const element = new Uint8Array(ELEMENT_BYTES).fill(0xee);
  element.set(input);
  return element;
}

/** Lets everything happen that can. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  promise.then(
    () => (pending = false),
    () => (pending = false),
  );
  await settled();
  return pending;
}

describe('KeyHasher', () => {
  it('hashes each key in the domain of its column, and hands it out when the journal has it', async () => {
    const bench = await Bench.make(1);
    bench.add(0, 7, 'A');
    bench.add(0, 8, 'B');
    bench.add(1, 9, 'C');
    expect(() => bench.add(2, 10, 'D')).toThrow(RangeError);
    const all = bench.hasher.finish();
    expect(bench.jobs.map(({ domain, texts }) => [domain, texts])).toEqual([
      ['first', ['A', 'B']],
      ['second', ['C']],
    ]);
    expect(bench.hasher.hashed).toBe(0);
    expect(bench.taken.size).toBe(0);
    for (const job of bench.jobs) job.finish();
    await all;
    expect(bench.hasher.hashed).toBe(3);
    expect([...bench.taken]).toEqual([
      [7, 'A'],
      [8, 'B'],
      [9, 'C'],
    ]);
    expect(await bench.journalled()).toEqual([...bench.taken]);
  });

  it('hashes every key whole, long ones and those in other scripts too', async () => {
    const bench = await Bench.make(1);
    const keys = Array.from({ length: KEYS_PER_JOB }, (_, index) => `${index}/${'Ольга'.repeat(index % 60)}`);
    for (const [number, key] of keys.entries()) bench.add(0, number, key);
    expect(bench.jobs.map(({ texts }) => texts)).toEqual([keys]);
    bench.add(0, keys.length, 'next');
    void bench.hasher.finish();
    expect(bench.jobs[1]?.texts).toEqual(['next']);
  });

  it('begins a job when it is full, and what is left at the end', async () => {
    const bench = await Bench.make(1);
    bench.addMany(KEYS_PER_JOB - 1);
    expect(bench.jobs).toHaveLength(0);
    bench.addMany(1, KEYS_PER_JOB - 1);
    expect(bench.jobs.map(({ texts }) => texts.length)).toEqual([KEYS_PER_JOB]);
    bench.addMany(1, KEYS_PER_JOB);
    void bench.hasher.finish();
    expect(bench.jobs.map(({ texts }) => texts.length)).toEqual([KEYS_PER_JOB, 1]);
  });

  it.each([1, 3])(
    'keeps two jobs for each of %i workers under way, and waits for room for more',
    async (parallelism) => {
      const bench = await Bench.make(parallelism);
      const most = 2 * parallelism;
      for (let job = 1; job <= most; job += 1) {
        expect(await isPending(bench.hasher.room())).toBe(false);
        bench.addMany(KEYS_PER_JOB, job * KEYS_PER_JOB);
        expect(bench.jobs).toHaveLength(job);
      }
      const room = bench.hasher.room();
      expect(await isPending(room)).toBe(true);
      bench.jobs[1]?.finish();
      await room;
      expect(bench.hasher.hashed).toBe(KEYS_PER_JOB);
    },
  );

  it.each(['room', 'finish'] as const)('throws what a job has thrown: %s', async (wait) => {
    const bench = await Bench.make(1);
    bench.addMany(KEYS_PER_JOB);
    bench.jobs[0]?.fail(new Error('worker gone'));
    await settled();
    await expect(bench.hasher[wait]()).rejects.toThrow('worker gone');
  });

  it('throws what the journal has thrown', async () => {
    const bench = await Bench.make(1);
    bench.addMany(1);
    const all = bench.hasher.finish();
    bench.journalGoesBad();
    bench.jobs[0]?.finish();
    await expect(all).rejects.toThrow('disk');
    expect(bench.taken.size).toBe(0);
  });

  it('wipes the keys when their job is done, or will never be', async () => {
    const bench = await Bench.make(1);
    bench.addMany(KEYS_PER_JOB);
    bench.jobs[0]?.finish();
    await settled();
    expect(bench.jobs[0]?.inputs.every((input) => input.every((byte) => byte === 0))).toBe(true);
    bench.addMany(KEYS_PER_JOB, KEYS_PER_JOB);
    bench.jobs[1]?.fail(new Error('worker gone'));
    await settled();
    expect(bench.jobs[1]?.inputs.every((input) => input.every((byte) => byte === 0))).toBe(true);
  });

  it('keeps nothing of a job that is done after the end', async () => {
    const bench = await Bench.make(1);
    bench.addMany(KEYS_PER_JOB);
    bench.hasher.end();
    bench.jobs[0]?.finish();
    await settled();
    expect(bench.hasher.hashed).toBe(0);
    expect(bench.taken.size).toBe(0);
    expect(await bench.journalled()).toEqual([]);
  });
});
