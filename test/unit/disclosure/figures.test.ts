import { describe, expect, it } from 'vitest';

import { addUp, CATEGORY_WEIGHT, CELL_WEIGHT, figuresOf, WHOLE_WEIGHT } from '../../../core/disclosure/figures.js';
import { tableOf } from '../../support/arbitrary-table.js';

describe('the figures of a table', () => {
  it('are its cells, then the totals of every dimension and the whole', () => {
    const figures = figuresOf(tableOf([2, 2], [1, 2, 3, 4]), 'totals');
    expect(figures.parts).toEqual([
      [0, 1],
      [2, 3],
      [0, 2],
      [1, 3],
      [0, 1, 2, 3],
    ]);
    expect([...addUp(figures, [1, 2, 3, 4])]).toEqual([1, 2, 3, 4, 3, 7, 4, 6, 10]);
    expect([...figures.weights]).toEqual([
      ...Array<number>(4).fill(CELL_WEIGHT),
      ...Array<number>(4).fill(CATEGORY_WEIGHT),
      WHOLE_WEIGHT,
    ]);
  });

  it('are the cells alone where no totals are shown', () => {
    expect(figuresOf(tableOf([2, 2], [1, 2, 3, 4]), 'none')).toMatchObject({ cells: 4, parts: [], totals: [] });
  });

  it('are one where totals are of the same cells, or of one', () => {
    // Cells 0 and 1 are the first row, cell 2 the second; each column has one of them.
    const figures = figuresOf(tableOf([2, 3], [10, 20, null, null, null, 30]), 'totals');
    expect(figures.parts).toEqual([
      [0, 1],
      [0, 1, 2],
    ]);
    expect(figures.totals.map(({ figure }) => figure)).toEqual([3, 2, 0, 1, 2, 4]);
    // As much as the most wanted of what they are.
    expect([...figures.weights]).toEqual([2, 2, 2, 2, 4]);
    const single = figuresOf(tableOf([2, 1], [10, 20]), 'totals');
    expect(single.parts).toEqual([[0, 1]]);
    expect(single.totals.map(({ figure }) => figure)).toEqual([0, 1, 2, 2]);
  });
});
