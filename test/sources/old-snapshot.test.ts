import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { silentLog } from '../../core/base/index.js';
import { createGroup, inlineEngine } from '../../core/private-join/index.js';
import { loadConfig } from '../../node-agent/config.js';
import { prepareAll } from '../../node-agent/prepare-all.js';
import { mariadbBinary, postgresBinaries, startMariadb, startPostgres } from '../support/database-server.js';
import type { DatabaseServer } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { seededRng } from '../support/seeded-rng.js';
import { agencyFolder } from '../unit/node-agent/agency-folder.js';
import { crimesMapping } from '../unit/node-agent/fixtures.js';
import { now } from '../unit/node-agent/snapshot-fixtures.js';
import { failureOf, fillMysql, fillPostgres, onMysql, onPostgres, setPasswords, TABLE } from './stores.js';

interface Kind {
  readonly start: (() => Promise<DatabaseServer>) | undefined;
  readonly what: string;
  readonly fill: (server: DatabaseServer) => Promise<void>;
  readonly run: (server: DatabaseServer, ...sql: readonly string[]) => Promise<unknown[]>;
  readonly quote: string;
  /** As many numbers as a read has to have rows for the server to be at it still when it is interrupted. */
  readonly numbers: string;
  /** Ends the connection that reads. */
  readonly kill: (server: DatabaseServer) => Promise<void>;
  readonly config: object;
}

const binaries = postgresBinaries();
const mariadb = mariadbBinary();
const kinds: readonly (readonly [string, Kind])[] = [
  [
    'postgres',
    {
      start: binaries === undefined ? undefined : () => startPostgres(binaries),
      ...{ what: 'a PostgreSQL server (apt-get install postgresql)', quote: '"', fill: fillPostgres, run: onPostgres },
      numbers: 'SELECT n FROM generate_series(1, 20000) n',
      kill: async (server) => {
        await onPostgres(
          server,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tallystick prepare'`,
        );
      },
      config: { database: 'postgres', password: { env: 'TALLY_TEST_PG' } },
    },
  ],
  [
    'mysql',
    {
      start: mariadb === undefined ? undefined : () => startMariadb(mariadb),
      ...{ what: 'a MariaDB server (apt-get install mariadb-server)', quote: '`', fill: fillMysql, run: onMysql },
      numbers: 'SELECT seq FROM seq_1_to_200000',
      kill: async (server) => {
        const [found] = await onMysql(
          server,
          `SELECT id FROM information_schema.PROCESSLIST WHERE info LIKE '%tally_source%' AND id <> CONNECTION_ID()`,
        );
        await onMysql(server, `KILL ${String((found as { id: number }).id)}`);
      },
      config: { database: 'agency', password: { env: 'TALLY_TEST_MY' } },
    },
  ],
];

describe.each(kinds)('prepare from %s', (name, { start, what, fill, run, quote, numbers, kill, config }) => {
  const available = canHave(start !== undefined, what);
  let server: DatabaseServer | undefined;
  beforeAll(async () => {
    setPasswords();
    server = await start?.();
    if (server !== undefined) await fill(server);
  });
  afterAll(async () => server?.stop());

  it.runIf(available)('leaves the old snapshot in force when the view has vanished', async () => {
    if (server === undefined) return;
    const table = `${quote}${quote === '"' ? TABLE.replace('"', '""') : TABLE}${quote}`;
    await run(server, `CREATE VIEW shown AS SELECT * FROM ${table}`);
    const { port } = server;
    const place = { host: 'localhost', port, user: 'admin', tls: { mode: 'off' }, ...config };
    const agency = agencyFolder(
      (files) => (files.config['sources'] = [{ ...crimesMapping, [name]: place, table: 'shown' }]),
    );
    const rng = seededRng('old snapshot');
    const engine = inlineEngine(await createGroup(), rng);
    const prepare = (): Promise<unknown> =>
      prepareAll(loadConfig(agency.configFile), { clock: { now: () => now }, rng, log: silentLog, engine });
    await prepare();
    const file = join(agency.folder, 'snapshots', 'police.victim-crimes.snapshot');
    const before = readFileSync(file);
    await run(server, `DROP VIEW shown`);
    const failure = await failureOf(prepare);
    expect([failure.code, failure.message]).toEqual([
      'SOURCE_TABLE_MISSING',
      expect.stringMatching(/table shown.*old snapshot stays in force/),
    ]);
    expect(readFileSync(file).equals(before)).toBe(true);
    await run(server, `CREATE VIEW shown AS SELECT * FROM ${table}`);
    await prepare();
  });

  it.runIf(available)('leaves the old snapshot in force when the server ends the connection half way', async () => {
    if (server === undefined) return;
    const table = `${quote}${quote === '"' ? TABLE.replace('"', '""') : TABLE}${quote}`;
    const { port } = server;
    const place = { host: 'localhost', port, user: 'admin', tls: { mode: 'off' }, ...config };
    await run(server, `CREATE TABLE copies (n int)`, `INSERT INTO copies VALUES (1)`);
    const query = `SELECT p.* FROM ${table} p, copies WHERE p.id = 1`;
    const agency = agencyFolder((files) => (files.config['sources'] = [{ ...crimesMapping, [name]: place, query }]));
    const loaded = loadConfig(agency.configFile);
    const rng = seededRng('old snapshot');
    const engine = inlineEngine(await createGroup(), rng);
    const running = server;
    let interrupts = false;
    let killed: Promise<void> | undefined;
    const prepare = (): Promise<unknown> =>
      prepareAll(loaded, {
        ...{ clock: { now: () => now }, rng, log: silentLog, engine },
        progress: (_, { phase, rows }) => {
          if (interrupts && phase === 'reading' && rows > 0) killed ??= kill(running);
        },
      });
    await prepare();
    const file = join(agency.folder, 'snapshots', 'police.victim-crimes.snapshot');
    const before = readFileSync(file);
    await run(server, `INSERT INTO copies ${numbers}`);
    interrupts = true;
    const failure = await failureOf(prepare);
    await killed;
    expect([failure.code, failure.message]).toEqual([
      'SOURCE_CONNECTION_LOST',
      expect.stringMatching(/old snapshot stays in force/),
    ]);
    expect(killed).toBeDefined();
    expect(readFileSync(file).equals(before)).toBe(true);
    interrupts = false;
    await run(server, `DELETE FROM copies WHERE n > 1`);
    await prepare();
  });
});
