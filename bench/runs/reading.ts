import { cpuSecondsOf, machineTicks } from '../process-figures.js';
import type { MachineTicks } from '../process-figures.js';
import { sum } from '../statistics.js';
import type { PhaseResult } from './run-result.js';

/** What every process of a federation had used at some moment. */
export interface Reading {
  /** Seconds on this process's clock. */
  readonly at: number;
  /** By party. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
  readonly machine: MachineTicks;
}

/** Of processes by party. Thrown when one of them is gone: Error. */
export function readFigures(pids: ReadonlyMap<string, number>): Reading {
  return {
    at: performance.now() / 1000,
    cpuSeconds: new Map([...pids].map(([party, pid]) => [party, cpuSecondsOf(pid)])),
    machine: machineTicks(),
  };
}

/** Processor time of one party from one moment to a later one. */
export function cpuSecondsBetween(from: Reading, to: Reading, party: string): number {
  return (to.cpuSeconds.get(party) ?? 0) - (from.cpuSeconds.get(party) ?? 0);
}

/** What all processes used from one moment to a later one, on a machine with so many cores. */
export function usageBetween(
  from: Reading | undefined,
  to: Reading | undefined,
  cores: number,
): Pick<PhaseResult, 'cpuSeconds' | 'machineBusy' | 'busy'> {
  if (from === undefined || to === undefined) return { cpuSeconds: {}, machineBusy: null, busy: null };
  const parties = [...to.cpuSeconds.keys()];
  const cpuSeconds = Object.fromEntries(parties.map((party) => [party, cpuSecondsBetween(from, to, party)]));
  const ticks = to.machine.total - from.machine.total;
  return {
    cpuSeconds,
    machineBusy: ticks > 0 ? (to.machine.busy - from.machine.busy) / ticks : null,
    busy: to.at > from.at ? sum(Object.values(cpuSeconds)) / ((to.at - from.at) * cores) : null,
  };
}
