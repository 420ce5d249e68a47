import { describe, expect, test } from 'vitest';

import { ActDesk, type SignedAct } from '../../../coordinator/governance/act-desk.js';
import { createKeptReviews, type KeptReviews } from '../../../coordinator/governance/kept-reviews.js';
import { TemplatesInForce } from '../../../coordinator/register/live-templates.js';
import { lookAtRegister } from '../../../coordinator/register/register-users.js';
import { openDatabase } from '../../../coordinator/store/database.js';
import { silentLog, toBase64, toHex, utf8Bytes } from '../../../core/base/index.js';
import {
  ACT_KIND,
  ACT_PAYLOAD_TYPE,
  actDigest,
  actPayload,
  registerOf,
  signPayload,
  STATEMENT_KIND,
  statementPayload,
  stateRegister,
} from '../../../core/governance/index.js';
import type { Act, ActOrigin, SignedRoster, UnmadeAct } from '../../../core/governance/index.js';
import { preAuthenticationEncoding, readEnvelope } from '../../../core/signing/index.js';
import { canonicalTemplate } from '../../../core/templates/index.js';
import type { RegisterInForce } from '../../../runtime/index.js';
import {
  ALL_MET,
  codeOf,
  Entries,
  fingerprintOf,
  keyOf,
  marks,
  ROSTER,
  signed,
  TEMPLATE,
} from '../governance/fixtures.js';
import { catalogue } from '../templates/fixtures.js';
import { Folder, HOUR } from '../runtime/register-fixtures.js';
import { Authenticator, FLAGS, formsOf, SITE } from '../signing/passkeys.js';

/** The officers' passkeys, beside their key files. */
const PASSKEYS = new Map(
  ROSTER.officers.map(({ id }, place) => [id, new Authenticator(place % 2 === 0 ? 'es256' : 'eddsa')]),
);

const WITH_PASSKEYS: SignedRoster = {
  ...ROSTER,
  passkeys: { rpId: SITE.rpId, origins: [...SITE.origins] },
  officers: ROSTER.officers.map((officer) => ({
    ...officer,
    keys: [...officer.keys, { kind: 'webauthn', publicKey: toBase64(passkeyOf(officer.id).key.publicKey) }],
  })),
};

function passkeyOf(officer: string): Authenticator {
  const found = PASSKEYS.get(officer);
  if (found === undefined) throw new Error(`${officer} has no passkey`);
  return found;
}

function statedBy(entries: readonly Uint8Array[], when: Date, by = 'registry'): Uint8Array {
  const stated = stateRegister(registerOf(entries, fingerprintOf(WITH_PASSKEYS)), entries, when);
  return signPayload(STATEMENT_KIND, statementPayload(stated), keyOf(by));
}

type Made = (complete: (unmade: UnmadeAct) => Act) => readonly Act[];

/** A desk on a register of its own, and officers with passkeys who come to it. */
class Office {
  readonly entries = new Entries(WITH_PASSKEYS);
  readonly folder = new Folder(WITH_PASSKEYS);
  readonly registers: RegisterInForce;
  readonly reviews: KeptReviews;
  readonly desk: ActDesk;
  changes = 0;
  #seconds = 0;

  /** Of whatever is signed with a key file here. */
  readonly origin: ActOrigin = {
    ...{ federation: 'demo', roster: fingerprintOf(WITH_PASSKEYS) },
    made: '2026-11-23T13:00:00Z',
  };

  constructor() {
    this.folder.write(this.entries.list);
    this.registers = this.folder.open().registers;
    this.reviews = createKeptReviews(openDatabase(':memory:'));
    this.desk = this.restarted();
  }

