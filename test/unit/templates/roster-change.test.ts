import { describe, expect, it } from 'vitest';

import { NO_FLOORS, OPT_OUTS, partyOut } from '../../../core/templates/index.js';
import type { Participant, Roster } from '../../../core/templates/index.js';

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

const roster: Roster = {
  federation: 'unit-test',
  version: 7,
  agencies: [
    { id: 'police', name: 'The police', identityKey: key(1), datasets: ['police.crimes', 'police.stops'] },
    { id: 'charity', name: 'A charity', identityKey: key(2), datasets: ['charities.support'] },
  ],
  coordinator: { identityKey: key(3) },
};

const participants: readonly Participant[] = [
  { agency: 'police', datasets: [{ dataset: 'police.crimes', snapshot: 'ab'.repeat(32) }], floors: NO_FLOORS },
  {
    agency: 'charity',
    datasets: [
      { dataset: 'charities.support', snapshot: 'cd'.repeat(32) },
      { dataset: OPT_OUTS, snapshot: 'ef'.repeat(32) },
    ],
    floors: NO_FLOORS,
  },
];

describe('a run under another roster', () => {
  const [police, charity] = roster.agencies;
  const withAgencies = (...agencies: (Roster['agencies'][number] | undefined)[]): Roster => ({
    ...roster,
    version: 8,
    agencies: agencies.filter((one) => one !== undefined),
  });
  const newcomer = { id: 'courts', name: 'Courts', identityKey: key(9), datasets: ['police.crimes'] };

  it('goes on where those whom it asks are what they were', () => {
    const other = withAgencies(newcomer, charity && { ...charity, name: 'Renamed' }, police);
    expect(partyOut(participants, roster, other)).toBeUndefined();
    const less = withAgencies(police && { ...police, datasets: ['police.crimes'] }, charity);
    expect(partyOut(participants, roster, less)).toBeUndefined();
  });

  it.each([
    ['is gone', withAgencies(police), 'charity'],
    ['has another key', withAgencies(police && { ...police, identityKey: key(8) }, charity), 'police'],
    [
      'may not offer what is asked',
      withAgencies(police && { ...police, datasets: ['police.stops'] }, charity),
      'police',
    ],
    ['is the coordinator with another key', { ...roster, coordinator: { identityKey: key(8) } }, 'coordinator'],
  ])('can’t where one %s', (_, after, party) => {
    expect(partyOut(participants, roster, after)).toBe(party);
  });
});
