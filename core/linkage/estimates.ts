import type { Admission } from './admission.js';
import { AGREEMENTS, agreementOf, severalFailures } from './agreement.js';
import type { Agreement, CaptureKeys, Guess } from './agreement.js';
import { keysIn, strictestOf } from './key-set.js';
import { REPORTED_THRESHOLDS } from './report.js';
import type { LinksAt } from './report.js';

/** What came of one link, by KeySet and with expected decoys off. */
export interface Linked {
  /** Pairs that linked, one to one, admitted or not: they share exactly the set. */
  readonly links: Float64Array;
  readonly admission: Admission;
}

/** Links and their precision at the threshold in force and at those that every report shows, ascending. */
export function linksAt({ links, admission: { expected, certainty, alike } }: Linked, inForce: number): LinksAt[] {
  const thresholds = [...new Set([inForce, ...REPORTED_THRESHOLDS])].toSorted((a, b) => a - b);
  return thresholds.map((threshold) => {
    let count = 0;
    /** False links by one key, and by several. */
    const wrong = { one: 0, several: 0 };
    links.forEach((own, set) => {
      if (own <= 0 || (certainty[set] ?? 0) < threshold) return;
      count += own;
      wrong[keysIn(set) === 1 ? 'one' : 'several'] += expected?.[set] ?? 0;
    });
    // Of several keys at least as many as people are alike: noise may hide them.
    const all = wrong.one + Math.max(wrong.several, alike);
    const precision = expected === null || count === 0 ? null : 1 - Math.min(1, all / count);
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
const FEWEST = 20;

/** Half the width that an estimate may have, in recall. */
const WIDEST = 0.02;

/** How much of what is taken off as chance may be right after all, or too little. */
const CHANCE_DOUBT = 0.1;

/** Agreement in all but one thing, one by one. */
const BUT_ONE = ['not-place', 'not-name', 'not-date'] as const satisfies readonly Agreement[];
type ButOne = readonly [number, number, number];

/**
 * Three keys that each leave one thing out catch the same pairs three ways. How often place, name and birth date alone
 * fail to agree says how many pairs would fail in several if that came independently, and so about how many do
 * (`severalFailures`), found or not. Where that is too much to guess, nothing is said.
 */
export function estimateRecall(linked: Linked, captures: CaptureKeys | null, threshold: number): Recall {
  const { links, admission } = linked;
  const { expected, certainty, doubt } = admission;
  if (captures === null) return untold('the scheme lacks the three keys that recall is estimated from');
  if (expected === null) return untold('no agency says how often its people agree by chance');
  const right = new Map<Agreement, number>(AGREEMENTS.map((agreement) => [agreement, 0]));
  const [chances, noise] = [new Map(right), new Map(right)];
  let admitted = 0;
  links.forEach((count, set) => {
    if (set === 0) return;
    const part = agreementOf(set, captures);
    const wrong = expected[set] ?? 0;
    add(right, part, count - wrong);
    add(chances, part, wrong);
    add(noise, part, (doubt[set] ?? 0) ** 2);
    if ((certainty[set] ?? 0) >= threshold) admitted += count - wrong;
  });
  const all = of(right, 'all');
  const [place, name, date] = BUT_ONE.map((part) => of(right, part));
  const butOne: ButOne = [place ?? 0, name ?? 0, date ?? 0];
  if (Math.min(all, ...butOne) < FEWEST) {
    return untold(`fewer than ${FEWEST} pairs agree in everything, or in all but one thing`);
  }
  const found = of(right, 'other') - CHANCE_DOUBT * of(chances, 'other');
  const pairs = truePairs(all, butOne);
  if (found > pairs.several) {
    return untold('more pairs were found that disagree in several things than there should be in all');
  }
  const doubts = BUT_ONE.map((part, index) => {
    const more = Math.hypot(CHANCE_DOUBT * of(chances, part), Math.sqrt(of(noise, part)));
    const [b, c, d] = butOne.map((count, at) => (at === index ? count + more : count));
    return truePairs(all, [b ?? 0, c ?? 0, d ?? 0]).likely - pairs.likely;
  });
  const guess = Math.max(pairs.most - pairs.likely, pairs.likely - pairs.least);
  if (Math.hypot(guess, ...doubts) / pairs.likely > WIDEST) {
    return untold('too many pairs disagree in two things at once, or agree by chance, to tell how many were not found');
  }
  const recall = admitted / pairs.likely;
  if (recall > 1) return untold('the estimate exceeds 1');
  return { recall, reason: null };
}

/** Pairs there are of people who are in both, and of how many of them several things fail to agree. */
function truePairs(all: number, butOne: ButOne): Guess & { readonly several: number } {
  const few = butOne.reduce((sum, count) => sum + count, all);
  const { least, likely, most } = severalFailures(all, butOne);
  return { least: few + least, likely: few + likely, most: few + most, several: likely };
}

function of(counts: ReadonlyMap<Agreement, number>, part: Agreement): number {
  return counts.get(part) ?? 0;
}

function add(counts: Map<Agreement, number>, part: Agreement, count: number): void {
  counts.set(part, of(counts, part) + count);
}

function untold(reason: string): Recall {
  return { recall: null, reason };
}
