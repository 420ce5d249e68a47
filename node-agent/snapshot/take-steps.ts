import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Steps } from '../../core/base/index.js';

/** Takes all steps, with a look at what else the process has to do after each. `stepped` is called every few milliseconds. */
export async function takeSteps<Result>(steps: Steps<Result>, stepped: () => void): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    stepped();
    await nextTurn();
  }
}
