import { generateKeyPairSync } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { approvalTrouble, assertMayAsk, CoordinatorError, keptOut, partyTrouble } from '../../../coordinator/index.js';
import { GovernanceError, registerCopy } from '../../../core/governance/index.js';
import type { GovernanceErrorCode, Register } from '../../../core/governance/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import { NO_FLOORS, OPT_OUTS } from '../../../core/templates/index.js';
import type { Participant, Roster, Template } from '../../../core/templates/index.js';
import { roster, template, TestClock } from './fixtures.js';
import { boardOf, requesterNamed, yamlOf } from './governance-fixtures.js';

const clock = new TestClock();
const now = clock.now();
const requester = requesterNamed('analyst');
const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
const named = (name: string, changes: Partial<Template> = {}): string =>
  yamlOf({ ...template, template: name, ...changes });

let register: Register;
const digests: Record<string, string> = { unknown: 'ab'.repeat(32) };

beforeAll(() => {
  const board = boardOf(roster, clock);
  digests['live'] = board.publish(named('live'));
  digests['expiring'] = board.publish(named('expiring', { expires: '2026-11-30' }));
  digests['proposed'] = board.propose(named('proposed')).templateDigest;
  digests['revoked'] = board.publish(named('revoked'));
  board.revoke('revoked', 'Its question misleads.');
  digests['superseded'] = board.publish(named('superseded'));
  board.publish(named('superseded', { version: template.version + 1 }));
  ({ register } = registerCopy(board.entries, board.fingerprint));
});

const asked = (name: string, who = requester): { readonly templateDigest: string; readonly requester: string } => ({
  ...{ templateDigest: digests[name] ?? '', requester: who },
});

/** What of a run's question, at which time, is refused with which code of the register, and which of the coordinator. */
const REFUSED: readonly (readonly [string, string, string, Date, string, string])[] = [
  ['a template of other bytes', 'unknown', requester, now, 'TEMPLATE_NOT_APPROVED', 'REGISTER_STALE'],
  ['one that is only proposed', 'proposed', requester, now, 'TEMPLATE_NOT_APPROVED', 'REGISTER_STALE'],
  ['one that was revoked', 'revoked', requester, now, 'TEMPLATE_REVOKED', 'REGISTER_STALE'],
  ['one that was superseded', 'superseded', requester, now, 'TEMPLATE_SUPERSEDED', 'REGISTER_STALE'],
  ['one after its last day', 'expiring', requester, later(9), 'TEMPLATE_EXPIRED', 'TEMPLATE_EXPIRED'],
  ['one of a purpose of others', 'live', 'analyst@data-board', now, 'PURPOSE_NOT_GRANTED', 'PURPOSE_NOT_GRANTED'],
  ['one asked by nobody’s analyst', 'live', 'analyst', now, 'PURPOSE_NOT_GRANTED', 'PURPOSE_NOT_GRANTED'],
  ['one after the roster’s last day', 'live', requester, later(61), 'ROSTER_STALE', 'ROSTER_STALE'],
];

describe('what the register says of a question', () => {
  it.each(REFUSED)('is no for %s', (_, name, who, at, code, answered) => {
    expect(approvalTrouble(asked(name, who), register, at)).toEqual({
      party: 'coordinator',
      message: expect.stringMatching(new RegExp(`^${code}: .+`)) as string,
    });
    const upToDate = { register, assertUpToDate: () => undefined };
    const thrown = errorOf(() => assertMayAsk(asked(name, who), upToDate, at));
    expect(thrown).toBeInstanceOf(CoordinatorError);
    expect(thrown).toMatchObject({ code: answered, cause: { code } });
    expect(approvalTrouble(asked(name, who), register, at)?.message).toBe(`${code}: ${(thrown as Error).message}`);
  });

  it('is nothing against one that is live, for who was granted its purpose', () => {
    for (const [name, at] of [
      ['live', now],
      ['live', later(60)],
      ['expiring', later(8)],
    ] as const) {
      expect(approvalTrouble(asked(name), register, at)).toBeUndefined();
      expect(() => assertMayAsk(asked(name), { register, assertUpToDate: () => undefined }, at)).not.toThrow();
    }
  });

  it.each<readonly [GovernanceErrorCode, string]>([
    ['REGISTER_STALE', 'REGISTER_STALE'],
    ['ROSTER_STALE', 'ROSTER_STALE'],
    ['UNKNOWN_SIGNER', 'REGISTER_STALE'],
    ['LOG_INCONSISTENT', 'REGISTER_STALE'],
  ])('is not asked where the registrar’s word is no use: %s', (code, answered) => {
    const stale = new GovernanceError(code, 'what a registrar says is no use');
    const governance = {
      register,
      assertUpToDate: (at: Date) => {
        expect(at).toBe(now);
        throw stale;
      },
    };
    const thrown = errorOf(() => assertMayAsk(asked('live'), governance, now));
    expect(thrown).toMatchObject({ code: answered, message: stale.message, cause: stale });
  });

  it('hides no error that is not the register’s', () => {
    const broken = new RangeError('a fault of this program');
    const failing = (): never => {
      throw broken;
    };
    const faulty = { ...register, assertMayAsk: failing };
    expect(errorOf(() => approvalTrouble(asked('live'), faulty, now))).toBe(broken);
    expect(errorOf(() => assertMayAsk(asked('live'), { register, assertUpToDate: failing }, now))).toBe(broken);
  });
});

describe('what the newest roster says of those whom a run asks', () => {
  const participants: readonly Participant[] = [
    {
      ...{ agency: 'police', floors: NO_FLOORS },
      datasets: ['police.crimes', OPT_OUTS].map((dataset) => ({ dataset, snapshot: 'ab'.repeat(32) })),
    },
    {
      ...{ agency: 'charity-a', floors: NO_FLOORS },
      datasets: [{ dataset: 'charities.support', snapshot: 'ab'.repeat(32) }],
    },
  ];
  const newKey = (): Uint8Array => rawPublicKey(generateKeyPairSync('ed25519').privateKey);
  const changed = (name: string, change: Partial<Roster['agencies'][number]>): Roster => ({
    ...roster,
    agencies: roster.agencies.map((agency) => (agency.id === name ? { ...agency, ...change } : agency)),
  });

  it.each<readonly [string, Roster, string]>([
    ['an agency is gone', { ...roster, agencies: roster.agencies.slice(1) }, 'police'],
    ['an agency has another key', changed('charity-a', { identityKey: newKey() }), 'charity-a'],
    ['an agency may not offer what it is asked', changed('police', { datasets: ['courts.hearings'] }), 'police'],
    ['the coordinator has another key', { ...roster, coordinator: { identityKey: newKey() } }, 'coordinator'],
  ])('is that it can’t go on where %s', (_, after, party) => {
    expect(partyTrouble({ participants, roster }, after)).toEqual({
      party,
      message: expect.stringMatching(new RegExp(`^${party} is not in the newest roster`)) as string,
    });
  });

  it.each<readonly [string, Roster]>([
    ['nothing of it has changed', { ...roster, version: 2 }],
    ['only another agency is gone', { ...roster, agencies: roster.agencies.slice(0, 3) }],
    ['an agency may offer more', changed('police', { datasets: ['police.crimes', 'police.calls'] })],
    ['an agency has another name', changed('police', { name: 'Another name' })],
  ])('is nothing where %s', (_, after) => {
    expect(partyTrouble({ participants, roster }, after)).toBeUndefined();
  });

  it('is the agency where its certificate is kept out', () => {
    expect(keptOut('police')).toEqual({
      party: 'police',
      message: 'the newest roster does not let police in with its certificate',
    });
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}
