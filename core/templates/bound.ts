import type { Presentation } from '../disclosure/index.js';
import type { Scheme } from '../linkage/index.js';
import type { KeyColumn, LinkOn } from '../private-join/index.js';
import type { CodeField, DatasetDefinition, IntegerField, QuarterField } from './dataset.js';
import type { MeasureKind, Template } from './template.js';

/** A template whose every name is resolved against dataset definitions and whose cells are laid out. */
export interface BoundTemplate {
  readonly template: Template;
  /** What is counted: people, or records of the population's dataset. */
  readonly unit: 'person' | 'record';
  /** Null where the template names none, for nothing is joined on the person. */
  readonly scheme: Scheme | null;
  /** Posterior from which on a link on the person is admitted; null where nothing is joined on the person. */
  readonly linkThreshold: number | null;
  readonly population: BoundPopulation;
  /** In template order. */
  readonly links: readonly BoundLink[];
  /** In template order, across all datasets: the dimensions of the table. */
  readonly dimensions: readonly BoundDimension[];
  /** In template order, across all datasets. Their columns, one after the other, are the plan's sums. */
  readonly measures: readonly BoundMeasure[];
  /** What is derived from the protected counts, by place in the table. */
  readonly presentation: Presentation;
  /** Sorted by name. */
  readonly parameters: ReadonlyMap<string, BoundParameter>;
  /** What is shown of how people agreed; null where the table has no such dimension. */
  readonly agreement: BoundAgreement | null;
  /** How many cell numbers there are: the product of labels + 1 over all datasets, and of AGREEMENT_CLASSES. */
  readonly cells: number;
}

/** The dimension that no list has a label for: the coordinator adds its category to the cell number. */
export interface BoundAgreement {
  readonly dimension: AgreementDimension;
  /** A record's share in its cell number is its class, 0..AGREEMENT_CLASSES-1, times this. */
  readonly stride: number;
}

export type BoundList = BoundPopulation | BoundLink;

interface BoundListCommon {
  readonly dataset: DatasetDefinition;
  readonly where: readonly BoundFilter[];
  /** This dataset's own dimensions, in template order: what its label is made of. */
  readonly dimensions: readonly FieldDimension[];
  /** Measures of this dataset's fields, in template order. */
  readonly measures: readonly BoundMeasure[];
  /** A record's label is in 1..labels. */
  readonly labels: number;
  /** A record's share in its cell number is label * stride. */
  readonly stride: number;
  /** Match keys in column order. */
  readonly keys: readonly KeyColumn[];
}

export interface BoundPopulation extends BoundListCommon {
  readonly role: 'base';
  /** Records one person may have. */
  readonly contributionLimit: number;
}

export interface BoundLink extends BoundListCommon {
  readonly role: 'linked';
  readonly on: LinkOn;
  readonly keep: 'all' | 'linked' | 'not-linked';
  readonly take: 'earliest' | 'latest';
}

export type BoundFilter = InFilter | BetweenFilter;

export interface InFilter {
  readonly kind: 'in';
  readonly field: string;
  readonly definition: CodeField | QuarterField;
  /** The codes, or the name of the parameter that chooses them. */
  readonly values: readonly string[] | { readonly parameter: string };
}

export interface BetweenFilter {
  readonly kind: 'between';
  readonly field: string;
  readonly definition: IntegerField;
  readonly from: number;
  readonly to: number;
}

export type BoundDimension = FieldDimension | LinkedDimension | AgreementDimension;

export type FieldDimension = CodeDimension | BandDimension;

interface FieldDimensionCommon {
  readonly dataset: string;
  readonly field: string;
  readonly label: string;
}

export interface CodeDimension extends FieldDimensionCommon {
  readonly kind: 'code';
  readonly definition: CodeField | QuarterField;
  /** Codes in category order; "Not recorded" comes after them. */
  readonly codes: readonly string[];
}

export interface BandDimension extends FieldDimensionCommon {
  readonly kind: 'band';
  readonly definition: IntegerField;
  /** In category order; "Not recorded" comes after them. */
  readonly bands: readonly Band[];
}

/** Whole numbers in from..below-1; open where absent. */
export interface Band {
  readonly from: number | null;
  readonly below: number | null;
}

export interface LinkedDimension {
  readonly kind: 'linked';
  readonly dataset: string;
  readonly label: string;
}

export interface AgreementDimension {
  readonly kind: 'agreement';
  readonly dataset: string;
  readonly label: string;
}

/** A number of each record that is added up within each cell. */
export interface BoundMeasure {
  readonly kind: MeasureKind;
  readonly dataset: string;
  readonly field: string;
  readonly definition: IntegerField;
  readonly label: string;
  /** Values outside are taken for the nearer end. */
  readonly range: readonly [number, number];
  /** Values are counted from here, a whole number in the middle of the range: what is added up is small then. */
  readonly centre: number;
  /** What is added up, in the order of the plan's sums. */
  readonly columns: readonly MeasureColumn[];
}

/** value: clipped value - centre. present: 1 where the record has a value. square: the first, squared. */
export interface MeasureColumn {
  readonly part: 'value' | 'present' | 'square';
  /** Absolute values of one record's number are at most this. */
  readonly magnitude: number;
}

export interface BoundParameter {
  readonly name: string;
  /** Code to its meaning: the finite list, in order. */
  readonly choices: ReadonlyMap<string, string>;
  readonly min: number;
  readonly max: number;
}

/** Categories of a field dimension within its dataset's label: its codes or bands, and "Not recorded". */
export function radixOf(dimension: FieldDimension): number {
  return (dimension.kind === 'code' ? dimension.codes.length : dimension.bands.length) + 1;
}
