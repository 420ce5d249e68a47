import type { JoinPlan, ListPlan, PartyId } from '../../core/private-join/index.js';

/** A plan over three agencies: police hold the base, a charity links by person, the CPS by case. */
export function threePartyPlan(changes: Partial<JoinPlan> = {}): JoinPlan {
  return {
    runId: '00000000-0000-4000-8000-000000000001',
    context: new Uint8Array(32).fill(7),
    mixers: ['police', 'charity', 'cps'],
    lists: [
      list('victims', 'police', 'base', ['exact.1', 'exact.2', 'case'], 2, 1),
      list('support', 'charity', 'linked', ['exact.1', 'exact.2'], 3, 3),
      list('prosecutions', 'cps', 'linked', ['case'], 2, 12),
    ],
    base: { dataset: 'victims', unit: 'record' },
    links: [
      { dataset: 'support', on: 'person', keep: 'all' },
      { dataset: 'prosecutions', on: 'case', keep: 'all' },
    ],
    cells: 36,
    minimumTally: 1,
    ...changes,
  };
}

export function list(
  dataset: string,
  provider: PartyId,
  role: ListPlan['role'],
  keys: readonly string[],
  labels: number,
  stride: number,
): ListPlan {
  return {
    id: `${dataset}/${provider}`,
    dataset,
    provider,
    role,
    keys: keys.map((name) => ({ name, on: name === 'case' ? 'case' : 'person' })),
    labels,
    stride,
  };
}
