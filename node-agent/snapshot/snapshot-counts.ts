import {
  consentColumn,
  fieldColumn,
  keyColumn,
  PERSON_COLUMN,
  quoteIdentifier,
  RECORD_COLUMN,
  RECORDS_TABLE,
} from '../../core/templates/index.js';
import type { CompiledQuery } from '../../core/templates/index.js';
import { columnsOf } from './layout.js';
import type { SnapshotKey, SnapshotLayout } from './layout.js';

/** Numbers that are counted from a snapshot's own records: exact, so that they stay inside the agency. */
export interface SnapshotCounts {
  readonly records: number;
  /** Different people; null where the dataset has no keys of people. */
  readonly people: number | null;
  /** Records that have any match key left: the others are linked with nothing. */
  readonly linkable: number;
  /** In the order of the layout, those that it holds. */
  readonly keys: readonly KeyCount[];
  /** In the order of the definition; in how many records nothing is recorded. */
  readonly fields: readonly { readonly name: string; readonly missing: number }[];
  /** Where the dataset's basis is opt-in: how many records may be used for each purpose. */
  readonly consents: readonly { readonly purpose: string; readonly records: number }[];
}

export interface KeyCount {
  readonly name: string;
  readonly on: SnapshotKey['on'];
  /** People who have it; of a key on the case, records. */
  readonly present: number;
}

/** One row of numbers, for `snapshotCounts`. It reads every record once. */
export function countsQuery(layout: SnapshotLayout): CompiledQuery {
  const held = heldKeys(layout);
  const any = held.length === 0 ? '0' : held.map(hasKey).join(' OR ');
  const columns = [
    // A person is called by their first record.
    isFirst(),
    any,
    ...held.map((key) => (key.on === 'person' ? `${isFirst()} AND (${hasKey(key)})` : hasKey(key))),
    ...layout.fields.map((name) => `${quoteIdentifier(fieldColumn(name))} IS NULL`),
    ...layout.purposes.map((purpose) => `${quoteIdentifier(consentColumn(purpose))} = 1`),
  ].map((condition) => `TOTAL(${condition})`);
  const sql = `SELECT COUNT(*), ${columns.join(', ')} FROM ${quoteIdentifier(RECORDS_TABLE)}`;
  return { sql, parameters: [] };
}

/** What `countsQuery` has found. */
export function snapshotCounts(layout: SnapshotLayout, numbers: readonly number[]): SnapshotCounts {
  const rest = [...numbers];
  const next = (): number => rest.shift() ?? 0;
  const [records, people, linkable] = [next(), next(), next()];
  return {
    records,
    people: layout.personKeys.length === 0 ? null : people,
    linkable,
    keys: heldKeys(layout).map(({ name, on }) => ({ name, on, present: next() })),
    fields: layout.fields.map((name) => ({ name, missing: next() })),
    consents: layout.purposes.map((purpose) => ({ purpose, records: next() })),
  };
}

function heldKeys({ keys }: SnapshotLayout): readonly SnapshotKey[] {
  return keys.filter((key) => columnsOf(key) > 0);
}

function isFirst(): string {
  return `${quoteIdentifier(PERSON_COLUMN)} = ${quoteIdentifier(RECORD_COLUMN)}`;
}

function hasKey(key: SnapshotKey): string {
  const columns = Array.from({ length: columnsOf(key) }, (_, copy) => keyColumn(key.name, copy + 1));
  return columns.map((column) => `${quoteIdentifier(column)} IS NOT NULL`).join(' OR ');
}
