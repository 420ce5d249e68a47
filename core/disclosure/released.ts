import type { DisclosurePolicy } from './policy.js';
import type { TableDimension } from './table.js';

/**
 * ok: shown. primary: its own number is too small. secondary: shown, it would give another away, by a total or by what
 * was released before. class: it would say that everybody in its line is alike. not-collected: nothing to show it from.
 */
export const CELL_STATUSES = ['ok', 'primary', 'secondary', 'class', 'not-collected'] as const;
export type CellStatus = (typeof CELL_STATUSES)[number];

/** For each dimension of the table the index of a category; null stands for all of them together. */
export type Group = readonly (number | null)[];

/** A 95 % interval. Both ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What was done to a number, and why. `value` is null exactly where the status is not `ok`. */
export interface Protected {
  readonly value: number | null;
  readonly status: CellStatus;
  /** In words for a reader of the table. */
  readonly reason: string;
}

export interface ReleasedCell extends Protected {
  readonly categories: Group;
  /** Where the exact count of these records lies, noise and rounding considered; null where there is no value. */
  readonly interval: Interval | null;
}

/** The share of records that are in the rate's categories. From 0 to 1. */
export interface ReleasedRate extends Protected {
  readonly group: Group;
  /** Shares near 0 and 1 are said as a band, for the exact share would say that nobody, or everybody, is alike. */
  readonly band: '<5%' | '>95%' | null;
  /** Where the share among these records lies, noise and rounding considered. */
  readonly interval: Interval | null;
  /** Where the share lies that such records would have in the long run: Wilson's interval with the noise in it. */
  readonly longRun: Interval | null;
  /** This group's share less the reference group's, and divided by it, in the long run; null for the reference itself. */
  readonly difference: Estimate | null;
  readonly ratio: Estimate | null;
}

export interface Estimate extends Interval {
  readonly value: number;
}

/** In which category of a banded dimension the record lies that is `at` of the way, 0..1, from the lowest. */
export interface ReleasedQuantile extends Protected {
  readonly group: Group;
  readonly at: number;
  /** The first and the last category in which it may lie, noise and rounding considered; null where there is no value. */
  readonly interval: Interval | null;
}

/** Of the people of a group who are in both datasets, the share that was linked, as far as it can be estimated. */
export interface ReleasedRecall {
  readonly group: Group;
  /** From 0 to 1, with noise, rounding and chance considered; null where it can't be estimated. */
  readonly recall: Estimate | null;
  /** People of the group who were linked, as shown; null where a number among them isn't. */
  readonly linked: number | null;
  /**
   * This group's recall divided by that of the estimable group with most linked people, the first of several; null for
   * that itself, and where this one's can't be estimated.
   */
  readonly ratio: Estimate | null;
  /** 1/recall: for how many people each linked one stands. */
  readonly weight: number | null;
  /** How it was estimated, or why it can't be, in words for a reader of the table. */
  readonly reason: string;
  /** That a difference between results may come from linkage; null where there is no sign of it. */
  readonly warning: string | null;
}

export interface ReleasedMeasure {
  /** `<dataset>.<field>` */
  readonly name: string;
  readonly label: string;
  readonly kind: 'sum' | 'mean' | 'variance';
  /** Values outside were taken for the nearer end. */
  readonly range: readonly [number, number];
  readonly cells: readonly ReleasedMeasureCell[];
}

export interface ReleasedMeasureCell {
  readonly categories: Group;
  /** Records with a value, rounded; null where suppressed. */
  readonly contributors: number | null;
  /** The sum, or the mean where the measure is a mean or a variance; with the interval of the exact one. */
  readonly value: Estimate | null;
  /** Of a variance, the variance of the values. */
  readonly variance: Estimate | null;
  readonly status: CellStatus;
  readonly reason: string;
}

/** A table that may be published. */
export interface ReleasedTable {
  readonly dimensions: readonly TableDimension[];
  /** One for every combination of categories that can occur. */
  readonly cells: readonly ReleasedCell[];
  /** Of each dimension's categories and of the whole table; empty where the template shows none. */
  readonly totals: readonly ReleasedCell[];
  readonly rates: readonly ReleasedRate[];
  readonly quantiles: readonly ReleasedQuantile[];
  readonly recalls: readonly ReleasedRecall[];
  readonly measures: readonly ReleasedMeasure[];
  readonly policy: DisclosurePolicy;
  /** Of a cell's count; null where no noise was added. */
  readonly noise: { readonly epsilon: number; readonly standardDeviation: number } | null;
  /** Cells, totals not among them, without a value. */
  readonly suppressed: number;
}
