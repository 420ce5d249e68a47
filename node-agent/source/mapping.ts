import type { Problem } from '../../core/base/index.js';
import type { IdentifierName } from '../../core/linkage/index.js';
import type { DatasetDefinition, FieldDefinition } from '../../core/templates/index.js';
import { consentProblems, mappedConsents } from '../consent/consent-mapping.js';
import type { ConsentMapping, MappedConsent } from '../consent/consent-mapping.js';
import { NodeError } from '../errors.js';
import type { LocalCodes } from './field-value.js';

/** What match keys are made of: `urn` for the key on cases, the others for keys on people. */
export const CASE_IDENTIFIER = 'urn';
export type SourceIdentifier = IdentifierName | typeof CASE_IDENTIFIER;

/** A column whose values are the agency's own codes, and what each means; null where it means that nothing is recorded. */
export interface CodedColumn {
  readonly column: string;
  readonly codes: Readonly<Record<string, string | null>>;
}

/** What match keys know of a person's sex. */
export const SEX_CODES: readonly string[] = ['M', 'F'];

/** Which column of an agency's table is which field of the agreed dataset, as the configuration says it. */
export interface SourceMapping {
  readonly dataset: string;
  /** A column, or several for several values of a person (aliases, earlier postcodes): preferred first. */
  readonly identifiers: Readonly<
    Partial<Record<SourceIdentifier, string | readonly string[] | CodedColumn | undefined>>
  >;
  readonly fields: Readonly<Record<string, string | CodedColumn>>;
  /** Where the dataset's basis is opt-in, and only there. */
  readonly consent?: ConsentMapping;
}

/** A mapping that fits its dataset. */
export interface BoundMapping {
  readonly definition: DatasetDefinition;
  /** The columns to ask the source for: first the identifiers', then the fields', then those of consent. */
  readonly columns: readonly string[];
  readonly identifiers: readonly MappedIdentifier[];
  /** In the order of the definition. */
  readonly fields: readonly MappedField[];
  /** In the order of the definition's purposes; none where its basis isn't opt-in. */
  readonly consents: readonly MappedConsent[];
}

export interface MappedIdentifier {
  readonly name: SourceIdentifier;
  /** At least one; preferred first. */
  readonly columns: readonly string[];
  /** Where its values are the agency's own codes. */
  readonly codes?: LocalCodes;
}

export interface MappedField {
  readonly name: string;
  readonly column: string;
  readonly definition: FieldDefinition;
  /** Where its values are the agency's own codes. */
  readonly codes?: LocalCodes;
}

/**
 * Checks that a mapping names a column for every field of the dataset and every identifier that it holds, for no
 * identifier more than it has values of, and for nothing else: what no key needs is never read. The agency's own codes
 * have to mean codes that there are.
 * Thrown when it doesn't, with all of it at once: NodeError MAPPING_INCOMPLETE.
 */
