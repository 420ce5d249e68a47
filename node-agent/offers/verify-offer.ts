import type { SignedCheckpoint } from '../../core/audit/index.js';
import type { Clock } from '../../core/base/index.js';
import { assertHolds, GovernanceError, nameOf, requesterOf } from '../../core/governance/index.js';
import type { GovernanceErrorCode, Proposal, RegisterCopy } from '../../core/governance/index.js';
import { isRefusalCode } from '../../core/private-join/index.js';
import type { JoinPlan, PartyId } from '../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  joinsPeople,
  OPT_OUTS,
  participantsNeeded,
  planRun,
  runCost,
  runTerms,
  TemplateError,
} from '../../core/templates/index.js';
import type {
  BoundParameters,
  BoundTemplate,
  Catalogue,
  Floors,
  Roster,
  RunCost,
  RunOffer,
  RunTerms,
  Template,
} from '../../core/templates/index.js';
import { verifyConsent } from '../consent/verify-consent.js';
import type { ConsentGrounds } from '../consent/verify-consent.js';
import { decide, floorsOf } from '../policy/policy.js';
import type { Mode, Policy } from '../policy/policy.js';
import type { LoggedOffer, LogHead } from './offer-log.js';
import { Refusal } from './refusal.js';

/** What a node holds an offer against: nothing of it comes from the coordinator. */
export interface OfferGrounds {
  readonly self: PartyId;
  /** What governance has signed, as far as this node has heard. */
  readonly governance: GovernanceGrounds;
  /** The node's own copies of the dataset definitions. */
  readonly catalogue: Catalogue;
  readonly policy: Policy;
  /** The id of the snapshot in force of each dataset that has one. */
  readonly snapshots: ReadonlyMap<string, string>;
  /** What people have agreed to, and how fresh that is. */
  readonly consent: ConsentGrounds;
  /** What it says of itself in the audit log. */
  readonly logged: LoggedOffer;
  readonly clock: Clock;
}

export interface GovernanceGrounds {
  readonly copy: RegisterCopy;
  /** What of its roster concerns runs. */
  readonly roster: Roster;
  /** Thrown when a registrar has not said lately that nothing is missing: GovernanceError. */
  assertUpToDate(now: Date): void;
}

/** An offer that this node answers, and all that it needs to do so. */
export interface VerifiedOffer {
  readonly offer: RunOffer;
  readonly bound: BoundTemplate;
  readonly parameters: BoundParameters;
  /** 64 hexadecimal digits. */
  readonly templateDigest: string;
  readonly plan: JoinPlan;
  /** What holds in the run: the strictest of the template and every participant's floors. */
  readonly terms: RunTerms;
  /** What it takes from the budget of each of this node's snapshots in it. */
  readonly cost: RunCost;
  /** This node's own snapshots in the run, by dataset. */
  readonly snapshots: ReadonlyMap<string, string>;
  /** That of its opt-outs; null where it has none, or none are brought. Nothing is counted from it, so it pays nothing. */
  readonly optOuts: string | null;
  /** How far the policy lets it go. */
  readonly mode: Mode;
  /** The audit log in which it stands. */
  readonly log: LogHead;
  /** Under which it was shown to stand there. */
  readonly checkpoint: SignedCheckpoint;
}

/**
 * What a node verifies for itself before any row is read. Each step returns or throws a Refusal; their order is that
 * nothing else is looked at before governance has approved it, and nothing is said about snapshots to who may not ask.
 */
export function verifyOffer(offer: RunOffer, grounds: OfferGrounds): VerifiedOffer {
  const { roster } = grounds.governance;
  verifyRegister(offer, grounds);
  const { template } = verifyApproved(offer, grounds);
  verifyLoggedTemplate(template, grounds.logged);
  const mode = verifyPolicy(template, grounds.policy);
  const bound = bindToCatalogue(template, grounds.catalogue);
  const parameters = verifyParameters(offer, bound);
  verifyParticipants(offer, bound, grounds);
  verifyParticipantCount(offer, bound, grounds.policy);
  verifyFloors(offer, grounds);
  const { snapshots, optOuts } = verifySnapshots(offer, grounds);
  verifyConsent(offer, bound, grounds);
  const plan = makePlan(offer, bound, parameters, roster);
  const terms = runTerms(bound, offer.participants);
  const { templateDigest } = offer;
  const { head: log, checkpoint } = grounds.logged;
  const cost = runCost(terms);
  return { offer, bound, parameters, templateDigest, plan, terms, cost, snapshots, optOuts, mode, log, checkpoint };
}

