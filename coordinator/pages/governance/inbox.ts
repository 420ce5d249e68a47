import { nameOf, REVIEWS, standsAside } from '../../../core/governance/index.js';
import type { Proposal, Register, RosterOfficer, SignedRoster } from '../../../core/governance/index.js';
import type { Account } from '../../access/account.js';

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

type Book = Pick<Register, 'proposals' | 'current'>;

/** How many things wait for whoever has signed in; none for who is no officer by the roster in force. */
export function tasksOf({ officer: id }: Account, register: Book): number {
  const officer = register.current.roster.officers.find((one) => one.id === id);
  return officer === undefined ? 0 : inboxOf(officer, register).length;
}

/** What an officer can do now, in the order in which templates were proposed. */
export function inboxOf(officer: RosterOfficer, { proposals, current }: Book): readonly InboxTask[] {
  return proposals.flatMap((proposal) => {
    const doing = taskOf(officer, proposal, current.roster);
    if (doing === undefined) return [];
    return [{ ...doing, proposal: proposal.digest, name: nameOf(proposal), title: proposal.template.title }];
  });
}

function taskOf(
  officer: RosterOfficer,
  proposal: Proposal,
  roster: SignedRoster,
): Pick<InboxTask, 'kind' | 'text'> | undefined {
  if (proposal.state === 'approved')
    return { kind: 'publish', text: 'It is approved: publish it, so that it may be asked.' };
  if (proposal.state === 'draft' && proposal.proposers.has(officer.organisation)) {
    return { kind: 'mend', text: 'A reviewer found a principle not met: read why, change it and propose it again.' };
  }
  if (mayReview(officer, proposal, roster)) {
    return { kind: 'review', text: 'Review it, without knowing what the other reviewer finds.' };
  }
  if (mayApprove(officer, proposal))
    return { kind: 'approve', text: 'Both reviews are in: read them, and approve it.' };
  return undefined;
}

/** Whether a commitment of theirs would be taken, as far as it follows from the proposal. */
export function mayReview(officer: RosterOfficer, proposal: Proposal, { officers, roles }: SignedRoster): boolean {
  const { state, authors, commitments } = proposal;
  const isOpen = state === 'proposed' || state === 'under-review';
  if (!isOpen || commitments.size >= REVIEWS || commitments.has(officer.id)) return false;
  const isColleagueOfReviewer = officers.some(
    ({ id, organisation }) => commitments.has(id) && organisation === officer.organisation,
  );
  if (isColleagueOfReviewer && roles.templates.organisations >= REVIEWS) return false;
  return !standsAside(authors, officer);
}

export function mayApprove(officer: RosterOfficer, { state, authors, reviews, approvals }: Proposal): boolean {
  const isOpen = state === 'under-review' || state === 'approved';
  return isOpen && reviews.size >= REVIEWS && !approvals.has(officer.id) && !standsAside(authors, officer);
}

/** Whom a template that is not yet live waits for, in words, as an officer reads it; empty where it has been through. */
export function waitsFor(officer: RosterOfficer, proposal: Proposal, roster: SignedRoster): string {
  const { state, commitments, reviews, authors } = proposal;
  const own = commitments.has(officer.id) ? 'Your review is signed. ' : '';
  const aside = standsAside(authors, officer) ? ' You and your organisation stand aside.' : '';
  switch (state) {
    case 'draft':
      return 'Sent back by a reviewer: its authors have to change it and propose it again.';
    case 'proposed':
      return `Waits for two reviewers.${aside}`;
    case 'under-review':
      if (commitments.size < REVIEWS) {
        const others = own === '' ? `One of two reviews is signed, by ${placesOf(commitments, roster)}. ` : own;
        return `${others}It waits for a second reviewer, of another organisation; then both are shown.${aside}`;
      }
      if (reviews.size < REVIEWS) {
        const missing = new Map([...commitments].filter(([id]) => !reviews.has(id)));
        return `Both reviews are signed. It waits for ${placesOf(missing, roster)} to show theirs.${aside}`;
      }
      return `${approvalsOf(proposal, roster)}${aside}`;
    case 'approved':
      return 'Approved. It waits for any officer to publish it.';
    default:
      return '';
  }
}

/** As in “Approvals: 1 of 2, by Data board.” */
function approvalsOf({ approvals }: Proposal, roster: SignedRoster): string {
  const { officers, organisations } = roster.roles.templates;
  const by = approvals.size === 0 ? '' : `, by ${placesOf(approvals, roster)}`;
  const from = organisations > 1 ? ` They have to be of at least ${organisations} organisations.` : '';
  return `Both reviews are in. Approvals: ${approvals.size} of ${officers}${by}.${from}`;
}

/** Names of the organisations of these officers. */
function placesOf(officers: ReadonlyMap<string, unknown>, roster: SignedRoster): string {
  const ids = roster.officers.filter(({ id }) => officers.has(id)).map(({ organisation }) => organisation);
  return ids.length === 0 ? 'an officer who has left' : namesOf(ids, roster);
}

/** Organisations as people know them, each once; by its id where the roster doesn't have it any more. */
export function namesOf(ids: readonly string[], { organisations }: Pick<SignedRoster, 'organisations'>): string {
  return [...new Set(ids)].map((id) => organisations.find((one) => one.id === id)?.name ?? id).join(' and ');
}
