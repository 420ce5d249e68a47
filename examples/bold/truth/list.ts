import type Database from 'better-sqlite3';

import type { BoundFilter, BoundList, BoundParameters, BoundTemplate } from '../../../core/templates/index.js';
import { ExampleError } from '../errors.js';
import type { Source } from '../sources.js';
import * as sql from './expressions.js';

/** Match keys, strictest first: what is in them is said where `loadSource` makes them. */
export const PERSON_KEYS = ['with_postcode', 'without_postcode'] as const;

/**
 * Makes the table `name`: the records that all sources of one dataset put into the question, each with
 * - `source`, the place of its agency in the roster, and `id`, a number of its own;
 * - its match keys, which are null where they don't exist or more than one person of the agency has them;
 * - `value_0` …, its values for the dataset's dimensions, in the order of the template;
 * - `number_0` …, its numbers for the measures of the dataset, as they were written down, in the order of the template.
 */
export function makeList(
  database: Database.Database,
  name: string,
  list: BoundList,
  bound: BoundTemplate,
  parameters: Pick<BoundParameters, 'values'>,
  sources: readonly Source[],
): void {
  const values = [
    ...list.dimensions.map((_, index) => `value_${index}`),
    ...measuresOf(list, bound).map((_, index) => `number_${index}`),
  ];
  database.exec(`
    CREATE TABLE ${name}_all (
      id INTEGER PRIMARY KEY, source INTEGER, record INTEGER,
      with_postcode TEXT, without_postcode TEXT, urn TEXT,
      sort_by, asked_for INTEGER ${values.map((value) => `, ${value}`).join('')}
    )`);
  sources.forEach((source, place) => {
    if (source.mapping.dataset !== list.dataset.dataset) return;
    const measured = measuresOf(list, bound).map((measure) => measure.field);
    loadSource(database, `${name}_all`, list, measured, parameters, source, place);
  });

  // Whose record it is: everybody with the same first key is one person, who has no key is a person alone.
  database.exec(`
    ALTER TABLE ${name}_all ADD COLUMN person TEXT;
    UPDATE ${name}_all SET person =
      CASE WHEN with_postcode IS NOT NULL THEN 'with postcode ' || with_postcode
           WHEN without_postcode IS NOT NULL THEN 'without postcode ' || without_postcode
           ELSE 'record ' || record END`);

  // A key that two people of one agency have says nothing about either.
  for (const key of PERSON_KEYS) {
    database.exec(`
      CREATE TABLE shared AS
        SELECT source, ${key} AS key FROM ${name}_all
        WHERE ${key} IS NOT NULL GROUP BY source, ${key} HAVING count(DISTINCT person) > 1;
      CREATE INDEX shared_by_key ON shared (source, key);
      UPDATE ${name}_all SET ${key} = NULL
        WHERE EXISTS (SELECT 1 FROM shared WHERE shared.source = ${name}_all.source AND shared.key = ${key});
      DROP TABLE shared`);
  }

  // Of what was asked for, so many records of a person (or one of a case); a missing date counts as the earliest.
  const onCase = list.role === 'linked' && list.on === 'case';
  const group = onCase ? `coalesce('case ' || urn, 'record ' || record)` : 'person';
  const direction = list.role === 'linked' && list.take === 'earliest' ? 'ASC NULLS FIRST' : 'DESC NULLS LAST';
  const ties = list.role === 'linked' && list.take === 'earliest' ? 'ASC' : 'DESC';
  const limit = list.role === 'base' && bound.unit === 'record' ? list.contributionLimit : 1;
  database.exec(`
    CREATE TABLE ${name} AS
      SELECT * FROM (
        SELECT *, row_number() OVER (PARTITION BY source, ${group} ORDER BY sort_by ${direction}, record ${ties}) AS place
        FROM ${name}_all WHERE asked_for)
      WHERE place <= ${limit};
    DROP TABLE ${name}_all;
    CREATE UNIQUE INDEX ${name}_by_id ON ${name} (id);
    CREATE INDEX ${name}_by_with_postcode ON ${name} (with_postcode);
    CREATE INDEX ${name}_by_without_postcode ON ${name} (without_postcode);
    CREATE INDEX ${name}_by_urn ON ${name} (urn)`);
}

