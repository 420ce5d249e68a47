import type Database from 'better-sqlite3';

import { needsConsent } from '../../../core/templates/index.js';
import type { BoundFilter, BoundList, BoundParameters, BoundTemplate } from '../../../core/templates/index.js';
import { ExampleError } from '../errors.js';
import type { Source } from '../sources.js';
import * as sql from './expressions.js';

/**
 * Makes the table `name`: the records that all sources of one dataset put into the question, each with
 * - `source`, the place of its agency in the roster, and `id`, a number of its own;
 * - `person`, whose it is, which is null where it is nobody's; and its case, `urn`;
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
  personOf: (source: Source) => ReadonlyMap<number, number>,
): void {
  const values = [
    ...list.dimensions.map((_, index) => `value_${index}`),
    ...measuresOf(list, bound).map((_, index) => `number_${index}`),
  ];
  database.exec(`
    CREATE TABLE ${name}_all (
      id INTEGER PRIMARY KEY, source INTEGER, record INTEGER, urn TEXT,
      sort_by, asked_for INTEGER ${values.map((value) => `, ${value}`).join('')}
    )`);
  sources.forEach((source, place) => {
    if (source.mapping.dataset !== list.dataset.dataset) return;
    const measured = measuresOf(list, bound).map((measure) => measure.field);
    loadSource(database, `${name}_all`, list, measured, parameters, source, place, bound.template.purpose);
  });

  // Whose record it is: somebody found that apart from SQL.
  database.exec(`
    ALTER TABLE ${name}_all ADD COLUMN person INTEGER;
    CREATE TABLE ${name}_people (source INTEGER, record INTEGER, person INTEGER, PRIMARY KEY (source, record))`);
  const insert = database.prepare(`INSERT INTO ${name}_people VALUES (?, ?, ?)`);
  database.transaction(() => {
    sources.forEach((source, place) => {
      if (source.mapping.dataset !== list.dataset.dataset) return;
      for (const [record, person] of personOf(source)) insert.run(place, record, person);
    });
  })();
  database.exec(`
    UPDATE ${name}_all SET person =
      (SELECT person FROM ${name}_people AS known WHERE known.source = ${name}_all.source AND known.record = ${name}_all.record);
    DROP TABLE ${name}_people`);

  // Of what was asked for, so many records of a person (or one of a case); a missing date counts as the earliest.
  const onCase = list.role === 'linked' && list.on === 'case';
  const group = `coalesce(${onCase ? `'case ' || urn` : `'person ' || person`}, 'record ' || record)`;
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
    CREATE UNIQUE INDEX ${name}_by_id ON ${name} (id)`);
}

/** The template's measures of the list's dataset, in its order. */
export function measuresOf(list: BoundList, { measures }: BoundTemplate): BoundTemplate['measures'] {
  return measures.filter(({ dataset }) => dataset === list.dataset.dataset);
}

/** Every record of one agency's table, with its case and whether it is asked for. */
function loadSource(
  database: Database.Database,
  table: string,
  { dataset, where, dimensions }: BoundList,
  measured: readonly string[],
  parameters: Pick<BoundParameters, 'values'>,
  { agency, mapping }: Source,
  place: number,
  purpose: string,
): void {
  const { urn } = mapping.identifiers;
  const caseOf = urn === undefined || !dataset.keys.includes('case') ? 'NULL' : sql.urn(sql.quoted(urn));
  const field = (name: string): string => {
    const column = mapping.fields[name];
    const definition = dataset.fields.get(name);
    if (column === undefined || definition === undefined) {
      throw new ExampleError('SOURCE_INCOMPLETE', `${agency} has no column for ${name} of ${dataset.dataset}.`);
    }
    return sql.field(sql.quoted(column), definition);
  };
  const consented = needsConsent(dataset) ? sql.consent(consentColumn({ agency, mapping }, purpose)) : '1';
  const filters = where.map((filter) => ({ of: field(filter.field), ...condition(filter, parameters) }));

  database.prepare('ATTACH ? AS agency').run(mapping.sqlite);
  try {
    database
      .prepare(
        `INSERT INTO ${table}
           SELECT NULL, ${place}, record, urn, sort_by,
             ${['consented', ...filters.map(({ test }, index) => test(`filter_${index}`))].join(' AND ')}
             ${dimensions.map((_, index) => `, value_${index}`).join('')}
             ${measured.map((_, index) => `, number_${index}`).join('')}
           FROM (
             SELECT rowid AS record,
               ${caseOf} AS urn,
               ${consented} AS consented,
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

function consentColumn({ agency, mapping }: Source, purpose: string): string {
  const column = mapping.consent?.[purpose];
  if (column !== undefined) return sql.quoted(column);
  throw new ExampleError('SOURCE_INCOMPLETE', `${agency} has no column of consent to ${purpose}.`);
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
