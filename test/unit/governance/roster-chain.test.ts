import { describe, expect, it } from 'vitest';

import {
  foundingRoster,
  ROSTER_KIND,
  rosterFromPayload,
  rosterOf,
  rosterPayload,
  verifyRosterChain,
} from '../../../core/governance/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import { identityKeys } from '../../../core/templates/index.js';
import {
  codeOf,
  fingerprintOf,
  following,
  NOW,
  publicKeyOf,
  refusalOf,
  ROSTER,
  signed,
  signedRoster,
  without,
} from './fixtures.js';

const PIN = fingerprintOf(ROSTER);
const FIRST = signedRoster(ROSTER, ['ada', 'ben', 'cyd']);
const SECOND_ROSTER = following(ROSTER, { witnesses: 2 });
const SECOND = signedRoster(SECOND_ROSTER, ['ada', 'ben', 'dan']);
const verify = (...envelopes: Uint8Array[]): ReturnType<typeof verifyRosterChain> =>
  verifyRosterChain(PIN, envelopes, NOW);

/** Base64 of the payload of an envelope changed. */
function withPayload(envelope: Uint8Array, change: (payload: string) => string): Uint8Array {
  const json = JSON.parse(new TextDecoder().decode(envelope)) as { payload: string };
  const payload = change(Buffer.from(json.payload, 'base64').toString('utf8'));
  return new TextEncoder().encode(JSON.stringify({ ...json, payload: Buffer.from(payload).toString('base64') }));
}