export function bindMapping(mapping: SourceMapping, definition: DatasetDefinition): BoundMapping {
  const held = heldIdentifiers(definition);
  const named = new Map(
    Object.entries(mapping.identifiers).flatMap(([name, columns]): [string, readonly string[]][] =>
      columns === undefined ? [] : [[name, columnsOf(columns)]],
    ),
  );
  const mapped = new Map(Object.entries(mapping.fields));
  const problems: Problem[] = [
    ...missing([...held.keys()], named, 'identifiers', 'its match keys are made of it'),
    ...unknown(held, named, 'identifiers', 'no match key of this dataset is made of it; remove it'),
    ...[...held].flatMap(([name, values]) => columnProblems(name, named.get(name), values)),
    ...missing([...definition.fields.keys()], mapped, 'fields', 'the dataset has this field'),
    ...unknown(definition.fields, mapped, 'fields', 'the dataset has no such field; remove it'),
    ...Object.entries(mapping.identifiers).flatMap(([name, column]) =>
      codeProblems(`identifiers.${name}`, column, name === 'sex' ? new Set(SEX_CODES) : undefined),
    ),
    ...[...definition.fields].flatMap(([name, field]) =>
      codeProblems(`fields.${name}`, mapped.get(name), field.type === 'code' ? new Set(field.codes.keys()) : undefined),
    ),
    ...consentProblems(mapping.consent ?? {}, definition),
  ];
  if (problems.length > 0) {
    throw new NodeError('MAPPING_INCOMPLETE', `The mapping of ${mapping.dataset} doesn't fit its definition.`, {
      problems,
    });
  }
  const identifiers = [...held.keys()].map((name) => ({
    name,
    columns: named.get(name) ?? [],
    ...codesOf(mapping.identifiers[name]),
  }));
  const fields = [...definition.fields].map(([name, field]) => ({
    name,
    column: columnsOf(mapped.get(name) ?? '')[0] ?? '',
    definition: field,
    ...codesOf(mapped.get(name)),
  }));
  const consents = mappedConsents(mapping.consent ?? {}, definition);
  const columns = [
    ...identifiers.flatMap((identifier) => identifier.columns),
    ...[...fields, ...consents].map(({ column }) => column),
  ];
  return { definition, columns, identifiers, fields, consents };
}

type MappedTo = string | readonly string[] | CodedColumn | undefined;

function isCoded(mapped: MappedTo): mapped is CodedColumn {
  return typeof mapped === 'object' && 'codes' in mapped;
}

function columnsOf(mapped: string | readonly string[] | CodedColumn): readonly string[] {
  if (typeof mapped === 'string') return [mapped];
  return isCoded(mapped) ? [mapped.column] : mapped;
}

function codesOf(mapped: MappedTo): { readonly codes?: LocalCodes } {
  return isCoded(mapped) ? { codes: new Map(Object.entries(mapped.codes)) } : {};
}

/** `there` are the codes that the agency's own may mean; undefined where there are none. */
function codeProblems(path: string, mapped: MappedTo, there: ReadonlySet<string> | undefined): readonly Problem[] {
  if (!isCoded(mapped)) return [];
  if (there === undefined) {
    return [{ path: `${path}.codes`, message: 'only a field of codes, and sex, has them: remove them' }];
  }
  const all = [...there].join(', ');
  return Object.entries(mapped.codes)
    .filter(([, code]) => code !== null && !there.has(code))
    .map(([local]) => ({
      path: `${path}.codes.${local}`,
      message: `must be null, for nothing recorded, or one of ${all}`,
    }));
}

/** How many values the dataset has of each. */
function heldIdentifiers({ keys, linkage }: DatasetDefinition): ReadonlyMap<SourceIdentifier, number> {
  return new Map<SourceIdentifier, number>([
    ...(linkage?.identifiers ?? []),
    ...(keys.includes('case') ? [[CASE_IDENTIFIER, 1] as const] : []),
  ]);
}

function columnProblems(name: string, columns: readonly string[] | undefined, values: number): readonly Problem[] {
  if (columns === undefined) return [];
  const path = `identifiers.${name}`;
  if (columns.length === 0) return [{ path, message: 'needs a column' }];
  if (columns.length > values) {
    const most = values === 1 ? 'one value' : `${values} values`;
    return [{ path, message: `names ${columns.length} columns, and the dataset has ${most} of it; name no more` }];
  }
  return new Set(columns).size === columns.length ? [] : [{ path, message: 'must not name a column twice' }];
}

function missing(
  needed: readonly string[],
  mapped: ReadonlyMap<string, unknown>,
  path: string,
  reason: string,
): readonly Problem[] {
  return needed
    .filter((name) => !mapped.has(name))
    .map((name) => ({ path: `${path}.${name}`, message: `needs a column: ${reason}` }));
}

function unknown(
  needed: ReadonlyMap<string, unknown>,
  mapped: ReadonlyMap<string, unknown>,
  path: string,
  message: string,
): readonly Problem[] {
  return [...mapped.keys()].filter((name) => !needed.has(name)).map((name) => ({ path: `${path}.${name}`, message }));
}
