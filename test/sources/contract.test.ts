import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { caseKey } from '../../core/linkage/index.js';
import { createGroup, inlineEngine } from '../../core/private-join/index.js';
import { prepareSnapshot } from '../../node-agent/snapshot/prepare.js';
import type { PreparedSnapshot } from '../../node-agent/snapshot/prepare.js';
import { bindMapping } from '../../node-agent/source/mapping.js';
import type { SourcePlace } from '../../node-agent/source/source-config.js';
import { SOURCE_VALUE_MAX_BYTES } from '../../node-agent/source/source.js';
import { mariadbBinary, postgresBinaries, startMariadb, startPostgres } from '../support/database-server.js';
import type { DatabaseServer } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { seededRng } from '../support/seeded-rng.js';
import { crimeRow, crimes, crimesMapping, testFolder } from '../unit/node-agent/fixtures.js';
import { federation, now, storageKey } from '../unit/node-agent/snapshot-fixtures.js';
import { cellsOf, otherAgencies } from './joined.js';
import type { Prepared } from './joined.js';
import { NAMES, PEOPLE, ROWS } from './people.js';
import type { Column } from './people.js';
import {
  batchSizes,
  canHaveParquet,
  csvStore,
  failureOf,
  fillMysql,
  fillPostgres,
  LONG_BATCHES,
  LONG_ROWS,
  LONG_TEXT_BYTES,
  mysqlPlace,
  opened,
  parquetStore,
  postgresPlace,
  rowsOf,
  setPasswords,
  sqliteStore,
  TABLE,
} from './stores.js';

/** What the key on people is made of. */
const IDENTIFIERS = ['first_name', 'last_name', 'dob', 'postcode', 'sex'] as const;

const binaries = postgresBinaries();
const mariadb = mariadbBinary();
const hasPostgres = canHave(binaries !== undefined, 'a PostgreSQL server (apt-get install postgresql)');
const hasMariadb = canHave(mariadb !== undefined, 'a MariaDB server (apt-get install mariadb-server)');
const hasParquet = await canHaveParquet();

let postgres: DatabaseServer | undefined;
let maria: DatabaseServer | undefined;

beforeAll(async () => {
  setPasswords();
  if (binaries !== undefined) await fillPostgres((postgres = await startPostgres(binaries)));
  if (mariadb !== undefined) await fillMysql((maria = await startMariadb(mariadb)));
});
afterAll(async () => {
  await postgres?.stop();
  await maria?.stop();
});

function running(server: DatabaseServer | undefined): DatabaseServer {
  if (server === undefined) throw new Error('the server is not there');
  return server;
}

/** Every kind of source, holding the same people. */
const stores: readonly (readonly [string, boolean, () => SourcePlace | Promise<SourcePlace>])[] = [
  ['SQLite', true, () => sqliteStore(testFolder())],
  ['CSV', true, () => csvStore(testFolder())],
  ['Parquet', hasParquet, () => parquetStore(testFolder())],
  ['PostgreSQL', hasPostgres, () => postgresPlace(running(postgres))],
  ['MariaDB', hasMariadb, () => mysqlPlace(running(maria))],
  [
    'a query on PostgreSQL',
    hasPostgres,
    () =>
      postgresPlace(running(postgres), {}, { query: `SELECT * FROM "${TABLE.replace('"', '""')}" ORDER BY id -- all` }),
  ],
  [
    'a query on MariaDB',
    hasMariadb,
    () => mysqlPlace(running(maria), {}, { query: `SELECT * FROM \`${TABLE}\` ORDER BY id LIMIT 1000 -- all` }),
  ],
  [
    'a query on SQLite',
    true,
    () =>
      ({
        ...sqliteStore(testFolder()),
        selection: { query: `SELECT * FROM "${TABLE.replace('"', '""')}";` },
      }) as SourcePlace,
  ],
];

