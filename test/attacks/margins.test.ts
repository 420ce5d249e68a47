import { afterAll, describe, expect, it } from 'vitest';

import { protectTable } from '../../core/disclosure/index.js';
import type { DisclosurePolicy, ReleasedCell, ReleasedTable } from '../../core/disclosure/index.js';
import { roundCount } from '../../core/disclosure/policy.js';
import { note, printFigures } from '../support/attack-figures.js';
import { feasibleRanges } from '../support/integer-program.js';
import type { SumBetween } from '../support/integer-program.js';
import { sharedSolver } from '../support/solver.js';
import { seededDice } from '../support/seeded-dice.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * What a table doesn't show is looked for in what it shows: row, column and grand totals less the cells that are there.
 * Counts are exact here, for noise must not be what protects them.
 */

const TABLES = 20;
const POLICY: DisclosurePolicy = { threshold: 10, roundTo: 5, rounding: 'base', wholeLines: true };
/** Larger than any count. */
const MOST = 400;

const dice = seededDice(`margins ${testSeed}`);

interface Exact {
  readonly rows: number;
  readonly columns: number;
  readonly counts: readonly number[];
}

/** Half of the cells small, so that there is something to hide. */
function drawnTable(): Exact {
  const [rows, columns] = [2 + dice.below(3), 2 + dice.below(3)];
  const counts = Array.from({ length: rows * columns }, () =>
    dice.chance(0.35) ? dice.below(10) : 10 + dice.below(60),
  );
  return { rows, columns, counts };
}

async function release({ rows, columns, counts }: Exact): Promise<ReleasedTable> {
  const dimension = (name: string, length: number) => ({
    name,
    label: name,
    categories: Array.from({ length }, (_, index) => ({ code: `${index}`, label: `${index}` })),
  });
  return protectTable(
    {
      table: {
        dimensions: [dimension('row', rows), dimension('column', columns)],
        cells: counts.map((count, index) => ({ categories: [Math.floor(index / columns), index % columns], count })),
      },
      noise: null,
      measures: [],
      presentation: { margins: 'totals', rate: null, quantiles: null, recall: null },
      earlier: [],
    },
    POLICY,
    await sharedSolver(),
  );
}

/** The same without secondary suppression: what is hidden only for others' sake is shown as it would have been. */
function withoutSecondary({ rows, columns, counts }: Exact, released: ReleasedTable): ReleasedTable {
  const shown = (cell: ReleasedCell): ReleasedCell => {
    if (cell.status !== 'secondary') return cell;
    const [row = null, column = null] = cell.categories;
    const sum = counts.reduce((total, count, index) => {
      const isIn =
        (row === null || row === Math.floor(index / columns)) && (column === null || column === index % columns);
      return isIn ? total + count : total;
    }, 0);
    return { ...cell, value: roundCount(sum, POLICY), status: 'ok' };
  };
  expect(released.cells).toHaveLength(rows * columns);
  return { ...released, cells: released.cells.map(shown), totals: released.totals.map(shown) };
}

/** What every figure of the release says of the cells, and, for somebody who reads the reasons, what its status says. */
function said({ columns, counts }: Exact, { cells, totals }: ReleasedTable, readsReasons: boolean): SumBetween[] {
  return [...cells, ...totals].flatMap(({ categories: [row = null, column = null], value, status }): SumBetween[] => {
    const variables = counts.flatMap((_, index) =>
      (row === null || row === Math.floor(index / columns)) && (column === null || column === index % columns)
        ? [index]
        : [],
    );
    if (status === 'not-collected') return [];
    if (value !== null) return [{ variables, low: value - 2, high: value + 2 }];
    if (!readsReasons) return [];
    if (status === 'primary') return [{ variables, low: 0, high: POLICY.threshold - 1 }];
    return [{ variables, low: POLICY.threshold, high: MOST * counts.length }];
  });
}

interface Recovered {
  readonly hidden: number;
  /** Hidden cells that somebody who sees the figures alone narrows down to fewer than `threshold` values. */
  readonly narrowed: number;
  /** Small cells of which the figures exclude a value to somebody who reads the reasons, beyond what these say. */
  readonly sharpened: number;
}

async function attack(table: Exact, released: ReleasedTable): Promise<Recovered> {
  const hidden = released.cells.flatMap(({ value }, index) => (value === null ? [index] : []));
  const small = hidden.filter((index) => released.cells[index]?.status === 'primary');
  const variables = table.counts.length;
  const plain = (await feasibleRanges(variables, MOST, said(table, released, false), hidden)) ?? [];
  const all = said(table, released, true);
  const informed = (await feasibleRanges(variables, MOST, all, small)) ?? [];
  // What reasons say by themselves, as that two small cells of a line that is not small are neither of them 0.
  const withoutFigures = said(table, { ...released, ...blank(released) }, true);
  const told = (await feasibleRanges(variables, MOST, withoutFigures, small)) ?? [];
  expect([plain.length, informed.length, told.length]).toEqual([hidden.length, small.length, small.length]);
  return {
    hidden: hidden.length,
    narrowed: plain.filter(({ low, high }) => high - low + 1 < POLICY.threshold).length,
    sharpened: informed.filter(
      ({ low, high }, index) => !told.slice(index, index + 1).some((range) => range.low === low && range.high === high),
    ).length,
  };
}

/** The same release with nothing shown but reasons. */
function blank({ cells, totals }: ReleasedTable): Pick<ReleasedTable, 'cells' | 'totals'> {
  const hide = (cell: ReleasedCell): ReleasedCell =>
    cell.value === null ? cell : { ...cell, status: 'not-collected' };
  return { cells: cells.map(hide), totals: totals.map(hide) };
}

function added(found: readonly Recovered[]): Recovered {
  return found.reduce((sum, one) => ({
    hidden: sum.hidden + one.hidden,
    narrowed: sum.narrowed + one.narrowed,
    sharpened: sum.sharpened + one.sharpened,
  }));
}

describe(`complementary cells and totals (seed ${testSeed})`, () => {
  afterAll(() => printFigures('Complementary cells'));

  it(`give nothing away in ${TABLES} tables, and much without secondary suppression`, async () => {
    const configured: Recovered[] = [];
    const weak: Recovered[] = [];
    for (let number = 0; number < TABLES; number += 1) {
      const table = drawnTable();
      const released = await release(table);
      configured.push(await attack(table, released));
      weak.push(await attack(table, withoutSecondary(table, released)));
    }
    for (const [against, found] of [
      ['as configured, noise apart', added(configured)],
      ['without secondary suppression', added(weak)],
    ] as const) {
      note({
        attack: 'hidden cells from totals, by integer programming',
        against,
        result: `${found.narrowed} of ${found.hidden} narrowed to fewer than ${POLICY.threshold} values; ${found.sharpened} small ones sharpened by reasons`,
        runs: TABLES,
      });
    }
    expect(added(configured)).toMatchObject({ narrowed: 0, sharpened: 0 });
    expect(added(configured).hidden).toBeGreaterThan(TABLES);
    expect(added(weak).narrowed).toBeGreaterThan(TABLES / 4);
  });
});
