import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createGroup, inlineEngine } from '../../core/private-join/index.js';
import { prepareSnapshot } from '../../node-agent/snapshot/prepare.js';
import type { PreparedSnapshot } from '../../node-agent/snapshot/prepare.js';
import { bindMapping } from '../../node-agent/source/mapping.js';
import type { SourcePlace } from '../../node-agent/source/source-config.js';
import { mariadbBinary, postgresBinaries, startMariadb, startPostgres } from '../support/database-server.js';
import type { DatabaseServer } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { seededRng } from '../support/seeded-rng.js';
import { crimes, crimesMapping, testFolder } from '../unit/node-agent/fixtures.js';
import { federation, now, storageKey } from '../unit/node-agent/snapshot-fixtures.js';
import { NAMES, ROWS } from './people.js';
import type { Column } from './people.js';
import {
  csvStore,
  fillMysql,
  fillPostgres,
  mysqlPlace,
  opened,
  postgresPlace,
  rowsOf,
  setPasswords,
  sqliteStore,
  TABLE,
} from './stores.js';

const binaries = postgresBinaries();
const mariadb = mariadbBinary();
const hasPostgres = canHave(binaries !== undefined, 'a PostgreSQL server (apt-get install postgresql)');
const hasMariadb = canHave(mariadb !== undefined, 'a MariaDB server (apt-get install mariadb-server)');

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
const stores: readonly (readonly [string, boolean, () => SourcePlace])[] = [
  ['SQLite', true, () => sqliteStore(testFolder())],
  ['CSV', true, () => csvStore(testFolder())],
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
    const rows = await rowsOf(place());
    // A file has no numbers: everything that uses a value takes its text.
    if (kind === 'CSV')
      expect(rows).toEqual(ROWS.map((row) => row.map((value) => (value === null ? null : String(value)))));
    else expect(rows).toEqual(ROWS);
  });

  it.runIf(available)('delivers columns as often and in the order that they are asked for', async () => {
    const columns = ['offence group', 'id', 'first_name', 'id'];
    const expected = ROWS.map((row) => columns.map((name) => String(row[NAMES.indexOf(name as Column)])));
    expect((await rowsOf(place(), columns)).map((row) => row.map(String))).toEqual(expected);
  });
});

describe('a snapshot', () => {
  async function snapshotOf(place: SourcePlace): Promise<PreparedSnapshot> {
    const mapping = bindMapping(crimesMapping, crimes);
    const rng = seededRng('prepare');
    return prepareSnapshot({
      ...{ mapping, federation, storageKey, rng, asAt: '2026-03-31', directory: testFolder() },
      source: await opened(place, mapping.columns),
      engine: inlineEngine(await createGroup(), rng),
      clock: { now: () => now },
    });
  }

  it('is the same wherever the people are held', async () => {
    const snapshots = new Map<string, PreparedSnapshot>();
    for (const [kind, available, place] of stores) if (available) snapshots.set(kind, await snapshotOf(place()));
    const [first] = snapshots.values();
    expect(first?.rows).toBe(ROWS.length);
    for (const [kind, snapshot] of snapshots) expect({ kind, ...snapshot }).toEqual({ kind, ...first });
  });
});
