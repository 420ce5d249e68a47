import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { utf8Bytes } from '../../../core/base/index.js';
import { createGroup, EngineError, inlineEngine } from '../../../core/private-join/index.js';
import type { Engine, Group, Job } from '../../../core/private-join/index.js';
import { createWorkerEngine, systemRng } from '../../../runtime/index.js';
import type { WorkerEngine } from '../../../runtime/index.js';
import { codeOf } from '../../transport/fixture.js';

let workers: WorkerEngine;
let inline: Engine;
let group: Group;

beforeAll(async () => {
  workers = createWorkerEngine({ workers: 2 });
  group = await createGroup();
  inline = inlineEngine(group, systemRng);
});
afterAll(() => workers.stop());

const utf8 = new TextEncoder();
/** Long enough to be in the middle of it. */
const LONG: Job = { kind: 'multiples', from: 0, to: 2_000_000, step: 1 };
const SHORT: Job = { kind: 'multiples', from: 0, to: 1, step: 1 };

/** A pool and its threads, as the operating system might take them away. */
function poolWithThreads(count: number): { engine: WorkerEngine; threads: Worker[] } {
  const threads: Worker[] = [];
  const seen = (thread: Worker): void => void threads.push(thread);
  process.on('worker', seen);
  onTestFinished(() => void process.off('worker', seen));
  const engine = createWorkerEngine({ workers: count });
  onTestFinished(() => engine.stop());
  return { engine, threads };
}

describe('the engine in worker threads', () => {
  it('does what the engine in this thread does', async () => {
    const scalar = group.randomScalar(systemRng);
    const jobs: Job[] = [
      { kind: 'hash', domain: 'test', inputs: ['a', '', 'bcd', 'é'].map((text) => utf8.encode(text)) },
      { kind: 'multiples', from: 0, to: 20, step: 3 },
      { kind: 'open', sums: 0, share: scalar, ciphertexts: group.randomElements(systemRng, 8) },
    ];
    for (const job of jobs) expect(await workers.run(structuredClone(job))).toEqual(await inline.run(job));
  });

  it('says when bytes are no group element', async () => {
    const job: Job = {
      kind: 'open',
      sums: 0,
      share: group.randomScalar(systemRng),
      ciphertexts: new Uint8Array(64).fill(255),
    };
    expect(await codeOf(workers.run(structuredClone(job)))).toBe('BAD_ELEMENT');
    expect(await codeOf(inline.run(job))).toBe('BAD_ELEMENT');
  });

  it('passes on what a job throws that nobody foresaw, and does not take it for the end of a thread', async () => {
    const impossible: Job = { kind: 'multiples', from: 1, to: 0, step: 1 };
    await expect(workers.run(impossible)).rejects.toThrow(RangeError);
    await expect(inline.run(impossible)).rejects.toThrow(RangeError);
  });

  it('runs as many jobs at once as it says, and at least one', async () => {
    expect(workers.parallelism).toBe(2);
    const single = createWorkerEngine({ workers: 0 });
    expect(single.parallelism).toBe(1);
    await single.stop();
    const jobs = Array.from({ length: 12 }, (_, index) =>
      workers.run({ kind: 'multiples', from: index, to: index + 50, step: 1 }),
    );
    expect(workers.load).toEqual({ running: 2, waiting: 10 });
    expect((await Promise.all(jobs)).every((result) => result.length === 50 * 32)).toBe(true);
    expect(workers.load).toEqual({ running: 0, waiting: 0 });
  });
});

