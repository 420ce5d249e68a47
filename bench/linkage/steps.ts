import type { Steps } from '../../core/linkage/index.js';

/** Carries out work that comes in steps, all at once: nothing else waits in this program. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
