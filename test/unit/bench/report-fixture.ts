import type { KernelResult } from '../../../bench/kernel/kernel.js';
import type { LibraryName, OperationName } from '../../../bench/kernel/operation.js';
import type { Report } from '../../../bench/report/report.js';
import type { RunResult } from '../../../bench/runs/run-result.js';
import type { StudyShape } from '../../../bench/runs/study.js';

/** A report in which nothing was measured. */
export const emptyReport: Report = {
  startedAt: '2026-01-02T03:04:05.678Z',
  command: 'npm run bench -- kernel runs --json figures.json',
  machine: {
    processor: 'Imaginary 9000',
    cores: 2,
    memoryBytes: 8 * 2 ** 30,
    system: 'Linux 6.0 x64',
    node: 'v20.20.0',
    v8: '11.3',
    kernel: 'fma',
    loadBefore: 0.125,
  },
  workers: 2,
  spoolMiB: 256,
  kernel: null,
  twoParty: null,
  runs: null,
  prepare: null,
  people: null,
  audit: null,
  peopleOptedOut: null,
};

/** A kernel part in which the first quartiles are these. */
export function kernelOf(
  quartiles: readonly (readonly [LibraryName, OperationName, number])[],
  exact = true,
): KernelResult {
  return {
    exact,
    rows: quartiles.map(([library, operation, firstQuartile]) => ({
      library,
      operation,
      count: 64,
      spread: { minimum: firstQuartile - 1, firstQuartile, median: firstQuartile + 1, samples: 40 },
    })),
  };
}

export interface RunFigures {
  /** Of each of two parties. */
  readonly cpuSeconds?: number;
  readonly kernelSeconds?: number;
  readonly peakBytes?: number;
  readonly seconds?: number;
  readonly busy?: number | null;
  readonly exact?: boolean;
}

/** A run of a coordinator and one node with these figures. */
export function runOf(shape: Partial<StudyShape>, figures: RunFigures = {}): RunResult {
  const { cpuSeconds = 12, kernelSeconds = 10, peakBytes = 2 ** 20, seconds = 20, busy = 0.9, exact = true } = figures;
  return {
    shape: { people: 20_000, agencies: 2, keys: 1, ...shape },
    exact,
    seconds,
    phases: [
      { phase: 'keying', seconds: 1, bytes: 0, cpuSeconds: {}, busy: null, machineBusy: null },
      {
        phase: 'ring',
        seconds: 10,
        bytes: 3 * 2 ** 20,
        cpuSeconds: { coordinator: 2, 'agency-1': 16 },
        busy,
        machineBusy: 0.95,
      },
      { phase: 'tallying', seconds: 5, bytes: 2 ** 20, cpuSeconds: { coordinator: 1 }, busy: 0.1, machineBusy: 0.2 },
    ],
    parties: ['coordinator', 'agency-1'].map((party) => ({
      party,
      cpuSeconds,
      kernelSeconds,
      peakBytes,
      startCpuSeconds: 1,
    })),
    largestListBytes: 2 ** 20,
    prepareSeconds: 3,
  };
}
