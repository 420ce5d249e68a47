import { createHash, randomInt } from 'node:crypto';

import type { Rng } from '../../core/base/index.js';

/** A generator with a seed: SHA-256 of seed and counter. Good enough to test with, never used by a program. */
export function seededRng(seed: number | string): Rng {
  let counter = 0;
  let pool = Buffer.alloc(0);
  return {
    bytes(length) {
      while (pool.length < length) {
        pool = Buffer.concat([pool, createHash('sha256').update(`${seed}/${counter}`).digest()]);
        counter += 1;
      }
      const taken = new Uint8Array(pool.subarray(0, length));
      pool = pool.subarray(length);
      return taken;
    },
  };
}

/** The seed of this test run: TEST_SEED where somebody reruns one, else a new one. It is in the test's name or output. */
export const testSeed: number = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

/** Options for fast-check: the seed is fixed for the run and printed with every failure. */
export const propertyOptions = { seed: testSeed } as const;
