import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGroup, inlineEngine } from '../../../core/private-join/index.js';
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

describe('the engine in worker threads', () => {
  it('does what the engine in this thread does', async () => {
    const scalar = group.randomScalar(systemRng);
    const jobs: Job[] = [
      { kind: 'hash', domain: 'test', inputs: ['a', 'b', 'c'].map((text) => utf8.encode(text)) },
      { kind: 'multiples', from: 0, to: 20, step: 3 },
      { kind: 'open', share: scalar, ciphertexts: group.randomElements(systemRng, 8) },
    ];
    for (const job of jobs) expect(await workers.run(job)).toEqual(await inline.run(job));
  });

  it('leaves the caller’s bytes as they were', async () => {
    const share = group.randomScalar(systemRng);
    const ciphertexts = group.randomElements(systemRng, 4);
    const before = [share.slice(), ciphertexts.slice()];
    await workers.run({ kind: 'open', share, ciphertexts });
    expect([share, ciphertexts]).toEqual(before);
  });

  it('takes views of larger buffers for what they show', async () => {
    const all = group.randomElements(systemRng, 40);
    const job = { kind: 'open', share: group.randomScalar(systemRng) } as const;
    const viewed = await workers.run({ ...job, ciphertexts: all.subarray(64, 64 * 3) });
    expect(viewed).toEqual(await inline.run({ ...job, ciphertexts: all.slice(64, 64 * 3) }));
  });

  it('says when bytes are no group element', async () => {
    const share = group.randomScalar(systemRng);
    const job: Job = { kind: 'open', share, ciphertexts: new Uint8Array(64).fill(255) };
    expect(await codeOf(workers.run(job))).toBe('BAD_ELEMENT');
    expect(await codeOf(inline.run(job))).toBe('BAD_ELEMENT');
  });

  it('runs as many jobs at once as it says, and at least one', async () => {
    expect(workers.parallelism).toBe(2);
    const single = createWorkerEngine({ workers: 0 });
    expect(single.parallelism).toBe(1);
    await single.stop();
    const jobs = Array.from({ length: 12 }, (_, index) =>
      workers.run({ kind: 'multiples', from: index, to: index + 50, step: 1 }),
    );
    expect((await Promise.all(jobs)).every((result) => result.length === 50 * 32)).toBe(true);
  });

  it('ends what is under way when it is stopped', async () => {
    const engine = createWorkerEngine({ workers: 1 });
    const long = codeOf(engine.run({ kind: 'multiples', from: 0, to: 2_000_000, step: 1 }));
    const waiting = codeOf(engine.run({ kind: 'multiples', from: 0, to: 1, step: 1 }));
    await engine.stop();
    expect([await long, await waiting]).toEqual(['WORKER_FAILED', 'WORKER_FAILED']);
    expect(await codeOf(engine.run({ kind: 'multiples', from: 0, to: 1, step: 1 }))).toBe('WORKER_FAILED');
  });
});
