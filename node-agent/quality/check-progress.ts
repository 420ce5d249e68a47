import type { Writable } from 'node:stream';

import { Elapsed } from '../../core/base/index.js';
import type { Clock } from '../../core/base/index.js';
import { NodeError } from '../errors.js';
import { PROGRESS_INTERVAL_MS } from '../prepare-progress.js';
import { countText } from './shares.js';

export interface CheckProgressOptions {
  readonly clock: Clock;
  /** For whoever waits. */
  readonly stderr: Writable;
  /** Aborted when the process is asked to stop. */
  readonly stopping: AbortSignal;
}

/**
 * Says when a source is begun, and at most every PROGRESS_INTERVAL_MS how far it is.
 * What it returns throws when the process is asked to stop: NodeError CHECK_STOPPED.
 */
export function checkProgress({
  clock,
  stderr,
  stopping,
}: CheckProgressOptions): (dataset: string, rows: number) => void {
  const elapsed = new Elapsed(clock);
  let saidMs = -PROGRESS_INTERVAL_MS;
  return (dataset, rows) => {
    if (stopping.aborted) {
      throw new NodeError('CHECK_STOPPED', `${dataset} was not checked to its end. Nothing was changed.`);
    }
    const atMs = elapsed.ms;
    if (rows > 0 && atMs < saidMs + PROGRESS_INTERVAL_MS) return;
    saidMs = atMs;
    stderr.write(rows === 0 ? `${dataset}: reading …\n` : `${dataset}: ${countText(rows)} rows read …\n`);
  };
}
