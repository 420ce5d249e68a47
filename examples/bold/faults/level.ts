/** How badly people are written down: not at all, as in life, or about twice as badly. */
export const FAULT_LEVELS = ['none', 'realistic', 'hard'] as const;
export type FaultLevel = (typeof FAULT_LEVELS)[number];

/** What goes wrong apart from each other, and how much likelier at an agency than elsewhere. */
export const FAULT_KINDS = ['names', 'birthDates', 'addresses', 'sexes', 'gaps'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];
export type FaultFactors = Readonly<Record<FaultKind, number>>;

export const LEVEL_FACTORS: Readonly<Record<FaultLevel, FaultFactors>> = {
  none: { names: 0, birthDates: 0, addresses: 0, sexes: 0, gaps: 0 },
  realistic: { names: 1, birthDates: 1, addresses: 1, sexes: 1, gaps: 1 },
  hard: { names: 2, birthDates: 2, addresses: 2, sexes: 2, gaps: 1.5 },
};

/** How one agency's staff write people down. */
export interface AgencyTraits {
  /** How much likelier than at the average agency each kind of fault is. */
  readonly factors: FaultFactors;
  /** Of people who have gone by another surname, or lived elsewhere: those of whom the agency knows it. */
  readonly knowsOther: { readonly surname: number; readonly postcode: number };
}

/** What the rates below are of: the published ones are of pairs of records of two such agencies. */
export const AVERAGE_AGENCY: AgencyTraits = {
  factors: { names: 1, birthDates: 1, addresses: 1, sexes: 1, gaps: 1 },
  knowsOther: { surname: 0.3, postcode: 0.3 },
};
