import { describe, expect, it } from 'vitest';

import { toBase64, utf8Bytes } from '../../../core/base/index.js';
import { ACT_KIND, registerOf, ROSTER_KIND } from '../../../core/governance/index.js';
import type { Register, RosterKey, SignedRoster } from '../../../core/governance/index.js';
import { preAuthenticationEncoding, readEnvelope, writeEnvelope } from '../../../core/signing/index.js';
import type { EnvelopeKind } from '../../../core/signing/index.js';
import { canonicalTemplate, templateDigest } from '../../../core/templates/index.js';
import { Authenticator, FLAGS, formsOf, SITE } from '../signing/passkeys.js';
import type { AssertionChange } from '../signing/passkeys.js';
import {
  codeOf,
  Entries,
  fingerprintOf,
  following,
  NOW,
  publicKeyOf,
  ROSTER,
  signed,
  signedRoster,
  TEMPLATE,
} from './fixtures.js';

/* Officers who sign in a browser: dan has a passkey beside a key file, as the roster says, and others have none. */

const PASSKEYS = { es256: new Authenticator('es256'), eddsa: new Authenticator('eddsa') } as const;
const STRANGER = new Authenticator('es256');
const DIGEST = templateDigest(canonicalTemplate(TEMPLATE));

const inRoster = ({ key }: Authenticator): RosterKey => ({ kind: 'webauthn', publicKey: toBase64(key.publicKey) });

/** The roster with these keys of dan's. */
function rosterWith(roster: SignedRoster, keys: readonly RosterKey[]): SignedRoster {
  const officers = roster.officers.map((officer) => (officer.id === 'dan' ? { ...officer, keys: [...keys] } : officer));
  return { ...roster, officers, passkeys: { rpId: SITE.rpId, origins: [...SITE.origins] } };
}

const fileKey: RosterKey = { kind: 'ed25519', publicKey: publicKeyOf('dan') };

/** The envelope with a passkey's signature more. */
function withPasskey(
  kind: EnvelopeKind,
  bytes: Uint8Array,
  by: Authenticator,
  change: AssertionChange = {},
): Uint8Array {
  const { payload, signatures } = readEnvelope(bytes, kind);
  const signature = by.sign(preAuthenticationEncoding(kind.payloadType, payload), change);
  return writeEnvelope(kind.payloadType, { payload, signatures: [...signatures, signature] });
}

it('a passkey’s ECDSA signature has one form: with the other that holds, an entry is none', () => {
  const roster = rosterWith(ROSTER, [fileKey, inRoster(PASSKEYS.es256)]);
  const entries = new Entries(roster);
  entries.grant({}, ['ada']);
  const grant = withPasskey(ACT_KIND, entries.list.pop() ?? new Uint8Array(), PASSKEYS.es256);
  const made = readEnvelope(grant, ACT_KIND).signatures.find(({ webauthn }) => webauthn !== undefined);
  const { low, high } = formsOf(made?.sig ?? new Uint8Array());
  const otherwise = utf8Bytes(new TextDecoder().decode(grant).replace(toBase64(low), toBase64(high)));
  expect(otherwise).not.toEqual(grant);
  const registered = (last: Uint8Array): Register => registerOf([...entries.list, last], fingerprintOf(roster));
  expect(registered(grant).entries).toBe(2);
  expect(codeOf(() => registered(otherwise))).toBe('BAD_ENTRY');
});

