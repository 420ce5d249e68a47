import type { Problem } from '../../core/base/index.js';
import { OPT_OUTS, runCost, type Participant, type RunCost } from '../../core/templates/index.js';
import { CoordinatorError } from '../errors.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';
import type { RunStore } from '../store/run-store.js';
import { amountCost, amountLeft, EPSILON_TOLERANCE } from './amount.js';
import type { PreparedRun } from './prepared-run.js';

export interface BudgetDeps {
  readonly store: Pick<RunStore, 'findReleased' | 'wasOffered'>;
  readonly registry: Pick<AgencyRegistry, 'snapshotOf'>;
}

/**
 * The run that asked the same of the same snapshots and has released an answer: that answer is given again, for the noise
 * in a new one would be the same anyway, and nobody spends for it. Undefined when there is none and, as far as is known
 * here, every agency can afford one.
 * Thrown when an agency can't: CoordinatorError BUDGET_SPENT.
 */
export function findAnswer(
  { participation: { participants }, terms, requestDigest }: PreparedRun,
  { store, registry }: BudgetDeps,
): string | undefined {
  const answered = store.findReleased(requestDigest);
  // Who has spent for it already, in a run that failed, spends no more; only its node knows.
  if (answered === undefined && !store.wasOffered(requestDigest))
    assertAffordable(participants, runCost(terms), registry);
  return answered;
}

/**
 * Refuses early what an agency's node would refuse for its ledger, as far as the agency has said what is left. The last
 * word is the node's: it alone spends.
 * Thrown when a snapshot has less left than the run costs, naming each: CoordinatorError BUDGET_SPENT.
 */
function assertAffordable(
  participants: readonly Participant[],
  { total }: RunCost,
  registry: BudgetDeps['registry'],
): void {
  const short = participants.flatMap(({ agency, datasets }) =>
    datasets.flatMap(({ dataset }) => {
      // Nothing is spent on opt-outs: what a run tells of them the agency's other snapshots in it have paid for.
      if (dataset === OPT_OUTS) return [];
      const left = registry.snapshotOf(agency, dataset)?.epsilonLeft ?? 0;
      return left + EPSILON_TOLERANCE >= total ? [] : [{ agency, dataset, left: amountLeft(left) }];
    }),
  );
  if (short.length === 0) return;
  const cost = amountCost(total);
  throw new CoordinatorError(
    'BUDGET_SPENT',
    `This run would cost ${cost} of the privacy budget (epsilon) of every snapshot it counts from, and less is left: ` +
      `${short.map(({ agency, dataset, left }) => `${left} for ${dataset} at ${agency}`).join(', ')}. ` +
      'What was asked before of the same data is answered again for nothing; new data, and in time a new quarter, bring ' +
      'a new budget; governance may sign a template that costs less.',
    {
      problems: short.map(({ agency, dataset, left }): Problem => ({
        path: `${agency}.${dataset}`,
        message: `${left} is left, the run costs ${cost}`,
      })),
    },
  );
}
