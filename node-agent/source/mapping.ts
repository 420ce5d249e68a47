import type { Problem } from '../../core/base/index.js';
import type { Identifiers } from '../../core/linkage/index.js';
import type { DatasetDefinition, FieldDefinition } from '../../core/templates/index.js';
import { NodeError } from '../errors.js';

/** What match keys are made of: `urn` for keys on cases, the others for keys on people. */
export const PERSON_IDENTIFIERS = [
  'forename',
  'surname',
  'dateOfBirth',
  'postcode',
  'sex',
] as const satisfies readonly (keyof Identifiers)[];
export const CASE_IDENTIFIERS = ['urn'] as const;
export type IdentifierName = (typeof PERSON_IDENTIFIERS)[number] | (typeof CASE_IDENTIFIERS)[number];

/** Which column of an agency's table is which field of the agreed dataset, as the configuration says it. */
export interface SourceMapping {
  readonly dataset: string;
  readonly identifiers: Readonly<Partial<Record<IdentifierName, string | undefined>>>;
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
  readonly name: IdentifierName;
  readonly column: string;
}

export interface MappedField {
  readonly name: string;
  readonly column: string;
  readonly definition: FieldDefinition;
}

/**
 * Checks that a mapping names a column for every field of the dataset and every identifier its keys need, and for
 * nothing else: what no key needs is never read.
 * Thrown when it doesn't, with all of it at once: NodeError MAPPING_INCOMPLETE.
 */
export function bindMapping(mapping: SourceMapping, definition: DatasetDefinition): BoundMapping {
  const needed = identifiersNeeded(definition);
  const named = new Map(
    Object.entries(mapping.identifiers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const mapped = new Map(Object.entries(mapping.fields));
  const problems: Problem[] = [
    ...missing(needed, named, 'identifiers', 'its match keys are made of it'),
    ...unknown(new Set<string>(needed), named, 'identifiers', 'no match key of this dataset needs it; remove it'),
    ...missing([...definition.fields.keys()], mapped, 'fields', 'the dataset has this field'),
    ...unknown(new Set(definition.fields.keys()), mapped, 'fields', 'the dataset has no such field; remove it'),
  ];
  if (problems.length > 0) {
    throw new NodeError('MAPPING_INCOMPLETE', `The mapping of ${mapping.dataset} doesn't fit its definition.`, {
      problems,
    });
  }
  const identifiers = needed.map((name) => ({ name, column: named.get(name) ?? '' }));
  const fields = [...definition.fields].map(([name, field]) => ({
    name,
    column: mapped.get(name) ?? '',
    definition: field,
  }));
  return { definition, columns: [...identifiers, ...fields].map(({ column }) => column), identifiers, fields };
}

function identifiersNeeded({ keys }: DatasetDefinition): readonly IdentifierName[] {
  return [...(keys.includes('person') ? PERSON_IDENTIFIERS : []), ...(keys.includes('case') ? CASE_IDENTIFIERS : [])];
}

function missing(
  needed: readonly string[],
  mapped: ReadonlyMap<string, string>,
  path: string,
  reason: string,
): readonly Problem[] {
  return needed
    .filter((name) => !mapped.has(name))
    .map((name) => ({ path: `${path}.${name}`, message: `needs a column: ${reason}` }));
}

function unknown(
  needed: ReadonlySet<string>,
  mapped: ReadonlyMap<string, string>,
  path: string,
  message: string,
): readonly Problem[] {
  return [...mapped.keys()].filter((name) => !needed.has(name)).map((name) => ({ path: `${path}.${name}`, message }));
}
