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
      config: { database: 'postgres', password: { env: 'TALLY_TEST_PG' } },
    },
  ],
  [
    'mysql',
    {
      start: mariadb === undefined ? undefined : () => startMariadb(mariadb),
      ...{ what: 'a MariaDB server (apt-get install mariadb-server)', quote: '`', fill: fillMysql, run: onMysql },
      config: { database: 'agency', password: { env: 'TALLY_TEST_MY' } },
    },
  ],
];

describe.each(kinds)('prepare from %s', (name, { start, what, fill, run, quote, config }) => {
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
});
