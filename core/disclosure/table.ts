import type { NoiseLaw } from '../noise/index.js';

/** A table of counts as decoded, with the mixers' noise in them where there is any: it never leaves the coordinator. */
export interface CountTable {
  readonly dimensions: readonly TableDimension[];
  /** One for every combination of categories that can occur, in a fixed order; combinations that can't are left out. */
  readonly cells: readonly CountedCell[];
}

export interface TableDimension {
  /** `<dataset>.<field>`, or `<dataset>` where the dimension says whether a record linked to it. */
  readonly name: string;
  /** For people. */
  readonly label: string;
  readonly categories: readonly TableCategory[];
}

export interface TableCategory {
  /** For programs, as in `rape`, `91..182`, `366..`, `yes`, `not-recorded`, `not-linked`. */
  readonly code: string;
  /** For people. */
  readonly label: string;
}

export interface CountedCell {
  /** For each dimension the index of the category. */
  readonly categories: readonly number[];
  /** A whole number; below 0 only where there is noise. */
  readonly count: number;
}

/** What every mixer added to every number of one kind. */
export interface TableNoise {
  readonly law: NoiseLaw;
  /** How many mixers added it. */
  readonly mixers: number;
  readonly epsilon: number;
}

/** The sums of a measure, one cell for each of the table's, in the same order. */
export interface MeasureTable {
  /** `<dataset>.<field>` */
  readonly name: string;
  readonly label: string;
  readonly kind: 'sum' | 'mean' | 'variance';
  readonly range: readonly [number, number];
  /** Values were counted from here: a whole number in the middle of the range. */
  readonly centre: number;
  readonly cells: readonly MeasuredCell[];
  /** Null where sums are exact. `square` null unless the kind is variance. */
  readonly noise: {
    readonly value: TableNoise;
    readonly present: TableNoise;
    readonly square: TableNoise | null;
  } | null;
}

export interface MeasuredCell {
  /** Σ (value - centre) over the records that have one. */
  readonly value: number;
  /** How many those are. */
  readonly present: number;
  /** Σ (value - centre)²; null unless the kind is variance. */
  readonly square: number | null;
}

/** What a template wants derived, its names resolved to places in the table. */
export interface Presentation {
  readonly margins: 'none' | 'totals';
  readonly rate: RatePresentation | null;
  readonly quantiles: QuantilesPresentation | null;
  readonly recall: RecallPresentation | null;
}

export interface RatePresentation {
  /** Index of the dimension, and of its categories that count as yes and of those that count at all. */
  readonly of: number;
  readonly yes: readonly number[];
  readonly among: readonly number[];
  /** Indexes of the dimensions whose categories, combined, are the groups. */
  readonly by: readonly number[];
}

export interface QuantilesPresentation {
  readonly of: number;
  /** Indexes of its bands, ascending; other categories are left out. */
  readonly bands: readonly number[];
  readonly at: readonly number[];
  readonly by: readonly number[];
}

/** The dimension says in what linked people agree. */
export interface RecallPresentation {
  /** Index of the dimension. */
  readonly of: number;
  /** Indexes of its categories: who agrees in everything, in all but one thing, one by one, and who in less. */
  readonly all: number;
  readonly butOne: readonly [number, number, number];
  readonly other: number;
  readonly several: RecallGuess;
  /** Indexes of the dimensions whose categories, combined, are the groups. */
  readonly by: readonly number[];
}

/**
 * For each person who would fail to agree in several things if failures came independently, so many do. It is seen in
 * nobody's data, and known as far as measurements on other people tell.
 */
export interface RecallGuess {
  readonly least: number;
  readonly likely: number;
  readonly most: number;
}

/** A table that was released before and of which this one's cells are part, or the other way round, cell by cell. */
export interface EarlierTable {
  /** In the order of this table's cells: the value that was released, null where none. */
  readonly values: readonly (number | null)[];
  /** Likewise of this table's totals, in the order in which they are released; empty where none were shown. */
  readonly totals: readonly (number | null)[];
}
