import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Steps } from '../base/index.js';

/** Resolves once everything else that waited for this thread has had its turn. */
export async function breathe(): Promise<void> {
  await nextTurn();
}

/**
 * Does all steps, with `stepped` and a breath after each. Thrown when the signal aborts meanwhile: its reason; no further
 * step is taken then but the `finally` of the work.
 */
export async function carryOut<Result>(
  steps: Steps<Result>,
  signal: AbortSignal,
  stepped: () => void = () => undefined,
): Promise<Result> {
  const closing: Iterator<undefined, unknown> = steps;
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      stepped();
      await breathe();
      signal.throwIfAborted();
    }
  } finally {
    closing.return?.();
  }
}
