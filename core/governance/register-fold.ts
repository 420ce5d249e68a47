import { fromBase64 } from '../base/index.js';
import { payloadTypeOf, SigningError } from '../signing/index.js';
import { TemplateError, templateDigest, templateFromPayload } from '../templates/index.js';
import type { Template } from '../templates/index.js';
import { ACT_KIND, ACT_PAYLOAD_TYPE, actDigest, actFromPayload } from './act.js';
import type { Act, Propose, Revoke } from './act.js';
import { authorsOf, grown, together } from './authors.js';
import type { Authors } from './authors.js';
import { GovernanceError } from './errors.js';
import { granted, withdrawn } from './grants.js';
import type { GrantRecord } from './grants.js';
import { openEnvelope } from './payload.js';
import { after, nameOf, underRoster, withApproval, withCommitment, withReview } from './proposal.js';
import type { Proposal } from './proposal.js';
import { createRegister } from './register.js';
import type { Register } from './register.js';
import { foundingRoster, nextRoster, ROSTER_PAYLOAD_TYPE, atEntry } from './roster-chain.js';
import type { TrustedRoster } from './roster-chain.js';
import { signersOf } from './signers.js';
import type { Signer } from './signers.js';

/**
 * What every node makes of the log for itself: it takes one signed entry after the other, checks each against everything
 * before it, and gives the register. It believes nobody but the roster whose fingerprint is pinned, which may be any
 * version: each names the one before it, so the pin holds for all that led to it.
 *
 * An entry that can't be taken changes nothing.
 */
export class RegisterFold {
  readonly #pinned: string;
  readonly #fingerprints = new Set<string>();
  readonly #seen = new Set<string>();
  /** By template and version. */
  readonly #proposals = new Map<string, Proposal>();
  /** The highest version of each name that was ever published: what was only proposed uses no number up. */
  readonly #settled = new Map<string, number>();
  /**
   * Of each name, who has signed for a version since the last was published: the same text under the next number is still
   * theirs. Whom they only named is not bound by it, or one officer could keep everybody from a name.
   */
  readonly #unpublished = new Map<string, Authors>();
  readonly #grants = new Map<string, GrantRecord>();
  #current: TrustedRoster | undefined;
  #entries = 0;

  /** `pinned`: the fingerprint of the roster, of whichever version, that somebody has checked with an officer. */
  constructor(pinned: string) {
    this.#pinned = pinned;
  }

