import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import { NOISE_KEY_BYTES } from '../../../core/noise/index.js';
import { createGroup, inlineEngine } from '../../../core/private-join/index.js';
import { createNode } from '../../../node-agent/app.js';
import type { Node } from '../../../node-agent/app.js';
import { loadConfig } from '../../../node-agent/config.js';
import { prepareAll } from '../../../node-agent/prepare-all.js';
import { deriveKey } from '../../../node-agent/snapshot/sealing.js';
import type { KeyPurpose } from '../../../node-agent/snapshot/sealing.js';
import { systemClock } from '../../../runtime/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { agencyFolder } from './agency-folder.js';
import type { AgencyFolder } from './agency-folder.js';
import { codeOfAsync } from './fixtures.js';
import { storageKey } from './snapshot-fixtures.js';

/** Noise keys that were made: the very bytes that the node holds. */
const { noiseKeys } = vi.hoisted(() => ({ noiseKeys: [] as Uint8Array[] }));
vi.mock(import('../../../node-agent/snapshot/sealing.js'), async (load) => {
  const sealing = await load();
  const noticed: typeof sealing.noiseKeyOf = (secret) => {
    const key = sealing.noiseKeyOf(secret);
    noiseKeys.push(key);
    return key;
  };
  return { ...sealing, noiseKeyOf: noticed };
});

const rng = seededRng('noise key');
const engine = inlineEngine(await createGroup(), rng);
const isWiped = (key: Uint8Array | undefined): boolean => key?.every((byte) => byte === 0) === true;

async function preparedNode(change: Parameters<typeof agencyFolder>[0] = () => undefined): Promise<Node> {
  const agency: AgencyFolder = agencyFolder(change);
  const config = loadConfig(agency.configFile);
  await prepareAll(config, { clock: systemClock, rng, log: silentLog, engine });
  const nothing = (): Promise<void> => Promise.resolve();
  const node = createNode(config, {
    clock: systemClock,
    rng,
    engine,
    log: silentLog,
    connect: () => ({
      start: () => undefined,
      stop: nothing,
      send: nothing,
      openRun: () => {
        throw new Error('no run is expected');
      },
    }),
  });
  onTestFinished(() => node.stop());
  return node;
}

describe('the noise key', () => {
  it('follows from the storage key and is none of the others', () => {
    const keyFor = (purpose: KeyPurpose, key = storageKey): string =>
      Buffer.from(deriveKey(key, new Uint8Array(0), purpose)).toString('hex');
    const purposes: readonly KeyPurpose[] = ['sealing', 'journal', 'tag', 'id', 'content', 'mac', 'noise'];
    expect(new Set(purposes.map((purpose) => keyFor(purpose))).size).toBe(purposes.length);
    expect(keyFor('noise')).toBe(keyFor('noise'));
    expect(keyFor('noise')).toHaveLength(2 * NOISE_KEY_BYTES);
    expect(keyFor('noise', new Uint8Array(32))).not.toBe(keyFor('noise'));
  });

  it('is there while the node runs, and wiped when the node has stopped', async () => {
    noiseKeys.length = 0;
    const node = await preparedNode();
    await node.start();
    // That of preparing, which is over, and that of the node.
    expect(noiseKeys.map(isWiped)).toEqual([true, false]);
    await node.stop();
    expect(noiseKeys.map(isWiped)).toEqual([true, true]);
  });

  it('is wiped when the node can’t start', async () => {
    noiseKeys.length = 0;
    const node = await preparedNode(({ config }) => (config['ledger'] = 'nowhere/ledger'));
    expect(await codeOfAsync(() => node.start())).toBe('LEDGER_UNUSABLE');
    await node.stop();
    expect(noiseKeys.map(isWiped)).toEqual([true, true]);
  });
});
