import { finish } from '../base/index.js';
import { decoyLists, smallHash } from './decoy-lists.js';
import { meanDummies } from './dummies.js';
import { JoinError } from './errors.js';
import { match } from './match.js';
import { optOutLists } from './plan.js';
import type { JoinPlan, PartyId } from './plan.js';

/**
 * Records in the tally that comes to this mixer that are nobody's, as far as anybody can know: the dummies of the mixers
 * before it and the decoys that matching kept, without the noise in their numbers. A tally that is filled up has all
 * decoys of the population's lists in it.
 */
export function expectedFillers(plan: JoinPlan, self: PartyId): number {
  const before = plan.mixers.indexOf(self);
  return before * meanDummies(plan) + expectedGroups(plan) * (isFilledUp(plan) ? baseDecoys(plan) : keptDecoys(plan));
}

/**
 * Whether the coordinator fills the tally up to as many records as the lists of the population have. Its length would
 * else tell nodes how many of them other agencies' opt-out lists have left out.
 */
export function isFilledUp(plan: JoinPlan): boolean {
  return optOutLists(plan).length > 0;
}

/** Of the records that matching kept those that are anybody's, as far as the coordinator can know. */
export function expectedKept(plan: JoinPlan, kept: number): number {
  return kept - expectedGroups(plan) * keptDecoys(plan);
}

/** Groups of one pattern that all mixers add, without the noise in their number. */
function expectedGroups({ decoys, mixers }: JoinPlan): number {
  return decoys === null ? 0 : mixers.length * decoys.law.bound;
}

/** Records of the population's lists that one group of every pattern has. */
function baseDecoys({ decoys, lists }: JoinPlan): number {
  const bases = new Set(lists.filter(({ role }) => role === 'base').map(({ id }) => id));
  return (decoys?.patterns ?? []).flat().filter(({ list }) => bases.has(list)).length;
}

/** Base records that matching keeps, of one group of every pattern: found by matching them. Whatever they share links. */
export function keptDecoys(plan: JoinPlan): number {
  const matching = match({ ...plan, decoys: null }, decoyLists(plan), smallHash);
  return finish(matching).base.rows.length;
}

export function tooFewLeft({ minimumTally }: JoinPlan, party: PartyId): JoinError {
  const message = `fewer than ${minimumTally} records are left to be counted; choose a wider population`;
  return new JoinError('POPULATION_TOO_SMALL', party, message);
}
