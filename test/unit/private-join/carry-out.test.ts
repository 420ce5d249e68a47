import { describe, expect, it } from 'vitest';

import type { Steps } from '../../../core/base/index.js';
import { carryOut } from '../../../core/private-join/carry-out.js';

describe('work in steps, carried out', () => {
  it('gives its result, and everybody else a turn after each step', async () => {
    const events: string[] = [];
    const step = function* (): Steps<string> {
      for (const name of ['one', 'two']) {
        events.push(name);
        setImmediate(() => events.push(`after ${name}`));
        yield;
      }
      return 'result';
    };
    expect(await carryOut(step(), new AbortController().signal)).toBe('result');
    expect(events).toEqual(['one', 'after one', 'two', 'after two']);
  });

  it('is given up at the next step when the signal aborts, and cleans up', async () => {
    const over = new AbortController();
    const events: string[] = [];
    const endless = function* (): Steps<never> {
      try {
        for (;;) {
          events.push('step');
          if (events.length === 3) setImmediate(() => over.abort(new Error('cancelled')));
          yield;
        }
      } finally {
        events.push('cleaned up');
      }
    };
    await expect(carryOut(endless(), over.signal)).rejects.toThrow('cancelled');
    expect(events).toEqual(['step', 'step', 'step', 'cleaned up']);
  });

  it('fails as it fails', async () => {
    const failing = function* (): Steps<never> {
      yield;
      throw new Error('broken');
    };
    await expect(carryOut(failing(), new AbortController().signal)).rejects.toThrow('broken');
  });
});