/** That nothing that governance has signed is missing here, and nothing of it was shown otherwise to whoever asks. */
function verifyRegister({ register }: RunOffer, { governance, clock }: OfferGrounds): void {
  refusingGovernance(
    () => 'the register of governance',
    () => {
      governance.assertUpToDate(clock.now());
      assertHolds(governance.copy, register);
    },
  );
}

/** What a template is refused for, where it isn't the template. */
const SUBJECTS: ReadonlyMap<GovernanceErrorCode, string> = new Map([
  ['ROSTER_STALE', 'the roster'],
  ['PURPOSE_NOT_GRANTED', 'who asks'],
]);

/** The template is the one in this node's own register: nobody's word is taken for what is in it, or that it is live. */
function verifyApproved({ templateDigest, requester: text }: RunOffer, { governance, clock }: OfferGrounds): Proposal {
  const requester = requesterOf(text);
  if (requester === undefined) {
    throw new Refusal(
      'PURPOSE_NOT_GRANTED',
      'who asks is not somebody of an organisation (analyst@organisation), so nobody can have granted them a purpose',
    );
  }
  return refusingGovernance(
    ({ code }) => SUBJECTS.get(code) ?? 'the template',
    () => governance.copy.register.assertMayAsk(templateDigest, requester, clock.now()),
  );
}

/** That the offer itself is the one in the log was verified before anything in it was read; this is what it didn't say. */
function verifyLoggedTemplate(template: Template, { template: logged }: LoggedOffer): void {
  if (logged.template === template.template && logged.version === template.version) return;
  throw new Refusal(
    'LOG_INCONSISTENT',
    `the audit log names another template for this offer than ${nameOf({ template })}, which it asks`,
  );
}

function verifyPolicy(template: Template, policy: Policy): Mode {
  const decision = decide(policy, template);
  if (decision.kind === 'refused') throw new Refusal('NOT_ALLOWED_HERE', decision.reason);
  return decision.mode;
}

function bindToCatalogue(template: Template, catalogue: Catalogue): BoundTemplate {
  return refusing('NOT_ALLOWED_HERE', 'this node’s dataset definitions don’t allow what the template asks', () =>
    bindTemplate(template, catalogue),
  );
}

function verifyParameters(offer: RunOffer, bound: BoundTemplate): BoundParameters {
  return refusing('PARAMETER_OUT_OF_BOUNDS', 'the parameters are not among those that the template allows', () =>
    bindParameters(bound, offer.parameters),
  );
}

/**
 * The participants are all the agencies of the roster that offer a dataset of the template, each with all of those
 * datasets, and this node is one of them. A coordinator that could leave an agency out could ask twice, with it and
 * without it, and learn from the difference what that agency alone holds.
 *
 * Where people are joined each may bring its opt-outs too. Which of the others have any only they know, and each looks
 * after its own: an offer without this node's is refused.
 */