describe.each(['es256', 'eddsa'] as const)('an officer with a passkey (%s)', (algorithm) => {
  const passkey = PASSKEYS[algorithm];
  const roster = rosterWith(ROSTER, [fileKey, inRoster(passkey)]);
  const registered = (entries: Entries): Register => registerOf(entries.list, fingerprintOf(roster));

  /** The last entry, which its signers have signed in files, signed by a passkey too. */
  function lastSigned(entries: Entries, by: Authenticator = passkey, change: AssertionChange = {}): void {
    const last = entries.list.pop() ?? new Uint8Array();
    entries.list.push(withPasskey(ACT_KIND, last, by, change));
  }

  /** A grant by ada, and by a passkey. */
  function granted(by: Authenticator = passkey, change: AssertionChange = {}): Entries {
    const entries = new Entries(roster);
    entries.grant({}, ['ada']);
    lastSigned(entries, by, change);
    return entries;
  }

  it('approves and grants beside officers with key files, and each is counted', () => {
    const entries = new Entries(roster);
    const proposal = entries.propose();
    entries.approve(proposal, entries.reviewed(proposal), 'ben');
    const [short] = registered(entries).proposals;
    expect(short?.state).toBe('under-review');
    lastSigned(entries);
    entries.act({ act: 'publish', proposal }, 'ada');
    entries.grant({}, ['ada']);
    expect(codeOf(() => registered(entries))).toBe('TOO_FEW_SIGNERS');
    lastSigned(entries);
    const asked = registered(entries).assertMayAsk(DIGEST, { organisation: 'justice', analyst: 'anna' }, NOW);
    expect([...asked.approvals.keys()]).toEqual(['ben', 'dan']);
  });

  it('signs a roster as one of those who are needed', () => {
    const founded = signedRoster(roster, ['ada', 'ben', 'cyd']);
    const byTwo = signedRoster(following(roster), ['ada', 'ben']);
    const after = (next: Uint8Array): Register => registerOf([founded, next], fingerprintOf(roster));
    expect(codeOf(() => after(byTwo))).toBe('TOO_FEW_SIGNERS');
    expect(after(withPasskey(ROSTER_KIND, byTwo, passkey)).current.roster.version).toBe(2);
  });

  it('signs on the site that the roster in force names, and on no other', () => {
    const moved = following(roster, { passkeys: { rpId: 'new.example', origins: ['https://new.example'] } });
    const there = { rpId: 'new.example', clientData: { origin: 'https://new.example' } };
    const grantedOn = (change: AssertionChange): Entries => {
      const entries = new Entries(roster);
      entries.roster(moved, ['ada', 'ben', 'cyd']);
      entries.grant({}, ['ada']);
      lastSigned(entries, passkey, change);
      return entries;
    };
    expect(codeOf(() => registered(grantedOn({})))).toBe('BAD_SIGNATURE');
    expect(registered(grantedOn(there)).grants).toHaveLength(1);
    // Of the roster that moves no passkey can be: browsers make another for each site.
    const [founded = new Uint8Array()] = new Entries(roster).list;
    const moving = signedRoster(moved, ['ada', 'ben']);
    for (const change of [{}, there]) {
      const byPasskey = withPasskey(ROSTER_KIND, moving, passkey, change);
      expect(codeOf(() => registerOf([founded, byPasskey], fingerprintOf(roster)))).toBe('BAD_SIGNATURE');
    }
  });

  it('is one person, whatever they sign with', () => {
    const entries = new Entries(roster);
    entries.grant({}, ['dan']);
    lastSigned(entries);
    expect(codeOf(() => registered(entries))).toBe('DUPLICATE_SIGNER');
  });

  it.each<[string, AssertionChange]>([
    ['on another site', { rpId: 'evil.example' }],
    ['on a page of another site', { clientData: { origin: 'https://evil.example' } }],
    ['when nobody is there', { flags: FLAGS.verified }],
    ['when nobody has said who is there', { flags: FLAGS.present }],
    ['when a passkey is made', { clientData: { type: 'webauthn.create' } }],
    ['for another challenge', { clientData: { challenge: Buffer.alloc(32).toString('base64url') } }],
  ])('signs nothing %s', (_, change) => {
    expect(registered(granted()).grants).toHaveLength(1);
    expect(codeOf(() => registered(granted(passkey, change)))).toBe('BAD_SIGNATURE');
  });

  it('signs one act and no other', () => {
    const entries = granted();
    const { payload, signatures } = readEnvelope(entries.list.pop() ?? new Uint8Array(), ACT_KIND);
    const text = new TextDecoder().decode(payload).replace('2027-01-31', '2027-01-30');
    const changed = new TextEncoder().encode(text);
    entries.list.push(withPasskey(ACT_KIND, signed(ACT_KIND, changed, ['ada']), passkey));
    expect(registered(entries).grants.map(({ until }) => until)).toEqual(['2027-01-30']);
    const [, own] = signatures;
    const {
      signatures: [adas],
    } = readEnvelope(entries.list.pop() ?? new Uint8Array(), ACT_KIND);
    if (own === undefined || adas === undefined) throw new Error('two signatures');
    entries.list.push(writeEnvelope(ACT_KIND.payloadType, { payload: changed, signatures: [adas, own] }));
    expect(codeOf(() => registered(entries))).toBe('BAD_SIGNATURE');
  });

  it('signs nothing without what the authenticator has signed', () => {
    const entries = granted();
    const { payload, signatures } = readEnvelope(entries.list.pop() ?? new Uint8Array(), ACT_KIND);
    const bare = signatures.map(({ keyid, sig }) => ({ keyid, sig }));
    entries.list.push(writeEnvelope(ACT_KIND.payloadType, { payload, signatures: bare }));
    expect(codeOf(() => registered(entries))).toBe('BAD_SIGNATURE');
  });

  it('is nobody with a passkey that the roster doesn’t know, or no longer knows', () => {
    expect(codeOf(() => registered(granted(STRANGER)))).toBe('UNKNOWN_SIGNER');
    const entries = new Entries(roster);
    const proposal = entries.propose();
    entries.approve(proposal, entries.reviewed(proposal), 'ben');
    lastSigned(entries);
    expect(registered(entries).proposals[0]?.state).toBe('approved');
    entries.roster(following(roster, { officers: rosterWith(ROSTER, [fileKey]).officers }), ['ada', 'ben', 'cyd']);
    // Dan is an officer still: it is the passkey's word that no longer counts.
    expect(registered(entries).proposals[0]?.state).toBe('under-review');
    entries.grant({}, ['ada']);
    lastSigned(entries);
    expect(codeOf(() => registered(entries))).toBe('UNKNOWN_SIGNER');
  });
});
