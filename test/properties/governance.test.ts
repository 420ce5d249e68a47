import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { actDigest, actFromPayload, RegisterFold, registerOf } from '../../core/governance/index.js';
import type { Act, Proposal, Review, SignedRoster, Threshold } from '../../core/governance/index.js';
import { keyIdOf } from '../../core/signing/index.js';
import { fromBase64 } from '../../core/base/index.js';
import {
  ALL_MET,
  Entries,
  fingerprintOf,
  following,
  marks,
  NOW,
  ROSTER,
  TEMPLATE,
} from '../unit/governance/fixtures.js';
import { propertyOptions, testSeed } from '../support/seeded-rng.js';

/*
 * Random histories, most of whose entries break a rule. What can't be taken is left out, as a node would refuse it. Whatever
 * is live at the end is then counted anew, from the entries alone and by other means: by hand, as an officer would who has
 * a pencil.
 */

const HISTORIES = 40;
const OFFICERS = ROSTER.officers.map(({ id }) => id);
const SIGNERS = [...OFFICERS, 'ada-home', 'eve'];

interface Step {
  readonly what: 'propose' | 'review' | 'approve' | 'publish' | 'revoke' | 'roster' | 'replay' | 'alter';
  readonly who: readonly string[];
  readonly number: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(
    { weight: 1, arbitrary: fc.constant('propose' as const) },
    { weight: 6, arbitrary: fc.constant('review' as const) },
    { weight: 8, arbitrary: fc.constant('approve' as const) },
    { weight: 5, arbitrary: fc.constant('publish' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('revoke' as const, 'roster' as const, 'replay' as const, 'alter' as const),
    },
  ),
  who: fc.uniqueArray(fc.constantFrom(...SIGNERS), { minLength: 1, maxLength: 2 }),
  number: fc.nat(1_000),
});

/** More officers than organisations, so that neither follows from the other. */
const threshold: fc.Arbitrary<Threshold> = fc.constantFrom(
  { officers: 2, organisations: 2 },
  { officers: 2, organisations: 1 },
  { officers: 3, organisations: 2 },
);

/** A history and what could be taken of it. */
class History {
  readonly taken: Uint8Array[] = [];
  readonly pin: string;
  readonly #fold: RegisterFold;
  readonly #entries: Entries;
  readonly #reviews = new Map<string, Review>();
  #roster: SignedRoster;
  refused = 0;

  constructor(steps: readonly Step[], templates: Threshold) {
    this.#roster = { ...ROSTER, roles: { ...ROSTER.roles, templates } };
    this.pin = fingerprintOf(this.#roster);
    this.#fold = new RegisterFold(this.pin);
    this.#entries = new Entries(this.#roster);
    this.#takeNew();
    for (const each of steps) {
      this.#write(each);
      this.#takeNew();
    }
  }

  get register(): ReturnType<RegisterFold['register']> {
    return this.#fold.register();
  }

  #takeNew(): void {
    for (const entry of this.#entries.list.splice(0)) {
      try {
        this.#fold.take(entry);
        this.taken.push(entry);
      } catch {
        this.refused += 1;
      }
    }
  }

  #pick(number: number): Proposal | undefined {
    const { proposals } = this.register;
    return proposals[number % Math.max(1, proposals.length)];
  }

  #write({ what, who, number }: Step): void {
    const entries = this.#entries;
    const proposal = this.#pick(number);
    if (what === 'propose' || proposal === undefined) {
      entries.propose({ ...TEMPLATE, version: 1 + (number % 2) }, who.slice(0, 1 + (number % 3 === 0 ? 1 : 0)), {
        authors: number % 5 === 0 ? ['dan'] : [],
      });
      return;
    }
    const digests = [...proposal.reviews.values()].map(({ digest }) => digest).toSorted();
    switch (what) {
      case 'review': {
        for (const id of who) {
          const key = `${proposal.digest} ${id}`;
          const review =
            this.#reviews.get(key) ?? entries.review(proposal.digest, id, number % 9 ? ALL_MET : marks('not-met'));
          this.#reviews.set(key, review);
          // Now and then without its reviewer's word, or before the other's.
          if (number % 5 === 0) entries.reveal(review);
          else entries.commit(review);
        }
        for (const [key, review] of this.#reviews) if (key.startsWith(proposal.digest)) entries.reveal(review);
        return;
      }
      case 'approve':
        // In one act together, or each alone.
        for (const signers of number % 2 === 0 ? [who] : who.map((one) => [one])) {
          entries.approve(proposal.digest, number % 9 === 0 ? [] : digests, ...signers);
        }
        return;
      case 'publish':
        return void entries.act({ act: 'publish', proposal: proposal.digest }, ...who);
      case 'revoke':
        return void entries.act({ act: 'revoke', proposal: proposal.digest, reason: 'No.' }, ...who);
      case 'roster':
        this.#newRoster(number);
        return;
      case 'replay':
        return void entries.list.push(this.taken[number % this.taken.length] ?? new Uint8Array());
      default: {
        const entry = Uint8Array.from(this.taken[number % this.taken.length] ?? []);
        entry[number % entry.length] = (entry[number % entry.length] ?? 0) ^ 1;
        entries.list.push(entry);
      }
    }
  }

  /** Somebody goes, comes back or changes organisation. */
  #newRoster(number: number): void {
    const gone = OFFICERS[number % OFFICERS.length];
    const officers =
      this.#roster.officers.length < OFFICERS.length
        ? ROSTER.officers
        : number % 2 === 0
          ? ROSTER.officers.filter(({ id }) => id !== gone || ROSTER.roles.grants.grantors.includes(id))
          : ROSTER.officers.map((each) => (each.id === gone ? { ...each, organisation: 'justice' } : each));
    const next = following(this.#roster, { officers });
    this.#entries.roster(
      next,
      ['ada', 'ben', 'cyd'].filter((id) => this.#roster.officers.some((each) => each.id === id)),
    );
    const before = this.register.current.roster.version;
    this.#takeNew();
    if (this.register.current.roster.version > before) this.#roster = next;
    this.#entries.inForce = this.register.current.fingerprint;
  }
}

