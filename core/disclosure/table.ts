/** A table of exact counts, as decoded: it never leaves the coordinator in this form. */
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
  readonly count: number;
}
