/** Long work in short steps of a few milliseconds each: whoever carries it out can look at everything else in between. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Items that one step works on where one takes well below a microsecond, and where it takes several. */
export const LIGHT_STEP_ITEMS = 16_384;
export const HEAVY_STEP_ITEMS = 512;

/** One call of `work` for each of 0..count-1. */
export function* inSteps(
  count: number,
  work: (index: number) => void,
  stepItems: number = LIGHT_STEP_ITEMS,
): Steps<void> {
  for (let from = 0; from < count; from += stepItems) {
    const to = Math.min(from + stepItems, count);
    for (let index = from; index < to; index += 1) work(index);
    yield;
  }
}
