import Database from 'better-sqlite3';

import type { CountedCell } from '../../../core/disclosure/index.js';
import type { BoundDimension, BoundParameters, BoundTemplate } from '../../../core/templates/index.js';
import type { Source } from '../sources.js';
import { linkOnCase, linkOnPerson, makeBase } from './links.js';
import { makeList } from './list.js';

export interface TruthQuestion {
  readonly template: BoundTemplate;
  readonly parameters: Pick<BoundParameters, 'values'>;
  /** Every agency's databases, in roster order; those of datasets the template doesn't use are left alone. */
  readonly sources: readonly Source[];
}

/** A cell of the table that anybody is in: for each dimension the index of the category, and how many. */
export type TrueCell = CountedCell;

/**
 * What the table would be if one person held all databases: exact counts, computed by joining them in plain SQL, in the
 * order of the categories. Only tests and the demo may do this. It uses neither the SQL that nodes run nor the protocol
 * nor the way cells are numbered, so that it can contradict them; a template's names and categories it takes as bound.
 * Thrown when a source has no column for a field that is needed: ExampleError SOURCE_INCOMPLETE.
 */
export function pooledTruth({ template: bound, parameters, sources }: TruthQuestion): TrueCell[] {
  // A database without a name is SQLite's own temporary file: a large federation needs no large memory.
  const database = new Database('');
  try {
    database.pragma('journal_mode = OFF');
    makeList(database, 'population', bound.population, bound, parameters, sources);
    makeBase(database, bound.unit);
    bound.links.forEach((link, index) => {
      makeList(database, listName(index), link, bound, parameters, sources);
      if (link.on === 'person') linkOnPerson(database, listName(index));
      else linkOnCase(database, listName(index));
    });
    makeCategories(database, bound.dimensions);
    return count(database, bound);
  } finally {
    database.close();
  }
}

function listName(link: number): string {
  return `link_${link}`;
}

/** Makes the table `categories`: which value of which dimension is in which place of the table. */
function makeCategories(database: Database.Database, dimensions: readonly BoundDimension[]): void {
  database.exec(`
    CREATE TABLE categories (dimension INTEGER, place INTEGER, code TEXT, first INTEGER, below INTEGER);
    CREATE INDEX categories_by_dimension ON categories (dimension, code)`);
  const insert = database.prepare('INSERT INTO categories VALUES (?, ?, ?, ?, ?)');
  dimensions.forEach((dimension, index) => {
    if (dimension.kind === 'code') {
      dimension.codes.forEach((code, place) => insert.run(index, place, code, null, null));
    } else if (dimension.kind === 'band') {
      dimension.bands.forEach(({ from, below }, place) => insert.run(index, place, null, from, below));
    }
  });
}

function count(database: Database.Database, bound: BoundTemplate): TrueCell[] {
  const joins = bound.links.map((_, index) => {
    const list = listName(index);
    return `
      LEFT JOIN ${list}_links ON ${list}_links.base = base.id
      LEFT JOIN ${list} ON ${list}.id = ${list}_links.linked`;
  });
  const kept = bound.links.flatMap(({ keep }, index) => {
    if (keep === 'all') return [];
    return [`${listName(index)}.id IS ${keep === 'linked' ? 'NOT NULL' : 'NULL'}`];
  });
  const places = bound.dimensions.map((dimension, index) => `${placeOf(bound, dimension, index)} AS place_${index}`);
  const grouped = bound.dimensions.map((_, index) => `place_${index}`).join(', ');
  const rows = database
    .prepare<[], number[]>(
      `SELECT count(*), ${grouped}
       FROM (
         SELECT ${places.join(', ')}
         FROM base ${joins.join('')}
         WHERE ${['1', ...kept].join(' AND ')})
       GROUP BY ${grouped} ORDER BY ${grouped}`,
    )
    .raw()
    .all();
  return rows.map(([counted = 0, ...categories]) => ({ categories, count: counted }));
}

/** First the categories, then "Not recorded", then "Not linked"; Yes before No. */
function placeOf({ population, links }: BoundTemplate, dimension: BoundDimension, index: number): string {
  const link = links.findIndex(({ dataset }) => dataset.dataset === dimension.dataset);
  const own = (links[link] ?? population).dimensions;
  const list = link === -1 ? 'base' : listName(link);
  if (dimension.kind === 'linked') return `CASE WHEN ${list}.id IS NULL THEN 1 ELSE 0 END`;

  const value = `${list}.value_${own.findIndex(({ field }) => field === dimension.field)}`;
  const [matches, notRecorded] =
    dimension.kind === 'code'
      ? [`code = ${value}`, dimension.codes.length]
      : [`${value} >= ifnull(first, ${value}) AND (below IS NULL OR ${value} < below)`, dimension.bands.length];
  return `CASE WHEN ${list}.id IS NULL THEN ${notRecorded + 1} ELSE
    ifnull((SELECT place FROM categories WHERE dimension = ${index} AND ${matches}), ${notRecorded}) END`;
}
