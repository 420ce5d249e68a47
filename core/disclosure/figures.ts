import type { Group } from './released.js';
import type { CountTable } from './table.js';

/**
 * The numbers a table shows, or could show, and how they hang together. Cells come first, in the table's order; then the
 * totals, each a sum of cells. Totals of the same cells, and a total of one cell, are one figure: to show one of them is to
 * show all.
 */
export interface Figures {
  /** How many of the figures are cells. */
  readonly cells: number;
  /** Of each figure after the cells, the cells it adds up, ascending; at least two. */
  readonly parts: readonly (readonly number[])[];
  /** What is shown as a total, in the order in which it is released. */
  readonly totals: readonly Total[];
  /** Of each figure, what it costs readers not to see it. */
  readonly weights: Float64Array;
}

export interface Total {
  readonly categories: Group;
  readonly figure: number;
  /** The cells it adds up, ascending. */
  readonly cells: readonly number[];
}

/** A total answers more questions than a cell does, and that of the whole table is the one everybody asks first. */
export const CELL_WEIGHT = 1;
export const CATEGORY_WEIGHT = 2;
export const WHOLE_WEIGHT = 4;

/** The cells, and with `margins` 'totals' every dimension's categories that can occur and the whole table. */
export function figuresOf({ dimensions, cells }: CountTable, margins: 'none' | 'totals'): Figures {
  const parts: (readonly number[])[] = [];
  const totals: Total[] = [];
  const weights = cells.map(() => CELL_WEIGHT);
  const known = new Map<string, number>();
  const add = (categories: Group, members: readonly number[], weight: number): void => {
    // A category that can't occur has nothing to show.
    if (members.length === 0) return;
    const name = members.join();
    let figure = members.length === 1 ? (members[0] ?? 0) : known.get(name);
    if (figure === undefined) {
      figure = weights.length;
      known.set(name, figure);
      parts.push(members);
      weights.push(weight);
    }
    weights[figure] = Math.max(weights[figure] ?? 0, weight);
    totals.push({ categories, figure, cells: members });
  };
  if (margins === 'totals') {
    // The categories of an only dimension are the cells.
    if (dimensions.length > 1) {
      for (const [dimension, { categories }] of dimensions.entries()) {
        const members = categories.map((): number[] => []);
        cells.forEach((cell, index) => members[cell.categories[dimension] ?? 0]?.push(index));
        members.forEach((of, category) => {
          add(
            dimensions.map((_, other) => (other === dimension ? category : null)),
            of,
            CATEGORY_WEIGHT,
          );
        });
      }
    }
    add(
      dimensions.map(() => null),
      [...cells.keys()],
      WHOLE_WEIGHT,
    );
  }
  return { cells: cells.length, parts, totals, weights: Float64Array.from(weights) };
}

/** The value of every figure, from those of the cells. */
export function addUp({ cells, parts }: Figures, values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(cells + parts.length);
  for (let cell = 0; cell < cells; cell += 1) sums[cell] = values[cell] ?? 0;
  parts.forEach((members, index) => {
    sums[cells + index] = members.reduce((sum, cell) => sum + (values[cell] ?? 0), 0);
  });
  return sums;
}
