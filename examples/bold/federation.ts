import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { ExampleError } from './errors.js';
import { personasOf } from './faults/index.js';
import type { FaultLevel } from './faults/index.js';
import { MAX_DUPLICATES, MAX_PEOPLE, MAX_SEED } from './limits.js';
import { population } from './population.js';
import type { HouseholdHistory } from './population.js';
import { SeededRandom } from './random.js';
import { boldSources } from './sources.js';
import type { Source } from './sources.js';
import { Register } from './tables/register.js';
import { TableWriter } from './table-writer.js';
import { AGENCY_TABLES } from './tables/index.js';
import { TruthWriter } from './truth-writer.js';

export interface FederationOptions {
  /** People in the hidden population, 1..MAX_PEOPLE; not all of them are known to any agency. */
  readonly people: number;
  /** 0..2^32-1. The same seed gives the same people and the same databases. */
  readonly seed: number;
  /** Made where it is missing. Databases of an earlier call in it are replaced. */
  readonly directory: string;
  /** How badly agencies write people down; default: realistic. */
  readonly faults?: FaultLevel;
  /**
   * Share of the people an agency knows who are in its table twice, 0..MAX_DUPLICATES: at charities all of them, elsewhere
   * those it has more than one row of. Default: 0.02, and 0 without faults.
   */
  readonly duplicates?: number;
}

export interface Federation {
  /** In roster order: where each agency's database is and how its columns map. */
  readonly sources: readonly Source[];
  /** Who is who and what happened to them: for checks, and for nobody's node. */
  readonly truth: string;
  /** Rows in each agency's table, by agency. */
  readonly rows: ReadonlyMap<string, number>;
}

/** Households in one transaction: few enough to stay in SQLite's cache, many enough to pay for it. */
const HOUSEHOLDS_PER_TRANSACTION = 10_000;
const DUPLICATES = 0.02;
/** What each agency makes of people is drawn apart from what happens to them: agency after agency from here on. */
const PURPOSE_OF_RECORDING = 32;
/** What people answer it, likewise. */
const PURPOSE_OF_CONSENT = 64;

/**
 * Writes six agencies' SQLite databases from one hidden population, and the truth of it apart from them.
 * Thrown when there are too few or too many people or duplicates, or the seed isn't one: ExampleError
 * PEOPLE_OUT_OF_RANGE, SHARE_OUT_OF_RANGE or SEED_OUT_OF_RANGE.
 */
export function generateFederation({
  people,
  seed,
  directory,
  faults = 'realistic',
  duplicates = faults === 'none' ? 0 : DUPLICATES,
}: FederationOptions): Federation {
  if (!Number.isInteger(people) || people < 1 || people > MAX_PEOPLE) {
    throw new ExampleError('PEOPLE_OUT_OF_RANGE', `Ask for a whole number of people from 1 to ${MAX_PEOPLE}.`);
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED) {
    throw new ExampleError('SEED_OUT_OF_RANGE', `A seed is a whole number from 0 to ${MAX_SEED}.`);
  }
  if (!(duplicates >= 0 && duplicates <= MAX_DUPLICATES)) {
    throw new ExampleError('SHARE_OUT_OF_RANGE', `Duplicates are a share from 0 to ${MAX_DUPLICATES}.`);
  }
  mkdirSync(directory, { recursive: true });
  const truth = join(directory, 'truth.sqlite');
  const files = [truth, ...AGENCY_TABLES.map(({ agency }) => join(directory, `${agency}.sqlite`))];
  const databases = files.map(createDatabase);
  try {
    const [truthDatabase, ...agencyDatabases] = databases;
    const rows = fill(truthDatabase, agencyDatabases, population({ people, seed }), {
      seed,
      level: faults,
      duplicates,
    });
    return { sources: boldSources(directory), truth, rows };
  } finally {
    for (const database of databases) database.close();
  }
}

function fill(
  truthDatabase: Database.Database | undefined,
  agencyDatabases: readonly Database.Database[],
  households: Iterable<HouseholdHistory>,
  { seed, ...recording }: { readonly seed: number; readonly level: FaultLevel; readonly duplicates: number },
): ReadonlyMap<string, number> {
  if (truthDatabase === undefined) throw new RangeError('no database for the truth');
  const databases = [truthDatabase, ...agencyDatabases];
  const truth = new TruthWriter(truthDatabase);
  const outlets = agencyDatabases.flatMap((database, index) => {
    const table = AGENCY_TABLES[index];
    if (table === undefined) return [];
    return [{ table, writer: new TableWriter(database, table.table, table.columns), index }];
  });

  for (const database of databases) database.exec('BEGIN');
  for (const history of households) {
    truth.write(history);
    const personas = personasOf(seed, history.number, history.people);
    for (const { table, writer, index } of outlets) {
      const random = new SeededRandom(seed, history.number, PURPOSE_OF_RECORDING + index);
      const consent = new SeededRandom(seed, history.number, PURPOSE_OF_CONSENT + index);
      const register = new Register(random, personas, { ...recording, traits: table.traits, consent });
      for (const { person, crime, values } of table.rows(history, register)) {
        truth.appearance(table, writer.write(values), person, crime);
      }
    }
    if (history.number % HOUSEHOLDS_PER_TRANSACTION === 0) {
      for (const database of databases) database.exec('COMMIT; BEGIN');
    }
  }
  for (const database of databases) database.exec('COMMIT');
  return new Map(outlets.map(({ table, writer }) => [table.agency, writer.written]));
}

function createDatabase(file: string): Database.Database {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
  const database = new Database(file);
  // Nothing here is worth waiting for the disk: what a crash leaves is written anew.
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  return database;
}