describe('the bytes of a job', () => {
  it('in bulk move to the worker; what is small stays the caller’s', async () => {
    const share = group.randomScalar(systemRng);
    const before = share.slice();
    const ciphertexts = group.randomElements(systemRng, 4).slice();
    await workers.run({ kind: 'open', sums: 0, share, ciphertexts });
    expect(ciphertexts.buffer.byteLength).toBe(0);
    expect(share).toEqual(before);
  });

  it('in bulk are wiped by the engine in this thread, also when the job fails', async () => {
    const share = group.randomScalar(systemRng);
    const good = group.randomElements(systemRng, 4);
    const bad = new Uint8Array(64).fill(255);
    await inline.run({ kind: 'open', sums: 0, share, ciphertexts: good });
    expect(await codeOf(inline.run({ kind: 'open', sums: 0, share, ciphertexts: bad }))).toBe('BAD_ELEMENT');
    expect([good, bad]).toEqual([new Uint8Array(4 * 32), new Uint8Array(64)]);
  });

  it('that are part of something larger are copied, wiped there, and the rest is left alone', async () => {
    const all = group.randomElements(systemRng, 40).slice();
    const before = all.slice();
    const share = group.randomScalar(systemRng);
    const viewed = await workers.run({ kind: 'open', sums: 0, share, ciphertexts: all.subarray(64, 64 * 3) });
    expect(viewed).toEqual(await inline.run({ kind: 'open', sums: 0, share, ciphertexts: before.slice(64, 64 * 3) }));
    expect(all).toEqual(before.fill(0, 64, 64 * 3));
  });

  it('stay whole where a secret is part of something larger', async () => {
    const secrets = Uint8Array.from([...group.randomScalar(systemRng), ...group.randomScalar(systemRng)]);
    const before = secrets.slice();
    const ciphertexts = group.randomElements(systemRng, 4);
    const expected = await inline.run({
      kind: 'open',
      sums: 0,
      share: before.slice(32),
      ciphertexts: ciphertexts.slice(),
    });
    expect(await workers.run({ kind: 'open', sums: 0, share: secrets.subarray(32), ciphertexts })).toEqual(expected);
    expect(secrets).toEqual(before);
  });
});

describe('a job whose signal has aborted', () => {
  it('is not run, by either engine, and its bytes are wiped', async () => {
    const gone = new Error('nobody wants it any more');
    const signal = AbortSignal.abort(gone);
    for (const engine of [workers, inline]) {
      const elements = group.randomElements(systemRng, 4);
      await expect(engine.run({ kind: 'check', elements }, { signal })).rejects.toBe(gone);
      expect(elements).toEqual(new Uint8Array(4 * 32));
    }
  });

  it('leaves the queue at once, and what was under way leaves its thread when it is done', async () => {
    const { engine } = poolWithThreads(1);
    const controller = new AbortController();
    const gone = new Error('nobody wants it any more');
    const jobs = [{ ...LONG, to: 2_000 }, SHORT].map((job) => engine.run(job, { signal: controller.signal }));
    const ended = Promise.allSettled(jobs);
    controller.abort(gone);
    expect(engine.load).toEqual({ running: 1, waiting: 0 });
    const rejected = { status: 'rejected', reason: gone };
    expect(await ended).toEqual([rejected, rejected]);
    expect(engine.load).toEqual({ running: 0, waiting: 0 });
    expect(await engine.run(SHORT)).toHaveLength(32);
  });
});

describe('threads that end', () => {
  it('fail the jobs they were in the middle of, with a code; the next job gets another', async () => {
    const { engine, threads } = poolWithThreads(1);
    expect(await engine.run(SHORT)).toHaveLength(32);
    const broken = engine.run(LONG).catch((thrown: unknown) => thrown);
    const next = engine.run(SHORT);
    await threads[0]?.terminate();
    const error = await broken;
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: 'WORKER_FAILED' });
    expect(await next).toHaveLength(32);
    expect(threads).toHaveLength(2);
  });

  it('may be answered just as the engine is stopped', async () => {
    const inputs = Array.from({ length: 64 }, (_, index) => utf8Bytes(`input ${index}`));
    for (let delayMs = 0; delayMs < 25; delayMs += 1) {
      const engine = createWorkerEngine({ workers: 1 });
      // The thread is there by then; the second job is under way, or done and not yet handed on.
      await engine.run({ kind: 'hash', domain: 'd', inputs: [...inputs] });
      const second = engine.run({ kind: 'hash', domain: 'd', inputs: [...inputs] }).catch(() => undefined);
      for (const endMs = Date.now() + delayMs; Date.now() < endMs;);
      await engine.stop();
      await second;
    }
  });

  it('end with what they were in the middle of when the engine is stopped', async () => {
    const engine = createWorkerEngine({ workers: 1 });
    const long = codeOf(engine.run(LONG));
    const waiting = codeOf(engine.run(SHORT));
    await engine.stop();
    expect([await long, await waiting]).toEqual(['WORKER_FAILED', 'WORKER_FAILED']);
    expect(await codeOf(engine.run(SHORT))).toBe('WORKER_FAILED');
  });
});
