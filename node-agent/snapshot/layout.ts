import { CASE_KEY, schemes } from '../../core/linkage/index.js';
import type { Scheme } from '../../core/linkage/index.js';
import { toHex } from '../../core/base/index.js';
import {
  CASE_GROUP_COLUMN,
  datasetDigest,
  fieldColumn,
  keyColumn,
  PERSON_COLUMN,
  quoteIdentifier,
  RECORD_COLUMN,
  RECORDS_TABLE,
} from '../../core/templates/index.js';
import type { DatasetDefinition } from '../../core/templates/index.js';

/** Version of the file's own form; another one can't be read. */
export const SNAPSHOT_FORMAT = 2;

/** What a snapshot file of one dataset looks like: the same for who writes it and who reads it. */
export interface SnapshotLayout {
  readonly definition: DatasetDefinition;
  /** Names the study whose match keys the snapshot holds. */
  readonly federation: string;
  /** Fields in the order of the definition. */
  readonly fields: readonly string[];
  /** Every match key the dataset can make: of each scheme, strictest first, then the case key. */
  readonly keys: readonly SnapshotKey[];
  readonly hasCases: boolean;
  /** What must be the same for a snapshot to be of use, by name in the `meta` table. */
  readonly facts: ReadonlyMap<string, string>;
}

export interface SnapshotKey {
  readonly name: string;
  readonly on: 'person' | 'case';
}

export function snapshotLayout(definition: DatasetDefinition, federation: string): SnapshotLayout {
  const onPerson = definition.keys.includes('person');
  const hasCases = definition.keys.includes('case');
  const known: readonly Scheme[] = onPerson ? [...schemes.values()] : [];
  return {
    definition,
    federation,
    fields: [...definition.fields.keys()],
    keys: [
      ...known.flatMap(({ keys }) => keys.map(({ name }) => ({ name, on: 'person' as const }))),
      ...(hasCases ? [{ name: CASE_KEY, on: 'case' as const }] : []),
    ],
    hasCases,
    facts: new Map([
      ['format', String(SNAPSHOT_FORMAT)],
      ['dataset', definition.dataset],
      ['version', String(definition.version)],
      ['definition', toHex(datasetDigest(definition))],
      ['federation', federation],
      ['schemes', known.map(({ id, version }) => `${id}/${version}`).join(' ')],
    ]),
  };
}

/** The columns of the records table, unquoted, in order. A key's column holds the slot of its sealed element. */
export function recordColumns(layout: SnapshotLayout): readonly string[] {
  return [
    RECORD_COLUMN,
    PERSON_COLUMN,
    ...(layout.hasCases ? [CASE_GROUP_COLUMN] : []),
    ...layout.fields.map(fieldColumn),
    ...layout.keys.map(({ name }) => keyColumn(name)),
  ];
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
    ...layout.keys.map(({ name }) => `${quoteIdentifier(keyColumn(name))} INTEGER`),
  ];
  return `
    CREATE TABLE ${quoteIdentifier(RECORDS_TABLE)} (${columns.join(', ')}) STRICT;
    CREATE TABLE ${quoteIdentifier(SEALED_KEYS_TABLE)} (block INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
    CREATE TABLE ${quoteIdentifier(META_TABLE)} (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`;
}
