import { describe, expect, it } from 'vitest';
import { CHUNK_RECORDS, TALLY } from '../../../core/private-join/index.js';
import type { Engine, Job, JobOptions } from '../../../core/private-join/index.js';
import { awaitAll, withStep } from '../../../core/private-join/transfer-steps.js';
import { MAX_ZEROS, ZeroPool, zerosOfUse } from '../../../core/private-join/zero-pool.js';
import { threePartyPlan } from '../../support/plans.js';

const jointKey = new Uint8Array(32).fill(5);

/** Makes "zeros" of one byte a chunk, when the test says so. */
class SlowEngine implements Engine {
  readonly parallelism = 2;
  readonly asked: { readonly job: Job; readonly options: JobOptions | undefined; readonly answer: Answer }[] = [];
  #made = 0;

  run(job: Job, options?: JobOptions): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.asked.push({ job, options, answer: { resolve, reject } });
    });
  }

  /** Answers all that is asked, and what is asked then, and so on. */
  async work(): Promise<void> {
    for (let next = this.asked.shift(); next !== undefined; next = this.asked.shift()) {
      this.#made += 1;
      next.answer.resolve(new Uint8Array([1 + (this.#made % 255)]));
      await turn();
    }
  }
}

interface Answer {
  readonly resolve: (result: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function made(): { pool: ZeroPool; engine: SlowEngine; run: AbortController; failures: unknown[] } {
  const [engine, run, failures] = [new SlowEngine(), new AbortController(), [] as unknown[]];
  const failed = (thrown: unknown): void => void failures.push(thrown);
  return { pool: new ZeroPool({ engine, jointKey, signal: run.signal, failed }), engine, run, failures };
}

describe('the pool of zeros', () => {
  it('has idle jobs make whole chunks of them, a few at a time, up to what is wanted', async () => {
    const { pool, engine } = made();
    pool.fill(CHUNK_RECORDS - 1);
    expect(engine.asked).toHaveLength(0);
    pool.fill(5 * CHUNK_RECORDS + 1);
    expect(engine.asked).toHaveLength(2);
    for (const { job, options } of engine.asked) {
      expect(job).toEqual({ kind: 'zeros', jointKey, count: CHUNK_RECORDS });
      expect(options?.idle).toBe(true);
    }
    await engine.work();
    expect(pool.size).toBe(5 * CHUNK_RECORDS);
  });

  it.each([MAX_ZEROS, MAX_ZEROS + CHUNK_RECORDS])('holds no more than its limit when %i are wanted', async (wanted) => {
    const { pool, engine } = made();
    pool.fill(wanted);
    await engine.work();
    expect(pool.size).toBe(MAX_ZEROS);
  });

  it('hands each out once, for whole chunks, and makes others in its place', async () => {
    const { pool, engine } = made();
    pool.fill(3 * CHUNK_RECORDS);
    await engine.work();
    expect(pool.take(CHUNK_RECORDS - 1)).toEqual({});
    const taken = [1, 2, 3].map(() => pool.take(CHUNK_RECORDS).zeros);
    expect(new Set(taken.map((zeros) => zeros?.[0])).size).toBe(3);
    expect(pool.take(CHUNK_RECORDS)).toEqual({});
    pool.fill(CHUNK_RECORDS);
    await engine.work();
    expect(taken.map((zeros) => zeros?.[0])).not.toContain(pool.take(CHUNK_RECORDS).zeros?.[0]);
  });

  it.each(['closed', 'given up with its run'])('is wiped when it is %s, what is being made too', async (end) => {
    const { pool, engine, run, failures } = made();
    pool.fill(4 * CHUNK_RECORDS);
    const batches = [new Uint8Array([7]), new Uint8Array([8]), new Uint8Array([9])];
    const [first, second] = engine.asked.splice(0);
    first?.answer.resolve(batches[0] ?? new Uint8Array(1));
    await turn();
    expect(pool.size).toBe(CHUNK_RECORDS);
    if (end === 'closed') pool.close();
    else run.abort(new Error('over'));
    expect(second?.options?.signal?.aborted).toBe(true);
    second?.answer.resolve(batches[1] ?? new Uint8Array(1));
    for (const { answer } of engine.asked) answer.reject(new Error('nobody wants it'));
    await turn();
    expect([batches[0], batches[1]]).toEqual([new Uint8Array(1), new Uint8Array(1)]);
    expect(pool.size).toBe(0);
    expect(pool.take(CHUNK_RECORDS)).toEqual({});
    pool.fill(MAX_ZEROS);
    expect(engine.asked.filter(({ options }) => options?.signal?.aborted !== true)).toEqual([]);
    expect(failures).toEqual([]);
  });

  it('says what kept the engine from making them, and does not ask again by itself', async () => {
    const { pool, engine, failures } = made();
    pool.fill(CHUNK_RECORDS);
    const broken = new Error('a thread is gone');
    engine.asked.shift()?.answer.reject(broken);
    await turn();
    expect(failures).toEqual([broken]);
    expect(engine.asked).toEqual([]);
  });
});

describe('a chunk of records with several ciphertexts each', () => {
  it('gets as many chunks of zeros, in one piece, or none; what they were is wiped', async () => {
    const { pool, engine } = made();
    pool.fill(4 * CHUNK_RECORDS);
    const batches: Uint8Array[] = [];
    for (let next = engine.asked.shift(); next !== undefined; next = engine.asked.shift()) {
      const batch = new Uint8Array([10 + batches.length]);
      batches.push(batch);
      next.answer.resolve(batch);
      await turn();
    }
    expect(pool.take(5 * CHUNK_RECORDS)).toEqual({});
    expect(pool.take(0)).toEqual({});
    expect(pool.take(3 * CHUNK_RECORDS - 1)).toEqual({});
    const { zeros } = pool.take(3 * CHUNK_RECORDS);
    expect([...(zeros ?? [])].toSorted()).toEqual([11, 12, 13]);
    expect(batches.map(([byte]) => byte)).toEqual([10, 0, 0, 0]);
    expect(pool.size).toBe(CHUNK_RECORDS);
    expect(pool.take(CHUNK_RECORDS).zeros).toBe(batches[0]);
  });
});

describe('zeros that a node has use for', () => {
  const plan = threePartyPlan();
  const [first, second, third] = plan.lists.map(({ id }) => id);

  it('are as many as its own list has for each list that it awaits; the tally is under another key', () => {
    expect(plan.lists).toHaveLength(3);
    expect(awaitAll(plan).has(TALLY)).toBe(true);
    expect(zerosOfUse(plan, awaitAll(plan), 1_000)).toBe(3_000);
  });

  it('are what is still to come of a list that it receives, and none for a list it has or makes', () => {
    const receiving = { at: 'receiving', count: 900, received: 256, from: 'cps' } as const;
    const steps = withStep(awaitAll(plan), first ?? '', receiving);
    expect(zerosOfUse(plan, steps, 1_000)).toBe(2_644);
    const later = withStep(withStep(steps, second ?? '', { at: 'making' }), third ?? '', { at: 'sent' });
    expect(zerosOfUse(plan, later, 1_000)).toBe(644);
  });

  it('are one for each ciphertext of a record', () => {
    const [victims, ...others] = plan.lists;
    if (victims === undefined) throw new Error('no lists');
    const summing = { ...plan, lists: [{ ...victims, sums: 2 }, ...others] };
    expect(zerosOfUse(summing, awaitAll(plan), 1_000)).toBe(5_000);
    const receiving = { at: 'receiving', count: 900, received: 256, from: 'cps' } as const;
    expect(zerosOfUse(summing, withStep(awaitAll(plan), first ?? '', receiving), 1_000)).toBe(3 * 644 + 2_000);
  });
});
