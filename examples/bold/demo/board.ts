import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { equalBytes, toBase64, toHex } from '../../../core/base/index.js';
import type { Clock } from '../../../core/base/index.js';
import {
  ACT_KIND,
  actDigest,
  actPayload,
  addSignature,
  completeAct,
  formatRegisterFile,
  instantOf,
  nameOf,
  RegisterFold,
  ROSTER_KIND,
  rosterFingerprint,
  rosterPayload,
  signPayload,
  STATEMENT_KIND,
  statementPayload,
  stateRegister,
} from '../../../core/governance/index.js';
import type { Act, Mark, Principle, Proposal, SignedRoster, UnmadeAct } from '../../../core/governance/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import type { EnvelopeKind } from '../../../core/signing/index.js';
import { canonicalTemplate, parseTemplate } from '../../../core/templates/index.js';

/** Organisation whose analysts may ask. */
export const ANALYSTS = 'research-office';

/** Who proposes, and who reviews and approves; each of an organisation of their own. */
const OFFICERS = { author: 'research-officer', first: 'data-officer', second: 'victims-officer' } as const;
export type Officer = (typeof OFFICERS)[keyof typeof OFFICERS];

const ORGANISATIONS: Readonly<Record<Officer, { readonly id: string; readonly name: string }>> = {
  'research-officer': { id: ANALYSTS, name: 'Research office of the demonstration' },
  'data-officer': { id: 'data-board', name: 'Data board of the demonstration' },
  'victims-officer': { id: 'victims-council', name: 'Victims’ council of the demonstration' },
};

const REGISTRAR = 'registry';
const SALT_BYTES = 32;
const DAY_MS = 86_400_000;
/** Roster and grants hold so long. */
const VALID_DAYS = 60;

/** What governance has to know of a federation. */
export interface BoardPlan {
  readonly federation: string;
  readonly agencies: readonly BoardAgency[];
  /** Base64 of the coordinator's raw Ed25519 public key. */
  readonly coordinator: string;
  /** Codes that templates are asked for. */
  readonly purposes: readonly string[];
  readonly clock: Clock;
  /** Site on which officers may sign with passkeys; none where it is left out. */
  readonly passkeys?: SignedRoster['passkeys'];
}

export interface BoardAgency {
  readonly id: string;
  readonly name: string;
  /** Base64 of its raw Ed25519 public key. */
  readonly identityKey: string;
  readonly datasets: readonly string[];
}

/**
 * The officers of a demonstration, who agree on everything at once: founds a federation, grants every purpose to
 * its analysts, and takes templates through proposal, reviews and approval as real officers would, each with a key of
 * their own. What comes out is a register as any other.
 */
export class Board {
  readonly #clock: Clock;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #registrar = newKey();
  readonly #fold: RegisterFold;
  readonly #entries: Uint8Array[] = [];
  /** Of the first roster, 64 hexadecimal digits. */
  readonly fingerprint: string;

