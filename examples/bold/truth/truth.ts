import Database from 'better-sqlite3';

import type { CountedCell } from '../../../core/disclosure/index.js';
import { AGREEMENTS } from '../../../core/linkage/index.js';
import type { NonMatches } from '../../../core/linkage/index.js';
import type {
  BoundDimension,
  BoundMeasure,
  BoundParameters,
  BoundTemplate,
  DatasetDefinition,
} from '../../../core/templates/index.js';
import type { Source } from '../sources.js';
import { identitiesOf } from './identity.js';
import { linkByIdentity, linkByRules, loadedLists, storeLinks } from './links.js';
import type { LoadedList, Links } from './links.js';
import { makeList, measuresOf } from './list.js';
import { PooledPeople } from './people.js';
import type { SourcePeople } from './people.js';
import type { PooledComparison, PooledCounts } from './pooled-question.js';

export interface TruthQuestion {
  readonly template: BoundTemplate;
  readonly parameters: Pick<BoundParameters, 'values'>;
  /** Every agency's databases, in roster order; those of datasets the template doesn't use are left alone. */
  readonly sources: readonly Source[];
  /**
   * How often an agency's people share keys, as it said itself, with its noise in it; null where it said nothing. Where
   * this isn't given, it is counted.
   */
  readonly evidence?: (agency: string, dataset: string) => NonMatches | null;
  /** What a coordinator counted of each comparison of people, as in PooledQuestion. */
  readonly comparisons?: readonly PooledComparison[] | undefined;
  /** Where several questions are asked of the same databases: one for all of them. */
  readonly people?: PooledPeople;
}

/** A cell of the table that anybody is in: for each dimension the index of the category, and how many. */
export type TrueCell = CountedCell;

/** A measure's cells in which anybody has a value. */
export interface TrueMeasure {
  /** `<dataset>.<field>` */
  readonly name: string;
  readonly cells: readonly TrueMeasuredCell[];
}

export interface TrueMeasuredCell {
  readonly categories: readonly number[];
  /** Records that have a value. */
  readonly contributors: number;
  /** Of their values and of the squares of these, those outside the range taken for its nearer end. */
  readonly sum: number;
  readonly squares: number;
  /** How many were outside. */
  readonly clipped: number;
}

export interface TrueTable {
  readonly cells: readonly TrueCell[];
  /** In the order of the template. */
  readonly measures: readonly TrueMeasure[];
  /** How people of different lists were linked; empty where it is known who they are. */
  readonly links: readonly PooledCounts[];
}

/** Exact counts of every cell that anybody is in: those of `pooledTable`. */
export function pooledTruth(question: TruthQuestion): TrueCell[] {
  return [...pooledTable(question).cells];
}

/**
 * What the table would be if one person held all databases: who is who by the same rules, found by plain maps over
 * everybody's match keys (`linkPooled`), exact counts in plain SQL, in the order of the categories, and exact sums of the
 * measures. Only tests and the demo may do this. It uses neither the SQL that nodes run nor the protocol nor the way cells
 * are numbered, so that it can contradict them; match keys, self-linking and a template's names and categories it takes as
 * they are. Thrown when a source has no column for a field that is needed: ExampleError SOURCE_INCOMPLETE.
 */
export function pooledTable(question: TruthQuestion): TrueTable {
  const { template: bound, sources, evidence, comparisons, people: pooled = new PooledPeople() } = question;
  const known = new Map<Source, SourcePeople>();
  for (const source of sources) {
    const dataset = datasetOf(bound, source);
    const people = dataset === undefined ? null : pooled.of(source, dataset, bound.scheme);
    if (people !== null) known.set(source, people);
  }
  const peopleOf = ({ source: place }: LoadedList): SourcePeople | null => {
    const source = sources[place];
    const people = source === undefined ? undefined : known.get(source);
    if (source === undefined || people === undefined) return null;
    return evidence === undefined ? people : { ...people, nonMatches: evidence(source.agency, source.mapping.dataset) };
  };
  return tableOf(question, {
    personOf: (source) => known.get(source)?.personOf ?? new Map<number, number>(),
    link: (lists) => linkByRules(lists, bound, peopleOf, comparisons),
  });
}

/** The same by who people really are, as `truth` of the federation has it: what linkage makes no mistakes in. */
export function trueTable(question: Omit<TruthQuestion, 'evidence' | 'comparisons'>, truth: string): TrueTable {
  return tableOf(question, {
    personOf: (source) => identitiesOf(source, truth),
    link: (lists) => linkByIdentity(lists, question.template),
  });
}

/** How it is known who is who. */
interface Linker {
  /** Whose record each row of a source is. */
  readonly personOf: (source: Source) => ReadonlyMap<number, number>;
  readonly link: (lists: readonly LoadedList[]) => Links;
}

