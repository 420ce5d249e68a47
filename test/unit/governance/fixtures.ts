import { createHash, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { toBase64, toHex } from '../../../core/base/index.js';
import {
  ACT_KIND,
  actDigest,
  actPayload,
  addSignature,
  completeAct,
  GovernanceError,
  instantOf,
  ROSTER_KIND,
  rosterFingerprint,
  rosterPayload,
  signPayload,
} from '../../../core/governance/index.js';
import type {
  Act,
  ActOrigin,
  GovernanceErrorCode,
  Mark,
  Principle,
  Review,
  SignedRoster,
  UnmadeAct,
} from '../../../core/governance/index.js';
import { rawPublicKey, sha256 } from '../../../core/signing/index.js';
import type { EnvelopeKind } from '../../../core/signing/index.js';
import { canonicalTemplate } from '../../../core/templates/index.js';
import type { Template } from '../../../core/templates/index.js';
import { FULL_BODY, template as templateOf } from '../templates/fixtures.js';

/** An Ed25519 key from a seed that the name gives, so that a failure can be repeated. */
export function keyOf(name: string): KeyObject {
  const seed = createHash('sha256').update(name).digest();
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
}

export function publicKeyOf(name: string): string {
  return toBase64(rawPublicKey(keyOf(name)));
}

const officer = (id: string, organisation: string, ...keys: string[]): SignedRoster['officers'][number] => ({
  id,
  name: `Officer ${id}`,
  organisation,
  keys: [id, ...keys].map((key) => ({ kind: 'ed25519', publicKey: publicKeyOf(key) })),
});

/** Five officers of four organisations; ada has a second key, and abe is of her organisation. */
export const ROSTER: SignedRoster = {
  federation: 'demo',
  version: 1,
  expires: '2027-03-31',
  organisations: ['justice', 'police', 'charity', 'probation'].map((id) => ({ id, name: `The ${id}` })),
  officers: [
    officer('ada', 'justice', 'ada-home'),
    officer('abe', 'justice'),
    officer('ben', 'police'),
    officer('cyd', 'charity'),
    officer('dan', 'probation'),
  ],
  roles: {
    templates: { officers: 2, organisations: 2 },
    roster: { officers: 3, organisations: 2 },
    grants: { grantors: ['ada', 'cyd', 'dan'], officers: 2 },
    registrars: [{ id: 'registry', publicKey: publicKeyOf('registry') }],
  },
  purposes: [
    { code: 'research-statistics', title: 'Research and statistics', organisations: ['justice', 'charity'] },
    { code: 'service-planning', title: 'Planning of services', organisations: ['justice'] },
  ],
  agencies: [
    {
      id: 'police',
      name: 'Police',
      organisation: 'police',
      identityKey: publicKeyOf('node-1'),
      datasets: ['police.crimes'],
    },
    {
      id: 'charity-a',
      name: 'A',
      organisation: 'charity',
      identityKey: publicKeyOf('node-2'),
      datasets: ['charities.support'],
    },
  ],
  coordinator: { identityKey: publicKeyOf('coordinator') },
  witnesses: 1,
};

export const TEMPLATE: Template = templateOf(FULL_BODY);
export const NOW = new Date('2026-11-23T12:00:00Z');
export const ALL_MET = marks('met');

export function marks(relevant: Mark['mark']): Readonly<Record<Principle, Mark>> {
  const met = { mark: 'met', reason: 'It is.' } as const;
  return {
    relevant: { mark: relevant, reason: 'Asked for by victims.' },
    impactful: met,
    clearAndInformative: met,
    nonStigmatising: met,
  };
}

export function signed(
  kind: EnvelopeKind,
  payload: Uint8Array,
  [first = '', ...others]: readonly string[],
): Uint8Array {
  return others.reduce(
    (envelope, name) => addSignature(kind, envelope, keyOf(name)),
    signPayload(kind, payload, keyOf(first)),
  );
}

export function signedRoster(roster: SignedRoster, signers: readonly string[]): Uint8Array {
  return signed(ROSTER_KIND, rosterPayload(roster), signers);
}

export function fingerprintOf(roster: SignedRoster): string {
  return rosterFingerprint(rosterPayload(roster));
}

/** The version after, with something changed. */
export function following(roster: SignedRoster, change: Partial<SignedRoster> = {}): SignedRoster {
  return { ...roster, version: roster.version + 1, previous: fingerprintOf(roster), ...change };
}

/** The roster without an officer, wherever one is named. */
export function without(roster: SignedRoster, id: string): SignedRoster {
  const grantors = roster.roles.grants.grantors.filter((each) => each !== id);
  return following(roster, {
    officers: roster.officers.filter((each) => each.id !== id),
    roles: { ...roster.roles, grants: { ...roster.roles.grants, grantors } },
  });
}

type Unmade = UnmadeAct & Partial<ActOrigin>;

/** A log in the making: entries as their signers write them, whether they may or not. */
export class Entries {
  readonly list: Uint8Array[] = [];
  readonly #federation: string;
  /** Fingerprint of the roster that acts name; where a roster isn't taken, it is for the test to set back. */
  inForce = '';
  #seconds = 0;

  constructor(roster: SignedRoster = ROSTER) {
    this.#federation = roster.federation;
    this.roster(roster, ['ada', 'ben', 'cyd']);
  }

  roster(roster: SignedRoster, signers: readonly string[]): void {
    this.list.push(signedRoster(roster, signers));
    this.inForce = fingerprintOf(roster);
  }

  /** Its digest. */
  act(act: Unmade, ...signers: readonly string[]): string {
    const payload = actPayload(this.made(act));
    this.list.push(signed(ACT_KIND, payload, signers));
    return actDigest(payload);
  }

  /** The act as it is signed; no two are made in the same second. */
  made(act: Unmade): Act {
    return completeAct(act, { federation: this.#federation, roster: this.inForce, made: this.#now() });
  }

  #now(): string {
    this.#seconds += 1;
    return instantOf(new Date(Date.UTC(2026, 10, 23) + this.#seconds * 1_000));
  }

  /** Its digest. */
  propose(template: Template = TEMPLATE, signers: readonly string[] = ['ada'], more: object = {}): string {
    const bytes = toBase64(canonicalTemplate(template));
    return this.act({ act: 'propose', template: bytes, authors: [], organisations: [], ...more }, ...signers);
  }

  review(proposal: string, officer: string, principles = ALL_MET): Review {
    const salt = toHex(sha256(new TextEncoder().encode(`${proposal}/${officer}`)));
    return { federation: this.#federation, made: this.#now(), act: 'review', proposal, officer, salt, principles };
  }

  commit(review: Review, signer = review.officer): void {
    const { proposal, officer } = review;
    this.act({ act: 'commit-review', proposal, officer, review: actDigest(actPayload(review)) }, signer);
  }

  reveal(review: Review, signer = review.officer): void {
    this.list.push(signed(ACT_KIND, actPayload(review), [signer]));
  }

  /** Both reviews; their digests, ascending. */
  reviewed(proposal: string, officers: readonly string[] = ['ben', 'cyd'], second = ALL_MET): string[] {
    const reviews = officers.map((id, index) => this.review(proposal, id, index === 0 ? ALL_MET : second));
    for (const review of reviews) this.commit(review);
    for (const review of reviews) this.reveal(review);
    return reviews.map((review) => actDigest(actPayload(review))).toSorted();
  }

  approve(proposal: string, reviews: readonly string[], ...signers: readonly string[]): void {
    this.act({ act: 'approve', proposal, reviews }, ...signers);
  }

  /** A template that is asked: proposed by ada, reviewed by ben and cyd, approved by ben and dan. Its proposal's digest. */
  live(template: Template = TEMPLATE): string {
    const proposal = this.propose(template);
    const reviews = this.reviewed(proposal);
    this.approve(proposal, reviews, 'ben', 'dan');
    this.act({ act: 'publish', proposal }, 'ada');
    return proposal;
  }

  /** Until the end of January 2027; its digest. */
  grant(change: object = {}, signers: readonly string[] = ['ada', 'cyd']): string {
    const purpose = 'research-statistics';
    return this.act({ act: 'grant', organisation: 'justice', purpose, until: '2027-01-31', ...change }, ...signers);
  }
}

/** The code and the entry of what is thrown. */
export function refusalOf(action: () => unknown): { code: GovernanceErrorCode; entry: number | undefined } {
  try {
    action();
  } catch (error) {
    if (error instanceof GovernanceError) return { code: error.code, entry: error.entry };
    throw error;
  }
  throw new Error('nothing was thrown');
}

export function codeOf(action: () => unknown): GovernanceErrorCode {
  return refusalOf(action).code;
}