  /** Another desk, with what the one before has kept. */
  restarted({ take }: Partial<Pick<RegisterInForce, 'take'>> = {}): ActDesk {
    const { registers, reviews } = this;
    return new ActDesk({
      registers: {
        get copy() {
          return registers.copy;
        },
        get register() {
          return registers.register;
        },
        take: take ?? ((news) => registers.take(news)),
      },
      ...{ reviews, log: silentLog },
      changed: () => (this.changes += 1),
      clock: { now: () => new Date(Date.UTC(2026, 10, 23, 12) + 1_000 * (this.#seconds += 1)) },
    });
  }

  signed(officer: string, made: Made, change: object = {}, by = officer): readonly SignedAct[] {
    return this.desk.prepare(officer, made).map(({ payload }) => {
      const encoded = preAuthenticationEncoding(ACT_PAYLOAD_TYPE, payload);
      const { sig, webauthn } = passkeyOf(by).sign(encoded, change);
      if (webauthn === undefined) throw new Error('a passkey signs with an assertion');
      return { payload, sig, assertion: webauthn };
    });
  }

  act(officer: string, unmade: UnmadeAct): void {
    this.desk.sign(
      officer,
      this.signed(officer, (complete) => [complete(unmade)]),
    );
  }

  /** Digest of the proposal. */
  propose(officer = 'ada'): string {
    const template = toBase64(canonicalTemplate(TEMPLATE));
    this.act(officer, { act: 'propose', template, authors: [], organisations: [] });
    return this.proposal.digest;
  }

  review(officer: string, proposal: string, principles = ALL_MET): readonly SignedAct[] {
    return this.signed(officer, (complete) => {
      const salt = toHex(new Uint8Array(32).fill(officer.length));
      const review = complete({ act: 'review', proposal, officer, salt, principles });
      return [review, complete({ act: 'commit-review', proposal, officer, review: actDigest(actPayload(review)) })];
    });
  }

  get proposal(): RegisterInForce['register']['proposals'][number] {
    const [proposal] = this.registers.register.proposals;
    if (proposal === undefined) throw new Error('nothing was proposed');
    return proposal;
  }
}

describe('a desk where officers sign with passkeys', () => {
  test('takes a template from its proposal to where it may be asked, and says each step in plain English first', () => {
    const office = new Office();
    const proposal = office.propose();
    office.desk.sign('ben', office.review('ben', proposal));
    office.desk.sign('cyd', office.review('cyd', proposal));
    expect(office.proposal.reviews.size).toBe(2);

    const reviews = [...office.proposal.reviews.values()].map(({ digest }) => digest).toSorted();
    const [read] = office.desk.prepare('ben', (complete) => [complete({ act: 'approve', proposal, reviews })]);
    expect(read?.sections[0]?.heading).toContain('Approval of');
    expect(read?.sections[0]?.paragraphs.join(' ')).toContain('You sign it as Officer ben (ben).');
    office.act('ben', { act: 'approve', proposal, reviews });
    office.act('dan', { act: 'approve', proposal, reviews });
    office.act('ada', { act: 'publish', proposal });
    expect(office.proposal.state).toBe('live');

    office.act('dan', { act: 'revoke', proposal, reason: 'It was a mistake.' });
    expect(office.proposal).toMatchObject({ state: 'revoked', reason: 'It was a mistake.' });
    // One for each entry: the proposal, two commitments, two reviews, two approvals, publication, revocation.
    expect(office.registers.register.entries).toBe(1 + 9);
    expect(office.changes).toBe(9);
  });

  test('keeps a review until the other reviewer has committed to one, and then shows both', () => {
    const office = new Office();
    const proposal = office.propose();
    office.desk.sign('ben', office.review('ben', proposal, marks('not-met')));
    expect(office.proposal.commitments.size).toBe(1);
    expect(office.proposal.reviews.size).toBe(0);
    expect(office.reviews.of(proposal).map(({ officer }) => officer)).toEqual(['ben']);
    // Not a word of it is in the register, which everybody can read.
    const text = office.registers.copy.entries.map((entry) => Buffer.from(entry).toString('utf8')).join('\n');
    expect(text).not.toContain(Buffer.from('Asked for by victims.').toString('base64').slice(0, 20));
    expect(text.split('\n')).toHaveLength(3);

    office.desk.sign('cyd', office.review('cyd', proposal));
    expect(office.proposal.reviews.size).toBe(2);
    expect(office.proposal.state).toBe('draft');
    expect(office.reviews.proposals()).toEqual([]);
  });

  test('shows kept reviews also where the other commitment came by a key file', () => {
    const office = new Office();
    const proposal = office.propose();
    office.desk.sign('ben', office.review('ben', proposal));
    const review = {
      ...office.origin,
      act: 'commit-review',
      proposal,
      officer: 'cyd',
      review: 'ab'.repeat(32),
    } as const;
    office.desk.take(signed(ACT_KIND, actPayload(review), ['cyd']));
    expect([...office.proposal.reviews.keys()]).toEqual(['ben']);
    expect(office.reviews.proposals()).toEqual([]);
  });

  test('adds what was pasted as it was signed, without the white space around it, and nothing that was laid out anew', () => {
    const office = new Office();
    const proposal = office.propose();
    const origin: ActOrigin = {
      federation: 'demo',
      roster: fingerprintOf(WITH_PASSKEYS),
      made: '2026-11-23T13:00:00Z',
    };
    const review = { ...origin, act: 'commit-review', proposal, officer: 'cyd', review: 'ab'.repeat(32) } as const;
    const act = signed(ACT_KIND, actPayload(review), ['cyd']);
    const text = Buffer.from(act).toString();
    expect(codeOf(() => office.desk.take(utf8Bytes(text.replace(':', ': '))))).toBe('BAD_ENTRY');
    office.desk.take(utf8Bytes(`\r\n ${text}\r\n`));
    expect(office.registers.copy.entries.at(-1)).toEqual(act);
  });

  test('keeps a signature in its one form, whichever the authenticator has made', () => {
    const entries = (['low', 'high'] as const).map((form) => {
      const office = new Office();
      const template = toBase64(canonicalTemplate(TEMPLATE));
      const [made] = office.signed('ada', (complete) => [
        complete({ act: 'propose', template, authors: [], organisations: [] }),
      ]);
      if (made === undefined) throw new Error('there is one');
      office.desk.sign('ada', [{ ...made, sig: formsOf(made.sig)[form] }]);
      const [signature] = readEnvelope(office.registers.copy.entries.at(-1) ?? new Uint8Array(), ACT_KIND).signatures;
      return [signature?.sig, formsOf(made.sig).low];
    });
    for (const [kept, low] of entries) expect(kept).toEqual(low);
  });

  test('forgets a review of what has been edited since', () => {
    const office = new Office();
    const proposal = office.propose();
    office.desk.sign('ben', office.review('ben', proposal));
    office.propose();
    expect(office.proposal.digest).not.toBe(proposal);
    expect(office.reviews.proposals()).toEqual([]);
  });

  test('shows after a restart what waited, where the other commitment came by a file meanwhile', () => {
    const office = new Office();
    const proposal = office.propose();
    office.desk.sign('ben', office.review('ben', proposal));
    const review = {
      ...office.origin,
      act: 'commit-review',
      proposal,
      officer: 'cyd',
      review: 'ab'.repeat(32),
    } as const;
    const entry = signed(ACT_KIND, actPayload(review), ['cyd']);
    office.registers.take({ first: office.registers.copy.head.size, entries: [entry], statement: undefined });
    expect([...office.proposal.reviews.keys()]).toEqual([]);
    office.restarted().showReviews();
    expect([...office.proposal.reviews.keys()]).toEqual(['ben']);
    expect(office.reviews.proposals()).toEqual([]);
  });

  test('shows it, too, as soon as the file with the other commitment is seen', () => {
    const office = new Office();
    const proposal = office.propose();
    office.desk.sign('ben', office.review('ben', proposal));
    const review = {
      ...office.origin,
      act: 'commit-review',
      proposal,
      officer: 'cyd',
      review: 'ab'.repeat(32),
    } as const;
    const commitment = signed(ACT_KIND, actPayload(review), ['cyd']);
    office.folder.write([...office.registers.copy.entries, commitment]);
    const told: string[] = [];
    const tell = (whom: string) => (): void => void told.push(whom);
    const users = {
      ...{ registers: office.registers, desk: office.desk, log: silentLog },
      templates: new TemplatesInForce(catalogue),
      ...{ audit: { register: tell('audit') }, registry: { take: tell('registry') } },
      ...{ runs: { registerChanged: tell('runs') }, federation: { recheck: tell('federation') } },
      feed: { changed: tell('feed') },
    };
    // A file that stands still is taken at the second look.
    for (let look = 0; look < 2; look += 1) lookAtRegister(users);
    expect(told).toEqual(['audit', 'registry', 'runs', 'feed', 'federation']);
    expect([...office.proposal.reviews.keys()]).toEqual(['ben']);
  });

  test('loses no review by the same form a second time, and keeps no other', () => {
    const office = new Office();
    const proposal = office.propose();
    const both = office.review('ben', proposal);
    office.desk.sign('ben', both);
    expect(codeOf(() => office.desk.sign('ben', both))).toBe('DUPLICATE_ENTRY');
    expect(office.reviews.of(proposal)).toHaveLength(1);
    office.desk.sign('cyd', office.review('cyd', proposal));
    expect(office.proposal.reviews.size).toBe(2);
    expect(codeOf(() => office.desk.sign('ben', both))).toBe('DUPLICATE_ENTRY');
    expect(office.reviews.proposals()).toEqual([]);
  });

  test('keeps what a full disk keeps it from showing, and shows it the next time', () => {
    const office = new Office();
    const proposal = office.propose();
    office.desk.sign('ben', office.review('ben', proposal));
    const both = office.review('cyd', proposal);
    let writes = 0;
    const full = office.restarted({
      take: (news) => {
        if ((writes += 1) > 1) throw new Error('disk full');
        return office.registers.take(news);
      },
    });
    full.sign('cyd', both);
    expect(office.proposal.commitments.size).toBe(2);
    expect(office.reviews.of(proposal)).toHaveLength(2);
    office.restarted().showReviews();
    expect(office.proposal.reviews.size).toBe(2);
  });

  test('takes what a registrar says of the register, and no earlier word', () => {
    const office = new Office();
    const word = (hour: number): Uint8Array => statedBy(office.registers.copy.entries, HOUR(hour));
    office.desk.take(word(9));
    expect(office.registers.stated?.issued).toBe('2026-11-23T09:00:00Z');
    expect(codeOf(() => office.desk.take(word(8)))).toBe('REGISTER_STALE');
    // Of a time to come.
    expect(codeOf(() => office.desk.take(word(13)))).toBe('REGISTER_STALE');
    const forged = statedBy(office.registers.copy.entries, HOUR(10), 'ada');
    expect(codeOf(() => office.desk.take(forged))).toBe('UNKNOWN_SIGNER');
    expect(office.registers.stated?.issued).toBe('2026-11-23T09:00:00Z');
    expect(office.changes).toBe(1);
  });

  test('refuses a review without its commitment, or in another’s name', () => {
    const office = new Office();
    const proposal = office.propose();
    const [review, commitment] = office.review('ben', proposal);
    if (review === undefined || commitment === undefined) throw new Error('there are two');
    expect(codeOf(() => office.desk.sign('ben', [review]))).toBe('REVIEW_NOT_COMMITTED');
    expect(office.reviews.proposals()).toEqual([]);
    expect(codeOf(() => office.desk.sign('cyd', [review, commitment]))).toBe('BAD_SIGNATURE');
    expect(office.proposal.commitments.size).toBe(0);
  });

  test('keeps nothing of a review whose commitment can’t be taken', () => {
    const office = new Office();
    const proposal = office.propose();
    expect(codeOf(() => office.desk.sign('ada', office.review('ada', proposal)))).toBe('AUTHOR_MAY_NOT');
    expect(codeOf(() => office.desk.sign('abe', office.review('abe', proposal)))).toBe('AUTHORS_ORGANISATION_MAY_NOT');
    expect(office.reviews.proposals()).toEqual([]);
    expect(office.changes).toBe(1);
  });

  test.each([
    ['made on another site', { rpId: 'elsewhere.example' }],
    ['asked by a page of another site', { clientData: { origin: 'https://elsewhere.example' } }],
    ['given without the device having known its owner', { flags: FLAGS.present }],
    ['of another challenge', { clientData: { challenge: 'AAAA' } }],
  ])('refuses a signature that was %s', (_, change) => {
    const office = new Office();
    const template = toBase64(canonicalTemplate(TEMPLATE));
    const made: Made = (complete) => [complete({ act: 'propose', template, authors: [], organisations: [] })];
    expect(codeOf(() => office.desk.sign('ada', office.signed('ada', made, change)))).toBe('BAD_SIGNATURE');
    expect(office.registers.register.entries).toBe(1);
  });

  test('refuses another officer’s passkey, and somebody who is no officer', () => {
    const office = new Office();
    const template = toBase64(canonicalTemplate(TEMPLATE));
    const made: Made = (complete) => [complete({ act: 'propose', template, authors: [], organisations: [] })];
    expect(codeOf(() => office.desk.sign('ada', office.signed('ada', made, {}, 'ben')))).toBe('BAD_SIGNATURE');
    expect(codeOf(() => office.desk.prepare('eve', made))).toBe('UNKNOWN_SIGNER');
  });

  test('says by its own code, not by a number of an entry, what the register can’t take', () => {
    const office = new Office();
    const proposal = office.propose();
    const thrown = (): unknown => {
      try {
        office.act('ada', { act: 'publish', proposal });
        return undefined;
      } catch (error) {
        return error;
      }
    };
    expect(thrown()).toMatchObject({ code: 'WRONG_STATE' });
    expect(String(thrown())).not.toContain('register.jsonl');
    expect(codeOf(() => office.desk.take(new TextEncoder().encode('{}')))).toBe('BAD_ENTRY');
  });
});
