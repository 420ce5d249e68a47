import { describe, expect, it } from 'vitest';

import { finish, inSteps, STEP_ITEMS } from '../../../core/base/index.js';
import type { Steps } from '../../../core/base/index.js';

const FEW = 3;

describe('work in steps', () => {
  it.each([
    ...[0, 1, STEP_ITEMS, STEP_ITEMS + 1].map((count) => ({ count, stepItems: undefined })),
    ...[FEW, FEW + 1].map((count) => ({ count, stepItems: FEW })),
  ])('does $count items, each once and in order, so many in a step', ({ count, stepItems }) => {
    const done: number[] = [];
    let steps = 0;
    const work = inSteps(count, (index) => done.push(index), stepItems);
    while (work.next().done !== true) steps += 1;
    expect(done).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(steps).toBe(Math.ceil(count / (stepItems ?? STEP_ITEMS)));
  });

  it('gives its result when it is finished at once', () => {
    const done: number[] = [];
    const work = function* (): Steps<string> {
      yield* inSteps(FEW + 1, (index) => done.push(index), FEW);
      return 'result';
    };
    expect(finish(work())).toBe('result');
    expect(done).toHaveLength(FEW + 1);
  });
});
