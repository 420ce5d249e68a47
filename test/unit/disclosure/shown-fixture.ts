import { geometricLaw } from '../../../core/noise/index.js';
import type { DisclosurePolicy, ReleasedCell, TableNoise } from '../../../core/disclosure/index.js';
import type { CellStatus } from '../../../core/disclosure/released.js';
import type { ShownTable } from '../../../core/disclosure/shown.js';

export const usualPolicy: DisclosurePolicy = { threshold: 10, roundTo: 5, rounding: 'base', wholeLines: false };

export function noiseOf(epsilon: number, contributionLimit: number, mixers: number): TableNoise {
  return { law: geometricLaw({ epsilon, sensitivity: 2 * contributionLimit }), mixers, epsilon };
}

/** A number that is shown, or the status of one that isn't. */
export type Figure = number | Exclude<CellStatus, 'ok'>;

export function cellOf(categories: ReleasedCell['categories'], figure: Figure): ReleasedCell {
  const shown = typeof figure === 'number';
  return {
    categories,
    value: shown ? figure : null,
    status: shown ? 'ok' : figure,
    reason: 'for a test',
    interval: shown ? { low: figure, high: figure } : null,
  };
}

interface Shape {
  readonly noise?: TableNoise | null;
  readonly policy?: DisclosurePolicy;
  readonly totals?: readonly ReleasedCell[];
}

/** Rows are the categories of the first dimension, columns of the second. */
export function shownTable(
  rows: readonly (readonly Figure[])[],
  { noise = null, policy = usualPolicy, totals = [] }: Shape = {},
): ShownTable {
  const categoriesOf = (length: number): ShownTable['dimensions'][number]['categories'] =>
    Array.from({ length }, (_, index) => ({ code: `c${index}`, label: `Category ${index}` }));
  return {
    dimensions: [
      { name: 'police.crimes.group', label: 'Group', categories: categoriesOf(rows.length) },
      { name: 'charities.support', label: 'Support', categories: categoriesOf(rows[0]?.length ?? 0) },
    ],
    cells: rows.flatMap((row, first) => row.map((figure, second) => cellOf([first, second], figure))),
    totals,
    policy,
    noise,
  };
}
