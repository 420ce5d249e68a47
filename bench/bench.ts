import { availableParallelism } from 'node:os';

import type { Printer } from '../cli/index.js';
import { measureAudit } from './audit/audit.js';
import { measureCosts } from './kernel/costs.js';
import { measureKernel } from './kernel/kernel.js';
import { chosenKernel } from './kernel/own-operations.js';
import { describeMachine } from './machine.js';
import { shapesOf } from './options.js';
import type { Extent, Part } from './options.js';
import { measurePeople } from './prepare/people.js';
import { measurePrepare } from './prepare/prepare.js';
import { hasProcessFigures } from './process-figures.js';
import type { Report } from './report/report.js';
import { percent } from './report/table.js';
import { measureRuns } from './runs/runs.js';
import { measureTwoParty } from './two-party/two-party.js';

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly extent: Extent;
  readonly workers: number;
  readonly spoolMiB: number;
  /** What was typed. */
  readonly command: string;
}

/**
 * Measures part after part. `done` hears of the report so far after each, and after each run, so that what has been
 * measured isn't lost when something fails later.
 */
export async function runBench(
  { parts, extent, workers, spoolMiB, command }: BenchOptions,
  printer: Printer,
  interrupted: AbortSignal,
  done: (report: Report) => void | Promise<void>,
): Promise<Report> {
  const cores = availableParallelism();
  let report: Report = {
    startedAt: new Date().toISOString(),
    command,
    machine: describeMachine(await chosenKernel()),
    workers,
    spoolMiB,
    kernel: null,
    twoParty: null,
    runs: null,
    prepare: null,
    people: null,
    audit: null,
    peopleOptedOut: null,
  };
  const progressOf =
    (part: Part) =>
    (text: string): void => {
      // Whoever presses Ctrl-C doesn't want to wait for the next step.
      interrupted.throwIfAborted();
      printer.note(`${part}: ${text}`);
    };
  const measures: Readonly<Record<Part, () => Promise<Partial<Report>>>> = {
    kernel: async () => {
      printer.note(`kernel: operations in turns for ${extent.kernelSeconds} seconds`);
      const kernel = await measureKernel({
        seconds: extent.kernelSeconds,
        progress: (share) => {
          interrupted.throwIfAborted();
          printer.status(`kernel: ${percent(share)}`);
        },
      });
      return { kernel };
    },
    'two-party': async () => ({
      twoParty: await measureTwoParty({
        elements: extent.twoPartyElements,
        rounds: extent.twoPartyRounds,
        progress: progressOf('two-party'),
      }),
    }),
    runs: async () => {
      if (!hasProcessFigures()) throw new Error('Whole runs are measured with /proc, which only Linux has.');
      return {
        runs: await measureRuns({
          shapes: shapesOf(extent),
          cores,
          costSeconds: extent.costSeconds,
          workers,
          spoolMiB,
          progress: progressOf('runs'),
          interrupted,
          done: (runs) => done({ ...report, runs }),
        }),
      };
    },
    prepare: async () => {
      const progress = progressOf('prepare');
      progress('what a hash costs');
      const costs = await measureCosts({ processes: cores, seconds: extent.costSeconds });
      const hashCost = costs['hash-message'] ?? 0;
      return { prepare: await measurePrepare({ rows: extent.rows, workers, hashCost, progress }) };
    },
    audit: async () => ({
      audit: await measureAudit({ entries: extent.auditEntries, progress: progressOf('audit') }),
    }),
    people: async () => {
      if (!hasProcessFigures()) throw new Error('Memory is measured with /proc, which only Linux has.');
      const { peopleRows: rows, optOutLines } = extent;
      return measurePeople({
        ...{ rows, optOutLines: Math.min(rows, optOutLines), workers },
        progress: progressOf('people'),
      });
    },
  };
  for (const part of parts) {
    report = { ...report, ...(await measures[part]()) };
    await done(report);
  }
  return report;
}
