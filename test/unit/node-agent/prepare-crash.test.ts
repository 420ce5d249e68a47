import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import type { PreparePhase } from '../../../node-agent/snapshot/prepare.js';
import { SnapshotReader } from '../../../node-agent/snapshot/snapshot-reader.js';
import { crimes, testFolder } from './fixtures.js';
import { prepareAndDie } from './prepare-process.js';
import { federation, prepareCrimes, snapshotsIn, storageKey } from './snapshot-fixtures.js';

async function idInForce(folder: string): Promise<string | undefined> {
  const file = join(snapshotsIn(folder), `${crimes.dataset}.snapshot`);
  const reader = await SnapshotReader.open(file, snapshotLayout(crimes, federation), storageKey);
  reader?.close();
  return reader?.snapshot;
}

describe('a prepare that is killed', () => {
  it.each<PreparePhase>(['reading', 'linking', 'sealing', 'digesting', 'saving', 'swapping'])(
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
