import { describe, expect, it } from 'vitest';

import { toBase64 } from '../../../core/base/index.js';
import type { SignedAgency } from '../../../core/governance/index.js';
import { agencyFolder } from './agency-folder.js';
import { codeOf } from './fixtures.js';
import { refusedIn, registerRig } from './register-rig.js';
import { textOf } from './test-board.js';
import type { TestBoard } from './test-board.js';
import { alone } from './started-node.js';

const another = { identityKey: toBase64(new Uint8Array(32).fill(9)) };

/** Rosters in which the police, whose node it is, are not what the node's own files say. */
const unfit: readonly (readonly [what: string, code: string, agencies: (own: SignedAgency) => SignedAgency[]])[] = [
  ['has another key for the agency', 'IDENTITY_MISMATCH', (own) => [{ ...own, ...another }]],
  ['doesn’t have the agency', 'AGENCY_NOT_IN_ROSTER', (own) => [{ ...own, id: 'charity' }]],
  ['doesn’t let it offer what it has', 'DATASET_NOT_OFFERED', (own) => [{ ...own, datasets: ['police.other'] }]],
];

function own({ roster }: TestBoard): SignedAgency {
  const [agency] = roster.agencies;
  if (agency === undefined) throw new Error('the roster has no agency');
  return agency;
}

describe('the register of a running node', () => {
  it.each(unfit)('is not taken up when its roster %s, and the one before stays in force', (_, code, agencies) => {
    const rig = registerRig();
    const { board } = rig.agency;
    const [before, { head }, first] = [rig.files(), rig.registers.copy, own(board)];
    board.propose(textOf({ ...alone, template: 'before' }));
    board.amend(() => ({ agencies: agencies(first) }));
    board.propose(textOf({ ...alone, template: 'after' }));
    rig.send();
    expect([rig.taken, refusedIn(rig)]).toEqual([[], [code]]);
    expect([rig.registers.copy.head, rig.registers.roster.version, rig.files()[0]]).toEqual([head, 1, before[0]]);

    // A registrar has signed what is not here: till it is, nothing is answered.
    expect(codeOf(() => rig.registers.assertUpToDate(board.clock.at))).toBe('ROSTER_STALE');

    // What comes after it neither, until a roster fits again: then all of it is.
    rig.send();
    expect([rig.taken, refusedIn(rig)]).toEqual([[], [code, code]]);
    board.amend(() => ({ agencies: [first] }));
    rig.send();
    expect([rig.taken, rig.registers.roster.version]).toEqual([[true], 3]);
    expect(rig.registers.register.proposals).toHaveLength(2);
  });

  it.each(unfit)('is not opened when its roster %s', (_, code, agencies) => {
    const agency = agencyFolder();
    agency.board.amend(() => ({ agencies: agencies(own(agency.board)) }));
    agency.writeRegister();
    expect(codeOf(() => registerRig(agency))).toBe(code);
  });

  it('is taken up when the roster lets the agency offer more, or another agency comes', () => {
    const rig = registerRig();
    const { board } = rig.agency;
    const first = own(board);
    board.amend(() => ({
      agencies: [
        { ...first, datasets: [...first.datasets, 'police.other'] },
        { ...first, ...another, id: 'charity' },
      ],
    }));
    rig.send();
    expect([rig.taken, rig.registers.roster.agencies.map(({ id }) => id)]).toEqual([[true], ['police', 'charity']]);
  });
});
