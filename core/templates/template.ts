import type { LinkOn } from '../private-join/index.js';

/**
 * A template as it is written and signed, with its defaults filled in. Names in it are only words so far: `bindTemplate`
 * resolves them against the dataset definitions.
 */
export interface Template {
  /** Its name, as in `victim-engagement-by-case-length`. */
  readonly template: string;
  readonly version: number;
  /** The question, in one line of plain English. */
  readonly title: string;
  readonly pilot: string;
  /** Purpose code; each dataset says which it may be used for. */
  readonly purpose: string;
  readonly lawfulBasis: string;
  /** What a good outcome is, in the words of those it is about. */
  readonly success: string;
  readonly principles: Principles;
  /** ISO date of the last day on which it may run. */
  readonly expires: string;
  /** What is counted: `person`, or the population dataset's unit. */
  readonly unit: string;
  /** Records one person may have in the population; 1 when the unit is the person. */
  readonly contributionLimit: number;
  /** Agencies that have to take part, where that is more than any run needs; MINIMUM_PARTICIPANTS where absent. */
  readonly minimumParticipants?: number;
  /** Match-key scheme, where anything is joined on the person. */
  readonly scheme?: string;
  /** How sure a link on the person must be; DEFAULT_LINK_THRESHOLD where absent. */
  readonly linkage?: LinkageClause;
  readonly population: PopulationClause;
  readonly links: readonly LinkClause[];
  readonly dimensions: readonly DimensionClause[];
  readonly parameters: Readonly<Record<string, ParameterClause>>;
  /** What is added up beside the counts. */
  readonly measures?: readonly MeasureClause[];
  readonly disclosure: DisclosureClause;
  readonly present?: PresentClause;
}

export interface Principles {
  readonly relevant: string;
  readonly impactful: string;
  readonly clearAndInformative: string;
  readonly nonStigmatising: string;
}

export interface LinkageClause {
  /** Posterior from which on a link is admitted, MINIMUM_LINK_THRESHOLD..MAXIMUM_LINK_THRESHOLD. */
  readonly threshold: number;
}

export interface PopulationClause {
  readonly dataset: string;
  /** All must hold. */
  readonly where: readonly FilterClause[];
}

export interface LinkClause {
  readonly dataset: string;
  readonly on: LinkOn;
  readonly keep: 'all' | 'linked' | 'not-linked';
  /** Which of several records of one person or case stands. */
  readonly take: 'earliest' | 'latest';
  /**
   * What it means that a record links to nothing. none: there is no such record. unknown: there may be one that this
   * dataset doesn't hold. To be said of a dataset that is partial; none where absent.
   */
  readonly unlinked?: 'none' | 'unknown';
  readonly where: readonly FilterClause[];
}

/** `field` is a field of the clause's own dataset. A field that isn't recorded never matches. */
export type FilterClause = InClause | BetweenClause;

export interface InClause {
  readonly field: string;
  readonly in: readonly string[] | { readonly parameter: string };
}

export interface BetweenClause {
  readonly field: string;
  /** Both included. */
  readonly between: readonly [number, number];
}

export type DimensionClause = FieldDimensionClause | LinkedDimensionClause | AgreementDimensionClause;

export interface FieldDimensionClause {
  /** `<dataset>.<field>`. */
  readonly field: string;
  /** Where each band begins; the last has no end. For integers, and only for them. */
  readonly bands?: readonly number[];
  readonly label?: string;
}

/** Whether the record linked to the dataset at all. */
export interface LinkedDimensionClause {
  readonly linked: string;
  readonly label?: string;
}

/** In what the person it linked to agrees, or that it did not link. Beside it stands one dimension at most: its groups. */
export interface AgreementDimensionClause {
  readonly agreement: string;
  readonly label?: string;
}

/** A finite list to choose from: written out, or all codes of a field of the population. */
export interface ParameterClause {
  readonly from: readonly string[] | string;
  /** How many values may be chosen. */
  readonly min: number;
  /** All where absent. */
  readonly max?: number;
}

export interface DisclosureClause {
  readonly threshold: number;
  readonly roundTo: number;
  /** `base` where absent: to the nearest multiple of roundTo. `midpoint-6`: 1..6 to 3, 7..12 to 9, … */
  readonly rounding?: 'base' | 'midpoint-6';
  /** Privacy loss of the counts, MINIMUM_EPSILON..MAXIMUM_EPSILON; `none`: no noise. */
  readonly epsilon: number | 'none';
  /** Why there is no noise where an epsilon is none, in plain English. */
  readonly noNoise?: string;
  /** Privacy loss of list sizes and overlaps towards the coordinator; that of the counts where absent. */
  readonly overlapEpsilon?: number | 'none';
  /** Why a line of the table may show that everybody in it is in one category, in plain English. */
  readonly wholeLines?: string;
}

/**
 * A number that is added up within each cell of the table: an integer field of one of the template's datasets. Which of
 * the three names it has says what becomes of it.
 */
export type MeasureClause = SumClause | MeanClause | VarianceClause;

/** `variance` gives mean and variance. */
export type MeasureKind = 'sum' | 'mean' | 'variance';

interface MeasureClauseCommon {
  /** Values outside are taken for the nearer end. Both included. */
  readonly range: readonly [number, number];
  readonly label?: string;
  /** Privacy loss of all its columns together; that of the counts where absent. */
  readonly epsilon?: number;
}

export interface SumClause extends MeasureClauseCommon {
  /** `<dataset>.<field>`. */
  readonly sum: string;
}

export interface MeanClause extends MeasureClauseCommon {
  readonly mean: string;
}

export interface VarianceClause extends MeasureClauseCommon {
  readonly variance: string;
}

/** What is derived from the protected counts, so that everybody derives the same. */
export interface PresentClause {
  /** Totals of each dimension and of the table; shown where absent. */
  readonly margins?: 'none' | 'totals';
  /** The share of `equals` among the records that are recorded in the dimension `of`, in each group of `by`. */
  readonly rate?: RateClause;
  /** In which band of a dimension the record at each of these shares of the way lies, in each group of `by`. */
  readonly quantiles?: QuantilesClause;
  /** Of the people who are in both datasets, the share that was linked, as estimated in each group of `by`. */
  readonly recall?: RecallClause;
}

export interface RateClause {
  /** A dimension by its name: `<dataset>.<field>`, or `<dataset>` of a linked dimension. */
  readonly of: string;
  /** Codes of its categories that count as yes. */
  readonly equals: readonly string[];
  /** Names of other dimensions. Groups are compared with the first of them. */
  readonly by: readonly string[];
}

export interface QuantilesClause {
  /** A banded dimension. */
  readonly of: string;
  /** Each in (0, 1), ascending. */
  readonly at: readonly number[];
  readonly by: readonly string[];
}

export interface RecallClause {
  /** The agreement dimension by its name: `<dataset>.agreement`. */
  readonly of: string;
  /** Name of the other dimension; empty where there is none. Groups are compared with the largest that can be. */
  readonly by: readonly string[];
}

/** Whether its last day has passed, by the calendar of UTC. */
export function isExpired(template: Template, now: Date): boolean {
  return now.toISOString().slice(0, 10) > template.expires;
}
