import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { createSolver, protectTable } from '../../../core/disclosure/index.js';
import type { CountTable, LinearSolver, ReleasedTable, TableNoise } from '../../../core/disclosure/index.js';
import { addUp, figuresOf } from '../../../core/disclosure/figures.js';
import { readersOf } from '../../../core/disclosure/reader.js';
import type { SuppressionProblem } from '../../../core/disclosure/reader.js';
import { suppressSecondary } from '../../../core/disclosure/suppression.js';
import { arbitraryTable, tableOf } from '../../support/arbitrary-table.js';
import { optimalSuppression, weightOf } from '../../support/optimal-suppression.js';
import { propertyOptions, testSeed } from '../../support/seeded-rng.js';
import { attackTable } from '../../support/table-attacker.js';
import { noiseOf, usualPolicy } from './shown-fixture.js';

const THRESHOLD = usualPolicy.threshold;
/** What two different solvers may disagree by. */
const TOLERANCE = 1e-4;

let solver: LinearSolver;
beforeAll(async () => {
  solver = await createSolver();
});

function protect(table: CountTable, noise: TableNoise | null = null): ReleasedTable {
  const presentation = { margins: 'totals', rate: null, quantiles: null, recall: null } as const;
  return protectTable({ table, noise, measures: [], presentation, earlier: [] }, usualPolicy, solver);
}

function countsOf({ cells }: CountTable): number[] {
  return cells.map(({ count }) => count);
}

function assertOutOfReach(table: CountTable, released: ReleasedTable): void {
  for (const { value, high } of attackTable(released, countsOf(table), { informed: false, sighted: true })) {
    expect(high).toBeGreaterThanOrEqual(value + THRESHOLD - TOLERANCE);
  }
}

/** Whoever reads the statuses learns nothing more of a small number from all the numbers shown. */
function assertNoNarrower(table: CountTable, released: ReleasedTable): void {
  const before = attackTable(released, countsOf(table), { informed: true, sighted: false });
  const after = attackTable(released, countsOf(table), { informed: true, sighted: true });
  // Both are of the numbers not shown, in the same order.
  for (const [index, { cell, low, high }] of after.entries()) {
    if (cell.status !== 'primary') continue;
    // Counts are whole: to be left with 0.5..9 is to be left with 1..9.
    expect(Math.ceil(low - TOLERANCE)).toBeLessThanOrEqual(Math.ceil((before[index]?.low ?? 0) - TOLERANCE));
    expect(Math.floor(high + TOLERANCE)).toBeGreaterThanOrEqual(Math.floor((before[index]?.high ?? 0) + TOLERANCE));
  }
}

const SHAPES = [[1], [2], [6], [2, 2], [3, 3], [3, 5], [5, 6], [2, 2, 2], [2, 3, 4], [2, 2, 2, 2], [2, 1, 3]];

describe(`fuzzed tables (seed ${testSeed})`, () => {
  it('no suppressed number can be placed by linear programming to less than the threshold above it', () => {
    fc.assert(
      fc.property(arbitraryTable(SHAPES, false), (table) => assertOutOfReach(table, protect(table))),
      { ...propertyOptions, numRuns: 60 },
    );
  });

  it('nor can a small one be narrowed down further than its status does', () => {
    fc.assert(
      fc.property(arbitraryTable(SHAPES, false), (table) => assertNoNarrower(table, protect(table))),
      { ...propertyOptions, numRuns: 40 },
    );
  });

  it('with noisy counts, below 0 too', () => {
    fc.assert(
      fc.property(arbitraryTable(SHAPES, true), (table) => {
        const released = protect(table, noiseOf(1, 1, 3));
        assertOutOfReach(table, released);
        assertNoNarrower(table, released);
      }),
      { ...propertyOptions, numRuns: 30 },
    );
  });

  it('tables of five to eight dimensions', () => {
    const shapes = [
      [2, 2, 2, 1, 2],
      [2, 1, 2, 2, 1, 2],
      [2, 1, 1, 2, 2, 1, 2],
      [2, 1, 2, 1, 2, 1, 1, 2],
    ];
    fc.assert(
      fc.property(arbitraryTable(shapes, false), (table) => assertOutOfReach(table, protect(table))),
      { ...propertyOptions, numRuns: 12 },
    );
  });

  it('the attacker finds what a table without secondary suppression gives away', () => {
    const table = tableOf([2, 2], [3, 40, 50, 60]);
    const released = protect(table);
    const weak: ReleasedTable = {
      ...released,
      cells: released.cells.map((cell, index) => (index === 0 ? cell : { ...cell, value: 1, status: 'ok' })),
      totals: released.totals.map((cell) => ({ ...cell, value: 1, status: 'ok' })),
    };
    const [found] = attackTable(weak, countsOf(table), { informed: false, sighted: true });
    expect(found).toMatchObject({ value: 3, low: 3, high: 3 });
  });
});

describe('beside the optimum', () => {
  /** The same tables each time, so that the figure can be compared from change to change: of other 24 it is 2 to 8 %. */
  const CORPUS = 2026;
  const TABLES = 24;
  /** Together over the corpus. */
  const MOST = 1.1;
  const shapes = [[6], [2, 5], [3, 3], [3, 4], [2, 2, 2], [2, 2, 3]];

  it.each([
    [
      'numbers',
      (problem: SuppressionProblem) => ({ ...problem.figures, weights: problem.figures.weights.map(() => 1) }),
    ],
    ['weight', ({ figures }: SuppressionProblem) => figures],
  ])(`suppresses at most a tenth more %s in ${TABLES} small tables`, async (what, weigh) => {
    const optimal = await optimalSuppression();
    let ours = 0;
    let best = 0;
    for (const table of fc.sample(arbitraryTable(shapes, false), { seed: CORPUS, numRuns: TABLES })) {
      const plain = problemOf(table);
      const problem = { ...plain, figures: weigh(plain) };
      const found = weightOf(problem, suppressSecondary(problem, solver));
      const least = weightOf(problem, optimal(problem, readersOf(problem, solver)));
      // Else what is called the optimum isn't one, or ours isn't safe.
      expect(found).toBeGreaterThanOrEqual(least);
      ours += found;
      best += least;
    }
    const more = ((ours / best - 1) * 100).toFixed(1);
    process.stdout.write(
      `\nSuppressed in ${TABLES} tables, by ${what}: ${ours}; the least possible: ${best} (+${more} %)\n`,
    );
    expect(ours).toBeLessThanOrEqual(MOST * best);
  });
});

function problemOf(table: CountTable): SuppressionProblem {
  const figures = figuresOf(table, 'totals');
  const values = addUp(figures, countsOf(table));
  return {
    figures,
    values,
    threshold: THRESHOLD,
    withheld: Uint8Array.from(values, (value) => Number(value < THRESHOLD)),
  };
}
