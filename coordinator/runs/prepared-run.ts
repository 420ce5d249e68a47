import { toHex, type Clock } from '../../core/base/index.js';
import type { LinkageStatistics } from '../../core/linkage/index.js';
import type { JoinPlan, ListId } from '../../core/private-join/index.js';
import {
  bindParameters,
  planRun,
  runTerms,
  type BoundParameters,
  type RegisterHead,
  type Roster,
  type RunOffer,
  type RunTerms,
} from '../../core/templates/index.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';
import { runStatistics } from '../linkage/run-statistics.js';
import { assertNotExpired, type LiveTemplate } from '../register/live-templates.js';
import { chooseParticipants, type Participation } from './participants.js';
import type { RunRequest } from './run.js';

/** A run as it would be carried out with the agencies and snapshots there are now. */
export interface PreparedRun {
  readonly parameters: BoundParameters;
  readonly participation: Participation;
  readonly offer: RunOffer;
  readonly plan: JoinPlan;
  /** What template and agencies demand of the table together. */
  readonly terms: RunTerms;
  /** What agencies say of the people in the snapshots of the offer, and of no others. */
  readonly statistics: ReadonlyMap<ListId, LinkageStatistics>;
  /** 64 hexadecimal digits; see Run. */
  readonly requestDigest: string;
}

/** Who there is to be asked, and when it is. */
export interface PreparationDeps {
  readonly roster: Roster;
  /** Of the register in force. */
  readonly register: RegisterHead;
  readonly registry: AgencyRegistry;
  readonly clock: Clock;
}

/**
 * Thrown when it can't be carried out: CoordinatorError TEMPLATE_EXPIRED, TOO_FEW_PARTICIPANTS, AGENCIES_NOT_CONNECTED
 * or SNAPSHOTS_MISSING; TemplateError BAD_PARAMETERS, or BAD_OFFER where template and agencies' floors don't go together.
 */
export function prepareRun(
  { id, parameters: values, requester, purpose }: Pick<RunRequest, 'id' | 'parameters' | 'requester' | 'purpose'>,
  { bound, digest: templateDigest }: LiveTemplate,
  { roster, register, registry, clock }: PreparationDeps,
): PreparedRun {
  assertNotExpired(bound.template, clock.now());
  const parameters = bindParameters(bound, values);
  const participation = chooseParticipants(bound, roster, registry);
  const { participants } = participation;
  const offer: RunOffer = {
    ...{ runId: id, templateDigest, register, parameters: values },
    ...{ requester, purpose, participants },
  };
  const plan = planRun({ offer, bound, parameters, roster });
  const terms = runTerms(bound, participants);
  // At the same moment as the snapshots were chosen: what an agency says later may be of others.
  const statistics = runStatistics(participants, plan, registry);
  return { parameters, participation, offer, plan, terms, statistics, requestDigest: toHex(plan.request) };
}
