import { describe, expect, it } from 'vitest';

import { admission, chancePairs, estimateRecall, linksAt, linksByKey } from '../../../core/linkage/index.js';
import type { Linked, NonMatches } from '../../../core/linkage/index.js';

/** Key 0: name and date, 1: date and place, 2: name and place, 3: anything else. */
const captures = { nameAndDate: 0, dateAndPlace: 1, nameAndPlace: 2 };
const KEYS = 4;
const ALL = 0b111;
const NOT_PLACE = 0b001;
const NOT_NAME = 0b010;
const NOT_DATE = 0b100;
const OTHER = 0b1000;

const people = { base: 100_000, linked: 100_000 };
const inside = 10_000_000_000;

function linkedBy(
  observed: Readonly<Record<number, number>>,
  chances: Readonly<Record<number, number>> | null = {},
  links = observed,
): Linked {
  const bySet = (counts: Readonly<Record<number, number>>): Float64Array =>
    Float64Array.from({ length: 2 ** KEYS }, (_, set) => counts[set] ?? 0);
  const evidence: NonMatches[] =
    chances === null
      ? []
      : [
          {
            pairs: inside,
            sets: new Map(Object.entries(chances).map(([set, count]) => [Number(set), count])),
            byKeys: [0, 0, 0],
            deviation: { sets: 0, byKeys: 0 },
          },
        ];
  const chance = chancePairs(bySet(observed), evidence);
  const own = bySet(links);
  return { people, observed: bySet(observed), links: own, chance, admission: admission(own, people, chance) };
}

/** Pairs that disagree in each thing by chance: as many of them as `share` says. */
function disagreeing(pairs: number, share: number): Record<number, number> {
  const one = pairs * share * (1 - share) ** 2;
  return { [ALL]: pairs * (1 - share) ** 3, [NOT_PLACE]: one, [NOT_NAME]: one, [NOT_DATE]: one };
}

describe('recall', () => {
  /** One time in fifty, so that few disagree in two. */
  const few = (pairs: number): Record<number, number> => disagreeing(pairs, 0.02);

  it('is of the pairs that disagreements one by one foretell, and half as many again of those in two things', () => {
    const { recall, reason } = estimateRecall(linkedBy(few(20_000)), captures, 0.5);
    const found = 0.98 ** 3 + 3 * 0.02 * 0.98 ** 2;
    expect(reason).toBeNull();
    expect(recall).toBeCloseTo(found / (found + 1.5 * (1 - found)), 10);
  });

  it('takes more that disagree in two things for a sign that disagreements come together', () => {
    const { recall } = estimateRecall(linkedBy({ ...few(20_000), [OTHER]: 200 }), captures, 0.5);
    const found = 20_000 * (0.98 ** 3 + 3 * 0.02 * 0.98 ** 2);
    expect(recall).toBeCloseTo((found + 200) / (found + 300), 10);
  });

  it('counts only links that were admitted, and all pairs that were seen', () => {
    const observed = few(20_000);
    const seen = linkedBy(observed, {}, { ...observed, [NOT_NAME]: 0 });
    const found = 20_000 * (0.98 ** 3 + 2 * 0.02 * 0.98 ** 2);
    const pairs = 20_000 * (0.98 ** 3 + 3 * 0.02 * 0.98 ** 2);
    const { recall } = estimateRecall(seen, captures, 0.5);
    expect(recall).toBeCloseTo(found / (pairs + 1.5 * (20_000 - pairs)), 10);
  });

  it.each([
    ['the scheme has no three keys', linkedBy(few(20_000)), null, 'three keys'],
    ['no agency says anything', linkedBy(few(20_000), null), captures, 'no agency'],
    ['a part is too small', linkedBy({ ...few(20_000), [NOT_DATE]: 49 }), captures, 'fewer than 50'],
    ['too many disagree in two things', linkedBy(disagreeing(20_000, 0.15)), captures, 'two things at once'],
    [
      'too many agree by chance',
      linkedBy({ ...few(20_000), [OTHER]: 4_000 }, { [OTHER]: 8_000 }),
      captures,
      'agree by chance',
    ],
    ['it exceeds 1', linkedBy(few(20_000), {}, few(30_000)), captures, 'exceeds 1'],
  ])('is not told where %s', (_, seen, keys, words) => {
    const { recall, reason } = estimateRecall(seen, keys, 0.5);
    expect(recall).toBeNull();
    expect(reason).toContain(words);
  });

  it('is told where a part has just enough', () => {
    expect(estimateRecall(linkedBy({ ...few(20_000), [NOT_DATE]: 50 }), captures, 0.5).reason).toBeNull();
  });
});

describe('links at a threshold', () => {
  // 80 of a hundred by the last key are right, 9 of ten by the third: nearly everybody is free.
  const seen = linkedBy({ [ALL]: 50, [NOT_DATE]: 100, [OTHER]: 100 }, { [NOT_DATE]: 10, [OTHER]: 20 });

  it('are told at the threshold in force and at those of every report, each once and ascending', () => {
    expect(linksAt(seen, 0.7).map(({ threshold, links }) => [threshold, links])).toEqual([
      [0.5, 250],
      [0.7, 250],
      [0.9, 150],
      [0.95, 50],
    ]);
    expect(linksAt(seen, 0.9).map(({ threshold }) => threshold)).toEqual([0.5, 0.9, 0.95]);
  });

  it('have the precision that chance leaves them', () => {
    const precisions = linksAt(seen, 0.5).map(({ precision }) => precision ?? Number.NaN);
    expect(precisions[0]).toBeCloseTo(1 - 30 / 250, 2);
    expect(precisions[1]).toBeCloseTo(1 - 10 / 150, 2);
    expect(precisions[2]).toBe(1);
  });

  it('have none where there are no links, or nothing is known', () => {
    expect(linksAt(linkedBy({}), 0.5).map(({ links, precision }) => [links, precision])).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
    expect(linksAt(linkedBy({ [ALL]: 3 }, null), 0.5)[0]).toEqual({ threshold: 0.5, links: 3, precision: null });
  });

  it('leave out what is nothing once decoys are off', () => {
    expect(linksAt(linkedBy({ [ALL]: 3, [OTHER]: -2 }), 0.5)[0]?.links).toBe(3);
  });

  it('are told by the strictest key shared', () => {
    expect(linksByKey(seen, 0.5, KEYS)).toEqual([50, 0, 100, 100]);
    expect(linksByKey(seen, 0.95, KEYS)).toEqual([50, 0, 0, 0]);
  });
});
