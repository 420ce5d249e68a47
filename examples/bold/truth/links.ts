import type Database from 'better-sqlite3';

import { PERSON_KEYS } from './list.js';

/**
 * Makes the table `base`, what is counted, from `population`. Where people are counted and several agencies have the
 * population's dataset, a person whom an earlier agency of the roster has is not taken again from a later one.
 */
export function makeBase(database: Database.Database, unit: 'person' | 'record'): void {
  if (unit === 'record') {
    database.exec('ALTER TABLE population RENAME TO base');
    return;
  }
  database.exec(`
    CREATE TABLE base AS SELECT * FROM population LIMIT 0;
    CREATE INDEX base_by_with_postcode ON base (with_postcode);
    CREATE INDEX base_by_without_postcode ON base (without_postcode)`);
  const sources = database.prepare<[], number>('SELECT DISTINCT source FROM population ORDER BY source').pluck().all();
  for (const source of sources) {
    database.exec(`
      INSERT INTO base
        SELECT * FROM population WHERE source = ${source} AND NOT EXISTS (
          SELECT 1 FROM base WHERE base.source < ${source} AND (
            base.with_postcode = population.with_postcode OR base.without_postcode = population.without_postcode))`);
  }
}

/**
 * Makes the table `<list>_links`: which record of `list` each record of the base is linked to, on the person. The
 * strictest key goes first; what has been linked by it, on either side, is out of the game for the next.
 */
export function linkOnPerson(database: Database.Database, list: string): void {
  createLinks(database, list);
  for (const key of PERSON_KEYS) {
    database.exec(`
      CREATE TABLE free AS
        SELECT id, source, ${key} AS key FROM ${list}
        WHERE ${key} IS NOT NULL AND id NOT IN (SELECT linked FROM ${list}_links);
      -- Two records of one agency with one key: nobody can say which.
      CREATE TABLE clear AS
        SELECT key, source, min(id) AS id FROM free GROUP BY key, source HAVING count(*) = 1;
      -- Of several agencies that have the person, the earliest in the roster.
      CREATE TABLE candidates AS
        SELECT key, id FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY source) AS place FROM clear)
        WHERE place = 1;
      CREATE UNIQUE INDEX candidates_by_key ON candidates (key);
      INSERT INTO ${list}_links
        SELECT base.id, candidates.id FROM base JOIN candidates ON candidates.key = base.${key}
        WHERE base.id NOT IN (SELECT base FROM ${list}_links);
      DROP TABLE free;
      DROP TABLE clear;
      DROP TABLE candidates`);
  }
}

/** The same on the case: any number of the base's records may be of one case; the earliest agency that has it counts. */
export function linkOnCase(database: Database.Database, list: string): void {
  createLinks(database, list);
  database.exec(`
    CREATE TABLE candidates AS
      SELECT urn, id FROM (SELECT *, row_number() OVER (PARTITION BY urn ORDER BY source) AS nth FROM ${list})
      WHERE urn IS NOT NULL AND nth = 1;
    CREATE UNIQUE INDEX candidates_by_urn ON candidates (urn);
    INSERT INTO ${list}_links SELECT base.id, candidates.id FROM base JOIN candidates USING (urn);
    DROP TABLE candidates`);
}

function createLinks(database: Database.Database, list: string): void {
  database.exec(`
    CREATE TABLE ${list}_links (base INTEGER PRIMARY KEY, linked INTEGER);
    CREATE INDEX ${list}_links_by_linked ON ${list}_links (linked)`);
}
