import { describe, expect, it } from 'vitest';

import { uniformBelow } from '../../../core/base/index.js';
import { haveCloseGroups } from '../../../node-agent/guard/close-groups.js';
import { singlesOutFew } from '../../../node-agent/guard/derivable.js';
import { groupsOf } from '../../../node-agent/guard/groups.js';
import { DifferencingGuard, MAX_REMEMBERED_QUESTIONS } from '../../../node-agent/guard/guard.js';
import { MAX_REGIONS, Partition, TooManyRegions } from '../../../node-agent/guard/regions.js';
import { Refusal } from '../../../node-agent/offers/refusal.js';
import { seededRng } from '../../support/seeded-rng.js';
import { codeOf } from './fixtures.js';
import { blocks, dividedBy, foreseen, makeQuestion, remembered, snapshotOf, THRESHOLD } from './guard-fixtures.js';
import type { MadeQuestion } from './guard-fixtures.js';

describe('Partition', () => {
  it('groups records as one GROUP BY over all labels would', () => {
    const rng = seededRng('partition');
    const records = 500;
    const draw = (): number[] => Array.from({ length: records }, () => uniformBelow(rng, 4));
    const columns = [draw(), draw(), draw()];
    const expected = new Map<string, number>();
    for (let record = 0; record < records; record += 1) {
      const key = columns.map((column) => column[record]).join();
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
    const regions = dividedBy(...columns.map((labels, index) => makeQuestion(`q${index}`, [3], labels)));
    expect(new Map(regions.map(({ labels, records: count }) => [labels.join(), count]))).toEqual(expected);
  });

  it('has as many regions as its limit and not one more', () => {
    const labels = Uint32Array.from({ length: MAX_REGIONS + 1 }, (_, index) => index);
    expect(Partition.whole(MAX_REGIONS).dividedBy(labels.subarray(1)).regions()).toHaveLength(MAX_REGIONS);
    expect(() => Partition.whole(MAX_REGIONS + 1).dividedBy(labels)).toThrow(TooManyRegions);
  });

  it('wants a label for every record', () => {
    expect(() => Partition.whole(3).dividedBy(new Uint32Array(2))).toThrow(RangeError);
  });
});

describe('groupsOf', () => {
  it('has the cells, the totals of each category, and that of all, each once', () => {
    const labelsOf = (sizes: readonly number[], totals = true): (readonly number[])[] =>
      groupsOf(makeQuestion('p', sizes, [], { totals })).map(({ labels }) => labels);
    expect(labelsOf([2, 3])).toEqual([
      [1],
      [2],
      [3],
      [4],
      [5],
      [6],
      [1, 2, 3],
      [4, 5, 6],
      [1, 4],
      [2, 5],
      [3, 6],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect(labelsOf([2])).toEqual([[1], [2], [1, 2]]);
    expect(labelsOf([])).toEqual([[1]]);
    expect(labelsOf([2, 2], false)).toEqual([[1], [2], [3], [4]]);
  });

  it('says the same of the same records, whatever other dimensions there are', () => {
    const keys = (sizes: readonly number[]): string[] => groupsOf(makeQuestion('p', sizes, [])).map(({ key }) => key);
    const [fine, coarse, other] = [
      keys([2, 3]),
      keys([2]),
      groupsOf(makeQuestion('other', [2], [])).map(({ key }) => key),
    ];
    expect(coarse.every((key) => fine.includes(key))).toBe(true);
    expect(other.some((key) => fine.includes(key))).toBe(false);
    expect(new Set(fine).size).toBe(fine.length);
  });
});

/** Two questions about one population each, without dimensions, that have these records. */
function pair(both: number, onlyEarlier: number, onlyAsked: number): readonly [MadeQuestion, MadeQuestion] {
  return [
    makeQuestion('earlier', [], blocks([both + onlyEarlier, 1], [onlyAsked, 0])),
    makeQuestion('asked', [], blocks([both, 1], [onlyEarlier, 0], [onlyAsked, 1])),
  ];
}

function areClose(earlier: MadeQuestion, asked: MadeQuestion, threshold = THRESHOLD): boolean {
  const { regions, tables } = foreseen([earlier, asked]);
  const [first, second] = tables;
  if (first === undefined || second === undefined) throw new Error('two tables');
  return haveCloseGroups(second, first, regions, { asked: 1, earlier: 0 }, threshold);
}

describe('haveCloseGroups', () => {
  it.each<[string, boolean, readonly [number, number, number]]>([
    ['one record more', true, [50, 0, 1]],
    ['one record less', true, [50, 1, 0]],
    ['nobody more: that would be told too', true, [50, 0, 0]],
    ['one less than the threshold on each side', true, [50, THRESHOLD - 1, THRESHOLD - 1]],
    ['the threshold on one side', false, [50, THRESHOLD, 0]],
    ['the threshold on the other', false, [50, 0, THRESHOLD]],
    ['a common part from the threshold up', true, [THRESHOLD, 0, 1]],
    ['one that is shown and one that is not', false, [THRESHOLD - 1, 0, 1]],
    ['nothing in common', false, [0, 50, 50]],
  ])('%s: %s', (_, close, [both, onlyEarlier, onlyAsked]) => {
    expect(areClose(...pair(both, onlyEarlier, onlyAsked))).toBe(close);
  });

  it('looks at cells, at totals of a category and at the total', () => {
    const base = blocks([30, 1], [30, 2], [30, 3], [30, 4]);
    // Three records of cell 4 are in another list's place: only that cell and the totals that it is in differ by three.
    const change = (labels: readonly number[]): number[] => labels.map((label, record) => (record < 117 ? label : 0));
    expect(areClose(makeQuestion('a', [2, 2], base), makeQuestion('b', [2, 2], change(base)))).toBe(true);
    // Six cells below the threshold: only the totals are shown, and they differ by two.
    const small = blocks([8, 1], [8, 2], [8, 3], [8, 4], [8, 5], [8, 6]);
    const fewer = small.map((label, record) => (record < 46 ? label : 0));
    expect(areClose(makeQuestion('a', [6], small), makeQuestion('b', [6], fewer))).toBe(true);
    expect(areClose(makeQuestion('a', [6], small, { totals: false }), makeQuestion('b', [6], fewer))).toBe(false);
  });

  it('lets the same population be asked by another dimension, and leaves a table to itself', () => {
    const coarse = makeQuestion('p', [2], blocks([100, 1], [50, 2]));
    const fine = makeQuestion('p', [2, 2], blocks([97, 1], [3, 2], [25, 3], [25, 4]));
    expect(areClose(coarse, fine)).toBe(false);
    expect(areClose(fine, coarse)).toBe(false);
    // Without totals the finer table leaves nothing out for the coarser one's sake.
    const bare = { ...fine, totals: false };
    expect(areClose(coarse, bare)).toBe(true);
  });

  it('agrees with plain counting over random questions', () => {
    const rng = seededRng('close groups');
    let close = 0;
    const rounds = 300;
    for (let round = 0; round < rounds; round += 1) {
      const sizes = [1 + uniformBelow(rng, 3)];
      const records = 40 + uniformBelow(rng, 100);
      const first = Array.from({ length: records }, () => uniformBelow(rng, (sizes[0] ?? 0) + 1));
      const changed = 2 + uniformBelow(rng, 18);
      const second = first.map((label) => (uniformBelow(rng, 20) < changed ? uniformBelow(rng, 2) : label));
      const [earlier, asked] = [makeQuestion('a', sizes, first), makeQuestion('b', sizes, second)];
      const expected = closeByCounting(earlier, asked);
      expect(areClose(earlier, asked)).toBe(expected);
      close += expected ? 1 : 0;
    }
    expect(close).toBeGreaterThan(rounds / 10);
    expect(close).toBeLessThan((rounds * 9) / 10);
  });
});

function closeByCounting(earlier: MadeQuestion, asked: MadeQuestion): boolean {
  const setsOf = (question: MadeQuestion): Set<number>[] =>
    groupsOf(question).map(
      ({ labels }) =>
        new Set([...question.labels.entries()].flatMap(([record, label]) => (labels.includes(label) ? [record] : []))),
    );
  const without = (a: Set<number>, b: Set<number>): number => [...a].filter((record) => !b.has(record)).length;
  return setsOf(earlier).some((a) =>
    setsOf(asked).some(
      (b) => a.size >= THRESHOLD && b.size >= THRESHOLD && without(a, b) < THRESHOLD && without(b, a) < THRESHOLD,
    ),
  );
}

describe('singlesOutFew', () => {
  /** Questions without dimensions about unions of parts of these sizes. */
  function unions(sizes: readonly number[], ...members: readonly (readonly number[])[]): MadeQuestion[] {
    return members.map((parts, index) =>
      makeQuestion(
        `q${index}`,
        [],
        sizes.flatMap((size, part) => new Array<number>(size).fill(parts.includes(part) ? 1 : 0)),
      ),
    );
  }
  const isSingledOut = (questions: readonly MadeQuestion[], threshold = THRESHOLD): boolean => {
    const { tables, regions } = foreseen(questions);
    return singlesOutFew(tables, regions, threshold);
  };

  it('finds a few that only three questions together give away', () => {
    const sizes = [THRESHOLD - 1, 100, 200];
    const questions = unions(sizes, [0, 1], [0, 2], [1, 2]);
    expect(isSingledOut(questions)).toBe(true);
    expect(isSingledOut(questions.slice(0, 2))).toBe(false);
    expect(isSingledOut(unions([THRESHOLD, 100, 200], [0, 1], [0, 2], [1, 2]))).toBe(false);
  });

  it('finds those that only four questions together give away, in any order', () => {
    const questions = unions([3, 40, 50, 60], [0, 1], [1, 2], [2, 3], [3]);
    questions.forEach((_, first) => {
      const turned = [...questions.slice(first), ...questions.slice(0, first)];
      expect(isSingledOut(turned)).toBe(true);
      expect(isSingledOut(turned.slice(1))).toBe(false);
    });
  });

  it('does not mind what was known before, or what a table keeps to itself', () => {
    const sizes = [3, 100, 200, 300];
    const known = unions(sizes, [0, 1], [0, 2], [1, 2]);
    expect(isSingledOut([...known, ...unions(sizes, [3])])).toBe(false);
    // A table with one small cell leaves out another one for it.
    expect(isSingledOut([makeQuestion('p', [3], blocks([3, 1], [50, 2], [60, 3]))])).toBe(false);
    const coarse = makeQuestion('p', [], blocks([113, 1]));
    const fine = makeQuestion('p', [3], blocks([3, 1], [50, 2], [60, 3]));
    expect(isSingledOut([coarse, fine])).toBe(false);
    expect(isSingledOut([fine, coarse])).toBe(false);
    // Where no totals are shown nothing is left out for them; the coarser table gives the small cell away.
    expect(isSingledOut([coarse, { ...fine, totals: false }])).toBe(true);
  });
});

describe('DifferencingGuard', () => {
  const where = { dataset: 'police.victim-crimes', snapshot: 'a'.repeat(64) };
  const check = (question: MadeQuestion, ...earlier: readonly MadeQuestion[]): void =>
    new DifferencingGuard().check(
      where,
      question,
      earlier.map((one) => remembered(one)),
      snapshotOf(question, ...earlier),
    );

  it('refuses what differs from an earlier answer by a few, says from which, and no count', () => {
    const [earlier, asked] = pair(137, 0, 4);
    let refusal: unknown;
    try {
      new DifferencingGuard().check(
        where,
        asked,
        [remembered(pair(1, 90, 90)[0], 'far-off', 1), remembered(earlier, 'case-length', 7)],
        snapshotOf(asked, { ...pair(1, 90, 90)[0], labels: new Uint32Array(141) }, earlier),
      );
    } catch (thrown) {
      refusal = thrown;
    }
    if (!(refusal instanceof Refusal)) throw new Error('not refused');
    expect(refusal.code).toBe('DIFFERENCING');
    expect(refusal.message).toContain('case-length version 7');
    expect(refusal.message).not.toContain('far-off');
    expect(refusal.message.match(/\d+/g)).toEqual(['7', String(THRESHOLD)]);
  });

  it('lets pass what nothing was asked before, what differs by enough, and what is the same here', () => {
    const [earlier, asked] = pair(137, 0, THRESHOLD);
    expect(() => check(asked)).not.toThrow();
    expect(() => check(asked, earlier)).not.toThrow();
    expect(() => check({ ...earlier }, earlier)).not.toThrow();
  });

  it('compares cells of a linked list only where they are linked to the same population', () => {
    const [earlier, asked] = pair(137, 0, 4);
    const linkedTo = (context: string, question: MadeQuestion): MadeQuestion => ({ ...question, context });
    expect(codeOf(() => check(linkedTo('p', asked), linkedTo('p', earlier)))).toBe('DIFFERENCING');
    expect(() => check(linkedTo('p', asked), linkedTo('q', earlier))).not.toThrow();
    expect(() => check(linkedTo('p', asked), earlier)).not.toThrow();
  });

  it('holds to the stricter of two thresholds', () => {
    const [earlier, asked] = pair(137, 0, 15);
    expect(() => check(asked, earlier)).not.toThrow();
    expect(codeOf(() => check({ ...asked, threshold: 16 }, earlier))).toBe('DIFFERENCING');
    expect(codeOf(() => check(asked, { ...earlier, threshold: 16 }))).toBe('DIFFERENCING');
  });

  it('refuses what several answers together give away', () => {
    const sizes = [THRESHOLD - 1, 100, 200];
    const union = (...parts: readonly number[]): MadeQuestion =>
      makeQuestion(
        `q${parts.join()}`,
        [],
        blocks(...sizes.map((size, part) => [size, parts.includes(part) ? 1 : 0] as const)),
      );
    expect(() => check(union(0, 2), union(0, 1))).not.toThrow();
    expect(codeOf(() => check(union(1, 2), union(0, 1), union(0, 2)))).toBe('DIFFERENCING');
  });

  it('remembers as many different questions as its limit', () => {
    const records = 40 * (MAX_REMEMBERED_QUESTIONS + 1);
    const question = (index: number): MadeQuestion =>
      makeQuestion(
        `q${index}`,
        [],
        Array.from({ length: records }, (_, record) => (Math.floor(record / 40) === index ? 1 : 0)),
      );
    const earlier = Array.from({ length: MAX_REMEMBERED_QUESTIONS }, (_, index) => question(index));
    const asked = question(MAX_REMEMBERED_QUESTIONS);
    expect(() => check(asked, ...earlier.slice(1))).not.toThrow();
    // The same question by another template is one question.
    expect(() => check(asked, ...earlier.slice(1), ...earlier.slice(1, 5))).not.toThrow();
    expect(codeOf(() => check(asked, ...earlier))).toBe('DIFFERENCING');
    expect(() => check({ ...question(3) }, ...earlier)).not.toThrow();
  });

  it('refuses when the snapshot falls into too many pieces to tell', () => {
    const half = 256;
    const records = half * half;
    const row = makeQuestion(
      'rows',
      [half],
      Array.from({ length: records }, (_, record) => 1 + Math.floor(record / half)),
    );
    const column = makeQuestion(
      'columns',
      [half],
      Array.from({ length: records }, (_, record) => 1 + (record % half)),
    );
    expect(records).toBeGreaterThan(MAX_REGIONS);
    expect(codeOf(() => check(column, row))).toBe('DIFFERENCING');
  });

  it('reads the records of each question once while it stays the same whether it is refused or answered', () => {
    const [earlier, asked] = pair(137, 0, 4);
    const far = makeQuestion('far', [], blocks([100, 0], [41, 1]));
    const guard = new DifferencingGuard();
    const snapshot = snapshotOf(earlier, asked, far);
    const refused = (): string => codeOf(() => guard.check(where, asked, [remembered(earlier)], snapshot));
    expect(refused()).toBe('DIFFERENCING');
    expect(snapshot.read).toBe(2);
    expect(refused()).toBe('DIFFERENCING');
    expect(snapshot.read).toBe(2);
    // The refused one is forgotten; the next is answered and remembered.
    guard.check(where, far, [remembered(earlier)], snapshot);
    expect(snapshot.read).toBe(3);
    const both = [remembered(earlier), remembered(far)];
    expect(codeOf(() => guard.check(where, asked, both, snapshot))).toBe('DIFFERENCING');
    expect(snapshot.read).toBe(4);
  });

  it('begins anew with a new snapshot', () => {
    const [earlier, asked] = pair(137, 0, 4);
    const guard = new DifferencingGuard();
    expect(codeOf(() => guard.check(where, asked, [remembered(earlier)], snapshotOf(earlier, asked)))).toBe(
      'DIFFERENCING',
    );
    // In the new snapshot the two are far apart.
    const [before, now] = pair(137, 50, 50).map((question, index) => ({
      ...question,
      sql: [earlier, asked][index]?.sql ?? '',
    }));
    if (before === undefined || now === undefined) throw new Error('two questions');
    const fresh = { ...where, snapshot: 'b'.repeat(64) };
    expect(() => guard.check(fresh, now, [remembered(before)], snapshotOf(before, now))).not.toThrow();
  });
});
