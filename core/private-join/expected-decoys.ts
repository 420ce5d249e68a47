import type { Steps } from '../base/index.js';
import type { Tallies } from './comparison.js';
import { decoyLists, smallHash } from './decoy-lists.js';
import { joinPeople } from './people-join.js';
import { peopleLists } from './people-lists.js';
import type { JoinPlan, LinkagePlan } from './plan.js';

/** What nobody's records make of a run. */
export interface ExpectedDecoys {
  /** Of each comparison of people, in order. */
  readonly tallies: readonly Tallies[];
  /** Of the population who are left out, as `PeopleLists` counts them. */
  readonly leftOut: number;
}

/**
 * What everybody's decoys make of each comparison of people, and of who is left out, but for the noise in their numbers, which nobody knows: one
 * group of every pattern is matched, and taken as often as there are. Whatever decoys share links; where a set isn't
 * admitted in an earlier comparison a few stand apart in a later one, which is not gone after.
 */
export function* expectedDecoys(plan: JoinPlan, linkage: LinkagePlan): Steps<ExpectedDecoys> {
  if (plan.decoys === null) return { tallies: [], leftOut: 0 };
  const groups = plan.mixers.length * plan.decoys.law.bound;
  const lists = yield* peopleLists(plan, linkage, decoyLists(plan), smallHash);
  const { tallies } = yield* joinPeople(plan, linkage, lists, { nonMatches: new Map() }, []);
  return {
    tallies: tallies.map(({ people, observed, links }) => ({
      people: { base: people.base * groups, linked: people.linked * groups },
      observed: observed.map((count) => count * groups),
      links: links.map((count) => count * groups),
    })),
    leftOut: lists.leftOut * groups,
  };
}
