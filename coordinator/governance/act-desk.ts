import { withoutSpaceAround, type Clock, type Log } from '../../core/base/index.js';
import {
  ACT_PAYLOAD_TYPE,
  actDigest,
  actFromPayload,
  actPayload,
  completeAct,
  explainAct,
  GovernanceError,
  heardOf,
  instantOf,
  REVIEWS,
  signerKey,
  STATEMENT_KIND,
  type Act,
  type RosterOfficer,
  type RosterSection,
  type UnmadeAct,
} from '../../core/governance/index.js';
import {
  keyIdOf,
  passkeyChallenge,
  payloadTypeOf,
  preAuthenticationEncoding,
  signatureHolds,
  SigningError,
  writeEnvelope,
  type EnvelopeSignature,
  type PasskeyAssertion,
} from '../../core/signing/index.js';
import { RuntimeError, type RegisterInForce } from '../../runtime/index.js';
import type { KeptReview, KeptReviews } from './kept-reviews.js';

/** An act that an officer is about to sign in a browser. */
export interface ActToSign {
  /** The bytes that are signed. */
  readonly payload: Uint8Array;
  /** What the authenticator is to be asked, 32 bytes. */
  readonly challenge: Uint8Array;
  /** What whoever signs makes true, in plain English. */
  readonly sections: readonly RosterSection[];
}

/** The same, signed with a passkey. */
export interface SignedAct {
  readonly payload: Uint8Array;
  readonly sig: Uint8Array;
  readonly assertion: PasskeyAssertion;
}

export interface ActDeskDeps {
  readonly registers: Pick<RegisterInForce, 'copy' | 'register' | 'take'>;
  readonly reviews: KeptReviews;
  /** Tells everything that goes by the register that it has grown. */
  readonly changed: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Where officers act without files: puts acts together for them to sign, and adds what they have signed to the register. It
 * is believed in nothing: what it adds, every node checks for itself.
 */
export class ActDesk {
  readonly #deps: ActDeskDeps;

  constructor(deps: ActDeskDeps) {
    this.#deps = deps;
  }

  /**
   * Puts acts together, as of now and under the roster in force, for the officer to read and sign.
   * Thrown when the officer is none of the roster's: GovernanceError UNKNOWN_SIGNER; when one would be too long: BAD_PAYLOAD.
   */
  prepare(officer: string, unmade: (complete: (unmade: UnmadeAct) => Act) => readonly Act[]): readonly ActToSign[] {
    const { registers, clock } = this.#deps;
    const { register } = registers;
    const signer = this.#officer(officer);
    const { roster, fingerprint } = register.current;
    const origin = { federation: roster.federation, roster: fingerprint, made: instantOf(clock.now()) };
    return unmade((act) => completeAct(act, origin)).map((act) => {
      const payload = actPayload(act);
      return {
        payload,
        challenge: passkeyChallenge(preAuthenticationEncoding(ACT_PAYLOAD_TYPE, payload)),
        // As the register reads it: what it would refuse is not explained as if it could be.
        sections: explainAct(actFromPayload(payload), { register, signer }),
      };
    });
  }

