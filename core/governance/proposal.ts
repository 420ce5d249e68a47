import type { Template } from '../templates/index.js';
import type { Approve, CommitReview, Principle, Review } from './act.js';
import { grown, isAuthor, isColleague } from './authors.js';
import type { Authors } from './authors.js';
import { GovernanceError } from './errors.js';
import { officerKeys } from './roster-keys.js';
import type { RosterOfficer, SignedRoster } from './roster.js';
import { reaches } from './signers.js';
import type { Signer } from './signers.js';
import { transition } from './states.js';
import type { TemplateEvent, TemplateState } from './states.js';

/** One version of a template on its way, and what has been signed about it. Nothing here is ever changed in place. */
export interface Proposal {
  /** Digest of the act that proposed it: an edit has another, so what was signed about the text before doesn't count. */
  readonly digest: string;
  readonly template: Template;
  readonly templatePayload: Uint8Array;
  readonly templateDigest: string;
  readonly state: TemplateState;
  /** Organisation of those who proposed it: only they edit it. */
  readonly proposers: ReadonlySet<string>;
  /** Who has a hand in it, over all edits. */
  readonly authors: Authors;
  /** By officer, in the order in which they came. */
  readonly commitments: ReadonlyMap<string, Commitment>;
  readonly reviews: ReadonlyMap<string, ReviewRecord>;
  readonly approvals: ReadonlyMap<string, Standing>;
  /** Why it was revoked. */
  readonly reason?: string;
}

/** Whose word it was, and with which key: it counts as long as the roster has both. */
export interface Standing {
  readonly officer: string;
  readonly keyId: string;
}

export interface Commitment extends Standing {
  readonly review: string;
}

export interface ReviewRecord extends Standing {
  readonly digest: string;
  readonly principles: Review['principles'];
}

/** Nobody has been asked by it yet. */
const PENDING: ReadonlySet<TemplateState> = new Set(['draft', 'proposed', 'under-review', 'approved']);

/** Each blind to the other until both are written. */
export const REVIEWS = 2;

/** The proposal after an event. Thrown when its state has no place for it: GovernanceError WRONG_STATE. */
export function after(proposal: Proposal, event: TemplateEvent, change: Partial<Proposal> = {}): Proposal {
  const state = transition(proposal.state, event);
  if (state === undefined) {
    throw new GovernanceError(
      'WRONG_STATE',
      `${nameOf(proposal)} is ${proposal.state}: ${event.replace('-', ' ')} has no place there.`,
    );
  }
  return { ...proposal, ...change, state };
}

/** Thrown when it isn't the reviewer's to give, or comes too late: GovernanceError. */
export function withCommitment(
  proposal: Proposal,
  act: CommitReview,
  signers: readonly Signer[],
  roster: SignedRoster,
): Proposal {
  const { officer, keyId } = theReviewer(act.officer, signers);
  assertNoAuthor(proposal, officer);
  if (proposal.commitments.has(officer.id)) {
    throw new GovernanceError('DUPLICATE_SIGNER', `${officer.id} has committed to a review of it already.`);
  }
  if (proposal.commitments.size >= REVIEWS) {
    throw new GovernanceError('WRONG_STATE', `${nameOf(proposal)} has its ${REVIEWS} reviewers.`);
  }
  const commitments = new Map(proposal.commitments);
  commitments.set(officer.id, { officer: officer.id, keyId, review: act.review });
  if (!areIndependent(commitments, roster)) {
    throw new GovernanceError('REVIEWERS_NOT_INDEPENDENT', 'The other reviewer is of the same organisation.');
  }
  return after(proposal, 'commit-review', { commitments });
}

/** Thrown when both have not yet committed, or this is not what was committed to: GovernanceError. */
export function withReview(proposal: Proposal, act: Review, signers: readonly Signer[], digest: string): Proposal {
  const { officer, keyId } = theReviewer(act.officer, signers);
  assertNoAuthor(proposal, officer);
  if (proposal.commitments.size < REVIEWS) {
    throw new GovernanceError(
      'REVIEW_TOO_EARLY',
      `A review is shown when both reviewers have committed to theirs; ${proposal.commitments.size} of ${REVIEWS} has.`,
    );
  }
  const commitment = proposal.commitments.get(officer.id);
  if (commitment?.review !== digest) {
    throw new GovernanceError('REVIEW_NOT_COMMITTED', `${officer.id} has not committed to this review.`);
  }
  const reviews = new Map(proposal.reviews).set(officer.id, {
    officer: officer.id,
    keyId,
    digest,
    principles: act.principles,
  });
  const isReturned = reviews.size === REVIEWS && ![...reviews.values()].every(findsAllMet);
  return after(proposal, isReturned ? 'return' : 'review', { reviews });
}

