import { describe, expect, it } from 'vitest';

import type { RunDetailView } from '../../../coordinator/index.js';
import type { LinkageStatistics } from '../../../core/linkage/index.js';
import { evidenceOf } from '../../../examples/bold/demo/told-statistics.js';
import type { ToldStatistics } from '../../../examples/bold/demo/told-statistics.js';
import { statistics } from '../coordinator/linkage-fixtures.js';

const NEW = 'b'.repeat(64);
const OLD = 'a'.repeat(64);

/** What tells one from another. */
function saying(scheme: string, several: number): LinkageStatistics {
  const said = statistics({ scheme });
  return { ...said, nonMatches: { ...said.nonMatches, several } };
}

const told: readonly ToldStatistics[] = [
  { agency: 'police', dataset: 'victims', snapshot: OLD, statistics: [saying('light', 1)] },
  { agency: 'police', dataset: 'victims', snapshot: NEW, statistics: [saying('standard', 2), saying('light', 3)] },
  { agency: 'charity', dataset: 'support', snapshot: NEW, statistics: [saying('light', 4)] },
];

/** A run by scheme `light` of which only the police have told something. */
function run(snapshot: string): Pick<RunDetailView, 'participants' | 'release'> {
  const list = { agencyName: 'An agency', statistics: null };
  const lists = [
    { ...list, agency: 'police', dataset: 'victims', statistics: { noisy: true } },
    { ...list, agency: 'charity', dataset: 'support' },
  ];
  return {
    participants: ['police', 'charity'].map((agency, place) => ({
      agency,
      datasets: [{ dataset: ['victims', 'support'][place], snapshot }],
    })),
    release: { linkage: { scheme: 'light', lists } },
  } as unknown as RunDetailView;
}

describe('what a run was linked by', () => {
  const evidence = evidenceOf(told, run(NEW));

  it('is what was told of its snapshot, for its scheme', () => {
    expect(evidence('police', 'victims')?.several).toBe(3);
    expect(evidenceOf(told, run(OLD))('police', 'victims')?.several).toBe(1);
  });

  it('is nothing where the agency told nothing, or takes no part', () => {
    expect(evidence('charity', 'support')).toBeNull();
    expect(evidence('police', 'support')).toBeNull();
    expect(evidence('courts', 'cases')).toBeNull();
    expect(evidenceOf(told, { participants: [], release: null })('police', 'victims')).toBeNull();
  });

  it('must be known where it was told', () => {
    expect(() => evidenceOf(told, run('c'.repeat(64)))('police', 'victims')).toThrow(RangeError);
  });
});
