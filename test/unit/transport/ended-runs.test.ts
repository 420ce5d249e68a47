import { describe, expect, it } from 'vitest';

import { EndedRuns, MAX_ENDED_RUNS } from '../../../transport/ended-runs.js';

describe('how runs ended', () => {
  it('is told to the agencies of the run and to nobody else', () => {
    const ended = new EndedRuns();
    ended.add('a', ['police', 'cps'], 'PARTY_LOST');
    expect(ended.failureOf('a', 'cps')).toBe('PARTY_LOST');
    expect(ended.failureOf('a', 'courts')).toBeUndefined();
    expect(ended.failureOf('b', 'cps')).toBeUndefined();
  });

  it('is remembered for as many runs as the limit, and of one more the oldest is forgotten', () => {
    const ended = new EndedRuns();
    for (let run = 0; run < MAX_ENDED_RUNS; run += 1) ended.add(`${run}`, ['cps'], 'CANCELLED');
    expect(ended.failureOf('0', 'cps')).toBe('CANCELLED');
    ended.add('one more', ['cps'], 'CANCELLED');
    expect(ended.failureOf('0', 'cps')).toBeUndefined();
    expect(ended.failureOf('1', 'cps')).toBe('CANCELLED');
  });
});
