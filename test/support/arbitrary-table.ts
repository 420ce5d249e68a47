import fc from 'fast-check';

import type { CountTable } from '../../core/disclosure/index.js';

/** A table with a number of categories for each dimension and counts by the place of each cell; null: can't occur. */
export function tableOf(lengths: readonly number[], counts: readonly (number | null)[]): CountTable {
  const places = lengths.reduce<number[][]>(
    (partial, length) => partial.flatMap((place) => Array.from({ length }, (_, category) => [...place, category])),
    [[]],
  );
  return {
    dimensions: lengths.map((length, dimension) => ({
      name: `police.crimes.field-${dimension}`,
      label: `Field ${dimension}`,
      categories: Array.from({ length }, (_, category) => ({ code: `c${category}`, label: `Category ${category}` })),
    })),
    cells: places.flatMap((categories, index) => {
      const count = counts[index] ?? null;
      return count === null ? [] : [{ categories, count }];
    }),
  };
}

/** Small, middling and large counts as tables have them; below 0 only where there is noise. */
function arbitraryCount(isNoisy: boolean): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: isNoisy ? -8 : 0, max: 12 }) },
    { weight: 3, arbitrary: fc.integer({ min: 10, max: 60 }) },
    { weight: 3, arbitrary: fc.integer({ min: 60, max: 5000 }) },
  );
}

/** Tables of these shapes, each cell missing one time in ten. */
export function arbitraryTable(shapes: readonly (readonly number[])[], isNoisy: boolean): fc.Arbitrary<CountTable> {
  return fc.constantFrom(...shapes).chain((lengths) => {
    const places = lengths.reduce((product, length) => product * length, 1);
    const cell = fc.option(arbitraryCount(isNoisy), { freq: 9, nil: null });
    return fc
      .array(cell, { minLength: places, maxLength: places })
      .map((counts) => tableOf(lengths, counts))
      .filter(({ cells }) => cells.length > 0);
  });
}
