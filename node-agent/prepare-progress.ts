import { Elapsed } from '../core/base/index.js';
import type { Clock, Log } from '../core/base/index.js';
import { NodeError } from './errors.js';
import type { PreparePhase, PrepareStep } from './snapshot/prepare.js';

/** `prepare` says at most this often how far it is within one phase. */
export const PROGRESS_INTERVAL_MS = 5_000;

export interface PrepareProgressOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the process is asked to stop. */
  readonly stopping: AbortSignal;
}

/**
 * Writes log lines that say how far `prepare` is: each new phase, and now and then within one.
 * What it returns throws when the process is asked to stop: NodeError PREPARE_STOPPED.
 */
export function prepareProgress({
  clock,
  log,
  stopping,
}: PrepareProgressOptions): (dataset: string, step: PrepareStep) => void {
  const elapsed = new Elapsed(clock);
  let said: { readonly dataset: string; readonly phase: PreparePhase; readonly atMs: number } | undefined;
  return (dataset, { phase, rows, hashed }) => {
    if (stopping.aborted && phase !== 'done') {
      throw new NodeError(
        'PREPARE_STOPPED',
        `The snapshot of ${dataset} was not finished; the old one is in force. The next prepare goes on with what was hashed.`,
      );
    }
    const atMs = elapsed.ms;
    if (said?.dataset === dataset && said.phase === phase && atMs < said.atMs + PROGRESS_INTERVAL_MS) return;
    said = { dataset, phase, atMs };
    log.info({ event: 'prepare-progress', dataset, phase, rows, hashed }, 'preparing');
  };
}
