import { Worker } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from 'vitest';

import { toHex } from '../../core/base/index.js';
import { createGroup } from '../../core/private-join/group.js';
import { packagePath } from '../../runtime/package-root.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';

/** (Worker thread) Runs compiled code, as workers do, with nothing of what this process was started with. */
const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.url).then(async ({ createGroup }) => {
    const group = await createGroup();
    parentPort.postMessage({ kernel: group.kernel, product: group.multiply(workerData.scalar, workerData.elements) });
  });
`;

interface Answer {
  readonly kernel: string;
  readonly product: Uint8Array;
}

async function inWorker(scalar: Uint8Array, elements: Uint8Array): Promise<Answer> {
  const url = pathToFileURL(packagePath('dist', 'core', 'private-join', 'group.js')).href;
  const worker = new Worker(PROGRAM, { eval: true, execArgv: [], workerData: { url, scalar, elements } });
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

describe('worker threads', () => {
  it(`load the kernel at the same time, choose as this one does, and give the same bytes (seed ${testSeed})`, async () => {
    const group = await createGroup();
    const rng = seededRng(testSeed);
    const scalar = group.randomScalar(rng);
    const elements = group.randomElements(rng, 300);
    const product = toHex(group.multiply(scalar, elements));
    const answers = await Promise.all([1, 2, 3].map(() => inWorker(scalar, elements)));
    for (const answer of answers) {
      expect(answer.kernel).toBe(group.kernel);
      expect(toHex(answer.product)).toBe(product);
    }
  });
});