function verifyParticipants(
  offer: RunOffer,
  bound: BoundTemplate,
  { governance: { roster }, self, snapshots }: OfferGrounds,
): void {
  const asked = new Set([bound.population, ...bound.links].map(({ dataset }) => dataset.dataset));
  const expected = roster.agencies
    .map(({ id, datasets }) => ({ agency: id, datasets: datasets.filter((dataset) => asked.has(dataset)) }))
    .filter(({ datasets }) => datasets.length > 0);
  const bringOptOuts = joinsPeople(bound.template);
  const asOffered = offer.participants.map(({ agency, datasets }) => ({
    agency,
    datasets: datasets.map(({ dataset }) => dataset).filter((dataset) => !bringOptOuts || dataset !== OPT_OUTS),
  }));
  const same =
    expected.length === asOffered.length &&
    expected.every(({ agency, datasets }, place) => {
      const offered = asOffered[place];
      return offered?.agency === agency && sameSet(datasets, offered.datasets);
    });
  if (!same) {
    throw new Refusal(
      'PROTOCOL_VIOLATION',
      'the participants are not exactly the roster’s agencies that offer the template’s datasets',
    );
  }
  if (!expected.some(({ agency }) => agency === self)) {
    throw new Refusal('PROTOCOL_VIOLATION', `${self} offers none of the template’s datasets`);
  }
  const own = offer.participants.find(({ agency }) => agency === self)?.datasets ?? [];
  if (bringOptOuts && snapshots.has(OPT_OUTS) && own.every(({ dataset }) => dataset !== OPT_OUTS)) {
    throw new Refusal(
      'PROTOCOL_VIOLATION',
      `the offer leaves out the opt-outs of ${self}: ask again when it has said hello anew`,
    );
  }
}

function verifyParticipantCount(offer: RunOffer, bound: BoundTemplate, { minimumParticipants }: Policy): void {
  const minimum = Math.max(minimumParticipants, participantsNeeded(bound));
  if (offer.participants.length >= minimum) return;
  throw new Refusal(
    'TOO_FEW_PARTICIPANTS',
    `a run needs at least ${minimum} agencies here; the offer has ${offer.participants.length}`,
  );
}

/** What other agencies demand only they can know; that it is less than it was helps nobody, for each says so for itself. */
function verifyFloors({ participants }: RunOffer, { self, policy }: OfferGrounds): void {
  const own = participants.find(({ agency }) => agency === self)?.floors;
  if (own !== undefined && sameFloors(own, floorsOf(policy))) return;
  throw new Refusal(
    'PROTOCOL_VIOLATION',
    `the offer has other floors for ${self} than its policy: ask again when it has said hello anew`,
  );
}

function sameFloors(left: Floors, right: Floors): boolean {
  return left.threshold === right.threshold && left.roundTo === right.roundTo && left.epsilon === right.epsilon;
}

function verifySnapshots(
  offer: RunOffer,
  { self, snapshots }: OfferGrounds,
): Pick<VerifiedOffer, 'snapshots' | 'optOuts'> {
  const own = offer.participants.find(({ agency }) => agency === self)?.datasets ?? [];
  for (const { dataset, snapshot } of own) {
    const inForce = snapshots.get(dataset);
    if (inForce === undefined) {
      throw new Refusal('SNAPSHOT_MISSING', `${self} has no snapshot of ${dataset}: its operator has to prepare one`);
    }
    if (inForce !== snapshot) {
      throw new Refusal('SNAPSHOT_STALE', `${self} has prepared a newer snapshot of ${dataset}: ask again`);
    }
  }
  const asked = own.filter(({ dataset }) => dataset !== OPT_OUTS);
  return {
    snapshots: new Map(asked.map(({ dataset, snapshot }) => [dataset, snapshot])),
    optOuts: own.find(({ dataset }) => dataset === OPT_OUTS)?.snapshot ?? null,
  };
}

function makePlan(offer: RunOffer, bound: BoundTemplate, parameters: BoundParameters, roster: Roster): JoinPlan {
  return refusing('PROTOCOL_VIOLATION', 'the offer does not make a run', () =>
    planRun({ offer, bound, parameters, roster }),
  );
}

/** What a document is refused for goes on to the analyst: problems name fields and lines, never values. */
function refusing<T>(code: Refusal['code'], reason: string, step: () => T): T {
  try {
    return step();
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown;
    throw new Refusal(code, `${reason}: ${thrown.message}`, { cause: thrown });
  }
}

/** A statement that can't be believed is as good as none: what it was to show isn't shown. */
function refusingGovernance<T>(what: (refused: GovernanceError) => string, step: () => T): T {
  try {
    return step();
  } catch (thrown) {
    if (!(thrown instanceof GovernanceError)) throw thrown;
    const code = isRefusalCode(thrown.code) ? thrown.code : 'REGISTER_STALE';
    throw new Refusal(code, `${what(thrown)}: ${thrown.message}`, { cause: thrown });
  }
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && new Set([...left, ...right]).size === left.length;
}