  /** Takes the next entry. Thrown when it can't be taken: GovernanceError, with its number. */
  take(bytes: Uint8Array): void {
    atEntry(this.#entries, () => {
      if (typeOf(bytes) === ROSTER_PAYLOAD_TYPE) this.#takeRoster(bytes);
      else this.#takeAct(bytes);
    });
    this.#entries += 1;
  }

  /**
   * The register as it stands. Thrown when the pinned roster is none of those in the entries: GovernanceError
   * ROSTER_NOT_PINNED; when there is none at all: NO_ROSTER.
   */
  register(): Register {
    const current = this.#roster();
    if (!this.#fingerprints.has(this.#pinned)) {
      throw new GovernanceError(
        'ROSTER_NOT_PINNED',
        'None of the rosters is the one that was pinned: these entries are of another federation, or forged.',
      );
    }
    return createRegister({
      current,
      entries: this.#entries,
      proposals: [...this.#proposals.values()],
      grants: [...this.#grants.values()],
    });
  }

  #roster(): TrustedRoster {
    if (this.#current === undefined) throw new GovernanceError('NO_ROSTER', 'The first entry must be a roster.');
    return this.#current;
  }

  #takeRoster(bytes: Uint8Array): void {
    const current = this.#current === undefined ? foundingRoster(bytes) : nextRoster(this.#current, bytes);
    const proposals = [...this.#proposals].map(([key, proposal]): [string, Proposal] => [
      key,
      underRoster(proposal, current.roster),
    ]);
    for (const [key, proposal] of proposals) this.#proposals.set(key, proposal);
    for (const [name, authors] of this.#unpublished) this.#unpublished.set(name, grown(authors, current.roster));
    this.#current = current;
    this.#fingerprints.add(current.fingerprint);
  }

  #takeAct(bytes: Uint8Array): void {
    const current = this.#roster();
    const { roster } = current;
    const envelope = openEnvelope(bytes, ACT_KIND);
    const act = actFromPayload(envelope.payload);
    if (act.federation !== roster.federation) {
      throw new GovernanceError(
        'WRONG_FEDERATION',
        `This was signed for another federation than ${roster.federation}.`,
      );
    }
    const digest = actDigest(envelope.payload);
    const signers = signersOf(ACT_PAYLOAD_TYPE, envelope, roster);
    const words = wordsOf(act, digest, signers);
    // More signatures on an act are another act: what was done once can't be done again by sending it again.
    if (words.some((word) => this.#seen.has(word))) {
      throw new GovernanceError('DUPLICATE_ENTRY', 'This act has been taken already.');
    }
    // Last, so that what can't be helped by signing again is said first.
    assertUnder(current, act);
    this.#apply(act, digest, signers);
    for (const word of words) this.#seen.add(word);
  }

  #apply(act: Act, digest: string, signers: readonly Signer[]): void {
    const { roster } = this.#roster();
    switch (act.act) {
      case 'propose':
        this.#propose(act, digest, signers);
        return;
      case 'commit-review':
        this.#put(withCommitment(this.#proposal(act.proposal), act, signers, roster));
        return;
      case 'review':
        this.#put(withReview(this.#proposal(act.proposal), act, signers, digest));
        return;
      case 'approve':
        this.#put(withApproval(this.#proposal(act.proposal), act, signers, roster));
        return;
      case 'publish':
        this.#publish(this.#proposal(act.proposal));
        return;
      case 'revoke':
        this.#revoke(act);
        return;
      case 'grant':
        this.#grants.set(digest, granted(act, digest, signers, roster));
        return;
      case 'withdraw-grant':
        this.#grants.set(act.grant, withdrawn(this.#grants.get(act.grant), act, signers, roster));
    }
  }

  #propose(act: Propose, digest: string, signers: readonly Signer[]): void {
    const { roster } = this.#roster();
    const payload = fromBase64(act.template);
    const template = readTemplate(payload);
    const organisations = new Set(signers.map(({ officer }) => officer.organisation));
    for (const id of act.organisations) {
      if (roster.organisations.some((organisation) => organisation.id === id)) continue;
      throw new GovernanceError('UNKNOWN_ORGANISATION', `The roster has no organisation ${id}.`);
    }
    const writers = roster.officers.filter(({ id }) => act.authors.includes(id));
    if (writers.length !== act.authors.length) {
      throw new GovernanceError('UNKNOWN_SIGNER', 'An author is not an officer: name the organisation instead.');
    }
    const before = this.#proposals.get(keyOf(template));
    if (before !== undefined && [...organisations].some((id) => !before.proposers.has(id))) {
      throw new GovernanceError(
        'NOT_THE_PROPOSER',
        `${nameOf(before)} was proposed by another organisation: take the next version.`,
      );
    }
    const settled = this.#settled.get(template.template) ?? 0;
    if (template.version <= settled || before?.state === 'revoked') {
      const highest = Math.max(settled, before?.template.version ?? 0);
      throw new GovernanceError(
        'VERSION_NOT_NEW',
        `${template.template} has been as far as version ${highest}: take the next one.`,
      );
    }
    const signedBy = authorsOf(
      signers.map(({ officer }) => officer.id),
      organisations,
      roster,
    );
    const proposal: Proposal = {
      digest,
      template,
      templatePayload: payload,
      templateDigest: templateDigest(payload),
      state: before?.state ?? 'draft',
      proposers: before?.proposers ?? organisations,
      // Whoever had a hand in the text before has one in what was made of it.
      authors: together([
        ...(before === undefined ? this.#unpublishedBy(template) : [before.authors]),
        authorsOf(
          [...signedBy.people, ...act.authors],
          [...organisations, ...writers.map(({ organisation }) => organisation), ...act.organisations],
          roster,
        ),
      ]),
      commitments: new Map(),
      reviews: new Map(),
      approvals: new Map(),
    };
    this.#put(after(proposal, before === undefined ? 'propose' : 'edit'));
    this.#unpublished.set(template.template, together([...this.#unpublishedBy(template), signedBy]));
  }

  #unpublishedBy({ template }: Template): Authors[] {
    const authors = this.#unpublished.get(template);
    return authors === undefined ? [] : [authors];
  }

  #publish(proposal: Proposal): void {
    const { template, version } = proposal.template;
    const live = after(proposal, 'publish');
    if (version <= (this.#settled.get(template) ?? 0)) {
      throw new GovernanceError('VERSION_NOT_NEW', `A later version of ${template} has been published.`);
    }
    const superseded = [...this.#proposals.values()].filter(
      (other) => other.template.template === template && other.state === 'live',
    );
    for (const other of superseded) this.#put(after(other, 'supersede'));
    this.#put(live);
    this.#settled.set(template, version);
    this.#unpublished.delete(template);
  }

  /** Any one officer may: to stop a question can wait for nobody, and to ask it again takes a new version. */
  #revoke(act: Revoke): void {
    this.#put(after(this.#proposal(act.proposal), 'revoke', { reason: act.reason }));
  }

  /** Thrown when there is none, or it has been edited: GovernanceError UNKNOWN_PROPOSAL. */
  #proposal(digest: string): Proposal {
    const proposal = [...this.#proposals.values()].find((each) => each.digest === digest);
    if (proposal === undefined) {
      throw new GovernanceError('UNKNOWN_PROPOSAL', 'There is no such proposal, or it has been edited since.');
    }
    return proposal;
  }

  #put(proposal: Proposal): void {
    this.#proposals.set(keyOf(proposal.template), proposal);
  }
}

