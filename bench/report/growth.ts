import { cpuSecondsOf } from '../runs/run-result.js';
import type { RunResult } from '../runs/run-result.js';
import { growthExponent } from '../statistics.js';

/** How cost grows with people in runs that are otherwise alike. */
export interface GrowthRow {
  readonly agencies: number;
  readonly keys: number;
  /** People of the runs, ascending. */
  readonly people: readonly number[];
  /** Exponents; null where there are too few runs. */
  readonly cpu: number | null;
  readonly seconds: number | null;
}

export function growthOf(runs: readonly RunResult[]): GrowthRow[] {
  const kinds = new Map<string, RunResult[]>();
  for (const run of runs) {
    const kind = `${run.shape.agencies}/${run.shape.keys}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), run]);
  }
  return [...kinds.values()].flatMap((alike): GrowthRow[] => {
    const [first] = alike;
    if (first === undefined) return [];
    const exponentOf = (cost: (run: RunResult) => number): number | null =>
      growthExponent(alike.map((run) => ({ size: run.shape.people, cost: cost(run) })));
    return [
      {
        agencies: first.shape.agencies,
        keys: first.shape.keys,
        people: alike.map(({ shape }) => shape.people).sort((a, b) => a - b),
        cpu: exponentOf(cpuSecondsOf),
        seconds: exponentOf(({ seconds }) => seconds),
      },
    ];
  });
}