function tableOf({ template: bound, parameters, sources }: TruthQuestion, { personOf, link }: Linker): TrueTable {
  // A database without a name is SQLite's own temporary file: a large federation needs no large memory.
  const database = new Database('');
  try {
    database.pragma('journal_mode = OFF');
    const tables = [bound.population, ...bound.links].map((list, index) => {
      const table = index === 0 ? 'population' : listName(index - 1);
      makeList(database, table, list, bound, parameters, sources, personOf);
      return { table, dataset: list.dataset.dataset, role: list.role };
    });
    const links = link(loadedLists(database, tables));
    storeLinks(database, links, listName);
    makeCategories(database, bound.dimensions);
    makeTable(database, bound);
    return {
      cells: count(database, bound),
      measures: bound.measures.map((measure) => addUp(database, bound, measure)),
      links: links.counts,
    };
  } finally {
    database.close();
  }
}

function datasetOf({ population, links }: BoundTemplate, { mapping }: Source): DatasetDefinition | undefined {
  return [population, ...links].find(({ dataset }) => dataset.dataset === mapping.dataset)?.dataset;
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

/** Makes the table `tabled`: of every record that counts its place in each dimension, and its numbers. */
function makeTable(database: Database.Database, bound: BoundTemplate): void {
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
  const numbers = bound.measures.map((measure, index) => `${numberOf(bound, measure)} AS measure_${index}`);
  database.exec(`
    CREATE TABLE tabled AS
      SELECT ${[...places, ...numbers].join(', ')}
      FROM base ${joins.join('')}
      WHERE ${['1', ...kept].join(' AND ')}`);
}

function count(database: Database.Database, bound: BoundTemplate): TrueCell[] {
  const grouped = groupedBy(bound);
  const rows = database
    .prepare<[], number[]>(`SELECT count(*), ${grouped} FROM tabled GROUP BY ${grouped} ORDER BY ${grouped}`)
    .raw()
    .all();
  return rows.map(([counted = 0, ...categories]) => ({ categories, count: counted }));
}

function addUp(database: Database.Database, bound: BoundTemplate, measure: BoundMeasure): TrueMeasure {
  const grouped = groupedBy(bound);
  const number = `measure_${bound.measures.indexOf(measure)}`;
  const clipped = `min(max(${number}, $low), $high)`;
  const rows = database
    .prepare<[{ low: bigint; high: bigint }], number[]>(
      `SELECT count(${number}), sum(${clipped}), sum(${clipped} * ${clipped}), sum(${number} <> ${clipped}), ${grouped}
       FROM tabled WHERE ${number} IS NOT NULL GROUP BY ${grouped} ORDER BY ${grouped}`,
    )
    .raw()
    // As bigint, for a number is bound as a real one.
    .all({ low: BigInt(measure.range[0]), high: BigInt(measure.range[1]) });
  return {
    name: `${measure.dataset}.${measure.field}`,
    cells: rows.map(([contributors = 0, sum = 0, squares = 0, outside = 0, ...categories]) => {
      return { categories, contributors, sum, squares, clipped: outside };
    }),
  };
}

function groupedBy({ dimensions }: BoundTemplate): string {
  return dimensions.map((_, index) => `place_${index}`).join(', ');
}

function numberOf(bound: BoundTemplate, measure: BoundMeasure): string {
  const link = bound.links.findIndex(({ dataset }) => dataset.dataset === measure.dataset);
  const own = measuresOf(bound.links[link] ?? bound.population, bound);
  return `${link === -1 ? 'base' : listName(link)}.number_${own.indexOf(measure)}`;
}

/** First the categories, then "Not recorded", then "Not linked"; Yes before No. */
function placeOf({ population, links }: BoundTemplate, dimension: BoundDimension, index: number): string {
  const link = links.findIndex(({ dataset }) => dataset.dataset === dimension.dataset);
  const own = (links[link] ?? population).dimensions;
  const list = link === -1 ? 'base' : listName(link);
  if (dimension.kind === 'linked') return `CASE WHEN ${list}.id IS NULL THEN 1 ELSE 0 END`;
  if (dimension.kind === 'agreement') return `coalesce(${list}_links.agreement, ${AGREEMENTS.length})`;

  const value = `${list}.value_${own.findIndex(({ field }) => field === dimension.field)}`;
  const [matches, notRecorded] =
    dimension.kind === 'code'
      ? [`code = ${value}`, dimension.codes.length]
      : [`${value} >= ifnull(first, ${value}) AND (below IS NULL OR ${value} < below)`, dimension.bands.length];
  return `CASE WHEN ${list}.id IS NULL THEN ${notRecorded + 1} ELSE
    ifnull((SELECT place FROM categories WHERE dimension = ${index} AND ${matches}), ${notRecorded}) END`;
}
