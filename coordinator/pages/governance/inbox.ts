import { nameOf, REVIEWS, standsAside } from '../../../core/governance/index.js';
import type { Proposal, Register, RosterOfficer } from '../../../core/governance/index.js';

/** Something that waits for an officer. */
export interface InboxTask {
  readonly kind: 'review' | 'approve' | 'publish' | 'mend';
  /** Digest of the proposal. */
  readonly proposal: string;
  readonly name: string;
  readonly title: string;
  /** What there is to do, in words. */
  readonly text: string;
}

/** What an officer can do now, in the order in which templates were proposed. */
export function inboxOf(officer: RosterOfficer, register: Pick<Register, 'proposals'>): readonly InboxTask[] {
  return register.proposals.flatMap((proposal) => {
    const doing = taskOf(officer, proposal);
    if (doing === undefined) return [];
    return [{ ...doing, proposal: proposal.digest, name: nameOf(proposal), title: proposal.template.title }];
  });
}

function taskOf(officer: RosterOfficer, proposal: Proposal): Pick<InboxTask, 'kind' | 'text'> | undefined {
  if (proposal.state === 'approved')
    return { kind: 'publish', text: 'It is approved: publish it, so that it may be asked.' };
  if (proposal.state === 'draft' && proposal.proposers.has(officer.organisation)) {
    return { kind: 'mend', text: 'A reviewer found a principle not met: read why, change it and propose it again.' };
  }
  if (mayReview(officer, proposal)) {
    return { kind: 'review', text: 'Review it, without knowing what the other reviewer finds.' };
  }
  if (mayApprove(officer, proposal))
    return { kind: 'approve', text: 'Both reviews are in: read them, and approve it.' };
  return undefined;
}

/** Whether a commitment of theirs would be taken, as far as it follows from the proposal. */
export function mayReview(officer: RosterOfficer, { state, authors, commitments }: Proposal): boolean {
  const isOpen = state === 'proposed' || state === 'under-review';
  return isOpen && commitments.size < REVIEWS && !commitments.has(officer.id) && !standsAside(authors, officer);
}

export function mayApprove(officer: RosterOfficer, { state, authors, reviews, approvals }: Proposal): boolean {
  const isOpen = state === 'under-review' || state === 'approved';
  return isOpen && reviews.size >= REVIEWS && !approvals.has(officer.id) && !standsAside(authors, officer);
}
