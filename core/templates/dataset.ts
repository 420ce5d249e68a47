import type { HeldIdentifiers } from '../linkage/index.js';
import type { LinkOn } from '../private-join/index.js';
import { canonicalJson, sha256 } from './canonical-json.js';
import { TemplateError } from './errors.js';
import { describeQuarter, quartersBetween } from './quarter.js';

/** An agreed shape of data (`police.victim-crimes`): several agencies may offer it, each from its own source. */
export interface DatasetDefinition {
  /** `<organisation>.<name>`. */
  readonly dataset: string;
  readonly version: number;
  readonly title: string;
  /** What it holds, in plain English. */
  readonly description: string;
  /** What one record is, as in `victim-case`. */
  readonly unit: string;
  /** What its records can be linked on. */
  readonly keys: readonly LinkOn[];
  /** How its people can be linked; null where its records can't be linked on the person. */
  readonly linkage: DatasetLinkage | null;
  /** How good a source has to be before a snapshot is made of it. */
  readonly quality: DatasetQuality;
  /** True: the source is known not to hold everybody; whoever uses it must say so. */
  readonly partial: boolean;
  /** About how many records all its sources have together, to tell how full a table can be. */
  readonly records?: number;
  /** Name of the date, quarter or integer field that says which record of a person or case is the latest. */
  readonly order: string;
  /** Purpose codes under which it may be used. */
  readonly purposes: readonly string[];
  /** Why people are in it. Left out: DEFAULT_BASIS. */
  readonly basis?: Basis;
  /** In the order of the definition. */
  readonly fields: ReadonlyMap<string, FieldDefinition>;
}

/**
 * public-task: everybody is in it, for that is what the agency is there for; whoever opts out is left out. opt-in: only
 * those who have said yes, each to the purposes that they said it to.
 */
export const BASES = ['public-task', 'opt-in'] as const;
export type Basis = (typeof BASES)[number];

/** Of a dataset whose definition doesn't say. */
export const DEFAULT_BASIS: Basis = 'public-task';

/** Whether only those of its records are used that somebody has consented to. */
export function needsConsent({ basis = DEFAULT_BASIS }: Pick<DatasetDefinition, 'basis'>): boolean {
  return basis === 'opt-in';
}

/** What a dataset knows of people, and what is made of it. */
export interface DatasetLinkage {
  /** In the order of IDENTIFIERS. */
  readonly identifiers: HeldIdentifiers;
  /** Ids of the schemes whose match keys its snapshots hold, at least one; in the order of the definition. */
  readonly schemes: readonly string[];
  /**
   * Privacy loss of what leaves with a snapshot about its people, for each scheme: MINIMUM_LINKAGE_EPSILON ..
   * MAXIMUM_EPSILON. None: exact numbers leave, without noise.
   */
  readonly epsilon: number | 'none';
}

/** A floor: no snapshot is made of a source below it. All are shares, 0..1. */
export interface DatasetQuality {
  /** Of the source's rows: may be left out, because a value in them is not one that the dataset allows. */
  readonly maximumRejected: number;
  /**
   * Of the rows that are used: have to have a match key on the person; on the case, where the dataset is linked on nothing
   * else. (Many a record has no case yet.)
   */
  readonly minimumKeyed: number;
  /** By field, of the rows that are used: may have nothing recorded. A field that isn't here may be empty in every row. */
  readonly maximumMissing: ReadonlyMap<string, number>;
}

/** What a definition that says nothing of quality asks for, and each part of it that it leaves out. */
export const DEFAULT_QUALITY: DatasetQuality = { maximumRejected: 0.01, minimumKeyed: 0.5, maximumMissing: new Map() };

/** What most sources know of people, once each. */
export const DEFAULT_IDENTIFIERS: HeldIdentifiers = new Map([
  ['forename', 1],
  ['surname', 1],
  ['dateOfBirth', 1],
  ['postcode', 1],
  ['sex', 1],
]);
/** Of a dataset whose people can be linked and whose definition doesn't say how. */
export const DEFAULT_LINKAGE: DatasetLinkage = {
  identifiers: DEFAULT_IDENTIFIERS,
  schemes: ['standard'],
  epsilon: 3,
};

export type FieldDefinition = DateField | QuarterField | CodeField | IntegerField;
export type FieldType = FieldDefinition['type'];

interface FieldCommon {
  /** In plain English. */
  readonly meaning: string;
  readonly category: FieldCategory;
  /** Purpose codes under which this field may be used, of those of its dataset; all of them where absent. */
  readonly purposes?: readonly string[];
}

export const FIELD_CATEGORIES = [
  'demographics',
  'services',
  'investigation',
  'court-case',
  'offender-information',
] as const;
export type FieldCategory = (typeof FIELD_CATEGORIES)[number];

/** ISO dates. It orders records; no template can ask for it. */
export interface DateField extends FieldCommon {
  readonly type: 'date';
}

/** Calendar quarters `2025-Q1`, from the first to the last that may occur. */
export interface QuarterField extends FieldCommon {
  readonly type: 'quarter';
  readonly from: string;
  readonly to: string;
}

/** One of a finite list. */
export interface CodeField extends FieldCommon {
  readonly type: 'code';
  /** Code to its meaning, in the order in which tables show them. */
  readonly codes: ReadonlyMap<string, string>;
}

/** A whole number in min..max. */
export interface IntegerField extends FieldCommon {
  readonly type: 'integer';
  readonly min: number;
  readonly max: number;
}

/** Dataset definitions by name. */
export type Catalogue = ReadonlyMap<string, DatasetDefinition>;

/** Thrown when two definitions have one name: TemplateError BAD_DATASET. */
export function createCatalogue(definitions: readonly DatasetDefinition[]): Catalogue {
  const catalogue = new Map<string, DatasetDefinition>();
  for (const definition of definitions) {
    if (catalogue.has(definition.dataset)) {
      throw new TemplateError('BAD_DATASET', `${definition.dataset} is defined twice.`);
    }
    catalogue.set(definition.dataset, definition);
  }
  return catalogue;
}

/** What a code or quarter field can be, in order: code to meaning. */
export function codesOf(field: CodeField | QuarterField): ReadonlyMap<string, string> {
  if (field.type === 'code') return field.codes;
  return new Map(quartersBetween(field.from, field.to).map((quarter) => [quarter, describeQuarter(quarter)]));
}

/**
 * SHA-256 of the definition's canonical form, 32 bytes: what two parties must agree on to mean the same by it. Fields
 * and codes go in as lists, for their order lays out cells and canonical JSON would sort them.
 */
export function datasetDigest(definition: DatasetDefinition): Uint8Array {
  const fields = [...definition.fields].map(([name, field]) =>
    field.type === 'code' ? { name, ...field, codes: [...field.codes] } : { name, ...field },
  );
  const linkage = definition.linkage && {
    ...definition.linkage,
    identifiers: Object.fromEntries(definition.linkage.identifiers),
  };
  const quality = {
    ...definition.quality,
    maximumMissing: Object.fromEntries(definition.quality.maximumMissing),
  };
  return sha256(canonicalJson({ ...definition, linkage, quality, fields }));
}
