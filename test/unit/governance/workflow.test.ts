import { describe, expect, it } from 'vitest';

import {
  PRINCIPLES,
  registerOf,
  TEMPLATE_EVENTS,
  TEMPLATE_STATES,
  TRANSITIONS,
} from '../../../core/governance/index.js';
import type { Proposal, SignedRoster, TemplateState } from '../../../core/governance/index.js';
import type { Template } from '../../../core/templates/index.js';
import {
  ALL_MET,
  codeOf,
  Entries,
  fingerprintOf,
  following,
  marks,
  NOW,
  publicKeyOf,
  refusalOf,
  ROSTER,
  signedRoster,
  TEMPLATE,
  without,
} from './fixtures.js';

const PIN = fingerprintOf(ROSTER);
const register = (entries: Entries): ReturnType<typeof registerOf> => registerOf(entries.list, PIN);
const only = (entries: Entries): Proposal => {
  const [proposal] = register(entries).proposals;
  if (proposal === undefined) throw new Error('no proposal');
  return proposal;
};
const stateOf = (entries: Entries): TemplateState => register(entries).stateOf(only(entries), NOW);
/** What the last entry is refused with; all before it have to be in order. */
const refusal = (entries: Entries): string => {
  registerOf(entries.list.slice(0, -1), PIN);
  const { code, entry } = refusalOf(() => register(entries));
  expect(entry).toBe(entries.list.length - 1);
  return code;
};
const edited = (change: Partial<Template>): Template => ({ ...TEMPLATE, ...change });

