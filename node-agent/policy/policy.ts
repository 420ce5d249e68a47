import { DEFAULT_BUDGET, MINIMUM_PARTICIPANTS } from '../../core/templates/index.js';
import type { Floors, Template } from '../../core/templates/index.js';
import type { BudgetLimits } from '../budget/budget.js';

/** What an agency lets its node answer, beyond what governance has signed. */
export interface Policy {
  /** Templates by name; every version where none is given. A template that is not here is not answered. */
  readonly allow: readonly AllowedTemplate[];
  /** Smaller counts are suppressed in every table that this agency has a part in; 0: as the template says. */
  readonly minimumThreshold: number;
  /** Counts are rounded at least to multiples of this; 0: as the template says. */
  readonly minimumRounding: number;
  /** Counts, overlaps and each measure cost no more than this and have the noise for it; absent: as the template says. */
  readonly maximumEpsilon?: number | undefined;
  /** What is given away in all. */
  readonly budget: BudgetLimits;
  /** A run with fewer agencies is not answered. */
  readonly minimumParticipants: number;
}

export interface AllowedTemplate {
  readonly template: string;
  readonly version?: number | undefined;
}

/** What a node without a policy answers: nothing. */
export const DENY_ALL: Policy = {
  allow: [],
  minimumThreshold: 0,
  minimumRounding: 0,
  budget: DEFAULT_BUDGET,
  minimumParticipants: MINIMUM_PARTICIPANTS,
};

/** What the agency demands of every table; the strictest of template and participants holds. */
export function floorsOf({ minimumThreshold, minimumRounding, maximumEpsilon }: Policy): Floors {
  return { threshold: minimumThreshold, roundTo: minimumRounding, epsilon: maximumEpsilon ?? null };
}

/** Why this agency doesn't answer the template, in words for the analyst; undefined when it does. */
export function reasonToDeny(policy: Policy, { template, version }: Template): string | undefined {
  const allowed = policy.allow.some(
    (entry) => entry.template === template && (entry.version === undefined || entry.version === version),
  );
  return allowed ? undefined : `its policy does not allow ${template} version ${version}`;
}