  constructor({ federation, agencies, coordinator, purposes, clock, passkeys }: BoardPlan) {
    this.#clock = clock;
    this.#keys = new Map(Object.values(OFFICERS).map((officer) => [officer, newKey()]));
    const officers = Object.values(OFFICERS);
    const roster: SignedRoster = {
      federation,
      version: 1,
      expires: this.#day(VALID_DAYS),
      organisations: Object.values(ORGANISATIONS),
      officers: officers.map((id) => ({
        id,
        name: `Officer of the demonstration: ${id}`,
        organisation: ORGANISATIONS[id].id,
        keys: [{ kind: 'ed25519', publicKey: toBase64(rawPublicKey(this.#keyOf(id))) }],
      })),
      roles: {
        templates: { officers: 2, organisations: 2 },
        roster: { officers: 2, organisations: 2 },
        grants: { grantors: officers, officers: 2 },
        registrars: [{ id: REGISTRAR, publicKey: toBase64(rawPublicKey(this.#registrar)) }],
      },
      purposes: purposes.map((code) => ({ code, title: code, organisations: [ANALYSTS] })),
      agencies: agencies.map(({ id, name, identityKey, datasets }) => ({
        ...{ id, name, organisation: ORGANISATIONS['data-officer'].id },
        ...{ identityKey, datasets: [...datasets] },
      })),
      coordinator: { identityKey: coordinator },
      witnesses: 0,
      ...(passkeys === undefined ? {} : { passkeys }),
    };
    const payload = rosterPayload(roster);
    this.fingerprint = rosterFingerprint(payload);
    this.#fold = new RegisterFold(this.fingerprint);
    this.#add(this.#signed(ROSTER_KIND, payload, [OFFICERS.first, OFFICERS.second]));
    for (const purpose of purposes) {
      const grant = { act: 'grant', organisation: ANALYSTS, purpose, until: this.#day(VALID_DAYS) } as const;
      this.act(grant, [OFFICERS.first, OFFICERS.second]);
    }
  }

  /** Each as it was signed, in order. */
  get entries(): readonly Uint8Array[] {
    return this.#entries;
  }

  /** As a register's file has it. */
  get file(): Uint8Array {
    return formatRegisterFile(this.#entries);
  }

  get roster(): SignedRoster {
    return this.#fold.register().current.roster;
  }

  /** The registrar's word of now. */
  statement(): Uint8Array {
    const stated = stateRegister(this.#fold.register(), this.#entries, this.#clock.now());
    return signPayload(STATEMENT_KIND, statementPayload(stated), this.#registrar);
  }

  /** Takes a template (YAML) through everything until it is live. Returns its digest, 64 hexadecimal digits. */
  publish(text: string): string {
    const { digest: proposal, templateDigest } = this.propose(text);
    const reviewers = [OFFICERS.first, OFFICERS.second];
    const reviews = reviewers.map((officer) => this.#review(proposal, officer));
    reviews.forEach((review, index) => {
      const officer = reviewers[index] ?? OFFICERS.first;
      this.act({ act: 'commit-review', proposal, officer, review: actDigest(actPayload(review)) }, [officer]);
    });
    reviews.forEach((review, index) => this.#sign(review, [reviewers[index] ?? OFFICERS.first]));
    const digests = reviews.map((review) => actDigest(actPayload(review))).toSorted();
    this.act({ act: 'approve', proposal, reviews: digests }, reviewers);
    this.act({ act: 'publish', proposal }, [OFFICERS.first]);
    return templateDigest;
  }

  /** Proposes a template (YAML), and leaves it at that. */
  propose(text: string): Proposal {
    const template = parseTemplate(text);
    const payload = toBase64(canonicalTemplate(template));
    this.act({ act: 'propose', template: payload, authors: [], organisations: [] }, [OFFICERS.author]);
    return this.#proposal(nameOf({ template }));
  }

  /** Takes what is live under this name away for good. */
  revoke(name: string, reason: string): void {
    const live = this.#fold
      .register()
      .proposals.find(({ template, state }) => template.template === name && state === 'live');
    if (live === undefined) throw new RangeError(`nothing of the name ${name} is live`);
    this.act({ act: 'revoke', proposal: live.digest, reason }, [OFFICERS.second]);
  }

  /** Signs the next version of the roster, changed so. */
  amend(change: (roster: SignedRoster) => Partial<SignedRoster>): void {
    const { roster, fingerprint } = this.#fold.register().current;
    const next = { ...roster, version: roster.version + 1, previous: fingerprint, ...change(roster) };
    this.#add(this.#signed(ROSTER_KIND, rosterPayload(next), [OFFICERS.first, OFFICERS.second]));
  }

  /** Takes in what was signed elsewhere since. Thrown when it isn't this register that goes on: GovernanceError, RangeError. */
  catchUp(entries: readonly Uint8Array[]): void {
    if (!this.#entries.every((entry, place) => isSame(entry, entries[place]))) {
      throw new RangeError('these are not the entries that there were, and more');
    }
    for (const entry of entries.slice(this.#entries.length)) this.#add(entry);
  }

  /** Signs the next version of the roster, in which an officer has this key, too. */
  giveKey(officer: string, key: SignedRoster['officers'][number]['keys'][number]): void {
    this.amend(({ officers }) => ({
      officers: officers.map((one) => (one.id === officer ? { ...one, keys: [...one.keys, key] } : one)),
    }));
  }

  /** Signs anything else. Returns its digest. Thrown when it can't be taken: GovernanceError. */
  act(unmade: UnmadeAct, officers: readonly Officer[]): string {
    return this.#sign(this.#complete(unmade), officers);
  }

  #review(proposal: string, officer: Officer): Act {
    const met: Mark = { mark: 'met', reason: 'It is, for a demonstration.' };
    const principles: Record<Principle, Mark> = {
      relevant: met,
      impactful: met,
      clearAndInformative: met,
      nonStigmatising: met,
    };
    const salt = toHex(new Uint8Array(randomBytes(SALT_BYTES)));
    return this.#complete({ act: 'review', proposal, officer, salt, principles });
  }

  #complete(unmade: UnmadeAct): Act {
    const { roster, fingerprint } = this.#fold.register().current;
    return completeAct(unmade, {
      federation: roster.federation,
      roster: fingerprint,
      made: instantOf(this.#clock.now()),
    });
  }

  #sign(act: Act, officers: readonly Officer[]): string {
    const payload = actPayload(act);
    this.#add(this.#signed(ACT_KIND, payload, officers));
    return actDigest(payload);
  }

  #signed(
    kind: EnvelopeKind,
    payload: Uint8Array,
    [first = OFFICERS.first, ...others]: readonly Officer[],
  ): Uint8Array {
    return others.reduce(
      (envelope, officer) => addSignature(kind, envelope, this.#keyOf(officer)),
      signPayload(kind, payload, this.#keyOf(first)),
    );
  }

  #add(entry: Uint8Array): void {
    this.#fold.take(entry);
    this.#entries.push(entry);
  }

  #proposal(name: string): Proposal {
    const found = this.#fold.register().proposals.find((proposal) => nameOf(proposal) === name);
    if (found === undefined) throw new RangeError(`${name} was not proposed`);
    return found;
  }

  #keyOf(officer: string): KeyObject {
    const key = this.#keys.get(officer);
    if (key === undefined) throw new RangeError(`there is no officer ${officer}`);
    return key;
  }

  #day(after: number): string {
    return new Date(this.#clock.now().getTime() + after * DAY_MS).toISOString().slice(0, 10);
  }
}

function isSame(entry: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && equalBytes(entry, other);
}

function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}
