import { measureCosts } from '../kernel/costs.js';
import { sum } from '../statistics.js';
import { StudyFederation } from './federation.js';
import { measureRun, withKernelSeconds } from './measured-run.js';
import type { RunResult } from './run-result.js';
import type { ProcessOptions } from './study-folder.js';
import type { StudyShape } from './study.js';

export interface RunsOptions extends ProcessOptions {
  readonly shapes: readonly StudyShape[];
  /** All of the machine. */
  readonly cores: number;
  /** To spend on measuring what kernel operations cost, after each run. */
  readonly costSeconds: number;
  readonly progress: (text: string) => void;
  /** Stops the processes of the run that is under way; the run then fails. */
  readonly interrupted: AbortSignal;
  /** Hears of all runs so far, after each. */
  readonly done: (result: RunsResult) => void | Promise<void>;
}

export interface RunsResult {
  readonly runs: readonly RunResult[];
  /** How many times as long a multiplication takes when every core is busy with them as when one is. */
  readonly contention: number;
}

/**
 * Runs of every shape, each in a federation of its own processes. After each, kernel operations are measured on all
 * cores at once: cores that share what they are made of are slower together, and a run keeps all of them busy.
 */
export async function measureRuns({
  shapes,
  cores,
  costSeconds: seconds,
  progress,
  interrupted,
  done,
  ...options
}: RunsOptions): Promise<RunsResult> {
  progress('what the kernel costs with one core busy');
  const alone = await measureCosts({ processes: 1, seconds });
  const runs: RunResult[] = [];
  const contentions: number[] = [];
  const resultOf = (): RunsResult => ({ runs: [...runs], contention: sum(contentions) / contentions.length });
  for (const [place, shape] of shapes.entries()) {
    const name = `${place + 1} of ${shapes.length}: ${describeShape(shape)}`;
    const federation = await StudyFederation.start(shape, options, (text) => progress(`${name}: ${text}`));
    const stop = (): void => void federation.stop();
    interrupted.addEventListener('abort', stop, { once: true });
    try {
      const run = await measureRun(federation, (phase) => progress(`${name}: ${phase}`));
      progress(`${name}: what the kernel costs with all cores busy`);
      const costs = await measureCosts({ processes: cores, seconds });
      runs.push(withKernelSeconds(run, costs));
      contentions.push((costs.multiply ?? 0) / (alone.multiply ?? 1));
      await done(resultOf());
    } finally {
      interrupted.removeEventListener('abort', stop);
      await federation.stop();
    }
  }
  return resultOf();
}

export function describeShape({ people, agencies, keys }: StudyShape): string {
  return `${people.toLocaleString('en-GB')} people, ${agencies} agencies, m = ${keys}`;
}
