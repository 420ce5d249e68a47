import { isExpired } from '../templates/index.js';
import { GovernanceError } from './errors.js';
import { covers, isInForce } from './grants.js';
import type { GrantRecord, Requester } from './grants.js';
import { nameOf } from './proposal.js';
import type { Proposal } from './proposal.js';
import { assertInForce } from './roster-chain.js';
import type { TrustedRoster } from './roster-chain.js';
import { transition } from './states.js';
import type { TemplateState } from './states.js';

/** What the signed entries of governance amount to. It has no clock: each question is asked as of a time. */
export interface Register {
  readonly current: TrustedRoster;
  /** How many entries it was made of. */
  readonly entries: number;
  /** Every version of every template that was ever proposed, in the order in which they were first. */
  readonly proposals: readonly Proposal[];
  /** Every grant that was ever made. */
  readonly grants: readonly GrantRecord[];
  /** Where it stands on that day: what was live until its last day is expired after it. */
  stateOf(proposal: Proposal, now: Date): TemplateState;
  /** Those that may be asked on that day. */
  live(now: Date): readonly Proposal[];
  grantsInForce(now: Date): readonly GrantRecord[];
  /**
   * The template with this digest, if the requester may ask it now.
   * Thrown when not: GovernanceError ROSTER_STALE, TEMPLATE_NOT_APPROVED, TEMPLATE_EXPIRED, TEMPLATE_REVOKED,
   * TEMPLATE_SUPERSEDED or PURPOSE_NOT_GRANTED.
   */
  assertMayAsk(templateDigest: string, requester: Requester, now: Date): Proposal;
}

export interface RegisterContent {
  readonly current: TrustedRoster;
  readonly entries: number;
  readonly proposals: readonly Proposal[];
  readonly grants: readonly GrantRecord[];
}

export function createRegister(content: RegisterContent): Register {
  const { current, proposals, grants } = content;
  const { roster } = current;
  const register: Register = {
    ...content,
    stateOf: ({ state, template }, now) =>
      isExpired(template, now) && state === 'live' ? (transition(state, 'expire') ?? state) : state,
    live: (now) => proposals.filter((proposal) => register.stateOf(proposal, now) === 'live'),
    grantsInForce: (now) => grants.filter((grant) => isInForce(grant, roster, now)),
    assertMayAsk(templateDigest, requester, now) {
      assertInForce(roster, now);
      const proposal = assertLive(register, templateDigest, now);
      const { purpose } = proposal.template;
      if (!grants.some((grant) => covers(grant, requester, purpose, roster, now))) {
        throw new GovernanceError(
          'PURPOSE_NOT_GRANTED',
          `No grant in force lets this analyst ask for ${purpose}: ask the roster's grantors for one.`,
        );
      }
      return proposal;
    },
  };
  return register;
}

function assertLive(register: Register, templateDigest: string, now: Date): Proposal {
  // One text has one digest, and its version is in the text; only one that was never settled can be there twice.
  const proposal = register.proposals.find((each) => each.templateDigest === templateDigest);
  if (proposal === undefined) {
    throw new GovernanceError('TEMPLATE_NOT_APPROVED', 'The register has no template of these bytes.');
  }
  const name = nameOf(proposal);
  switch (register.stateOf(proposal, now)) {
    case 'live':
      return proposal;
    case 'expired':
      throw new GovernanceError(
        'TEMPLATE_EXPIRED',
        `${name} was live until ${proposal.template.expires}: propose a new version.`,
      );
    case 'revoked':
      throw new GovernanceError('TEMPLATE_REVOKED', `${name} has been revoked: the register says why.`);
    case 'superseded':
      throw new GovernanceError('TEMPLATE_SUPERSEDED', `${name} has been superseded: ask by its latest version.`);
    case 'draft':
    case 'proposed':
    case 'under-review':
    case 'approved':
      throw new GovernanceError('TEMPLATE_NOT_APPROVED', `${name} is not live: it is ${proposal.state}.`);
  }
}