interface Signed {
  readonly act: Act;
  readonly digest: string;
  readonly keyids: readonly string[];
}

function opened(entry: Uint8Array): Signed | SignedRoster {
  const { payloadType, payload, signatures } = JSON.parse(new TextDecoder().decode(entry)) as {
    payloadType: string;
    payload: string;
    signatures: { keyid: string }[];
  };
  const bytes = fromBase64(payload);
  if (payloadType.includes('roster')) return JSON.parse(new TextDecoder().decode(bytes)) as SignedRoster;
  return { act: actFromPayload(bytes), digest: actDigest(bytes), keyids: signatures.map(({ keyid }) => keyid) };
}

/** Whether those who had signed when it was published were enough, by the roster of that moment. */
function wasApproved({ digest }: Proposal, taken: readonly Uint8Array[]): boolean {
  const log = taken.map(opened);
  const published = log.findIndex(
    (entry) => 'act' in entry && entry.act.act === 'publish' && entry.act.proposal === digest,
  );
  const before = log.slice(0, published);
  const roster = before.filter((entry): entry is SignedRoster => !('act' in entry)).at(-1);
  const acts = before.filter((entry): entry is Signed => 'act' in entry);
  const proposal = acts.find((entry) => entry.digest === digest);
  if (published < 0 || roster === undefined || proposal?.act.act !== 'propose') return false;

  const people = new Map(
    roster.officers.flatMap(({ id, organisation, keys }) =>
      keys.map(({ kind, publicKey }) => [keyIdOf({ kind, publicKey: fromBase64(publicKey) }), { id, organisation }]),
    ),
  );
  const everybody = new Map(
    ROSTER.officers.flatMap(({ id, organisation, keys }) =>
      keys.map(({ kind, publicKey }) => [keyIdOf({ kind, publicKey: fromBase64(publicKey) }), { id, organisation }]),
    ),
  );
  const writers = [...proposal.keyids.map((keyid) => everybody.get(keyid)?.id ?? ''), ...proposal.act.authors];
  const may = (keyid: string): boolean => {
    const person = people.get(keyid);
    return person !== undefined && !writers.includes(person.id);
  };
  const signersOf = (name: Act['act']): string[] =>
    acts
      .filter(({ act }) => act.act === name && 'proposal' in act && act.proposal === digest)
      .flatMap(({ keyids }) => keyids)
      .filter(may);
  const count = (keyids: readonly string[]): readonly [number, number] => {
    const found = keyids.map((keyid) => people.get(keyid));
    return [new Set(found.map((each) => each?.id)).size, new Set(found.map((each) => each?.organisation)).size];
  };
  const [approvers, organisations] = count(signersOf('approve'));
  const [reviewers, reviewersOrganisations] = count(signersOf('review'));
  const allMet = acts
    .flatMap(({ act }) => (act.act === 'review' && act.proposal === digest ? [act] : []))
    .every(({ principles }) => Object.values(principles).every(({ mark }) => mark === 'met'));
  return (
    approvers >= roster.roles.templates.officers &&
    organisations >= roster.roles.templates.organisations &&
    reviewers === 2 &&
    reviewersOrganisations >= Math.min(2, roster.roles.templates.organisations) &&
    allMet
  );
}

/** Of one commitment and its review: the review came after the other's commitment too. */
function wasBlind({ digest }: Proposal, taken: readonly Uint8Array[]): boolean {
  const names = taken
    .map(opened)
    .flatMap((entry) =>
      'act' in entry && 'proposal' in entry.act && entry.act.proposal === digest ? [entry.act.act] : [],
    );
  return names.lastIndexOf('commit-review') < names.indexOf('review');
}

describe(`random histories (seed ${testSeed})`, () => {
  const totals = { live: 0, refused: 0, taken: 0 };
  afterAll(() => {
    // Else nothing was shown.
    expect(totals.live).toBeGreaterThan(HISTORIES / 10);
    expect(totals.refused).toBeGreaterThan(totals.taken / 4);
  });

  it('never make a template live that too few have approved', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 80, size: 'max' }), threshold, (steps, templates) => {
        const history = new History(steps, templates);
        const { proposals } = history.register;
        const published = proposals.filter(({ state }) => ['live', 'superseded'].includes(state));
        for (const proposal of published) {
          expect(wasApproved(proposal, history.taken)).toBe(true);
          // A new roster may have started the reviews anew; where none did, they were blind to each other.
          if (!history.taken.map(opened).some((entry) => !('act' in entry) && entry.version > 1)) {
            expect(wasBlind(proposal, history.taken)).toBe(true);
          }
        }
        expect(history.register.live(NOW).length).toBeLessThanOrEqual(1);
        // What was refused has left no trace: those who never saw it have the same register.
        expect(registerOf(history.taken, history.pin).proposals).toEqual(proposals);
        totals.live += published.length;
        totals.refused += history.refused;
        totals.taken += history.taken.length;
      }),
      { ...propertyOptions, numRuns: HISTORIES },
    );
  });
});
