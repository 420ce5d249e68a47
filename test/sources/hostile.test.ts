import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { packagePath } from '../../runtime/index.js';
import { mariadbBinary, postgresBinaries, startMariadb, startPostgres } from '../support/database-server.js';
import type { DatabaseServer } from '../support/database-server.js';
import { MovedTable } from '../support/moved-table.js';
import { canHave } from '../support/needs.js';
import { agencyFolder } from '../unit/node-agent/agency-folder.js';
import type { AgencyFolder } from '../unit/node-agent/agency-folder.js';
import { crimeRow, crimesMapping, testFolder } from '../unit/node-agent/fixtures.js';
import { PEOPLE } from './people.js';
import { canHaveParquet, setPasswords } from './stores.js';

/*
 * Hostile people go in by each kind of source and through the agency's real program: `check`, then `prepare`. Nothing of
 * them stands in what it says, in its log, or readably in the snapshot.
 */

const binaries = postgresBinaries();
const mariadb = mariadbBinary();
const hasPostgres = canHave(binaries !== undefined, 'a PostgreSQL server (apt-get install postgresql)');
const hasMariadb = canHave(mariadb !== undefined, 'a MariaDB server (apt-get install mariadb-server)');
const hasParquet = await canHaveParquet();

let postgres: DatabaseServer | undefined;
let maria: DatabaseServer | undefined;

beforeAll(async () => {
  setPasswords();
  if (binaries !== undefined) postgres = await startPostgres(binaries);
  if (mariadb !== undefined) maria = await startMariadb(mariadb);
});
afterAll(async () => {
  await postgres?.stop();
  await maria?.stop();
});

function running(server: DatabaseServer | undefined): DatabaseServer {
  if (server === undefined) throw new Error('the server is not there');
  return server;
}

/** Those who break what isn't careful, and one whose values have moved by a column. */
const NAMES = Object.keys(crimeRow) as (keyof typeof crimeRow)[];
const moved = { ...crimeRow, first_name: null, last_name: 'Maximiliana', dob: 'Wolkonsky-Trub', urn: '1987-11-24' };
const ROWS = [
  ...PEOPLE.map((person) => ({ ...crimeRow, ...Object.fromEntries(NAMES.map((name) => [name, person[name]])) })),
  { ...moved, reported_on: 'LS7 9QQ', 'offence group': 'URN-MOVED-77', days: 'Quatrevents' },
];

/** Whatever is peculiar enough to be looked for. */
const CANARIES = [
  ...ROWS.flatMap(({ first_name, last_name, urn }) => [first_name, last_name, urn]),
  ...['Wolkonsky-Trub', 'Quatrevents', 'LS7 9QQ', 'Robert', 'DROP TABLE', 'Zoë', 'שָׁלוֹם', 'محمد', '👩'],
].filter((value): value is string => typeof value === 'string' && value.trim().length > 3 && value !== 'NULL');

/** A column of text, whatever it holds. */
const textOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? `${value}` : null;

interface Ended {
  readonly exit: number;
  readonly said: string;
}

function node(agency: AgencyFolder, ...words: readonly string[]): Promise<Ended> {
  const command = [packagePath('dist', 'node-agent', 'main.js'), ...words, '--config', agency.configFile];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env: { ...process.env } }, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : Number(error.code), said: `${stdout}\n${stderr}` });
    });
  });
}

function givenAway(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'latin1');
  return CANARIES.filter((canary) =>
    [Buffer.from(canary), Buffer.from(canary, 'utf16le'), Buffer.from(JSON.stringify(canary).slice(1, -1))].some(
      (form) => bytes.includes(form),
    ),
  );
}

/** Every file of the folder of snapshots, byte for byte. */
function snapshotsOf({ folder }: AgencyFolder): string {
  const files = readdirSync(join(folder, 'snapshots'));
  expect(files.some((name) => name.endsWith('.snapshot'))).toBe(true);
  return files.map((name) => readFileSync(join(folder, 'snapshots', name), 'latin1')).join('\n');
}

type Place = (table: MovedTable, folder: string, sqlite: string) => object | Promise<object>;
const kinds: readonly (readonly [string, boolean, Place])[] = [
  ['SQLite', true, (_table, _folder, sqlite) => ({ sqlite, table: 'people' })],
  ['CSV', true, (table, folder) => table.toCsv(folder)],
  ['Parquet', hasParquet, (table, folder) => table.toParquet(folder)],
  ['PostgreSQL', hasPostgres, (table) => table.toPostgres(running(postgres))],
  ['MariaDB', hasMariadb, (table) => table.toMariadb(running(maria))],
];

describe.each(kinds)('hostile people in %s', (kind, available, place) => {
  it.runIf(available)('go through `check` and `prepare`, and stand nowhere afterwards', async () => {
    const folder = testFolder();
    const sqlite = join(folder, 'people.sqlite');
    const database = new Database(sqlite);
    database.exec(`CREATE TABLE people (${NAMES.map((name) => `"${name}"`).join(', ')})`);
    const insert = database.prepare(`INSERT INTO people VALUES (${NAMES.map(() => '?').join(', ')})`);
    for (const row of ROWS) insert.run(...NAMES.map((name) => textOf(row[name])));
    database.close();
    const at = await place(
      new MovedTable({ sqlite, table: 'people' }, `hostile_${kind.toLowerCase()}`),
      folder,
      sqlite,
    );
    const agency = agencyFolder((files) => {
      files.config['sources'] = [{ ...crimesMapping, ...at, asAt: '2026-03-31' }];
      files.dataset['quality'] = { maximumRejected: 0.1 };
    });

    const checked = await node(agency, 'check', '--json');
    expect(checked.said).toContain(`"rows": ${ROWS.length}`);
    const prepared = await node(agency, 'prepare');
    expect([checked.exit, prepared.exit, prepared.said]).toEqual([0, 0, expect.stringContaining('prepared')]);
    expect(givenAway(Buffer.from(prepared.said).toString('latin1'))).toEqual([]);
    expect(givenAway(Buffer.from(checked.said).toString('latin1'))).toEqual([]);
    expect(givenAway(snapshotsOf(agency))).toEqual([]);
  });
});

it('what is looked for would be found', () => {
  const all = Buffer.from(CANARIES.join('\n')).toString('latin1');
  expect(givenAway(all)).toEqual(CANARIES);
  expect(CANARIES.length).toBeGreaterThan(20);
});
