import type { DisclosurePolicy } from './policy.js';
import type { CellStatus, Group, ReleasedCell } from './released.js';
import type { TableDimension, TableNoise } from './table.js';

/** The part of a release that everything else in it is derived from: what readers see, and nothing else. */
export interface ShownTable {
  readonly dimensions: readonly TableDimension[];
  /** In the order of the counted cells. */
  readonly cells: readonly ReleasedCell[];
  /** Of each dimension's categories and of the whole table; empty where none are shown. */
  readonly totals: readonly ReleasedCell[];
  readonly policy: DisclosurePolicy;
  /** Of one cell. */
  readonly noise: TableNoise | null;
}

/** Records whose measure is shown as one number, or withheld, as `status` and `reason` say. */
export interface MeasureGroup {
  readonly categories: Group;
  /** Indexes of the table's cells that make it up. */
  readonly cells: readonly number[];
  /** Records of the group, as released; null where that number is withheld. */
  readonly count: number | null;
  readonly status: CellStatus;
  /** In words for a reader of the table. */
  readonly reason: string;
}
