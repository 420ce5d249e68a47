import type { LocalQuestion } from '../budget/memory.js';

/** Records of one dataset that a table counts together: a cell, or a total. */
export interface Group {
  /** In words that are the same for the same records, whichever template counts them. */
  readonly key: string;
  /** Labels of the question that are in it, ascending. */
  readonly labels: readonly number[];
  /** True of a cell, false of a total. */
  readonly isCell: boolean;
}

/**
 * What a question's table says about the dataset: its cells, the totals of each dimension's categories and that of all.
 * Where the template shows no totals, the cells. Where there are several dimensions or none, a group may be a cell and
 * a total at once; it is here once.
 */
export function groupsOf({ population, dimensions, totals }: LocalQuestion): readonly Group[] {
  const cells = cellsOf(dimensions);
  const groups = new Map<string, Group>();
  const add = (chosen: Chosen, labels: readonly number[], isCell: boolean): void => {
    const conditions = chosen.flatMap((category, place) => {
      const dimension = dimensions[place];
      return category === null || dimension === undefined ? [] : [[dimension.field, dimension.categories[category]]];
    });
    const key = JSON.stringify([population, conditions.toSorted()]);
    if (!groups.has(key)) groups.set(key, { key, labels, isCell });
  };
  cells.forEach((cell, index) => add(cell, [index + 1], true));
  if (!totals) return [...groups.values()];
  const all: Chosen = dimensions.map(() => null);
  dimensions.forEach(({ categories }, place) => {
    categories.forEach((_, category) => {
      const labels = cells.flatMap((cell, index) => (cell[place] === category ? [index + 1] : []));
      add(all.with(place, category), labels, false);
    });
  });
  add(
    all,
    cells.map((_, index) => index + 1),
    false,
  );
  return [...groups.values()];
}

/** For each dimension a category, or all of them together. */
type Chosen = readonly (number | null)[];

/** The categories of each label, label 1 first: a mixed-radix number whose first digit is the most significant. */
function cellsOf(dimensions: LocalQuestion['dimensions']): readonly (readonly number[])[] {
  return dimensions.reduce<readonly (readonly number[])[]>(
    (cells, { categories }) => cells.flatMap((cell) => [...categories.keys()].map((category) => [...cell, category])),
    [[]],
  );
}
