import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import type { PrepareStep } from '../../../node-agent/snapshot/prepare.js';
import { SnapshotReader } from '../../../node-agent/snapshot/snapshot-reader.js';
import { crimes, testFolder } from './fixtures.js';
import { federation, prepareCrimes, snapshotsIn, storageKey } from './snapshot-fixtures.js';

const child = fileURLToPath(new URL('prepare-and-die.ts', import.meta.url));

function prepareAndDie(folder: string, phase: PrepareStep['phase']): Promise<NodeJS.Signals | undefined> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--import', 'tsx', child, folder, phase], (error, _stdout, stderr) => {
      if (error === null) reject(new Error('the process was not killed'));
      else if (error.signal === 'SIGKILL') resolve(error.signal);
      else reject(new Error(stderr));
    });
  });
}

async function idInForce(folder: string): Promise<string | undefined> {
  const file = join(snapshotsIn(folder), `${crimes.dataset}.snapshot`);
  const reader = await SnapshotReader.open(file, snapshotLayout(crimes, federation), storageKey);
  reader?.close();
  return reader?.snapshot;
}

describe('a prepare that is killed', () => {
  it.each<PrepareStep['phase']>(['reading', 'grouping', 'digesting', 'saving', 'swapping'])(
    'while %s leaves the old snapshot in force, and the next one succeeds',
    async (phase) => {
      const folder = testFolder();
      const old = await prepareCrimes(folder, [{}]);
      const before = readFileSync(join(snapshotsIn(folder), `${crimes.dataset}.snapshot`));
      await prepareAndDie(folder, phase);
      expect(readFileSync(join(snapshotsIn(folder), `${crimes.dataset}.snapshot`)).equals(before)).toBe(true);
      expect(await idInForce(folder)).toBe(old.snapshot);
      const next = await prepareCrimes(folder, [{}, { days: 1 }]);
      expect(await idInForce(folder)).toBe(next.snapshot);
    },
  );

  it('after the swap leaves the new snapshot in force', async () => {
    const folder = testFolder();
    const old = await prepareCrimes(folder, [{}]);
    await prepareAndDie(folder, 'done');
    const id = await idInForce(folder);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(id).not.toBe(old.snapshot);
  });
});
