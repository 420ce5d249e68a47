import loadHighs from 'highs';
import type { Highs } from 'highs';

import type { Reader, SuppressionProblem } from '../../core/disclosure/reader.js';

/**
 * The least weight that any suppression can have which the readers' requirements allow, by one mixed-integer programme:
 * for every figure and requirement it holds a whole table of its own that looks the same and meets it. It grows with the
 * square of the figures, so it is for small tables.
 */
export async function optimalSuppression(): Promise<
  (problem: SuppressionProblem, readers: readonly Reader[]) => Uint8Array
> {
  const highs = await (loadHighs as unknown as typeof loadHighs.default)();
  return (problem, readers) => solve(highs, problem, readers);
}

function solve(
  highs: Highs,
  { figures, values, withheld }: SuppressionProblem,
  readers: readonly Reader[],
): Uint8Array {
  const count = values.length;
  const infinity = highs.infinity;
  const costs: number[] = [...figures.weights];
  const lower: number[] = [...withheld];
  const upper: number[] = Array<number>(count).fill(1);
  const rows: { lower: number; upper: number; entries: [column: number, coefficient: number][] }[] = [];
  const add = (low: number, high: number, entries: [number, number][]): void => {
    rows.push({ lower: low, upper: high, entries });
  };
  for (const { knowledge, requirementsOf } of readers) {
    for (let figure = 0; figure < count; figure += 1) {
      for (const { direction, amount } of requirementsOf(figure)) {
        const first = costs.length;
        for (let other = 0; other < count; other += 1) {
          const low = knowledge.lower[other] ?? 0;
          const high = knowledge.upper[other] ?? 0;
          costs.push(0);
          lower.push(low);
          upper.push(high);
          add(-infinity, 0, [
            [first + other, 1],
            [other, -high],
          ]);
          add(0, infinity, [
            [first + other, 1],
            [other, -low],
          ]);
        }
        figures.parts.forEach((members, index) => {
          add(0, 0, [
            ...members.map((cell): [number, number] => [first + cell, 1]),
            [first + figures.cells + index, -1],
          ]);
        });
        add(0, infinity, [
          [first + figure, direction],
          [figure, -amount],
        ]);
      }
    }
  }
  const starts = [0];
  const indices: number[] = [];
  const coefficients: number[] = [];
  for (const { entries } of rows) {
    for (const [column, coefficient] of entries) {
      indices.push(column);
      coefficients.push(coefficient);
    }
    starts.push(indices.length);
  }
  const model = highs.createModel({
    numCols: costs.length,
    numRows: rows.length,
    colCost: costs,
    colLower: lower,
    colUpper: upper,
    rowLower: rows.map((row) => row.lower),
    rowUpper: rows.map((row) => row.upper),
    matrix: {
      format: 'csr',
      numRows: rows.length,
      numCols: costs.length,
      starts: Int32Array.from(starts),
      indices: Int32Array.from(indices),
      values: Float64Array.from(coefficients),
    },
    integrality: costs.map((_, column) => (column < count ? 1 : 0)),
  });
  try {
    model.options.set({ output_flag: false, mip_rel_gap: 0, mip_abs_gap: 0 });
    model.run();
    if (model.getModelStatus() !== highs.constants.modelStatus.optimal)
      throw new Error(`no optimum was found: ${model.getModelStatus()}`);
    return Uint8Array.from(model.getSolution().colValue.subarray(0, count), Math.round);
  } finally {
    model.dispose();
  }
}

/** The weight of a suppression. */
export function weightOf({ figures }: SuppressionProblem, suppressed: Uint8Array): number {
  return suppressed.reduce((sum, isSuppressed, figure) => sum + isSuppressed * (figures.weights[figure] ?? 0), 0);
}