describe('a chain of rosters', () => {
  it('gives the last one, with its fingerprint', () => {
    expect(verify(FIRST, SECOND)).toEqual({ roster: SECOND_ROSTER, fingerprint: fingerprintOf(SECOND_ROSTER) });
    expect(verifyRosterChain(fingerprintOf(SECOND_ROSTER), [SECOND], NOW).roster.version).toBe(2);
  });

  it('is refused when it begins with another roster than the one pinned', () => {
    const other = signedRoster({ ...ROSTER, witnesses: 0 }, ['ada', 'ben', 'cyd']);
    expect(refusalOf(() => verify(other))).toEqual({ code: 'ROSTER_NOT_PINNED', entry: 0 });
    expect(codeOf(() => verify())).toBe('NO_ROSTER');
  });

  it('is refused one signature short, by the rules of either version', () => {
    expect(refusalOf(() => verify(signedRoster(ROSTER, ['ada', 'ben'])))).toEqual({
      code: 'TOO_FEW_SIGNERS',
      entry: 0,
    });
    expect(refusalOf(() => verify(FIRST, signedRoster(SECOND_ROSTER, ['ada', 'ben'])))).toEqual({
      code: 'TOO_FEW_SIGNERS',
      entry: 1,
    });
    const stricter = following(ROSTER, { roles: { ...ROSTER.roles, roster: { officers: 4, organisations: 2 } } });
    expect(codeOf(() => verify(FIRST, signedRoster(stricter, ['ada', 'ben', 'cyd'])))).toBe('TOO_FEW_SIGNERS');
    expect(verify(FIRST, signedRoster(stricter, ['ada', 'ben', 'cyd', 'dan'])).roster.version).toBe(2);
    const laxer = following(ROSTER, { roles: { ...ROSTER.roles, roster: { officers: 2, organisations: 2 } } });
    expect(codeOf(() => verify(FIRST, signedRoster(laxer, ['ada', 'ben'])))).toBe('TOO_FEW_SIGNERS');
  });

  it('is refused when one person signs twice, also with two keys', () => {
    const twice = withSignatures(SECOND, ([first]) => [first, first, first]);
    expect(codeOf(() => verify(FIRST, twice))).toBe('DUPLICATE_SIGNER');
    expect(codeOf(() => verify(FIRST, signedRoster(SECOND_ROSTER, ['ada', 'ada-home', 'ben'])))).toBe(
      'DUPLICATE_SIGNER',
    );
  });

  it('is refused when those who sign are of too few organisations', () => {
    const two = { ...ROSTER, roles: { ...ROSTER.roles, roster: { officers: 2, organisations: 2 } } };
    const envelope = signedRoster(two, ['ada', 'abe']);
    expect(codeOf(() => verifyRosterChain(fingerprintOf(two), [envelope], NOW))).toBe('TOO_FEW_ORGANISATIONS');
    expect(verifyRosterChain(fingerprintOf(two), [signedRoster(two, ['ada', 'ben'])], NOW).roster).toEqual(two);
  });

  it('is refused when anybody else has signed too', () => {
    expect(codeOf(() => verify(FIRST, signedRoster(SECOND_ROSTER, ['ada', 'ben', 'cyd', 'eve'])))).toBe(
      'UNKNOWN_SIGNER',
    );
  });

  it('is refused when a byte was altered, or the payload written again', () => {
    const altered = withPayload(SECOND, (text) => text.replace('Officer dan', 'Officer dam'));
    expect(codeOf(() => verify(FIRST, altered))).toBe('BAD_SIGNATURE');
    const rewritten = withPayload(SECOND, (text) => JSON.stringify(JSON.parse(text), null, 1));
    expect(codeOf(() => verify(FIRST, rewritten))).toBe('BAD_PAYLOAD');
    const reordered = new TextEncoder().encode(JSON.stringify(ROSTER));
    expect(codeOf(() => rosterFromPayload(reordered))).toBe('BAD_PAYLOAD');
    expect(codeOf(() => foundingRoster(signed(ROSTER_KIND, reordered, ['ada', 'ben', 'cyd'])))).toBe('BAD_PAYLOAD');
  });

  it('is refused when it goes back, stands still or skips a version', () => {
    expect(refusalOf(() => verify(FIRST, SECOND, FIRST))).toEqual({ code: 'ROSTER_ROLLBACK', entry: 2 });
    expect(codeOf(() => verify(FIRST, SECOND, SECOND))).toBe('ROSTER_ROLLBACK');
    const third = signedRoster(following(SECOND_ROSTER), ['ada', 'ben', 'cyd']);
    expect(refusalOf(() => verify(FIRST, third))).toEqual({ code: 'ROSTER_GAP', entry: 1 });
    expect(verify(FIRST, SECOND, third).roster.version).toBe(3);
    expect(codeOf(() => foundingRoster(SECOND))).toBe('ROSTER_GAP');
  });

  it('is refused when it follows another roster of the same version', () => {
    const fork = following({ ...ROSTER, witnesses: 0 });
    expect(codeOf(() => verify(FIRST, signedRoster(fork, ['ada', 'ben', 'cyd'])))).toBe('ROSTER_FORKED');
  });

  it('is refused when it is of another federation', () => {
    const other = following(ROSTER, { federation: 'staging' });
    expect(codeOf(() => verify(FIRST, signedRoster(other, ['ada', 'ben', 'cyd'])))).toBe('WRONG_FEDERATION');
  });

  it('holds on its last day and not on the day after, whatever earlier versions say', () => {
    const at = (time: string, ...envelopes: Uint8Array[]): SignedRoster =>
      verifyRosterChain(PIN, envelopes, new Date(time)).roster;
    expect(at('2027-03-31T23:59:59.999Z', FIRST).version).toBe(1);
    expect(codeOf(() => at('2027-04-01T00:00:00Z', FIRST))).toBe('ROSTER_STALE');
    const renewed = signedRoster(following(ROSTER, { expires: '2028-03-31' }), ['ada', 'ben', 'cyd']);
    expect(at('2027-04-01T00:00:00Z', FIRST, renewed).version).toBe(2);
  });

  it('goes on without an officer who was removed, whose signature then counts for nothing', () => {
    const smaller = without(ROSTER, 'ada');
    const second = signedRoster(smaller, ['ben', 'cyd', 'dan']);
    expect(verify(FIRST, second).roster.officers.map(({ id }) => id)).toEqual(['abe', 'ben', 'cyd', 'dan']);
    const third = following(smaller);
    expect(codeOf(() => verify(FIRST, second, signedRoster(third, ['ada', 'ben', 'cyd'])))).toBe('UNKNOWN_SIGNER');
    expect(verify(FIRST, second, signedRoster(third, ['abe', 'ben', 'cyd'])).roster.version).toBe(3);
  });

  it('lets those who go sign that they go, without counting them among those who stay', () => {
    const smaller = without(ROSTER, 'ada');
    expect(codeOf(() => verify(FIRST, signedRoster(smaller, ['ada', 'ben', 'cyd'])))).toBe('TOO_FEW_SIGNERS');
    expect(verify(FIRST, signedRoster(smaller, ['ada', 'ben', 'cyd', 'dan'])).roster.version).toBe(2);
  });

  it('lets an officer change keys, signing with both', () => {
    const officers = ROSTER.officers.map((each) =>
      each.id === 'ben' ? { ...each, keys: [{ kind: 'ed25519' as const, publicKey: publicKeyOf('ben-2') }] } : each,
    );
    const changed = following(ROSTER, { officers });
    expect(verify(FIRST, signedRoster(changed, ['ben', 'ben-2', 'cyd', 'dan'])).roster.version).toBe(2);
    expect(codeOf(() => verify(FIRST, signedRoster(changed, ['ben-2', 'cyd', 'dan'])))).toBe('TOO_FEW_SIGNERS');
  });
});

describe('what of a roster concerns runs', () => {
  it('is its parties, and nothing of who governs', () => {
    const roster = rosterOf(ROSTER);
    expect(Object.keys(roster).toSorted()).toEqual(['agencies', 'coordinator', 'federation', 'version']);
    expect([...identityKeys(roster).keys()]).toEqual(['coordinator', 'police', 'charity-a']);
    expect(roster).not.toHaveProperty('revoked');
  });

  it('reads back from its own bytes', () => {
    expect(rosterFromPayload(rosterPayload(ROSTER))).toEqual(ROSTER);
  });
});

function withSignatures(envelope: Uint8Array, change: (signatures: unknown[]) => unknown[]): Uint8Array {
  const json = JSON.parse(new TextDecoder().decode(envelope)) as { signatures: unknown[] };
  return new TextEncoder().encode(JSON.stringify({ ...json, signatures: change(json.signatures) }));
}
