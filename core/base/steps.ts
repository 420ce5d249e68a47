/**
 * Long work in short steps, without any say in when they are done: whoever carries it out can look at everything else
 * between two steps, or give it up. A step takes a few milliseconds; a process that is deaf for seconds counts as lost.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Items that one step works on, where one takes about a microsecond or less. */
export const STEP_ITEMS = 2_048;

/** One call of `work` for each of 0..count-1. */
export function* inSteps(count: number, work: (index: number) => void, stepItems: number = STEP_ITEMS): Steps<void> {
  for (let from = 0; from < count; from += stepItems) {
    const to = Math.min(from + stepItems, count);
    for (let index = from; index < to; index += 1) work(index);
    yield;
  }
}

/** Takes all steps at once: for programs in which nothing else waits. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
