import { equalBytes } from '../../core/base/index.js';
import { cpuMicroseconds } from '../cpu-clock.js';
import type { Spread } from '../statistics.js';
import { interleaved } from './interleaved.js';
import { makeMaterial } from './material.js';
import type { LibraryName, OperationName, TimedOperation } from './operation.js';
import { ownOperations, usableKernels } from './own-operations.js';
import { peerOperations } from './peer-operations.js';

export interface KernelOptions {
  /** To spend on measuring. */
  readonly seconds: number;
  /** Hears which share (0..1) of it is spent. */
  readonly progress: (share: number) => void;
}

export interface KernelResult {
  readonly rows: readonly KernelRow[];
  /** Whether all libraries gave the same bytes for the same input. */
  readonly exact: boolean;
}

export interface KernelRow {
  readonly library: LibraryName;
  readonly operation: OperationName;
  /** Elements in one slice. */
  readonly count: number;
  /** Microseconds of processor time for one element. */
  readonly spread: Spread;
}

/** Elements for which the libraries' results are compared. */
const COMPARED = 16;

/** Times both of our modules and their peers in turns, in this thread. */
export async function measureKernel({ seconds, progress }: KernelOptions): Promise<KernelResult> {
  const material = await makeMaterial();
  const own = await Promise.all((await usableKernels()).map((kind) => ownOperations(kind, material)));
  const operations = [...own.flat(), ...(await peerOperations(material))];
  const exact = agree(operations);
  const timings = await interleaved(operations, {
    microseconds: seconds * 1_000_000,
    now: cpuMicroseconds,
    progress,
  });
  return {
    exact,
    rows: timings.map(({ timed: { library, operation }, count, spread }) => ({ library, operation, count, spread })),
  };
}

/** Whether every library that has an operation gives the same bytes. */
export function agree(operations: readonly TimedOperation[]): boolean {
  const expected = new Map<OperationName, Uint8Array>();
  return operations
    .filter(({ comparable }) => comparable)
    .every(({ operation, run }) => {
      const bytes = run(COMPARED);
      const first = expected.get(operation) ?? bytes;
      if (!(bytes instanceof Uint8Array) || !(first instanceof Uint8Array)) return false;
      expected.set(operation, first);
      return equalBytes(first, bytes);
    });
}
