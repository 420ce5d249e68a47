import type { Problem } from '../../core/base/index.js';
import type { IdentifierName } from '../../core/linkage/index.js';
import type { DatasetDefinition, FieldDefinition } from '../../core/templates/index.js';
import { NodeError } from '../errors.js';

/** What match keys are made of: `urn` for the key on cases, the others for keys on people. */
export const CASE_IDENTIFIER = 'urn';
export type SourceIdentifier = IdentifierName | typeof CASE_IDENTIFIER;

/** Which column of an agency's table is which field of the agreed dataset, as the configuration says it. */
export interface SourceMapping {
  readonly dataset: string;
  /** A column, or several for several values of a person (aliases, earlier postcodes): preferred first. */
  readonly identifiers: Readonly<Partial<Record<SourceIdentifier, string | readonly string[] | undefined>>>;
  readonly fields: Readonly<Record<string, string>>;
}

/** A mapping that fits its dataset. */
export interface BoundMapping {
  readonly definition: DatasetDefinition;
  /** The columns to ask the source for: first the identifiers', then the fields'. */
  readonly columns: readonly string[];
  readonly identifiers: readonly MappedIdentifier[];
  /** In the order of the definition. */
  readonly fields: readonly MappedField[];
}

export interface MappedIdentifier {
  readonly name: SourceIdentifier;
  /** At least one; preferred first. */
  readonly columns: readonly string[];
}

export interface MappedField {
  readonly name: string;
  readonly column: string;
  readonly definition: FieldDefinition;
}

/**
 * Checks that a mapping names a column for every field of the dataset and every identifier that it holds, for no
 * identifier more than it has values of, and for nothing else: what no key needs is never read.
 * Thrown when it doesn't, with all of it at once: NodeError MAPPING_INCOMPLETE.
 */
export function bindMapping(mapping: SourceMapping, definition: DatasetDefinition): BoundMapping {
  const held = heldIdentifiers(definition);
  const named = new Map(
    Object.entries(mapping.identifiers).flatMap(([name, columns]): [string, readonly string[]][] =>
      columns === undefined ? [] : [[name, typeof columns === 'string' ? [columns] : columns]],
    ),
  );
  const mapped = new Map(Object.entries(mapping.fields));
  const problems: Problem[] = [
    ...missing([...held.keys()], named, 'identifiers', 'its match keys are made of it'),
    ...unknown(held, named, 'identifiers', 'no match key of this dataset is made of it; remove it'),
    ...[...held].flatMap(([name, values]) => columnProblems(name, named.get(name), values)),
    ...missing([...definition.fields.keys()], mapped, 'fields', 'the dataset has this field'),
    ...unknown(definition.fields, mapped, 'fields', 'the dataset has no such field; remove it'),
  ];
  if (problems.length > 0) {
    throw new NodeError('MAPPING_INCOMPLETE', `The mapping of ${mapping.dataset} doesn't fit its definition.`, {
      problems,
    });
  }
  const identifiers = [...held.keys()].map((name) => ({ name, columns: named.get(name) ?? [] }));
  const fields = [...definition.fields].map(([name, field]) => ({
    name,
    column: mapped.get(name) ?? '',
    definition: field,
  }));
  const columns = [...identifiers.flatMap((identifier) => identifier.columns), ...fields.map(({ column }) => column)];
  return { definition, columns, identifiers, fields };
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
