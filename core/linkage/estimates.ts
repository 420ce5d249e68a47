import type { Admission, ChancePairs, Sides } from './admission.js';
import { AGREEMENTS, agreementOf } from './agreement.js';
import type { Agreement, CaptureKeys } from './agreement.js';
import { strictestOf } from './key-set.js';
import { REPORTED_THRESHOLDS } from './report.js';
import type { LinksAt } from './report.js';

/** What came of one link, by KeySet and with expected decoys off. */
export interface Linked {
  readonly people: Sides;
  /** Candidate pairs: they share exactly the set. */
  readonly observed: Float64Array;
  /** Those of them that linked, one to one. */
  readonly links: Float64Array;
  readonly chance: ChancePairs | null;
  readonly admission: Admission;
}

/** Links and their precision at the threshold in force and at those that every report shows, ascending. */
export function linksAt({ links, admission: { expected, certainty, unseen } }: Linked, inForce: number): LinksAt[] {
  const thresholds = [...new Set([inForce, ...REPORTED_THRESHOLDS])].toSorted((a, b) => a - b);
  return thresholds.map((threshold) => {
    let count = 0;
    let wrong = 0;
    links.forEach((own, set) => {
      if (own <= 0 || (certainty[set] ?? 0) < threshold) return;
      count += own;
      wrong += expected?.[set] ?? 0;
    });
    const precision = expected === null || count === 0 ? null : 1 - Math.min(1, (wrong + unseen) / count);
    return { threshold, links: count, precision };
  });
}

/** Links from the threshold on, by the place in the scheme of the strictest key shared. */
export function linksByKey({ links, admission: { certainty } }: Linked, threshold: number, keys: number): number[] {
  const counts = Array.from({ length: keys }, () => 0);
  links.forEach((own, set) => {
    if (set === 0 || own <= 0 || (certainty[set] ?? 0) < threshold) return;
    const place = strictestOf(set);
    counts[place] = (counts[place] ?? 0) + own;
  });
  return counts;
}

export interface Recall {
  /** Share of the pairs there are that were linked; null where it can't be told. */
  readonly recall: number | null;
  /** Why it can't, in plain words; null where it can. */
  readonly reason: string | null;
}

/** Pairs that each part of the estimate has to have. */
const FEWEST = 50;

/**
 * Of pairs that disagree in two of name, birth date and place some are found, by keys that are content with less. How
 * many there are is not seen; measured shares found lie between a half and all, mostly about two thirds.
 */
const UNSEEN_PER_SEEN = 0.5;

/** Half the width that an estimate may have, in recall. */
const WIDEST = 0.02;

/** How much of what is taken off as chance may be right after all: agencies' own people share homes more often. */
const CHANCE_DOUBT = 0.25;

/**
 * Three keys that each leave one thing out catch the same pairs three ways. If disagreements in name, birth date and
 * place came independently, how many pairs disagree in two of them would follow from how many disagree in one; they
 * come together, so it is at least what was found of them and about half as many again. Where that is too much to guess,
 * nothing is said.
 */
export function estimateRecall(linked: Linked, captures: CaptureKeys | null, threshold: number): Recall {
  const { people, observed, links, chance, admission } = linked;
  if (captures === null) return untold('the scheme lacks the three keys that recall is estimated from');
  if (chance === null || admission.expected === null)
    return untold('no agency says how often its people agree by chance');
  const scale = ((people.base * people.linked) / chance.inside) * admission.free;
  const parts = new Map<Agreement, number>(AGREEMENTS.map((agreement) => [agreement, 0]));
  let chances = 0;
  let right = 0;
  for (let set = 1; set < observed.length; set += 1) {
    const count = Math.max(0, observed[set] ?? 0);
    const wrong = Math.min(count, (chance.likely[set] ?? 0) * scale);
    const part = agreementOf(set, captures);
    parts.set(part, (parts.get(part) ?? 0) + count - wrong);
    chances += wrong;
    if ((admission.certainty[set] ?? 0) >= threshold) {
      right += Math.max(0, links[set] ?? 0) - (admission.expected[set] ?? 0);
    }
  }
  const { pairs, unseen } = truePairs(parts);
  if ([...parts].some(([part, count]) => part !== 'other' && count < FEWEST)) {
    return untold(`fewer than ${FEWEST} pairs agree in everything, or in all but one thing`);
  }
  const width = Math.hypot(unseen / pairs, (CHANCE_DOUBT * chances) / pairs);
  if (width > WIDEST) {
    return untold('too many pairs disagree in two things at once, or agree by chance, to tell how many were not found');
  }
  const recall = right / pairs;
  if (recall > 1) return untold('the estimate exceeds 1');
  return { recall, reason: null };
}

/** Pairs there are, by how many agree in what; and how many of them are a guess, give or take as many. */
function truePairs(parts: ReadonlyMap<Agreement, number>): { pairs: number; unseen: number } {
  const part = (agreement: Agreement): number => parts.get(agreement) ?? 0;
  const all = part('all');
  const one = part('not-place') + part('not-name') + part('not-date');
  if (all === 0) return { pairs: one + part('other'), unseen: one };
  // Independent disagreements: N·p·q·r and the like.
  const independent =
    all * (1 + part('not-place') / all) * (1 + part('not-name') / all) * (1 + part('not-date') / all) - all - one;
  const seen = Math.max(independent, part('other'));
  const unseen = UNSEEN_PER_SEEN * seen;
  return { pairs: all + one + seen + unseen, unseen };
}

function untold(reason: string): Recall {
  return { recall: null, reason };
}
