import { lessEq, equalTo, greaterEq, solve } from 'yalps';
import type { Constraint } from 'yalps';

import type { ReleasedCell, ReleasedTable } from '../../core/disclosure/index.js';

/** A number that isn't shown, and between what a reader of the table can place it. */
export interface Recovered {
  readonly cell: ReleasedCell;
  /** Its true value, before rounding. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Attack {
  /** Whether the reader makes use of what the statuses say of a suppressed number. */
  readonly informed: boolean;
  /** Whether she sees the numbers that are shown, or statuses only. */
  readonly sighted: boolean;
}

/**
 * Somebody with the released table, the exact number behind every number shown, and a linear programme of her own: it has
 * nothing in common with the audit of core/disclosure but the arithmetic. Which cells make up a total she takes from the
 * categories.
 * @param counts exact, in the order of the cells
 */
export function attackTable(
  { cells, totals, policy: { threshold } }: ReleasedTable,
  counts: readonly number[],
  { informed, sighted }: Attack,
): Recovered[] {
  const isShown = (cell: ReleasedCell): boolean => sighted && cell.value !== null;
  const partsOf = ({ categories }: ReleasedCell): number[] =>
    [...cells.keys()].filter((index) =>
      categories.every((category, dimension) => category === null || cells[index]?.categories[dimension] === category),
    );
  const valueOf = (parts: readonly number[]): number => parts.reduce((sum, part) => sum + (counts[part] ?? 0), 0);
  // Of a noisy count below 0 she is taken to know that it isn't lower; unknowns are counted from there.
  const floorOf = (parts: readonly number[]): number =>
    parts.reduce((sum, part) => sum + Math.min(0, counts[part] ?? 0), 0);

  const constraints = new Map<string, Constraint>();
  const variables = cells.map(() => new Map<string, number>());
  const numbers = [...cells, ...totals];
  numbers.forEach((cell, index) => {
    const parts = partsOf(cell);
    const floor = floorOf(parts);
    const key = `n${index}`;
    const constraint = isShown(cell) ? equalTo(valueOf(parts) - floor) : statusOf(cell, floor);
    if (constraint === null) return;
    constraints.set(key, constraint);
    for (const part of parts) variables[part]?.set(key, 1);
  });
  function statusOf({ status }: ReleasedCell, floor: number): Constraint | null {
    if (!informed) return null;
    return status === 'primary' ? lessEq(threshold - 1 - floor) : greaterEq(threshold - floor);
  }

  return numbers
    .filter(({ value }) => value === null)
    .map((cell) => {
      const parts = partsOf(cell);
      const end = (direction: 'minimize' | 'maximize'): number => {
        const aimed = variables.map((coefficients, index): [string, [string, number][]] => [
          `x${index}`,
          [...coefficients, ...(parts.includes(index) ? [['aim', 1] as [string, number]] : [])],
        ]);
        const { status, result } = solve({ direction, objective: 'aim', constraints, variables: aimed });
        if (status === 'unbounded') return direction === 'maximize' ? Infinity : -Infinity;
        if (status !== 'optimal') throw new Error(`The attacker's programme is ${status}.`);
        return result + floorOf(parts);
      };
      return { cell, value: valueOf(parts), low: end('minimize'), high: end('maximize') };
    });
}
