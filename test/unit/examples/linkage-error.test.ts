import { describe, expect, it } from 'vitest';

import { linkageErrorInWords, linkageErrorOf } from '../../../examples/bold/demo/linkage-error.js';

const cells = (...counts: readonly number[]): { categories: number[]; count: number }[] =>
  counts.map((count, category) => ({ categories: [category], count }));

describe('what linking does to a table', () => {
  it.each([
    ['nothing', cells(3, 4), cells(3, 4), { counted: 7, fewer: 0, misplaced: 0 }],
    ['one in another cell', cells(2, 5), cells(3, 4), { counted: 7, fewer: 0, misplaced: 1 }],
    ['one who is two people to the rules', cells(3, 5), cells(3, 4), { counted: 7, fewer: -1, misplaced: 0 }],
    ['two left out, and one in another cell', cells(1, 4), cells(4, 3), { counted: 7, fewer: 2, misplaced: 1 }],
    ['a cell that nobody is in', cells(3, 4, 1), cells(4, 4), { counted: 8, fewer: 0, misplaced: 1 }],
    ['a table of nobody', [], [], { counted: 0, fewer: 0, misplaced: 0 }],
  ])('%s', (_, byRules, byIdentity, error) => {
    expect(linkageErrorOf(byRules, byIdentity)).toEqual(error);
  });

  it('in words', () => {
    const words = linkageErrorInWords({ counted: 4_649, fewer: -138, misplaced: 75 });
    expect(words).toContain('has 4,649 in it');
    expect(words).toContain('counts 138 more and puts at least 75 in another cell: 4.6 % in all.');
    expect(linkageErrorInWords({ counted: 0, fewer: 0, misplaced: 0 })).toContain('counts as many');
    expect(linkageErrorInWords({ counted: 10, fewer: 1, misplaced: 0 })).toContain('counts 1 fewer');
  });
});
