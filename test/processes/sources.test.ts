import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

import { packagePath } from '../../runtime/index.js';
import { canHaveParquet, setPasswords } from '../sources/stores.js';
import { mariadbBinary, postgresBinaries, startMariadb, startPostgres } from '../support/database-server.js';
import type { DatabaseServer } from '../support/database-server.js';
import { MovedTable } from '../support/moved-table.js';
import { canHave } from '../support/needs.js';
import { copyOf, ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * A whole federation answers one question of the same people, who are held at every agency in SQLite first, then in each
 * other kind of source. Real processes, TLS between them, real database servers.
 */

const TEMPLATE = 'support-reached-after-referral';
const AGENCIES = ['police', 'charity-a', 'charity-b'] as const;
const STOP_DEADLINE_MS = 20_000;
const execFileAsync = promisify(execFile);

const binaries = postgresBinaries();
const mariadb = mariadbBinary();
const hasPostgres = canHave(binaries !== undefined, 'a PostgreSQL server (apt-get install postgresql)');
const hasMariadb = canHave(mariadb !== undefined, 'a MariaDB server (apt-get install mariadb-server)');
const hasParquet = await canHaveParquet();

let postgres: DatabaseServer | undefined;
let maria: DatabaseServer | undefined;

function running(server: DatabaseServer | undefined): DatabaseServer {
  if (server === undefined) throw new Error('the server is not there');
  return server;
}

type Move = (table: MovedTable, folder: string) => object | Promise<object>;
const moves: readonly (readonly [string, boolean, Move])[] = [
  ['CSV', true, (table, folder) => table.toCsv(folder)],
  ['Parquet', hasParquet, (table, folder) => table.toParquet(folder)],
  ['PostgreSQL', hasPostgres, (table) => table.toPostgres(running(postgres))],
  ['MariaDB', hasMariadb, (table) => table.toMariadb(running(maria))],
];

describe(`the same query over the same people (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  let fromSqlite: readonly string[];

  beforeAll(async () => {
    setPasswords();
    if (binaries !== undefined) postgres = await startPostgres(binaries);
    if (mariadb !== undefined) maria = await startMariadb(mariadb);
    federation = await ProcessFederation.start({
      ...{ people: 1_500, seed: testSeed, agencies: AGENCIES, templates: [TEMPLATE], exact: true },
      // The snapshots are the same, so the very same question would be answered by what was released.
      copies: moves.length,
    });
    fromSqlite = await counted(TEMPLATE);
  });
  afterAll(async () => {
    await federation.close();
    await postgres?.stop();
    await maria?.stop();
  });

  /** Every cell that the federation counts, which is what the pooled truth says. */
  async function counted(template: string): Promise<readonly string[]> {
    const run = await federation.ask(template);
    expect(run.ending).toBeNull();
    const { counted: cells, truth } = await federation.compared(run);
    expect(cells).toEqual(truth);
    return cells;
  }

  /** Holds an agency's people elsewhere from now on. */
  async function move(agency: string, to: Move): Promise<void> {
    const { folder } = federation.running;
    await federation.running.program(agency).stop(STOP_DEADLINE_MS);
    const source = federation.data.sources.find((one) => one.agency === agency);
    if (source === undefined) throw new RangeError(`${agency} has no source`);
    const { sqlite, table, ...mapping } = source.mapping;
    const moved = new MovedTable({ sqlite, table }, `moved_${agency.replaceAll('-', '_')}`);
    const place = await to(moved, folder.agencyFolder(agency));
    const file = folder.nodeConfig(agency);
    const config = parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, stringify({ ...config, sources: [{ ...mapping, ...place }] }));
    await execFileAsync(process.execPath, [packagePath('dist/node-agent/main.js'), 'prepare', '--config', file]);
    await federation.running.restartNode(agency);
  }

  it('counts somebody in several cells', () => {
    expect(fromSqlite.length).toBeGreaterThan(3);
  });

  moves.forEach(([kind, available, to], place) => {
    it.runIf(available)(`gives the same cells from ${kind} as from SQLite`, async () => {
      await Promise.all(AGENCIES.map((agency) => move(agency, to)));
      expect(await counted(copyOf(TEMPLATE, place))).toEqual(fromSqlite);
    });
  });
});
