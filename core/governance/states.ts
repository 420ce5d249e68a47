/** Where a version of a template stands. */
export const TEMPLATE_STATES = [
  'draft',
  'proposed',
  'under-review',
  'approved',
  'live',
  'expired',
  'revoked',
  'superseded',
] as const;
export type TemplateState = (typeof TEMPLATE_STATES)[number];

/** What happens to it. */
export const TEMPLATE_EVENTS = [
  /** An officer puts it up. */
  'propose',
  /** The proposer's organisation puts other bytes, or the same anew, in its place. */
  'edit',
  'commit-review',
  /** A review that finds all four principles met. */
  'review',
  /** A review that finds one of them not met: it goes back to its authors. */
  'return',
  /** An approval that isn't enough yet. */
  'approve',
  /** The approval, or the new roster, with which it has enough of them. */
  'complete',
  /** A new roster, by which there are no longer enough approvals. */
  'reopen',
  /** A new roster that a reviewer is no longer in, with this key or at all. */
  'restart',
  'publish',
  'expire',
  'revoke',
  /** A later version of the same name is published. */
  'supersede',
] as const;
export type TemplateEvent = (typeof TEMPLATE_EVENTS)[number];

/** The one table of what may follow what; whatever isn't here is refused. */
export const TRANSITIONS: Readonly<Record<TemplateState, Partial<Readonly<Record<TemplateEvent, TemplateState>>>>> = {
  draft: { propose: 'proposed', edit: 'proposed', revoke: 'revoked' },
  proposed: { edit: 'proposed', 'commit-review': 'under-review', revoke: 'revoked' },
  'under-review': {
    edit: 'proposed',
    'commit-review': 'under-review',
    review: 'under-review',
    return: 'draft',
    approve: 'under-review',
    complete: 'approved',
    restart: 'proposed',
    revoke: 'revoked',
  },
  approved: {
    edit: 'proposed',
    approve: 'approved',
    reopen: 'under-review',
    restart: 'proposed',
    publish: 'live',
    revoke: 'revoked',
  },
  live: { expire: 'expired', revoke: 'revoked', supersede: 'superseded' },
  expired: { revoke: 'revoked', supersede: 'superseded' },
  superseded: { revoke: 'revoked' },
  revoked: {},
};

/** The state after it; undefined where the event has no place. */
export function transition(state: TemplateState, event: TemplateEvent): TemplateState | undefined {
  return TRANSITIONS[state][event];
}
