import type { Figures } from './figures.js';
import type { CountTable } from './table.js';

/**
 * The figures that would say that a whole line is alike: a line is what remains when all dimensions but one are fixed,
 * or all but one are added up. Its largest figure is such a one when all others together are below the threshold, be they
 * none or few: a rule that took exactly none would say so by being applied. Of noisy counts the sum is taken as it is,
 * below 0 too, for the sum of what was lifted to 0 would grow with the length of the line.
 *
 * A line in which only one combination can occur says nothing about anybody.
 * @param values of all figures
 */
export function classFigures(
  table: CountTable,
  figures: Figures,
  values: Float64Array,
  threshold: number,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const line of linesOf(table, figures)) {
    if (line.length < 2) continue;
    const sum = line.reduce((total, figure) => total + (values[figure] ?? 0), 0);
    const largest = line.reduce((best, figure) => ((values[figure] ?? 0) > (values[best] ?? 0) ? figure : best));
    const value = values[largest] ?? 0;
    if (value >= threshold && sum - value < threshold) found.add(largest);
  }
  return found;
}

function* linesOf({ dimensions, cells }: CountTable, { totals }: Figures): Generator<readonly number[]> {
  for (const dimension of dimensions.keys()) {
    const lines = new Map<string, number[]>();
    cells.forEach(({ categories }, cell) => {
      const others = categories.filter((_, index) => index !== dimension).join();
      const line = lines.get(others);
      if (line === undefined) lines.set(others, [cell]);
      else line.push(cell);
    });
    yield* lines.values();
    yield totals.filter(({ categories }) => categories[dimension] !== null).map(({ figure }) => figure);
  }
}