  /**
   * Takes what an officer has signed in a browser. A review waits here until both reviewers have committed to theirs.
   * Thrown when a signature is none of this officer's passkeys, or the register can't take an act: GovernanceError. Then
   * none of them has been taken.
   */
  sign(officer: string, signed: readonly SignedAct[]): void {
    const acts = signed.map((one) => ({
      act: actFromPayload(one.payload),
      digest: actDigest(one.payload),
      envelope: this.#envelope(officer, one),
    }));
    const reviews = acts.flatMap(({ act, digest, envelope }): KeptReview[] =>
      act.act === 'review' ? [{ digest, proposal: act.proposal, officer: act.officer, envelope }] : [],
    );
    const isCommitted = ({ digest, officer: reviewer }: KeptReview): boolean =>
      reviewer === officer && acts.some(({ act }) => act.act === 'commit-review' && act.review === digest);
    if (!reviews.every(isCommitted)) {
      throw new GovernanceError('REVIEW_NOT_COMMITTED', 'A review is signed together with the commitment to it.');
    }
    // First what can't be made again: a commitment without its review could only be taken back by proposing anew.
    const kept = reviews.filter((review) => this.#deps.reviews.put(review, this.#now()));
    try {
      this.#add(acts.filter(({ act }) => act.act !== 'review').map(({ envelope }) => envelope));
    } catch (thrown) {
      // Not one that was here before: a form that is sent a second time must not cost the first its review.
      for (const { digest } of kept) this.#deps.reviews.drop(digest);
      throw thrown;
    }
    this.showReviews();
  }

  /**
   * Takes what was signed elsewhere, with a key file: an act, a roster, or what a registrar says of the register. White space
   * around it, where it was pasted so, is taken off. Thrown when the register can't: GovernanceError.
   */
  take(pasted: Uint8Array): void {
    const signed = withoutSpaceAround(pasted);
    if (isStatement(signed)) this.#state(signed);
    else this.#add([signed]);
    this.showReviews();
  }

  /**
   * Adds kept reviews whose time has come; what can't be shown any more is forgotten. To be called whenever the register has
   * changed, however it did. Nothing is thrown: what a full disk keeps back waits for the next time.
   */
  showReviews(): void {
    const { registers, reviews, log } = this.#deps;
    try {
      for (const digest of reviews.proposals()) {
        const proposal = registers.register.proposals.find((one) => one.digest === digest);
        const isOpen = proposal !== undefined && !isSettled(proposal.state);
        if (isOpen && proposal.commitments.size < REVIEWS) continue;
        if (isOpen) for (const { envelope } of reviews.of(digest)) this.#show(digest, envelope);
        reviews.forget(digest);
      }
    } catch (err) {
      log.error({ event: 'reviews-not-shown', err }, 'kept reviews could not be shown: they stay here');
    }
  }

  #show(proposal: string, envelope: Uint8Array): void {
    try {
      this.#add([envelope]);
    } catch (err) {
      if (!(err instanceof GovernanceError)) throw err;
      // Committed to and edited since, or shown elsewhere: it counts for nothing any more.
      this.#deps.log.warn({ event: 'review-not-shown', proposal, err }, 'a kept review could not be shown');
    }
  }

  #state(statement: Uint8Array): void {
    const { registers, changed } = this.#deps;
    // What the copy here doesn't bear out would stop every run.
    const { trouble } = heardOf(registers.copy, statement);
    if (trouble !== undefined) throw trouble;
    if (!registers.take({ first: registers.copy.head.size, entries: [], statement })) {
      throw new GovernanceError(
        'REGISTER_STALE',
        'A registrar has said this, or something later, already; or it is of a time to come, by the clock of this computer.',
      );
    }
    changed();
  }

  #add(entries: readonly Uint8Array[]): void {
    if (entries.length === 0) return;
    const { registers, changed } = this.#deps;
    try {
      registers.take({ first: registers.copy.head.size, entries, statement: undefined });
    } catch (thrown) {
      // By the number of an entry that isn't in yet nobody finds anything.
      const cause = thrown instanceof RuntimeError ? thrown.cause : thrown;
      if (!(cause instanceof GovernanceError)) throw thrown;
      throw cause.entry !== undefined && cause.cause instanceof GovernanceError ? cause.cause : cause;
    }
    changed();
  }

  #envelope(officerId: string, { payload, sig, assertion }: SignedAct): Uint8Array {
    const { roster } = this.#deps.registers.register.current;
    const encoded = preAuthenticationEncoding(ACT_PAYLOAD_TYPE, payload);
    const keys = this.#officer(officerId).keys.map(signerKey);
    const signatures = keys.map((key): EnvelopeSignature => ({ keyid: keyIdOf(key), sig, webauthn: assertion }));
    const place = keys.findIndex((key, index) => {
      const signature = signatures[index];
      return signature !== undefined && signatureHolds(key, encoded, signature, roster.passkeys);
    });
    const signature = signatures[place];
    if (signature !== undefined) return writeEnvelope(ACT_PAYLOAD_TYPE, { payload, signatures: [signature] });
    throw new GovernanceError(
      'BAD_SIGNATURE',
      'This is no signature of a passkey that the roster has for you: is it the one that you told the officers of?',
    );
  }

  #officer(id: string): RosterOfficer {
    const { officers } = this.#deps.registers.register.current.roster;
    const officer = officers.find((one) => one.id === id);
    if (officer !== undefined) return officer;
    throw new GovernanceError('UNKNOWN_SIGNER', 'The roster in force has no officer of that name.');
  }

  #now(): string {
    return this.#deps.clock.now().toISOString();
  }
}

function isStatement(signed: Uint8Array): boolean {
  try {
    return payloadTypeOf(signed) === STATEMENT_KIND.payloadType;
  } catch (thrown) {
    if (thrown instanceof SigningError) return false;
    throw thrown;
  }
}

function isSettled(state: string): boolean {
  return ['live', 'expired', 'revoked', 'superseded'].includes(state);
}
