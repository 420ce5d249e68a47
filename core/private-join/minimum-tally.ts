import { finish } from '../base/index.js';
import { decoyLists, smallHash } from './decoy-lists.js';
import { meanDummies } from './dummies.js';
import { match } from './match.js';
import type { JoinPlan, PartyId } from './plan.js';

/**
 * Records in the tally that comes to this mixer that are nobody's, as far as anybody can know: the dummies of the mixers
 * before it and the decoys that matching kept, without the noise in their numbers.
 */
export function expectedFillers(plan: JoinPlan, self: PartyId): number {
  const before = plan.mixers.indexOf(self);
  const decoys = plan.decoys === null ? 0 : plan.mixers.length * plan.decoys.law.bound * keptDecoys(plan);
  return before * meanDummies(plan) + decoys;
}

/** Base records that matching keeps, of one group of every pattern: found by matching them. Whatever they share links. */
export function keptDecoys(plan: JoinPlan): number {
  const matching = match({ ...plan, decoys: null }, decoyLists(plan), smallHash);
  return finish(matching).base.rows.length;
}
