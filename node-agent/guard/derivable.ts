import type { Region } from './regions.js';
import type { ForeseenTable } from './shown.js';
import { Span, SpanWork } from './span.js';
import type { SparseVector } from './span.js';

/**
 * Whether adding and subtracting counts of several tables singles out fewer than `threshold` records, though neither the
 * earlier tables do so nor the asked one alone (that one leaves out for itself what its own numbers would give away).
 *
 * Records that every shown number counts together are one unknown. The unknowns are ordered from the largest down and
 * the shown numbers brought into reduced echelon form, exactly. Every single unknown that can be worked out stands there
 * as a line of its own; of several small ones together those are found that stand in one line.
 *
 * `tables[i]` belongs to the i-th label of the regions; the last one is the one that is asked for.
 * Thrown when it is too much to work out: SpanTooLarge.
 */
export function singlesOutFew(
  tables: readonly ForeseenTable[],
  regions: readonly Region[],
  threshold: number,
): boolean {
  const { vectors, weights } = unknownsOf(tables, regions);
  const work = new SpanWork();
  const own = new Span(work);
  const earlier = new Span(work);
  const all = new Span(work);
  vectors.forEach((ofTable, index) => {
    const isAsked = index === vectors.length - 1;
    for (const vector of ofTable) {
      all.add(vector);
      (isAsked ? own : earlier).add(vector);
    }
  });
  return all.basis.some((vector) => {
    let records = 0;
    for (const column of vector.keys()) records += weights[column] ?? 0;
    return records < threshold && !earlier.has(vector) && !own.has(vector);
  });
}

interface Unknowns {
  /** For each table its shown numbers, each as a sum of unknowns. */
  readonly vectors: readonly (readonly SparseVector[])[];
  /** Records of each unknown, from the largest down. */
  readonly weights: readonly number[];
}

function unknownsOf(tables: readonly ForeseenTable[], regions: readonly Region[]): Unknowns {
  // Numbers the shown groups of all tables; a group of two tables is one.
  const numbers = new Map<string, number>();
  const shownByLabel = tables.map(({ shown }) => {
    const byLabel = new Map<number, number[]>();
    for (const { key, labels } of shown) {
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      for (const label of labels) byLabel.set(label, [...(byLabel.get(label) ?? []), number]);
    }
    return byLabel;
  });
  const alike = new Map<string, { readonly counted: readonly number[]; records: number }>();
  for (const { labels, records } of regions) {
    const counted = new Set(shownByLabel.flatMap((byLabel, place) => byLabel.get(labels[place] ?? 0) ?? []));
    if (counted.size === 0) continue;
    const numbered = [...counted].toSorted((a, b) => a - b);
    const key = numbered.join(' ');
    const before = alike.get(key);
    if (before === undefined) alike.set(key, { counted: numbered, records });
    else before.records += records;
  }
  const unknowns = [...alike.values()].toSorted((a, b) => b.records - a.records);
  const sums = new Map<number, Map<number, number>>();
  unknowns.forEach(({ counted }, column) => {
    for (const number of counted) {
      const sum = sums.get(number) ?? new Map<number, number>();
      sums.set(number, sum.set(column, 1));
    }
  });
  return {
    vectors: tables.map(({ shown }) =>
      shown.flatMap(({ key }) => {
        const sum = sums.get(numbers.get(key) ?? -1);
        return sum === undefined ? [] : [sum];
      }),
    ),
    weights: unknowns.map(({ records }) => records),
  };
}
