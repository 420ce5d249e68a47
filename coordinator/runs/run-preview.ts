import {
  noiseDeviation,
  runCost,
  type ParameterValues,
  type RunCost,
  type RunTerms,
} from '../../core/templates/index.js';
import type { RunRequest } from './run.js';
import { amountCost } from './amount.js';
import { findAnswer, type BudgetDeps } from './budget.js';
import type { ReleaseSource } from './participants.js';
import { prepareRun, type PreparationDeps } from './prepared-run.js';
import type { LiveTemplate } from '../register/live-templates.js';

/** What a run would be, were it asked now. Nobody hears of it, and nothing is written or spent. */
export interface RunPreview {
  /** Whose records would be counted, and of which day. */
  readonly sources: readonly ReleaseSource[];
  readonly terms: RunTerms;
  readonly cost: RunCost;
  /** Of the privacy budget of every snapshot, in words; null where nothing is spent. */
  readonly costText: string | null;
  /** By how much noise puts a count off: its standard deviation, in records; null where counts have none. */
  readonly countDeviation: number | null;
  /** The run whose release would be given again, for nothing. */
  readonly replayOf: string | null;
}

/** No run has it: a preview's never gets into a log. */
const NO_RUN = '00000000-0000-4000-8000-000000000000';

/** Thrown when it couldn't be asked now: as `prepareRun` and `findAnswer` say. */
export function previewRun(
  { parameters, requester }: Pick<RunRequest, 'requester'> & { readonly parameters: ParameterValues },
  live: LiveTemplate,
  deps: PreparationDeps & BudgetDeps,
): RunPreview {
  const { purpose } = live.bound.template;
  const prepared = prepareRun({ id: NO_RUN, parameters, requester, purpose }, live, deps);
  const replayOf = findAnswer(prepared, deps);
  const { participation, plan, terms } = prepared;
  const cost = runCost(terms);
  return {
    sources: participation.sources,
    ...{ terms, cost },
    costText: cost.total === 0 || replayOf !== undefined ? null : amountCost(cost.total),
    countDeviation: plan.noise === null ? null : noiseDeviation(plan.noise, plan.mixers.length),
    replayOf: replayOf ?? null,
  };
}
