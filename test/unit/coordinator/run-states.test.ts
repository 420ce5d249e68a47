import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  canCancel,
  FIRST_EVENT,
  isEnded,
  RUN_EVENTS,
  RUN_STATES,
  RUN_TRANSITIONS,
  RUN_TRIGGERS,
  runStatesPage,
  transition,
} from '../../../coordinator/index.js';

const legal = new Set(RUN_TRANSITIONS.map(({ from, on }) => `${from} ${on}`));
const pairs = RUN_STATES.flatMap((state) => RUN_TRIGGERS.map((trigger) => [state, trigger] as const));

describe('the transition table', () => {
  it('has each pair of state and trigger at most once', () => {
    expect(legal.size).toBe(RUN_TRANSITIONS.length);
  });

  it.each(pairs.filter(([state, trigger]) => !legal.has(`${state} ${trigger}`)))(
    'refuses %s on %s',
    (state, trigger) => {
      expect(() => transition(state, trigger)).toThrow(expect.objectContaining({ code: 'ILLEGAL_TRANSITION' }));
    },
  );

  it.each(pairs.filter(([state, trigger]) => legal.has(`${state} ${trigger}`)))('takes %s on %s', (state, trigger) => {
    expect(transition(state, trigger)).toMatchObject({ from: state, on: trigger });
  });

  it('leads from submitted through every working state to finished', () => {
    const path = ['start', 'all-accepted', 'keyed', 'gathered', 'matched', 'tallied', 'released'] as const;
    expect(
      path.reduce<(typeof RUN_STATES)[number]>((state, trigger) => transition(state, trigger).to, 'submitted'),
    ).toBe('finished');
  });

  it('leads past the sums where there are measures, and straight to the end where the same was asked before', () => {
    expect(transition('tallying', 'tallied-with-sums').to).toBe('summing');
    expect(transition('summing', 'summed').to).toBe('releasing');
    expect(transition('submitted', 'replay').to).toBe('finished');
    expect(RUN_TRANSITIONS.filter(({ on }) => on === 'replay')).toHaveLength(1);
  });

  it('ends in exactly the four outcomes, and every other state can fail', () => {
    expect(RUN_STATES.filter(isEnded)).toEqual(['finished', 'refused', 'failed', 'cancelled']);
    for (const state of RUN_STATES.filter((each) => !isEnded(each))) {
      expect(transition(state, 'fail').to).toBe('failed');
    }
  });

  it('can be cancelled until the table is being released', () => {
    expect(RUN_STATES.filter(canCancel)).toEqual([
      'submitted',
      'offering',
      'keying',
      'ring',
      'matching',
      'tallying',
      'summing',
    ]);
  });

  it('writes an event of its own for each change, and every event is written by something', () => {
    const answers = ['agency-accepted', 'agency-refused'];
    expect(new Set([FIRST_EVENT, ...answers, ...RUN_TRANSITIONS.map(({ records }) => records)])).toEqual(
      new Set(RUN_EVENTS),
    );
  });
});

describe('docs/run-states.md', () => {
  const page = fileURLToPath(new URL('../../../docs/run-states.md', import.meta.url));

  it('is what the table says', async () => {
    // A page that is missing would be made, and so be right.
    const wasThere = existsSync(page);
    await expect(runStatesPage()).toMatchFileSnapshot(page);
    expect(wasThere).toBe(true);
  });
});