/** The template's measures of the list's dataset, in its order. */
export function measuresOf(list: BoundList, { measures }: BoundTemplate): BoundTemplate['measures'] {
  return measures.filter(({ dataset }) => dataset === list.dataset.dataset);
}

/** Every record of one agency's table, with the keys it has and whether it is asked for. */
function loadSource(
  database: Database.Database,
  table: string,
  { dataset, where, dimensions }: BoundList,
  measured: readonly string[],
  parameters: Pick<BoundParameters, 'values'>,
  { agency, mapping }: Source,
  place: number,
): void {
  const identifier = (of: keyof typeof mapping.identifiers, expression: (column: string) => string): string => {
    const column = mapping.identifiers[of];
    const isLinkedOn = dataset.keys.includes(of === 'urn' ? 'case' : 'person');
    return column === undefined || !isLinkedOn ? 'NULL' : expression(sql.quoted(column));
  };
  const field = (name: string): string => {
    const column = mapping.fields[name];
    const definition = dataset.fields.get(name);
    if (column === undefined || definition === undefined) {
      throw new ExampleError('SOURCE_INCOMPLETE', `${agency} has no column for ${name} of ${dataset.dataset}.`);
    }
    return sql.field(sql.quoted(column), definition);
  };
  const filters = where.map((filter) => ({ of: field(filter.field), ...condition(filter, parameters) }));

  database.prepare('ATTACH ? AS agency').run(mapping.sqlite);
  try {
    database
      .prepare(
        `INSERT INTO ${table}
           SELECT NULL, ${place}, record,
             -- A key with a missing part is missing, as null || anything is null.
             forename || '|' || surname || '|' || birth_date || '|' || sex || '|' || postcode,
             forename || '|' || surname || '|' || birth_date || '|' || sex,
             urn, sort_by,
             ${['1', ...filters.map(({ test }, index) => test(`filter_${index}`))].join(' AND ')}
             ${dimensions.map((_, index) => `, value_${index}`).join('')}
             ${measured.map((_, index) => `, number_${index}`).join('')}
           FROM (
             SELECT rowid AS record,
               ${identifier('forename', sql.name)} AS forename,
               ${identifier('surname', sql.name)} AS surname,
               ${identifier('dateOfBirth', sql.birthDate)} AS birth_date,
               ${identifier('sex', sql.sex)} AS sex,
               ${identifier('postcode', sql.postcode)} AS postcode,
               ${identifier('urn', sql.urn)} AS urn,
               ${field(dataset.order)} AS sort_by
               ${filters.map(({ of }, index) => `, ${of} AS filter_${index}`).join('')}
               ${dimensions.map((dimension, index) => `, ${field(dimension.field)} AS value_${index}`).join('')}
               ${measured.map((name, index) => `, ${field(name)} AS number_${index}`).join('')}
             FROM agency.${sql.quoted(mapping.table)})
           ORDER BY record`,
      )
      .run(...filters.flatMap(({ values }) => values));
  } finally {
    database.exec('DETACH agency');
  }
}

interface Condition {
  /** Null, which is never asked for, is made false. */
  readonly test: (of: string) => string;
  readonly values: readonly (string | number)[];
}

function condition(filter: BoundFilter, parameters: Pick<BoundParameters, 'values'>): Condition {
  if (filter.kind === 'between') {
    const { from, to } = filter;
    return { test: (of) => `ifnull(${of} BETWEEN CAST(? AS INTEGER) AND CAST(? AS INTEGER), 0)`, values: [from, to] };
  }
  const values = 'parameter' in filter.values ? (parameters.values.get(filter.values.parameter) ?? []) : filter.values;
  return { test: (of) => `ifnull(${of} IN (${values.map(() => '?').join(', ')}), 0)`, values };
}
