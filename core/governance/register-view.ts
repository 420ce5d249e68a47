import type { Act, Review } from './act.js';
import { REVIEWS } from './proposal.js';
import type { Proposal } from './proposal.js';
import type { Register } from './register.js';
import type { RecordedAct } from './register-history.js';
import type { TemplateState } from './states.js';

/** A register for people and programs to read, as of a day. Days are those of UTC, by the clocks of those who signed. */
export interface RegisterView {
  readonly federation: string;
  readonly entries: number;
  readonly roster: {
    readonly version: number;
    readonly fingerprint: string;
    /** ISO date of its last day. */
    readonly expires: string;
    readonly isInForce: boolean;
  };
  /** In the order in which they were first proposed. */
  readonly templates: readonly TemplateStanding[];
  readonly grants: readonly GrantStanding[];
}

export interface TemplateStanding {
  readonly template: string;
  readonly version: number;
  readonly title: string;
  readonly purpose: string;
  readonly state: TemplateState;
  readonly expires: string;
  /** Digest of the proposal. */
  readonly proposal: string;
  readonly digest: string;
  readonly proposed: string;
  readonly published?: string;
  readonly revoked?: { readonly on: string; readonly by: string; readonly reason: string };
  /** Organisations of all who have written it. */
  readonly authors: readonly string[];
  /** Organisations of those who have committed to a review. */
  readonly reviewers: readonly string[];
  /** Null until both are in. */
  readonly reviews: readonly ReviewStanding[] | null;
  readonly approvals: readonly Standing[];
}

export interface Standing {
  readonly officer: string;
  /** As it was when they signed. */
  readonly organisation: string;
}

export interface ReviewStanding extends Standing {
  readonly principles: Review['principles'];
}

/** A grant that is in force. */
export interface GrantStanding {
  readonly grant: string;
  readonly organisation: string;
  /** Null: all analysts of the organisation. */
  readonly analyst: string | null;
  readonly purpose: string;
  readonly granted: string;
  readonly until: string;
}

/** `acts`: those of the same entries. `now` decides what has expired, and nothing else. */
export function registerView(register: Register, acts: readonly RecordedAct[], now: Date): RegisterView {
  const { roster, fingerprint } = register.current;
  const { federation, version, expires } = roster;
  const granted = new Map(acts.map(({ digest, act }) => [digest, act.made]));
  return {
    federation,
    entries: register.entries,
    roster: { version, fingerprint, expires, isInForce: now.toISOString().slice(0, 10) <= expires },
    templates: register.proposals.map((proposal) => standingOf(proposal, register.stateOf(proposal, now), acts)),
    grants: register.grantsInForce(now).map(({ digest, organisation, analyst, purpose, until }) => ({
      grant: digest,
      organisation,
      analyst: analyst ?? null,
      purpose,
      granted: dayOf(granted.get(digest)),
      until,
    })),
  };
}

function standingOf(proposal: Proposal, state: TemplateState, all: readonly RecordedAct[]): TemplateStanding {
  const { template, digest, authors, commitments, reviews, approvals } = proposal;
  const acts = all.filter(
    ({ act, ...each }) => each.digest === digest || ('proposal' in act && act.proposal === digest),
  );
  const first = (name: Act['act']): RecordedAct | undefined => acts.find(({ act }) => act.act === name);
  const organisation = (name: Act['act'], officer: string): string =>
    acts
      .filter(({ act }) => act.act === name)
      .flatMap(({ signers }) => signers)
      .find(({ id }) => id === officer)?.organisation ?? 'unknown';
  const published = first('publish');
  const revoked = first('revoke');
  return {
    template: template.template,
    version: template.version,
    title: template.title,
    purpose: template.purpose,
    state,
    expires: template.expires,
    proposal: digest,
    digest: proposal.templateDigest,
    proposed: dayOf(first('propose')?.act.made),
    ...(published === undefined ? {} : { published: dayOf(published.act.made) }),
    ...(revoked === undefined
      ? {}
      : {
          revoked: {
            on: dayOf(revoked.act.made),
            by: revoked.signers.map(({ id }) => id).join(', '),
            reason: proposal.reason ?? '',
          },
        }),
    authors: [...authors.organisations],
    reviewers: [...commitments.keys()].map((officer) => organisation('commit-review', officer)),
    // One of them may be in the register already; but whoever shows it early would undo what committing is for.
    reviews:
      reviews.size < REVIEWS
        ? null
        : [...reviews.values()].map(({ officer, principles }) => ({
            officer,
            organisation: organisation('review', officer),
            principles,
          })),
    approvals: [...approvals.keys()].map((officer) => ({ officer, organisation: organisation('approve', officer) })),
  };
}

function dayOf(made: string | undefined): string {
  return made?.slice(0, 10) ?? 'unknown';
}
