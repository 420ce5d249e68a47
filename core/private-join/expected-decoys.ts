import type { Steps } from '../base/index.js';
import type { Tallies } from './comparison.js';
import { decoyLists, smallHash } from './decoy-lists.js';
import { joinPeople } from './people-join.js';
import type { JoinPlan, LinkagePlan } from './plan.js';

/**
 * What everybody's decoys make of each comparison of people, but for the noise in their numbers, which nobody knows: one
 * group of every pattern is matched, and taken as often as there are. Whatever decoys share links; where a set isn't
 * admitted in an earlier comparison a few stand apart in a later one, which is not gone after.
 */
export function* expectedDecoys(plan: JoinPlan, linkage: LinkagePlan): Steps<Tallies[]> {
  if (plan.decoys === null) return [];
  const groups = plan.mixers.length * plan.decoys.law.bound;
  const { tallies } = yield* joinPeople(plan, linkage, decoyLists(plan), smallHash, { nonMatches: new Map() }, []);
  return tallies.map(({ people, observed, links }) => ({
    people: { base: people.base * groups, linked: people.linked * groups },
    observed: observed.map((count) => count * groups),
    links: links.map((count) => count * groups),
  }));
}