/**
 * The register that a log's entries of governance give, all in order. Thrown when one of them can't be taken, or the
 * pinned roster is not among them: GovernanceError.
 */
export function registerOf(entries: Iterable<Uint8Array>, pinned: string): Register {
  const fold = new RegisterFold(pinned);
  for (const entry of entries) fold.take(entry);
  return fold.register();
}

function keyOf({ template, version }: Template): string {
  return `${template} ${version}`;
}

/** Thrown when it was signed under another roster than the one in force: GovernanceError ROSTER_NOT_IN_FORCE. */
export function assertUnder({ roster: { version }, fingerprint }: TrustedRoster, act: Act): void {
  if (!('roster' in act) || act.roster === fingerprint) return;
  throw new GovernanceError(
    'ROSTER_NOT_IN_FORCE',
    `This was signed under another roster than version ${version}, which is in force: make it anew and sign it again.`,
  );
}

/**
 * What can be said once. An approval says nothing of who gives it, so two who approve in one second sign the same act: each
 * word counts for itself.
 */
function wordsOf({ act }: Act, digest: string, signers: readonly Signer[]): readonly string[] {
  return act === 'approve' ? signers.map(({ keyId }) => `${digest} ${keyId}`) : [digest];
}

function typeOf(bytes: Uint8Array): string {
  if (bytes.length > ACT_KIND.maxBytes) {
    throw new GovernanceError('BAD_ENTRY', `An entry must have at most ${ACT_KIND.maxBytes} bytes.`);
  }
  try {
    return payloadTypeOf(bytes);
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    throw new GovernanceError('BAD_ENTRY', cause.message, { cause });
  }
}

function readTemplate(payload: Uint8Array): Template {
  try {
    return templateFromPayload(payload);
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new GovernanceError('BAD_PAYLOAD', cause.message, { cause });
  }
}
