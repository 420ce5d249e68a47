import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Long work in short steps, without any say in when they are done: whoever carries it out can look at everything else
 * between two steps, or give it up. A step takes a few milliseconds; a process that is deaf for seconds counts as lost.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Items that one step works on. */
export const STEP_ITEMS = 2_048;

/** One call of `work` for each of 0..count-1. */
export function* inSteps(count: number, work: (index: number) => void): Steps<void> {
  for (let from = 0; from < count; from += STEP_ITEMS) {
    const to = Math.min(from + STEP_ITEMS, count);
    for (let index = from; index < to; index += 1) work(index);
    yield;
  }
}

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