describe('the way of a template', () => {
  it('goes from a proposal by two reviews and approvals to being live, and to its end', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    expect(stateOf(entries)).toBe('proposed');
    const reviews = ['ben', 'cyd'].map((id) => entries.review(proposal, id));
    for (const review of reviews) {
      entries.commit(review);
      expect(stateOf(entries)).toBe('under-review');
    }
    for (const review of reviews) entries.reveal(review);
    const digests = [...only(entries).reviews.values()].map(({ digest }) => digest).toSorted();
    entries.approve(proposal, digests, 'ben');
    expect(stateOf(entries)).toBe('under-review');
    entries.approve(proposal, digests, 'dan');
    expect(stateOf(entries)).toBe('approved');
    expect(register(entries).live(NOW)).toEqual([]);
    entries.act({ act: 'publish', proposal }, 'ada');
    expect(stateOf(entries)).toBe('live');
    const live = register(entries);
    expect(live.live(NOW).map(({ template }) => template)).toEqual([TEMPLATE]);
    expect(live.stateOf(only(entries), new Date('2027-06-30T23:59:59Z'))).toBe('live');
    expect(live.stateOf(only(entries), new Date('2027-07-01T00:00:00Z'))).toBe('expired');
    expect(live.live(new Date('2027-07-01T00:00:00Z'))).toEqual([]);
  });

  it('has a table that names every state and event, and leads out of all but revoked', () => {
    expect(Object.keys(TRANSITIONS).toSorted()).toEqual([...TEMPLATE_STATES].toSorted());
    const used = new Set(Object.values(TRANSITIONS).flatMap((events) => Object.keys(events)));
    expect([...used].toSorted()).toEqual([...TEMPLATE_EVENTS].toSorted());
    const ends = Object.entries(TRANSITIONS).filter(([, events]) => Object.keys(events).length === 0);
    expect(ends.map(([state]) => state)).toEqual(['revoked']);
    for (const [state, events] of Object.entries(TRANSITIONS)) {
      if (Object.values(events).includes('live')) expect(state).toBe('approved');
    }
  });

  it.each(PRINCIPLES)('goes back to its authors when one reviewer finds it not %s', (principle) => {
    const entries = new Entries();
    const proposal = entries.propose();
    const against = { ...ALL_MET, [principle]: { mark: 'not-met', reason: 'No.' } as const };
    const reviews = entries.reviewed(proposal, ['ben', 'cyd'], against);
    expect(stateOf(entries)).toBe('draft');
    entries.approve(proposal, reviews, 'ben', 'dan');
    expect(refusal(entries)).toBe('WRONG_STATE');
  });

  it('shows the second review too where the first found against it', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    const against = entries.review(proposal, 'ben', marks('not-met'));
    const other = entries.review(proposal, 'cyd');
    for (const review of [against, other]) entries.commit(review);
    entries.reveal(against);
    expect(stateOf(entries)).toBe('under-review');
    entries.reveal(other);
    expect(stateOf(entries)).toBe('draft');
    expect(only(entries).reviews.size).toBe(2);
  });

  it('can be asked once a later version is not there, and no longer once it is', () => {
    const entries = new Entries();
    entries.live();
    entries.live(edited({ version: 3 }));
    const both = register(entries);
    expect(both.proposals.map((proposal) => [proposal.template.version, both.stateOf(proposal, NOW)])).toEqual([
      [2, 'superseded'],
      [3, 'live'],
    ]);
    const before = new Entries();
    before.live();
    before.propose(edited({ version: 1 }));
    expect(refusal(before)).toBe('VERSION_NOT_NEW');
  });

  it('is not published behind a later version that has been meanwhile', () => {
    const entries = new Entries();
    const waiting = entries.propose();
    const reviews = entries.reviewed(waiting);
    entries.approve(waiting, reviews, 'ben', 'cyd');
    entries.live(edited({ version: 3 }));
    entries.act({ act: 'publish', proposal: waiting }, 'ada');
    expect(refusal(entries)).toBe('VERSION_NOT_NEW');
  });

  it('is revoked by any one officer, at any time, and for good', () => {
    const entries = new Entries();
    const proposal = entries.live();
    entries.act({ act: 'revoke', proposal, reason: 'The law has changed.' }, 'abe');
    expect(stateOf(entries)).toBe('revoked');
    expect(only(entries).reason).toBe('The law has changed.');
    entries.propose();
    expect(refusal(entries)).toBe('VERSION_NOT_NEW');
    const waiting = new Entries();
    waiting.act({ act: 'revoke', proposal: waiting.propose(), reason: 'No.' }, 'dan');
    expect(stateOf(waiting)).toBe('revoked');
    waiting.propose();
    expect(refusal(waiting)).toBe('VERSION_NOT_NEW');
  });

  it('is not revoked or published by somebody who is no officer', () => {
    const entries = new Entries();
    const proposal = entries.live();
    entries.act({ act: 'revoke', proposal, reason: 'No.' }, 'eve');
    expect(refusal(entries)).toBe('UNKNOWN_SIGNER');
    const unsigned = new Entries();
    unsigned.propose(TEMPLATE, ['eve']);
    expect(refusal(unsigned)).toBe('UNKNOWN_SIGNER');
  });

  it('is not published before it is approved, or twice', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    entries.act({ act: 'publish', proposal }, 'ada');
    expect(refusal(entries)).toBe('WRONG_STATE');
    const twice = new Entries();
    twice.act({ act: 'publish', proposal: twice.live() }, 'ada');
    expect(refusal(twice)).toBe('WRONG_STATE');
  });

  it('starts anew when it is edited: what was signed about the text before counts for nothing', () => {
    const entries = new Entries();
    const first = entries.propose();
    const reviews = entries.reviewed(first);
    entries.approve(first, reviews, 'ben', 'dan');
    const second = entries.propose(edited({ title: 'Another question?' }));
    expect(stateOf(entries)).toBe('proposed');
    expect(only(entries)).toMatchObject({ digest: second, commitments: new Map(), approvals: new Map() });
    const from = [...entries.list];
    for (const late of ['approve', 'publish', 'review'] as const) {
      entries.list.splice(0, entries.list.length, ...from);
      if (late === 'approve') entries.approve(first, reviews, 'ben');
      if (late === 'publish') entries.act({ act: 'publish', proposal: first }, 'ada');
      if (late === 'review') entries.reveal(entries.review(first, 'ben'));
      expect(refusal(entries)).toBe('UNKNOWN_PROPOSAL');
    }
  });

  it('is edited by the organisation that proposed it, and keeps all its authors', () => {
    const entries = new Entries();
    entries.propose(TEMPLATE, ['ada'], { organisations: ['charity'] });
    entries.propose(TEMPLATE, ['ben']);
    expect(refusal(entries)).toBe('NOT_THE_PROPOSER');
    entries.list.pop();
    entries.propose(edited({ title: 'Another?' }), ['abe']);
    expect([...only(entries).authors.people].filter((mark) => ROSTER.officers.some(({ id }) => id === mark))).toEqual([
      'ada',
      'abe',
    ]);
    expect([...only(entries).authors.organisations]).toEqual(['justice', 'charity']);
  });

  it('uses no version up that was never published, so that nobody can end a name', () => {
    const entries = new Entries();
    entries.live();
    const last = entries.propose(edited({ version: 1_000_000_000 }), ['dan']);
    entries.act({ act: 'revoke', proposal: last, reason: 'No.' }, 'dan');
    const next = entries.propose(edited({ version: 3 }));
    entries.approve(next, entries.reviewed(next), 'ben', 'cyd');
    entries.act({ act: 'publish', proposal: next }, 'ada');
    const versions = (): number[] =>
      register(entries)
        .live(NOW)
        .map(({ template }) => template.version);
    expect(versions()).toEqual([3]);
    // What dan has had a hand in is behind them: the next version can be dan's to approve.
    entries.live(edited({ version: 4 }));
    expect(versions()).toEqual([4]);
  });
});

