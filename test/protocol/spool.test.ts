import { existsSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { COORDINATOR } from '../../core/private-join/index.js';
import type { PartyId, RecordStores } from '../../core/private-join/index.js';
import { spoolFileOf } from '../../runtime/index.js';
import { storesWithFullMemory } from '../support/full-memory.js';
import { naiveCounts } from '../support/naive-join.js';
import type { PlainRecord } from '../support/naive-join.js';
import { canHave } from '../support/needs.js';
import { threePartyPlan } from '../support/plans.js';
import { seededRng } from '../support/seeded-rng.js';
import { runWorld } from '../support/world.js';
import type { Variant } from '../support/world.js';

const plan = threePartyPlan();
const parties = [...plan.mixers, COORDINATOR];
const lists = new Map<string, readonly PlainRecord[]>(
  plan.lists.map((list) => [
    list.id,
    Array.from({ length: 300 }, (_, index) => ({
      keys: list.keys.map(({ name }) => (index % 7 === 0 ? null : `${name}/${index}`)),
      label: 1 + (index % list.labels),
    })),
  ]),
);

describe('lists that do not fit in memory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tallystick-test-'));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** A party all of whose lists go to disk. */
  function spooling(
    self: PartyId,
    openFile?: () => ReturnType<typeof spoolFileOf>,
  ): Variant & { stores: RecordStores } {
    const options = { self, directory: join(directory, self), rng: seededRng(self) };
    return { stores: storesWithFullMemory(openFile === undefined ? options : { ...options, openFile }) };
  }

  it('go through sealed files at every party, and are counted the same; nothing is left of them', async () => {
    const variants = Object.fromEntries(parties.map((party) => [party, spooling(party)]));
    const { counts } = await runWorld(plan, lists, { variants });
    expect(counts).toEqual(naiveCounts(plan, lists));
    for (const party of parties) expect(readdirSync(join(directory, party))).toEqual([]);
  });

  const hasFullDisk = canHave(existsSync('/dev/full'), 'a disk that is always full (/dev/full)');
  it.runIf(hasFullDisk).each(parties)(
    'end the run with SPOOL_FULL everywhere when the disk of %s is full',
    async (party) => {
      // Whatever is written to this device meets the kernel's own "no space left".
      const variants = { [party]: spooling(party, () => spoolFileOf(openSync('/dev/full', 'r+'))) };
      const { ends, blamed } = await runWorld(plan, lists, { variants });
      expect(ends).toEqual(Object.fromEntries(parties.map((name) => [name, 'SPOOL_FULL'])));
      expect(new Set(Object.values(blamed))).toEqual(new Set([party]));
    },
  );
});
