import { describe, expect, it } from 'vitest';

import { uniformBelow } from '../../../core/base/index.js';
import { MAX_SPAN_STEPS, Span, SpanTooLarge, SpanWork } from '../../../node-agent/guard/span.js';
import type { SparseVector } from '../../../node-agent/guard/span.js';
import { seededRng } from '../../support/seeded-rng.js';

type Dense = readonly number[];

function sparse(dense: Dense): SparseVector {
  return new Map(dense.flatMap((value, column) => (value === 0 ? [] : [[column, value] as const])));
}

function spanOf(...vectors: readonly Dense[]): Span {
  const span = new Span(new SpanWork());
  for (const vector of vectors) span.add(sparse(vector));
  return span;
}

/** The rank by Bareiss's elimination in integers without a bound: another algorithm, another arithmetic. */
function rankOf(vectors: readonly Dense[]): number {
  const rows = vectors.map((vector) => vector.map(BigInt));
  let [rank, before] = [0, 1n];
  for (let column = 0; column < (rows[0]?.length ?? 0); column += 1) {
    const pivot = rows.findIndex((row, place) => place >= rank && row[column] !== 0n);
    if (pivot < 0) continue;
    [rows[rank], rows[pivot]] = [rows[pivot] ?? [], rows[rank] ?? []];
    const lead = rows[rank] ?? [];
    for (let place = rank + 1; place < rows.length; place += 1) {
      const row = rows[place] ?? [];
      const factor = row[column] ?? 0n;
      rows[place] = row.map((value, at) => (value * (lead[column] ?? 0n) - factor * (lead[at] ?? 0n)) / before);
    }
    before = lead[column] ?? 1n;
    rank += 1;
  }
  return rank;
}

describe('Span', () => {
  it('is in reduced echelon form, in whole numbers without a common factor', () => {
    const { basis } = spanOf([2, 2, 0, 4], [0, 3, 3, 0], [1, 0, 0, 1]);
    expect(basis.map((row) => [...row].toSorted(([a], [b]) => a - b))).toEqual([
      [
        [0, 1],
        [3, 1],
      ],
      [
        [1, 1],
        [3, 1],
      ],
      [
        [2, 1],
        [3, -1],
      ],
    ]);
  });

  it('finds what halves give away: (AB + AC - BC) / 2 is A', () => {
    const span = spanOf([1, 1, 0], [1, 0, 1], [0, 1, 1]);
    expect(span.has(sparse([1, 0, 0]))).toBe(true);
    expect(spanOf([1, 1, 0], [1, 0, 1]).has(sparse([1, 0, 0]))).toBe(false);
  });

  it('agrees with elimination in unbounded integers on what can be derived', () => {
    const rng = seededRng('span');
    let inside = 0;
    for (let round = 0; round < 300; round += 1) {
      const columns = 2 + uniformBelow(rng, 9);
      const zeroOrOne = (): Dense => Array.from({ length: columns }, () => uniformBelow(rng, 2));
      const vectors = Array.from({ length: 1 + uniformBelow(rng, 9) }, zeroOrOne);
      const span = spanOf(...vectors);
      const rank = rankOf(vectors);
      expect(span.basis).toHaveLength(rank);
      for (let column = 0; column < columns; column += 1) {
        const unit = Array.from({ length: columns }, (_, at) => (at === column ? 1 : 0));
        const expected = rankOf([...vectors, unit]) === rank;
        expect(span.has(sparse(unit))).toBe(expected);
        // What the guard goes by: a single unknown that can be derived is a line of the basis.
        expect(span.basis.some((row) => row.size === 1 && row.has(column))).toBe(expected);
        inside += expected ? 1 : 0;
      }
    }
    expect(inside).toBeGreaterThan(100);
  });

  it('works as many steps as its limit and not one more', () => {
    const work = new SpanWork();
    work.add(MAX_SPAN_STEPS);
    expect(() => work.add(1)).toThrow(SpanTooLarge);
  });

  it('gives up before a number is no longer exact', () => {
    const large = 2 ** 52 + 1;
    const span = spanOf([3, large]);
    expect(() => span.add(sparse([5, 1]))).toThrow(SpanTooLarge);
  });
});
