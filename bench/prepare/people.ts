import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { packagePath } from '../../runtime/index.js';
import type { PeoplePrepared } from './people-process.js';
import { postgresBinaries, startPeopleServer } from './people-server.js';
import { fillPeopleTable } from './people-table.js';

export interface PeopleOptions {
  readonly rows: number;
  /** People on the opt-out list of the second measurement, at most `rows`. */
  readonly optOutLines: number;
  /** Threads for hashing. */
  readonly workers: number;
  readonly progress: (text: string) => void;
}

export interface PeopleMeasured {
  readonly people: PeoplePrepared;
  /** The same table without whoever is on an opt-out list. */
  readonly peopleOptedOut: PeoplePrepared;
}

/**
 * Makes snapshots of a table of invented people in PostgreSQL, with the match keys of the BOLD example, of all of it and
 * without some who have opted out: each in a process of its own, so that its memory can be told from everybody else's.
 * Thrown where there is no PostgreSQL: Error.
 */
export async function measurePeople({ rows, optOutLines, workers, progress }: PeopleOptions): Promise<PeopleMeasured> {
  const binaries = postgresBinaries();
  if (binaries === undefined) {
    throw new Error('People are read from PostgreSQL, which is not installed: `apt-get install postgresql`.');
  }
  progress('starting PostgreSQL');
  const server = await startPeopleServer(binaries);
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-bench-people-'));
  try {
    progress(`writing ${rows} rows into it`);
    await fillPeopleTable(server.folder, rows, optOutLines);
    progress(`preparing ${rows} rows`);
    const people = await prepareIn(join(folder, 'all'), server.folder, workers, 0);
    progress(`preparing ${rows} rows, with ${optOutLines} people on an opt-out list`);
    const peopleOptedOut = await prepareIn(join(folder, 'opted-out'), server.folder, workers, optOutLines);
    return { people, peopleOptedOut };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  }
}

async function prepareIn(
  folder: string,
  server: string,
  workers: number,
  optOutLines: number,
): Promise<PeoplePrepared> {
  const file = packagePath('dist', 'bench', 'prepare', 'people-process.js');
  const args = [file, server, folder, String(workers), String(optOutLines)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  // The disk may not have room for two.
  rmSync(folder, { recursive: true, force: true });
  return JSON.parse(stdout) as PeoplePrepared;
}
