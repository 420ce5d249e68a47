import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { packagePath } from '../../runtime/index.js';
import { postgresBinaries, startPostgres } from '../support/database-server.js';
import type { DatabaseServer } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { agencyWithList, optOutColumns, quillfeather, writeList } from '../unit/node-agent/opt-outs-fixtures.js';
import type { AgencyFolder } from '../unit/node-agent/agency-folder.js';
import { onPostgres, setPasswords } from './stores.js';

const binaries = postgresBinaries();
const available = canHave(binaries !== undefined, 'a PostgreSQL server (apt-get install postgresql)');

const stranger = { first_name: 'Olwen', last_name: 'Brackenbury', dob: '1961-05-09', postcode: 'M1 1AE' };
const twice = { first_name: 'Gwendoline', last_name: 'Coldwell', dob: '1944-12-01', postcode: 'B1 1AA' };
const SECRETS = ['Philippa', 'Quillfeather', '1987-11-23', 'LS6 3QT', 'Gwendoline', 'Coldwell', '1944-12-01', 'B1 1AA'];

interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The agency's real program. */
function node(agency: AgencyFolder, ...words: readonly string[]): Promise<Ended> {
  const command = [packagePath('dist', 'node-agent', 'main.js'), ...words, '--config', agency.configFile];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env: { ...process.env } }, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** What stands in the agency's folder of snapshots, and in its ledger. */
function leftBehind({ folder }: AgencyFolder): string {
  const files = readdirSync(join(folder, 'snapshots')).map((name) => join(folder, 'snapshots', name));
  return files.map((file) => readFileSync(file, 'latin1')).join('\n');
}

describe('a node with opt-out lists in a CSV file and in PostgreSQL', () => {
  let server: DatabaseServer | undefined;
  beforeAll(async () => {
    setPasswords();
    if (binaries !== undefined) server = await startPostgres(binaries);
    if (server === undefined) return;
    await onPostgres(
      server,
      'CREATE TABLE withdrawn (first text, last text, former text, born date, home char(8), before text, sex char(1))',
      `INSERT INTO withdrawn VALUES ('Gwendoline', 'Coldwell', NULL, '1944-12-01', 'B1 1AA', NULL, 'F'), ('Gwen', NULL, NULL, NULL, NULL, NULL, NULL)`,
    );
  });
  afterAll(async () => server?.stop());

  function agencyOf(): AgencyFolder {
    const postgres = {
      ...{ host: 'localhost', port: server?.port, database: 'postgres', user: 'admin' },
      ...{ password: { env: 'TALLY_TEST_PG' }, tls: { mode: 'off' } },
    };
    return agencyWithList([quillfeather], [{}, stranger, twice, { ...twice, days: 2 }], (files) => {
      files.config['optOuts'] = {
        lists: [
          { csv: { file: 'opt-outs.csv' }, identifiers: structuredClone(optOutColumns) },
          { postgres, table: 'withdrawn', identifiers: structuredClone(optOutColumns) },
        ],
      };
    });
  }

  it.runIf(available)('leaves everybody on them out, warns loudly, and names nobody', async () => {
    const agency = agencyOf();
    const prepared = await node(agency, 'prepare');
    expect([prepared.exit, prepared.stderr]).toEqual([
      0,
      expect.stringMatching(/^WARNING: 1 line .*NOBODY IS LEFT OUT.*list 2 line 2/),
    ]);
    const events = prepared.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.find(({ event }) => event === 'opt-outs')).toMatchObject({ lines: 3 });
    expect(events.find(({ event }) => event === 'left-out')).toMatchObject({ optedOut: 3, withoutConsent: 0 });
    expect(events.find(({ event }) => event === 'prepared')).toMatchObject({ rows: 1 });

    const refreshed = await node(agency, 'opt-outs');
    expect([refreshed.exit, refreshed.stdout]).toEqual([0, expect.stringMatching(/are in force: 3 lines\.\n$/)]);
    expect(refreshed.stderr).toContain('list 2 line 2');
    const json = await node(agency, 'opt-outs', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ lines: 3, withoutKeys: { count: 1 } });

    const said = [prepared, refreshed, json].flatMap(({ stdout, stderr }) => [stdout, stderr]).join('\n');
    for (const secret of SECRETS) {
      expect(said).not.toContain(secret);
      expect(leftBehind(agency)).not.toContain(secret);
    }
  });

  it.runIf(available)('keeps the lists in force while the database is away', async () => {
    const agency = agencyOf();
    if (server === undefined) return;
    expect((await node(agency, 'opt-outs')).exit).toBe(0);
    const file = join(agency.folder, 'snapshots', 'opt-outs.snapshot');
    const before = readFileSync(file);
    writeList(join(agency.folder, 'opt-outs.csv'), []);
    await onPostgres(server, 'ALTER TABLE withdrawn RENAME TO gone');
    const failed = await node(agency, 'opt-outs');
    await onPostgres(server, 'ALTER TABLE gone RENAME TO withdrawn');
    expect([failed.exit, failed.stderr]).toEqual([1, expect.stringMatching(/^SOURCE_TABLE_MISSING: /)]);
    expect(readFileSync(file).equals(before)).toBe(true);
    // One of the lists is empty now.
    expect((await node(agency, 'opt-outs', '--accept-shorter-lists')).exit).toBe(0);
    expect(readFileSync(file).equals(before)).toBe(false);
  });
});