describe('an entry', () => {
  it('is refused with its number, and nothing of it is taken', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    entries.approve(proposal, [], 'ben');
    expect(refusal(entries)).toBe('REVIEWS_MISSING');
  });

  it('is taken once', () => {
    const entries = new Entries();
    entries.propose();
    entries.list.push(entries.list[1] as Uint8Array);
    expect(refusal(entries)).toBe('DUPLICATE_ENTRY');
  });

  it('is refused when it was signed for another federation', () => {
    const entries = new Entries();
    entries.propose(TEMPLATE, ['ada'], { federation: 'staging' });
    expect(refusal(entries)).toBe('WRONG_FEDERATION');
  });

  it.each<[string, (json: { payloadType: string; payload: string }) => void, string]>([
    ['an altered byte', (json) => (json.payload = swap(json.payload, 'ada', 'adb')), 'BAD_SIGNATURE'],
    ['bytes that were written again', (json) => (json.payload = swap(json.payload, '","', '", "')), 'BAD_PAYLOAD'],
    ['an entry nobody knows', (json) => (json.payload = swap(json.payload, '"made"', '"mode"')), 'BAD_PAYLOAD'],
    ['another type', (json) => (json.payloadType = 'application/json'), 'BAD_ENTRY'],
    [
      'a type that is signed with it',
      (json) => (json.payloadType = 'application/vnd.tallystick.roster+json'),
      'BAD_PAYLOAD',
    ],
  ])('is refused with %s', (_, change, code) => {
    const entries = new Entries();
    entries.act({ act: 'propose', template: 'AAAA', authors: ['ada'], organisations: [] }, 'ada');
    const json = JSON.parse(new TextDecoder().decode(entries.list.pop())) as { payloadType: string; payload: string };
    change(json);
    entries.list.push(new TextEncoder().encode(JSON.stringify(json)));
    expect(refusal(entries)).toBe(code);
  });

  it('is refused when it is no envelope, or too large a one', () => {
    const entries = new Entries();
    entries.list.push(new TextEncoder().encode('{}'));
    expect(refusal(entries)).toBe('BAD_ENTRY');
    entries.list.splice(1, 1, new Uint8Array(1_048_577));
    expect(refusal(entries)).toBe('BAD_ENTRY');
  });

  it('is refused when the template in it is none', () => {
    const entries = new Entries();
    entries.act({ act: 'propose', template: 'AAAA', authors: [], organisations: [] }, 'ada');
    expect(refusal(entries)).toBe('BAD_PAYLOAD');
  });
});

