import type { JoinPlan } from '../../../core/private-join/index.js';
import { bindParameters, bindTemplate, NO_FLOORS, planRun } from '../../../core/templates/index.js';
import type { Participant, PlanInput, Roster, RunOffer } from '../../../core/templates/index.js';
import { catalogue, FULL_BODY, template } from './fixtures.js';

export const key = (index: number): Uint8Array => new Uint8Array(32).fill(index);
export const snapshot = (digit: string): string => digit.repeat(64);

export const roster: Roster = {
  federation: 'demo',
  version: 1,
  agencies: [
    { id: 'north', name: 'North', identityKey: key(1), datasets: ['police.crimes'] },
    { id: 'cps', name: 'CPS', identityKey: key(2), datasets: ['cps.charges'] },
    { id: 'haven', name: 'Haven', identityKey: key(3), datasets: ['charities.support'] },
    { id: 'south', name: 'South', identityKey: key(4), datasets: ['police.crimes', 'charities.support'] },
    { id: 'courts', name: 'Courts', identityKey: key(5), datasets: ['courts.hearings'] },
  ],
  coordinator: { identityKey: key(9) },
};

export const participant = (agency: string, ...datasets: readonly [dataset: string, digit: string][]): Participant => ({
  agency,
  datasets: datasets.map(([dataset, digit]) => ({ dataset, snapshot: snapshot(digit) })),
  floors: NO_FLOORS,
});
export const north = participant('north', ['police.crimes', '1']);
export const cps = participant('cps', ['cps.charges', '2']);
export const haven = participant('haven', ['charities.support', '3']);
export const south = participant('south', ['police.crimes', '4'], ['charities.support', '5']);

export const offer: RunOffer = {
  runId: '0b8f9f5e-8c4e-4f0e-9a52-0d1e2f3a4b5c',
  templateDigest: snapshot('a'),
  register: { size: 7, root: snapshot('f') },
  parameters: { quarters: ['2025-Q1'] },
  requester: 'analyst@research-office',
  purpose: 'research-statistics',
  participants: [north, cps, haven, south],
};

export const bound = bindTemplate(template(FULL_BODY), catalogue);

export function inputWith(change: Partial<RunOffer>, rest: Partial<PlanInput> = {}): PlanInput {
  const changed = { ...offer, ...change };
  return {
    offer: changed,
    bound,
    parameters: rest.parameters ?? bindParameters(bound, changed.parameters),
    roster,
    ...rest,
  };
}

export function plan(change: Partial<RunOffer> = {}, rest: Partial<PlanInput> = {}): JoinPlan {
  return planRun(inputWith(change, rest));
}
