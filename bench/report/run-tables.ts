import { COORDINATOR } from '../../core/private-join/index.js';
import { bytesOf, cpuSecondsOf, kernelSecondsOf, phaseOf, WORKING_PHASES } from '../runs/run-result.js';
import type { PartyResult, RunResult } from '../runs/run-result.js';
import type { RunsResult } from '../runs/runs.js';
import { sum } from '../statistics.js';
import { growthOf } from './growth.js';
import { left, mebibytes, NOTHING, number, percent, right } from './table.js';
import type { Table } from './table.js';
import { memoryBound } from './targets.js';

export function runTables({ runs, contention }: RunsResult): Table[] {
  return [costs(runs, contention), processes(runs), phases(runs), growth(runs)];
}

const SHAPE = right('people', 'agencies', 'm');

function shapeCells({ shape: { people, agencies, keys } }: Pick<RunResult, 'shape'>): string[] {
  return [number(people), number(agencies), number(keys)];
}

function costs(runs: readonly RunResult[], contention: number): Table {
  return {
    title: 'Whole runs',
    columns: [
      ...SHAPE,
      ...left('counts'),
      ...right('seconds', 'CPU s', 'of it kernel s', 'CPU / kernel', 'cores busy in the ring', 'MiB relayed'),
    ],
    rows: runs.map((run) => [
      ...shapeCells(run),
      run.exact ? 'exact' : 'WRONG',
      number(run.seconds, 1),
      number(cpuSecondsOf(run), 1),
      number(kernelSecondsOf(run), 1),
      number(cpuSecondsOf(run) / kernelSecondsOf(run), 2),
      `${optional(phaseOf(run, 'ring')?.busy, percent)} (${optional(phaseOf(run, 'ring')?.machineBusy, percent)})`,
      mebibytes(bytesOf(run)),
    ]),
    notes: [
      'Cores busy with the run; in brackets, with whatever else there was, too.',
      'People are records in each agency’s list; m is the number of key columns of the base list. CPU is that of all processes, from the question to the end of the last process’s work on it.',
      `Kernel seconds are the operations that the protocol asks for, at what they cost with every core busy: ${number(contention, 2)} times what they cost alone.`,
    ],
  };
}

function processes(runs: readonly RunResult[]): Table {
  const most = (parties: readonly PartyResult[], value: (party: PartyResult) => number): number =>
    Math.max(...parties.map(value));
  return {
    title: 'Processes of whole runs',
    columns: [
      ...SHAPE,
      ...right(
        'coordinator CPU s',
        'of it kernel s',
        'busiest node CPU s',
        'of it kernel s',
        'coordinator peak MiB',
        'largest node peak MiB',
        'bound MiB',
        'start-up CPU s',
        'snapshots s',
      ),
    ],
    rows: runs.map((run) => {
      const coordinators = run.parties.filter(({ party }) => party === COORDINATOR);
      const nodes = run.parties.filter(({ party }) => party !== COORDINATOR);
      return [
        ...shapeCells(run),
        number(
          most(coordinators, ({ cpuSeconds }) => cpuSeconds),
          1,
        ),
        number(
          most(coordinators, ({ kernelSeconds }) => kernelSeconds),
          1,
        ),
        number(
          most(nodes, ({ cpuSeconds }) => cpuSeconds),
          1,
        ),
        number(
          most(nodes, ({ kernelSeconds }) => kernelSeconds),
          1,
        ),
        mebibytes(most(coordinators, ({ peakBytes }) => peakBytes)),
        mebibytes(most(nodes, ({ peakBytes }) => peakBytes)),
        mebibytes(memoryBound(run.largestListBytes)),
        number(
          run.parties.reduce((sum, { startCpuSeconds }) => sum + startCpuSeconds, 0),
          1,
        ),
        number(run.prepareSeconds, 1),
      ];
    }),
    notes: [
      'Peaks are of resident memory since the process started. The bound is 512 MiB and three times the largest list in transit.',
      'Starting up and making snapshots are not part of a run.',
    ],
  };
}

function phases(runs: readonly RunResult[]): Table {
  return {
    title: 'Phases of whole runs: seconds (CPU seconds of all processes)',
    columns: [...SHAPE, ...right(...WORKING_PHASES)],
    rows: runs.map((run) => [
      ...shapeCells(run),
      ...WORKING_PHASES.map((name) => {
        const phase = phaseOf(run, name);
        return phase === undefined
          ? NOTHING
          : `${number(phase.seconds, 1)} (${number(sum(Object.values(phase.cpuSeconds)), 1)})`;
      }),
    ]),
    notes: [
      'While keys are agreed, agencies already make their first lists; the ring begins when the first list is sent.',
    ],
  };
}

function growth(runs: readonly RunResult[]): Table {
  return {
    title: 'Growth with people: cost is proportional to people to the power of',
    columns: [...right('agencies', 'm'), ...left('people'), ...right('CPU', 'seconds')],
    rows: growthOf(runs).map(({ agencies, keys, people, cpu, seconds }) => [
      number(agencies),
      number(keys),
      people.map((each) => number(each)).join(', '),
      optional(cpu, (exponent) => number(exponent, 2)),
      optional(seconds, (exponent) => number(exponent, 2)),
    ]),
    notes: ['Least squares through the logarithms. 1 is linear; less means that fixed costs still show.'],
  };
}

function optional(value: number | null | undefined, text: (value: number) => string): string {
  return value === null || value === undefined ? NOTHING : text(value);
}