/** Thrown when the reviews are not in, or an approver may not approve it: GovernanceError. */
export function withApproval(
  proposal: Proposal,
  act: Approve,
  signers: readonly Signer[],
  roster: SignedRoster,
): Proposal {
  for (const { officer } of signers) {
    assertNoAuthor(proposal, officer);
    if (proposal.approvals.has(officer.id)) {
      throw new GovernanceError('DUPLICATE_SIGNER', `${officer.id} has approved it already.`);
    }
  }
  if (proposal.reviews.size < REVIEWS) {
    throw new GovernanceError('REVIEWS_MISSING', `${nameOf(proposal)} can be approved once both reviews are in.`);
  }
  const reviews = [...proposal.reviews.values()].map(({ digest }) => digest).toSorted();
  if (act.reviews.join() !== reviews.join()) {
    throw new GovernanceError('WRONG_REVIEWS', 'An approval names the two reviews that there are, by their digests.');
  }
  const approvals = new Map(proposal.approvals);
  for (const { officer, keyId } of signers) approvals.set(officer.id, { officer: officer.id, keyId });
  const approved = after(proposal, 'approve', { approvals });
  return approved.state === 'under-review' && isComplete(approved, roster) ? after(approved, 'complete') : approved;
}

/**
 * What a new roster leaves of what was signed about it: words of those who have gone, with a key that has gone, or who are
 * now of an author's organisation, no longer count. What is live stays so: when it was published, they counted.
 */
export function underRoster(known: Proposal, roster: SignedRoster): Proposal {
  if (!PENDING.has(known.state)) return known;
  const proposal = { ...known, authors: grown(known.authors, roster) };
  if (proposal.state !== 'under-review' && proposal.state !== 'approved') return proposal;
  const reviewersStand = [...proposal.commitments.values()].every((word) => stands(proposal, word, roster));
  if (!reviewersStand || !areIndependent(proposal.commitments, roster)) {
    return after(proposal, 'restart', { commitments: new Map(), reviews: new Map(), approvals: new Map() });
  }
  const approvals = new Map([...proposal.approvals].filter(([, word]) => stands(proposal, word, roster)));
  const left = { ...proposal, approvals };
  const complete = isComplete(left, roster);
  if (left.state === 'approved' && !complete) return after(left, 'reopen');
  return left.state === 'under-review' && complete ? after(left, 'complete') : left;
}

export function nameOf({ template: { template, version } }: Pick<Proposal, 'template'>): string {
  return `${template} version ${version}`;
}

function isComplete({ reviews, approvals }: Proposal, roster: SignedRoster): boolean {
  if (reviews.size < REVIEWS || ![...reviews.values()].every(findsAllMet)) return false;
  const officers = roster.officers.filter(({ id }) => approvals.has(id));
  return reaches(officers, roster.roles.templates);
}

function stands({ authors }: Proposal, { officer: id, keyId }: Standing, roster: SignedRoster): boolean {
  const known = officerKeys(roster).get(keyId);
  return known?.officer.id === id && !isAuthor(authors, known.officer) && !isColleague(authors, known.officer);
}

/** Of two organisations, where the roster asks that of those who approve. */
function areIndependent(commitments: ReadonlyMap<string, Commitment>, roster: SignedRoster): boolean {
  const reviewers = roster.officers.filter(({ id }) => commitments.has(id));
  const organisations = new Set(reviewers.map(({ organisation }) => organisation)).size;
  return organisations >= Math.min(reviewers.length, roster.roles.templates.organisations);
}

function findsAllMet({ principles }: ReviewRecord): boolean {
  const marks: Readonly<Record<Principle, boolean>> = {
    relevant: principles.relevant.mark === 'met',
    impactful: principles.impactful.mark === 'met',
    clearAndInformative: principles.clearAndInformative.mark === 'met',
    nonStigmatising: principles.nonStigmatising.mark === 'met',
  };
  return Object.values(marks).every(Boolean);
}

function assertNoAuthor({ authors }: Proposal, officer: RosterOfficer): void {
  if (isAuthor(authors, officer)) {
    throw new GovernanceError('AUTHOR_MAY_NOT', `${officer.id} has written it, and neither reviews nor approves it.`);
  }
  if (isColleague(authors, officer)) {
    throw new GovernanceError(
      'AUTHORS_ORGANISATION_MAY_NOT',
      `${officer.id} is or was of an author's organisation, and neither reviews nor approves it.`,
    );
  }
}

function theReviewer(claimed: string, signers: readonly Signer[]): Signer {
  const [signer, ...others] = signers;
  if (signer === undefined || others.length > 0 || signer.officer.id !== claimed) {
    throw new GovernanceError('NOT_THE_REVIEWER', 'A review is signed by the one officer it names, and nobody else.');
  }
  return signer;
}
