import { describe, expect, test } from 'vitest';

import { progressView } from '../../../../coordinator/pages/analyst/progress-view.js';
import type { RunProgress } from '../../../../coordinator/runs/run-feed.js';
import { RUN_STATES, isEnded, type RunState } from '../../../../coordinator/runs/run-states.js';
import type { Run, RunEvent } from '../../../../coordinator/runs/run.js';

const AGENCIES = [
  { id: 'police', name: 'Northshire Police' },
  { id: 'charity-a', name: 'Harbour' },
];

function runIn(state: RunState): Run {
  return {
    ...{ id: 'r', template: 't', templateVersion: 1, templateTitle: 'T', templateDigest: 'd', parameters: {} },
    ...{ requester: 'a@b', purpose: 'p', submittedAt: '', startedAt: null, endedAt: null, ending: null },
    ...{ requestDigest: null, replayOf: null, state },
    participants: AGENCIES.map(({ id: agency }) => ({
      ...{ agency, datasets: [], floors: { threshold: 0, roundTo: 0, epsilon: null } },
    })),
  };
}

function event(name: RunEvent['name'], party: string): RunEvent {
  return { ...{ sequence: 1, at: '', name, state: 'offering', party }, code: null, message: null };
}

const LIST: RunProgress = {
  subject: 'third-sector.support/charity-a',
  done: 1,
  steps: 2,
  from: 'charity-a',
  to: 'police',
};

const view = (state: RunState, hasSums = false, lists: readonly RunProgress[] = []): ReturnType<typeof progressView> =>
  progressView({
    detail: { run: runIn(state), events: [event('agency-accepted', 'police'), event('agency-refused', 'charity-a')] },
    ...{ lists, agencies: AGENCIES, hasSums },
  });

describe('how far a run is', () => {
  test.each(RUN_STATES.map((state): [RunState] => [state]))(
    'has words for %s, and never more done than there is',
    (state) => {
      const shown = view(state, true, [LIST]);
      expect(shown.headline).not.toBe('');
      expect(shown.isOver).toBe(isEnded(state));
      expect(shown.done).toBeLessThanOrEqual(shown.steps);
      expect(shown.phases.filter(({ standing }) => standing === 'now')).toHaveLength(isEnded(state) ? 0 : 1);
    },
  );

  test('goes on with each phase, and within one as its lists do', () => {
    const path: readonly RunState[] = [
      'submitted',
      'offering',
      'keying',
      'ring',
      'matching',
      'tallying',
      'summing',
      'releasing',
      'finished',
    ];
    const done = path.map((state) => view(state, true).done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(new Set(done).size).toBe(path.length);
    expect(view('ring', false, [LIST]).done).toBe(view('ring').done + 0.5);
    // All lists are there, and the next phase hasn't begun.
    expect(view('ring', false, [{ ...LIST, done: 2 }]).done).toBeLessThan(view('matching').done);
  });

  test('has sums among its steps only where the template has measures', () => {
    const names = (hasSums: boolean): readonly string[] => view('ring', hasSums).phases.map(({ name }) => name);
    expect(names(true)).toEqual([
      'submitted',
      'offering',
      'keying',
      'ring',
      'matching',
      'tallying',
      'summing',
      'releasing',
    ]);
    expect(names(false)).toEqual(['submitted', 'offering', 'keying', 'ring', 'matching', 'tallying', 'releasing']);
  });

  test('names agencies, what each has answered, and where each list is', () => {
    const { agencies, lists } = view('ring', false, [
      LIST,
      { ...LIST, subject: 'tally' },
      { ...LIST, subject: 'sums' },
    ]);
    expect(agencies.map(({ name, answer }) => `${name}: ${answer}`)).toEqual([
      'Northshire Police: accepted',
      'Harbour: refused',
    ]);
    expect(lists.map(({ text, at }) => `${text} at ${at}`)).toEqual([
      'Harbour: third-sector.support at Northshire Police',
      'Tally at Northshire Police',
      'Sums at Northshire Police',
    ]);
  });
});
