import { join } from 'node:path';

import { createGroup, inlineEngine } from '../../../core/private-join/index.js';
import type { DatasetDefinition } from '../../../core/templates/index.js';
import { prepareSnapshot } from '../../../node-agent/snapshot/prepare.js';
import type { PreparedSnapshot, PrepareInput } from '../../../node-agent/snapshot/prepare.js';
import { snapshotFiles } from '../../../node-agent/snapshot/snapshot-files.js';
import type { SnapshotFiles } from '../../../node-agent/snapshot/snapshot-files.js';
import { bindMapping } from '../../../node-agent/source/mapping.js';
import type { SourceMapping } from '../../../node-agent/source/mapping.js';
import { openSqliteSource } from '../../../node-agent/source/connectors/sqlite-source.js';
import { seededRng } from '../../support/seeded-rng.js';
import { crimes, crimesMapping, writeCrimes } from './fixtures.js';
import type { CrimeRow } from './fixtures.js';

export const federation = 'test-study';
export const storageKey = new Uint8Array(32).fill(0x5a);
export const now = new Date('2026-04-02T09:30:00Z');

export interface TestPrepare extends Partial<Omit<PrepareInput, 'mapping' | 'source'>> {
  readonly definition?: DatasetDefinition;
  readonly sourceMapping?: SourceMapping;
}

/** Writes the rows to a source in `folder` and prepares a snapshot of it in `folder/snapshots`. */
export async function prepareCrimes(
  folder: string,
  rows: readonly Partial<CrimeRow>[],
  changes: TestPrepare = {},
): Promise<PreparedSnapshot> {
  const { definition = crimes, sourceMapping = crimesMapping, ...rest } = changes;
  const file = join(folder, 'source.sqlite');
  writeCrimes(file, rows);
  const mapping = bindMapping(sourceMapping, definition);
  const source = openSqliteSource({ file, selection: { table: 'victim crimes' }, columns: mapping.columns });
  const rng = seededRng('prepare');
  try {
    return await prepareSnapshot({
      mapping,
      source,
      federation,
      asAt: '2026-03-31',
      directory: snapshotsIn(folder),
      storageKey,
      engine: inlineEngine(await createGroup(), rng),
      clock: { now: () => now },
      rng,
      ...rest,
    });
  } finally {
    await source.close();
  }
}

export function snapshotsIn(folder: string): string {
  return join(folder, 'snapshots');
}

/** So many different people who have nothing in common, each with a case: three different hashed keys a row. */
export function strangers(count: number): Partial<CrimeRow>[] {
  const letters = (index: number): string =>
    index.toString(26).replace(/[0-9a-p]/g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)));
  const day = (index: number): string => new Date(Date.UTC(1920, 0, 2 + index * 7)).toISOString().slice(0, 10);
  return Array.from({ length: count }, (_, index) => {
    const name = letters(count + ((index * 7_919) % 15_000));
    return { first_name: `Qz${name}`, last_name: `${name}er`, dob: day(index), urn: `13QZ${index}` };
  });
}
export const KEYS_OF_A_STRANGER = 3;

/** What is on disk of the test dataset. */
export function filesIn(folder: string): SnapshotFiles {
  return snapshotFiles(snapshotsIn(folder), crimes.dataset);
}
