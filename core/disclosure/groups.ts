import type { RoundingWindow } from './intervals.js';
import type { DisclosurePolicy } from './policy.js';
import type { Group, ReleasedCell } from './released.js';

/** The released cells whose categories are the same in some dimensions. */
export interface CellGroup {
  /** The categories in those dimensions, null in the others. */
  readonly group: Group;
  readonly cells: readonly ReleasedCell[];
}

/**
 * The groups that some cell of the table is in, in the order of their categories.
 * @param by indexes of the dimensions that make the groups; none makes one group of all cells
 */
export function groupsOf(cells: readonly ReleasedCell[], by: readonly number[]): readonly CellGroup[] {
  const groups = new Map<string, { readonly group: Group; readonly cells: ReleasedCell[] }>();
  for (const cell of cells) {
    const group = cell.categories.map((category, dimension) => (by.includes(dimension) ? category : null));
    const key = group.join();
    const found = groups.get(key);
    if (found === undefined) groups.set(key, { group, cells: [cell] });
    else found.cells.push(cell);
  }
  return [...groups.values()].sort((a, b) => compare(a.group, b.group, by));
}

function compare(a: Group, b: Group, by: readonly number[]): number {
  for (const dimension of by) {
    const difference = (a[dimension] ?? 0) - (b[dimension] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What anybody knows of a sum of cells from their values and statuses. `high` may be Infinity. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Bounds of the noisy counts behind released cells, added up. A shown one is taken as it is, give or take `window`; a
 * primary one is below the threshold, as its status says; any other suppressed one isn't below it, and that is all.
 */
export function boundsOf(
  cells: readonly ReleasedCell[],
  { threshold }: DisclosurePolicy,
  window: RoundingWindow,
): Bounds {
  let [low, high] = [0, 0];
  for (const { value, status } of cells) {
    if (value !== null) {
      low += Math.max(0, value - window.below);
      high += value + window.above;
    } else if (status === 'primary') {
      high += threshold - 1;
    } else if (status !== 'not-collected') {
      low += threshold;
      high = Infinity;
    }
  }
  return { low, high };
}
