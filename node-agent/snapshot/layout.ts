import { toHex } from '../../core/base/index.js';
import { agencyKeys, CASE_KEY, NORMALISER_VERSION, schemes } from '../../core/linkage/index.js';
import type { AgencyKey, Scheme } from '../../core/linkage/index.js';
import {
  CASE_GROUP_COLUMN,
  consentColumn,
  datasetDigest,
  fieldColumn,
  keyColumn,
  PERSON_COLUMN,
  quoteIdentifier,
  RECORD_COLUMN,
  RECORDS_TABLE,
} from '../../core/templates/index.js';
import type { DatasetDefinition } from '../../core/templates/index.js';
import type { BoundMapping } from '../source/mapping.js';

/** Version of the file's own form; another one can't be read. */
export const SNAPSHOT_FORMAT = 4;

/** What a snapshot file of one dataset looks like: the same for who writes it and who reads it. */
export interface SnapshotLayout {
  readonly definition: DatasetDefinition;
  /** Names the study whose match keys the snapshot holds. */
  readonly federation: string;
  /** Fields in the order of the definition. */
  readonly fields: readonly string[];
  /** Purposes that rows have been consented to, or not; none where the basis isn't opt-in. */
  readonly purposes: readonly string[];
  /** Those of the dataset. */
  readonly schemes: readonly Scheme[];
  /**
   * Every match key that is made of a row, each name once: those on the person, of which the dataset's schemes come
   * first, in their order, and those that only serve self-linking last; then the case key.
   */
  readonly keys: readonly SnapshotKey[];
  /** How to make those on the person, in the order of `keys`. */
  readonly personKeys: readonly AgencyKey[];
  readonly hasCases: boolean;
  /** What must be the same for a snapshot to be of use, by name in the `meta` table. */
  readonly facts: ReadonlyMap<string, string>;
}

export interface SnapshotKey {
  readonly name: string;
  readonly on: 'person' | 'case';
  /**
   * How many columns each scheme that has the key takes of it, ascending: it takes the first ones. Empty where the key
   * only serves self-linking, and the snapshot doesn't hold it.
   */
  readonly copies: readonly number[];
}

/** `purposes`: those for which the source says who has consented, where the dataset's basis is opt-in. */
export function snapshotLayout(
  definition: DatasetDefinition,
  federation: string,
  purposes: readonly string[] = [],
): SnapshotLayout {
  const hasCases = definition.keys.includes('case');
  const named = definition.linkage?.schemes.flatMap((id) => schemes.get(id) ?? []) ?? [];
  const personKeys = definition.linkage === null ? [] : agencyKeys(named, definition.linkage.identifiers);
  return {
    definition,
    federation,
    fields: [...definition.fields.keys()],
    purposes,
    schemes: named,
    keys: [
      ...personKeys.map(({ name, copies }) => ({ name, on: 'person' as const, copies })),
      ...(hasCases ? [{ name: CASE_KEY, on: 'case' as const, copies: [1] }] : []),
    ],
    personKeys,
    hasCases,
    facts: new Map([
      ['format', String(SNAPSHOT_FORMAT)],
      ['dataset', definition.dataset],
      ['version', String(definition.version)],
      ['definition', toHex(datasetDigest(definition))],
      ['federation', federation],
      ['schemes', named.map(({ id, version }) => `${id}/${version}`).join(' ')],
      ['normaliser', String(NORMALISER_VERSION)],
      ['purposes', purposes.join(' ')],
    ]),
  };
}

/** That of a source's snapshot. */
export function layoutOf(
  { definition, consents }: Pick<BoundMapping, 'definition' | 'consents'>,
  federation: string,
): SnapshotLayout {
  return snapshotLayout(
    definition,
    federation,
    consents.map(({ purpose }) => purpose),
  );
}

/** How many columns a key has: 0 where the snapshot doesn't hold it. */
export function columnsOf({ copies }: SnapshotKey): number {
  return copies.at(-1) ?? 0;
}

/** The columns of the records table, unquoted, in order. A key's column holds the slot of its sealed element. */
export function recordColumns(layout: SnapshotLayout): readonly string[] {
  return [
    RECORD_COLUMN,
    PERSON_COLUMN,
    ...(layout.hasCases ? [CASE_GROUP_COLUMN] : []),
    ...layout.fields.map(fieldColumn),
    ...layout.purposes.map(consentColumn),
    ...keyColumns(layout),
  ];
}

/** Those of them that hold match keys, all columns of a key together. */
export function keyColumns({ keys }: SnapshotLayout): readonly string[] {
  return keys.flatMap((key) => Array.from({ length: columnsOf(key) }, (_, copy) => keyColumn(key.name, copy + 1)));
}

export const META_TABLE = 'meta';
/** Match keys, many to a block (KeyBlockReader). */
export const SEALED_KEYS_TABLE = 'sealed_keys';

/** The statements that make an empty snapshot. */
export function createTables(layout: SnapshotLayout): string {
  const columns = [
    `${quoteIdentifier(RECORD_COLUMN)} INTEGER PRIMARY KEY`,
    `${quoteIdentifier(PERSON_COLUMN)} INTEGER NOT NULL`,
    ...(layout.hasCases ? [`${quoteIdentifier(CASE_GROUP_COLUMN)} INTEGER`] : []),
    ...[...layout.definition.fields].map(
      ([name, { type }]) => `${quoteIdentifier(fieldColumn(name))} ${type === 'integer' ? 'INTEGER' : 'TEXT'}`,
    ),
    ...layout.purposes.map((purpose) => `${quoteIdentifier(consentColumn(purpose))} INTEGER NOT NULL`),
    ...keyColumns(layout).map((column) => `${quoteIdentifier(column)} INTEGER`),
  ];
  return `
    CREATE TABLE ${quoteIdentifier(RECORDS_TABLE)} (${columns.join(', ')}) STRICT;
    CREATE TABLE ${quoteIdentifier(SEALED_KEYS_TABLE)} (block INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
    CREATE TABLE ${quoteIdentifier(META_TABLE)} (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`;
}
