import { rmSync } from 'node:fs';

import { silentLog } from '../../core/base/index.js';
import { ELEMENT_BYTES } from '../../core/private-join/index.js';
import type { Engine } from '../../core/private-join/index.js';
import { loadConfig, prepareAll } from '../../node-agent/index.js';
import { createWorkerEngine, MIN_SPOOL_MEMORY_MIB, systemClock, systemRng } from '../../runtime/index.js';
import { cpuMicroseconds } from '../cpu-clock.js';
import { StudyFolder } from '../runs/study-folder.js';
import { KEY_COLUMNS, listsOf } from '../runs/study.js';
import type { StudyShape } from '../runs/study.js';

export interface PrepareOptions {
  readonly rows: number;
  /** Threads for hashing. */
  readonly workers: number;
  /** Microseconds that the kernel takes to hash one message. */
  readonly hashCost: number;
  readonly progress: (text: string) => void;
}

export interface PrepareResult {
  readonly rows: number;
  readonly keyColumns: number;
  /** With random bytes in the place of hashes. */
  readonly withoutHashing: PrepareTiming;
  readonly withHashing: PrepareTiming;
  /** Seconds of processor time that the kernel takes for all hashes. */
  readonly kernelSeconds: number;
}

export interface PrepareTiming {
  readonly seconds: number;
  /** Of the whole process, its workers too. */
  readonly cpuSeconds: number;
}

/** Rows on which everything gets warm before it is timed. */
const WARM_UP_ROWS = 5_000;

/** Makes snapshots of a SQLite table, with and without hashing, for each number of key columns. */
export async function measurePrepare({
  rows,
  workers,
  hashCost,
  progress,
}: PrepareOptions): Promise<readonly PrepareResult[]> {
  const engine = createWorkerEngine({ workers });
  const results: PrepareResult[] = [];
  try {
    progress(`warming up on ${WARM_UP_ROWS} rows`);
    await timeBoth({ people: WARM_UP_ROWS, agencies: 2, keys: 3 }, workers, engine);
    for (const keys of KEY_COLUMNS) {
      progress(`${rows} rows, ${keys} key columns, without hashing and with`);
      const timings = await timeBoth({ people: rows, agencies: 2, keys }, workers, engine);
      results.push({ rows, keyColumns: keys, ...timings, kernelSeconds: (rows * keys * hashCost) / 1_000_000 });
    }
  } finally {
    await engine.stop();
  }
  return results;
}

/** Prepares the base list of a study twice. */
async function timeBoth(
  shape: StudyShape,
  workers: number,
  engine: Engine,
): Promise<Pick<PrepareResult, 'withHashing' | 'withoutHashing'>> {
  const folder = await StudyFolder.make(shape, { workers, spoolMiB: MIN_SPOOL_MEMORY_MIB });
  try {
    const config = loadConfig(folder.nodeConfig(listsOf(shape)[0]?.agency ?? '', 'localhost:1'));
    const timed = async (hasher: Engine): Promise<PrepareTiming> => {
      rmSync(config.snapshots, { recursive: true, force: true });
      const [began, cpuBefore] = [performance.now(), cpuMicroseconds()];
      await prepareAll(config, { clock: systemClock, rng: systemRng, log: silentLog, engine: hasher });
      const cpuSeconds = (cpuMicroseconds() - cpuBefore) / 1_000_000;
      return { seconds: (performance.now() - began) / 1000, cpuSeconds };
    };
    return { withoutHashing: await timed(randomEngine(engine.parallelism)), withHashing: await timed(engine) };
  } finally {
    folder.remove();
  }
}

/** Says that it has hashed, and gives as many random bytes. */
function randomEngine(parallelism: number): Engine {
  return {
    parallelism,
    run: (job) => {
      if (job.kind !== 'hash') throw new RangeError('preparing asks for hashes only');
      return Promise.resolve(systemRng.bytes(job.inputs.length * ELEMENT_BYTES));
    },
  };
}