describe.each(stores)('%s', (kind, available, place) => {
  it.runIf(available)('delivers every value as every other kind does, in the order of the key', async () => {
    const rows = await rowsOf(await place());
    // A file has no numbers: everything that uses a value takes its text.
    if (kind === 'CSV')
      expect(rows).toEqual(ROWS.map((row) => row.map((value) => (value === null ? null : String(value)))));
    else expect(rows).toEqual(ROWS);
  });

  it.runIf(available)('delivers columns as often and in the order that they are asked for', async () => {
    const columns = ['offence group', 'id', 'first_name', 'id'];
    const expected = ROWS.map((row) => columns.map((name) => String(row[NAMES.indexOf(name as Column)])));
    expect((await rowsOf(await place(), columns)).map((row) => row.map(String))).toEqual(expected);
  });
});

describe('a SQLite source', () => {
  it('ends a batch of long rows with its bytes', async () => {
    const file = join(testFolder(), 'long.sqlite');
    new Database(file).close();
    const query = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${LONG_ROWS})
      SELECT printf('%.*c', ${LONG_TEXT_BYTES}, 'x') AS name FROM n`;
    expect(await batchSizes({ kind: 'sqlite', file, selection: { query } })).toEqual(LONG_BATCHES);
  });

  it('takes a value of the most bytes and none of one more', async () => {
    const file = join(testFolder(), 'long.sqlite');
    const value = (bytes: number): SourcePlace => ({
      ...{ kind: 'sqlite', file },
      selection: { query: `SELECT 1 AS id, 'a' AS name UNION ALL SELECT 2, printf('%.*c', ${bytes}, 'x')` },
    });
    new Database(file).close();
    expect((await rowsOf(value(SOURCE_VALUE_MAX_BYTES), ['name']))[1]?.[0]).toHaveLength(SOURCE_VALUE_MAX_BYTES);
    const failure = await failureOf(() => rowsOf(value(SOURCE_VALUE_MAX_BYTES + 1), ['id', 'name']));
    expect([failure.code, failure.message]).toEqual([
      'SOURCE_VALUE_TOO_LONG',
      expect.stringMatching(/^Row 2 .*column name/),
    ]);
  });
});

describe('the same people', () => {
  async function snapshotOf(place: SourcePlace, directory: string): Promise<PreparedSnapshot> {
    const mapping = bindMapping(crimesMapping, crimes);
    const rng = seededRng('prepare');
    return prepareSnapshot({
      ...{ mapping, federation, storageKey, rng, asAt: '2026-03-31', directory },
      source: await opened(place, mapping.columns),
      engine: inlineEngine(await createGroup(), rng),
      clock: { now: () => now },
    });
  }

  it('give the same snapshot, and the same cells of a table, wherever they are held', async () => {
    const others = await otherAgencies();
    const found: object[] = [];
    for (const [kind, available, place] of stores) {
      if (!available) continue;
      const directory = testFolder();
      const prepared = await snapshotOf(await place(), directory);
      const { snapshot, rows, people, keys } = prepared;
      const police: Prepared = { agency: 'police', definition: crimes, snapshot, directory };
      found.push({
        kind,
        snapshot,
        rows,
        people,
        keys,
        cells: (await cellsOf([police, ...others])).filter((count) => count > 0),
      });
    }
    // In the clear: of the first half of the year one case of each person, of those that the prosecutors have too, by
    // whether the charity knows the person.
    const theirs = PEOPLE.slice(3).filter(
      ({ urn, reported_on: reported }) => caseKey(String(urn)) !== null && String(reported) < '2025-07',
    );
    const identities = new Set(theirs.map((person) => JSON.stringify(IDENTIFIERS.map((name) => person[name]))));
    const known = JSON.stringify(IDENTIFIERS.map((name) => crimeRow[name]));
    expect(identities).toContain(known);
    const expected = { ...found[0], rows: ROWS.length, cells: [identities.size - 1, 1] };
    for (const one of found) expect(one).toEqual({ ...expected, kind: (one as { kind: string }).kind });
  });
});
