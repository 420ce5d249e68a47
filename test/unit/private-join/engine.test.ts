import { describe, expect, it, vi } from 'vitest';
import { bulkOf, watchedEngine } from '../../../core/private-join/index.js';
import type { Engine, Job } from '../../../core/private-join/index.js';

const job: Job = { kind: 'multiples', from: 0, to: 1, step: 1 };

describe('a watched engine', () => {
  it('is the same engine, and says when a job has been done', async () => {
    const result = new Uint8Array([1]);
    const run = vi.fn(() => Promise.resolve(result));
    const done = vi.fn();
    const engine = watchedEngine({ parallelism: 3, background: true, run }, done);
    expect([engine.parallelism, engine.background]).toEqual([3, true]);
    const options = { signal: new AbortController().signal };
    expect(await engine.run(job, options)).toBe(result);
    expect(run).toHaveBeenCalledWith(job, options);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('does not say so of a job that failed, or of work done ahead: nobody waits for that', async () => {
    const done = vi.fn();
    const failing: Engine = { parallelism: 1, run: () => Promise.reject(new Error('broken')) };
    await expect(watchedEngine(failing, done).run(job)).rejects.toThrow('broken');
    const idling: Engine = { parallelism: 1, run: () => Promise.resolve(new Uint8Array(1)) };
    await watchedEngine(idling, done).run(job, { idle: true });
    expect(watchedEngine(idling, done).background).toBe(false);
    expect(done).not.toHaveBeenCalled();
  });
});

describe('the bulk of a job, which its engine takes over', () => {
  const [one, two, three, four] = [1, 2, 3, 4].map((value) => new Uint8Array([value]));
  const small = new Uint8Array(32);
  const shape = { keyColumns: 1, sums: 1 } as const;
  if (one === undefined || two === undefined || three === undefined || four === undefined) throw new Error('no bytes');

  it.each<readonly [Job, readonly Uint8Array[]]>([
    [{ kind: 'hash', domain: 'x', inputs: [one] }, []],
    [job, []],
    [{ kind: 'zeros', jointKey: small, count: 1 }, []],
    [
      { kind: 'prepare', ...shape, keys: one, labels: two, numbers: three, blinding: small, jointKey: small },
      [one, two, three],
    ],
    [{ kind: 'hop', ...shape, records: one, blinding: small, jointKey: small }, [one]],
    [{ kind: 'hop', ...shape, records: one, blinding: small, jointKey: small, zeros: two }, [one, two]],
    [{ kind: 'decoys', ...shape, groups: [], seed: small, generator: small, jointKey: small }, []],
    [{ kind: 'check', elements: one }, [one]],
    [{ kind: 'combine', base: one, linked: [two, three], jointKey: small, zeros: four }, [one, two, three, four]],
    [{ kind: 'combine', base: one, linked: [], jointKey: small }, [one]],
    [{ kind: 'tally', sums: 1, ciphertexts: one, share: small, remainingKey: small, jointKey: small }, [one]],
    [{ kind: 'dummies', sums: 1, cells: one, remainingKey: small, jointKey: small }, [one]],
    [{ kind: 'open', sums: 1, ciphertexts: one, share: small }, [one]],
  ])('%o', (asked, bulk) => {
    expect(bulkOf(asked)).toEqual(bulk);
  });
});
