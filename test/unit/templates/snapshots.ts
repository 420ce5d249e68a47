import Database from 'better-sqlite3';
import { expect } from 'vitest';

import {
  bindParameters,
  bindTemplate,
  compileCount,
  compileList,
  fieldColumn,
  keyColumn,
  quoteIdentifier,
} from '../../../core/templates/index.js';
import type { CompiledList, DatasetDefinition, ParameterValues } from '../../../core/templates/index.js';
import { catalogue, template } from './fixtures.js';

type Value = string | number | null;
/** A record of a snapshot by the names of its fields and keys; what isn't named is null. */
export type Row = Readonly<Record<string, Value>>;

const KEYS = ['exact.1', 'exact.2', 'case'];

function definition(dataset: string): DatasetDefinition {
  const found = catalogue.get(dataset);
  if (found === undefined) throw new Error('not in the fixtures');
  return found;
}

/** Records are numbered from 1; each is a person of its own unless `person` says otherwise. */
export function snapshotOf(dataset: string, rows: readonly Row[]): Database.Database {
  const { fields } = definition(dataset);
  const columns = new Map<string, string>([
    ['record', 'INTEGER PRIMARY KEY'],
    ['person', 'INTEGER NOT NULL'],
    ...[...fields].map(([name, { type }]): [string, string] => [
      fieldColumn(name),
      type === 'integer' ? 'INTEGER' : 'TEXT',
    ]),
    ...KEYS.map((name): [string, string] => [keyColumn(name), 'BLOB']),
    ['case_group', 'INTEGER'],
  ]);
  const database = new Database(':memory:');
  database.exec(
    `CREATE TABLE records (${[...columns].map(([name, type]) => `${quoteIdentifier(name)} ${type}`).join(', ')})`,
  );
  rows.forEach((row, index) => {
    const values = new Map<string, Value>([
      ['record', index + 1],
      ['person', index + 1],
      ...Object.entries(row).map(([name, value]): [string, Value] => {
        if (fields.has(name)) return [fieldColumn(name), value];
        return [KEYS.includes(name) ? keyColumn(name) : name, value];
      }),
    ]);
    const names = [...values.keys()].map(quoteIdentifier).join(', ');
    database
      .prepare(`INSERT INTO records (${names}) VALUES (${[...values].map(() => '?').join(', ')})`)
      .run(...values.values());
  });
  return database;
}

export function compile(body: string, dataset: string, values: ParameterValues = {}): CompiledList {
  const bound = bindTemplate(template(body), catalogue);
  return compileList(bound, dataset, bindParameters(bound, values));
}

/** What the list sends: label, then keys. Also asserts that the count of the list is the number of its rows. */
export function run(list: CompiledList, dataset: string, rows: readonly Row[]): unknown[] {
  const database = snapshotOf(dataset, rows);
  const result = database
    .prepare(list.sql)
    .raw()
    .all(...list.parameters);
  const count = compileCount(list);
  expect(
    database
      .prepare(count.sql)
      .pluck()
      .get(...count.parameters),
  ).toBe(result.length);
  database.close();
  return result;
}

/** Labels alone, for what is about them. */
export function labels(list: CompiledList, dataset: string, rows: readonly Row[]): unknown[] {
  return run(list, dataset, rows).map((row): unknown => (Array.isArray(row) ? row[0] : row));
}

export const CRIMES = 'police.crimes';
export const CHARGES = 'cps.charges';