describe('rosters among the entries', () => {
  it('come first, and one of them is the one that was pinned', () => {
    const entries = new Entries();
    entries.propose();
    expect(refusalOf(() => registerOf(entries.list.slice(1), PIN))).toEqual({ code: 'NO_ROSTER', entry: 0 });
    expect(codeOf(() => registerOf([], PIN))).toBe('NO_ROSTER');
    expect(codeOf(() => registerOf(entries.list, fingerprintOf({ ...ROSTER, witnesses: 0 })))).toBe(
      'ROSTER_NOT_PINNED',
    );
    const second = following(ROSTER);
    entries.roster(second, ['ada', 'ben', 'cyd']);
    expect(registerOf(entries.list, fingerprintOf(second)).current.roster.version).toBe(2);
  });

  it('take away what a lost key has signed about templates that are not live yet', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    const reviews = entries.reviewed(proposal);
    entries.approve(proposal, reviews, 'dan', 'ben');
    expect(stateOf(entries)).toBe('approved');
    entries.roster(without(ROSTER, 'dan'), ['ada', 'ben', 'cyd']);
    expect(stateOf(entries)).toBe('under-review');
    entries.act({ act: 'publish', proposal }, 'ada');
    expect(refusal(entries)).toBe('WRONG_STATE');
    entries.list.pop();
    entries.approve(proposal, reviews, 'dan');
    expect(refusal(entries)).toBe('UNKNOWN_SIGNER');
    entries.list.pop();
    entries.approve(proposal, reviews, 'cyd');
    expect(stateOf(entries)).toBe('approved');
  });

  it.each<[string, (officer: SignedRoster['officers'][number]) => SignedRoster['officers'][number]]>([
    ['has another key', (dan) => ({ ...dan, keys: [{ kind: 'ed25519', publicKey: publicKeyOf('dan-2') }] })],
    ['is of the author’s organisation now', (dan) => ({ ...dan, organisation: 'justice' })],
  ])('take away the word of an officer who %s', (_, change) => {
    const entries = new Entries();
    const proposal = entries.propose();
    entries.approve(proposal, entries.reviewed(proposal), 'dan', 'ben');
    const officers = ROSTER.officers.map((each) => (each.id === 'dan' ? change(each) : each));
    entries.roster(following(ROSTER, { officers }), ['ada', 'ben', 'cyd']);
    expect(stateOf(entries)).toBe('under-review');
    expect([...only(entries).approvals.keys()]).toEqual(['ben']);
  });

  it('start the reviews anew when a reviewer has gone', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    const reviews = entries.reviewed(proposal);
    entries.approve(proposal, reviews, 'dan', 'ben');
    entries.roster(without(ROSTER, 'ben'), ['ada', 'cyd', 'dan']);
    expect(stateOf(entries)).toBe('proposed');
    expect(only(entries).approvals.size).toBe(0);
  });

  it('leave what is live, and make what waits complete where they ask for less', () => {
    const entries = new Entries();
    entries.live();
    entries.roster(without(ROSTER, 'dan'), ['ada', 'ben', 'cyd']);
    expect(stateOf(entries)).toBe('live');
    const waiting = new Entries({
      ...ROSTER,
      roles: { ...ROSTER.roles, templates: { officers: 3, organisations: 2 } },
    });
    const proposal = waiting.propose();
    waiting.approve(proposal, waiting.reviewed(proposal), 'dan', 'ben');
    const strict = { ...ROSTER, roles: { ...ROSTER.roles, templates: { officers: 3, organisations: 2 } } };
    const state = (): string | undefined => registerOf(waiting.list, fingerprintOf(strict)).proposals[0]?.state;
    expect(state()).toBe('under-review');
    waiting.roster(following(strict, { roles: ROSTER.roles }), ['ada', 'ben', 'cyd']);
    expect(state()).toBe('approved');
  });

  it('are refused among the entries as in a chain', () => {
    const entries = new Entries();
    entries.list.push(signedRoster(following(following(ROSTER)), ['ada', 'ben', 'cyd']));
    expect(refusal(entries)).toBe('ROSTER_GAP');
    const second = following(ROSTER, { witnesses: 0 });
    for (const [roster, signers, code] of [
      [second, ['ada', 'ben'], 'TOO_FEW_SIGNERS'],
      [second, ['ada', 'ada-home', 'ben'], 'DUPLICATE_SIGNER'],
      [following({ ...ROSTER, witnesses: 0 }), ['ada', 'ben', 'cyd'], 'ROSTER_FORKED'],
      [{ ...second, federation: 'staging' }, ['ada', 'ben', 'cyd'], 'WRONG_FEDERATION'],
    ] as const) {
      entries.list.splice(1, 1, signedRoster(roster, signers));
      expect(refusal(entries)).toBe(code);
    }
    // What was in force once isn't again, with the words that counted under it.
    entries.list.splice(1, 1, signedRoster(second, ['ada', 'ben', 'cyd']), signedRoster(ROSTER, ['ada', 'ben', 'cyd']));
    expect(refusal(entries)).toBe('ROSTER_ROLLBACK');
  });
});

/** The payload with the last such text replaced by another. */
function swap(payload: string, from: string, to: string): string {
  const text = Buffer.from(payload, 'base64').toString('utf8');
  const at = text.lastIndexOf(from);
  return Buffer.from(text.slice(0, at) + to + text.slice(at + from.length)).toString('base64');
}
