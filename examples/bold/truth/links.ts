import type Database from 'better-sqlite3';

import { AGREEMENTS, CASE_KEY } from '../../../core/linkage/index.js';
import type { BoundTemplate } from '../../../core/templates/index.js';
import type { SourcePeople } from './people.js';
import { linkPooled } from './pooled-linker.js';
import type { PooledComparison, PooledCounts, PooledPlace } from './pooled-question.js';

/** One list of records that are in the question: one dataset's at one agency. */
export interface LoadedList {
  /** The table it is in. */
  readonly table: string;
  readonly dataset: string;
  readonly role: 'base' | 'linked';
  /** Place of its agency in the roster. */
  readonly source: number;
  readonly records: readonly LoadedRecord[];
}

export interface LoadedRecord {
  /** Its number in the table. */
  readonly id: number;
  /** Null where it is nobody's. */
  readonly person: number | null;
  readonly urn: string | null;
}

/** What is counted and what it is linked to, by numbers in the tables of the lists. */
export interface Links {
  readonly base: readonly number[];
  /** Of each link of the template, for each of those. */
  readonly linked: readonly (readonly (LinkedRecord | null)[])[];
  /** By rules only; of identities nothing is to be said. */
  readonly counts: readonly PooledCounts[];
}

export interface LinkedRecord {
  readonly id: number;
  /** Place in AGREEMENTS. */
  readonly agreement: number;
}

/** The records of every list, in plan order: the population's, then those of each link, in the order of the roster. */
export function loadedLists(
  database: Database.Database,
  tables: readonly { readonly table: string; readonly dataset: string; readonly role: 'base' | 'linked' }[],
): LoadedList[] {
  return tables.flatMap((list) => {
    const sources = database.prepare<[], number>(`SELECT DISTINCT source FROM ${list.table} ORDER BY source`);
    const records = database.prepare<[number], LoadedRecord>(
      `SELECT id, person, urn FROM ${list.table} WHERE source = ? ORDER BY record`,
    );
    return sources
      .pluck()
      .all()
      .map((source) => ({ ...list, source, records: records.all(source) }));
  });
}

/** Who is who by the rules of the system, over everybody's match keys together. */
export function linkByRules(
  lists: readonly LoadedList[],
  { scheme, linkThreshold, unit, population, links }: BoundTemplate,
  peopleOf: (list: LoadedList) => SourcePeople | null,
  comparisons?: readonly PooledComparison[],
): Links {
  const named = new Map(lists.map((list) => [`${list.table} ${list.source}`, list]));
  const found = linkPooled({
    lists: [...named].map(([id, list]) => {
      const people = peopleOf(list);
      return {
        id,
        dataset: list.dataset,
        role: list.role,
        records: list.records.map(({ person, urn }) => ({
          keys: new Map([
            ...(people === null || person === null ? [] : people.keysOf(person)),
            ...(urn === null ? [] : [[CASE_KEY, [urn]] as const]),
          ]),
        })),
        nonMatches: people?.nonMatches ?? null,
      };
    }),
    base: { dataset: population.dataset.dataset, unit },
    links: links.map(({ dataset, on }) => ({ dataset: dataset.dataset, on })),
    linkage:
      scheme === null || linkThreshold === null
        ? null
        : { keys: scheme.keys.map(({ name }) => name), threshold: linkThreshold, captures: scheme.captures },
    ...(comparisons === undefined ? {} : { comparisons }),
  });
  const idOf = ({ list, row }: PooledPlace): number => {
    const record = named.get(list)?.records[row];
    if (record === undefined) throw new RangeError('not a record of the question');
    return record.id;
  };
  return {
    base: found.base.map(idOf),
    linked: found.linked.map((places) =>
      places.map((place) =>
        place === null ? null : { id: idOf(place), agreement: AGREEMENTS.indexOf(place.agreement ?? 'other') },
      ),
    ),
    counts: found.counts,
  };
}

/** Who is who in truth. On the case it is as by rules: reference numbers are right. */
export function linkByIdentity(lists: readonly LoadedList[], { unit, links }: BoundTemplate): Links {
  const known = new Set<number>();
  const base = lists
    .filter(({ role }) => role === 'base')
    .flatMap(({ records }) => records)
    .filter(({ person }) => {
      if (unit === 'record' || person === null) return true;
      const isNew = !known.has(person);
      known.add(person);
      return isNew;
    });
  return {
    base: base.map(({ id }) => id),
    linked: links.map(({ dataset, on }) => {
      const part = on === 'case' ? 'urn' : 'person';
      const offered = lists.filter((list) => list.role === 'linked' && list.dataset === dataset.dataset);
      const first = new Map<string | number, number>();
      for (const record of offered.flatMap(({ records }) => records)) {
        const of = record[part];
        if (of !== null && !first.has(of)) first.set(of, record.id);
      }
      return base.map((record) => {
        const id = record[part] === null ? undefined : first.get(record[part]);
        // People who are one agree in everything that matters.
        return id === undefined ? null : { id, agreement: AGREEMENTS.indexOf('all') };
      });
    }),
    counts: [],
  };
}

/** Makes the tables `base` and `<list>_links`: which record of `list` each record of the base is linked to. */
export function storeLinks(
  database: Database.Database,
  { base, linked }: Links,
  listName: (link: number) => string,
): void {
  database.exec('CREATE TABLE counted (id INTEGER PRIMARY KEY)');
  const count = database.prepare('INSERT INTO counted VALUES (?)');
  const inserts = linked.map((_, link) => {
    const name = listName(link);
    database.exec(`CREATE TABLE ${name}_links (base INTEGER PRIMARY KEY, linked INTEGER, agreement INTEGER)`);
    return database.prepare(`INSERT INTO ${name}_links VALUES (?, ?, ?)`);
  });
  database.transaction(() => {
    base.forEach((id, place) => {
      count.run(id);
      inserts.forEach((insert, link) => {
        const record = linked[link]?.[place];
        if (record != null) insert.run(id, record.id, record.agreement);
      });
    });
  })();
  database.exec('CREATE TABLE base AS SELECT population.* FROM population JOIN counted USING (id)');
}
