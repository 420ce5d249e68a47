import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { toBase64 } from '../../../core/base/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import { RosterInForce } from '../../../coordinator/index.js';
import { TestLog } from './fixtures.js';

const newKey = (): Uint8Array => rawPublicKey(generateKeyPairSync('ed25519').privateKey);
const [own, officer, police] = [newKey(), newKey(), newKey()];

interface Written {
  readonly version?: number;
  readonly federation?: string;
  readonly coordinator?: Uint8Array;
}

const textOf = ({ version = 1, federation = 'unit-test', coordinator = own }: Written): string => `
federation: ${federation}
version: ${version}
agencies: [{ id: police, name: The police, identityKey: ${toBase64(police)}, datasets: [police.crimes] }]
coordinator: { identityKey: ${toBase64(coordinator)} }
governance:
  threshold: 1
  officers: [{ id: one, name: One, organisation: Board, publicKey: ${toBase64(officer)} }]
`;

interface RosterRig {
  readonly inForce: RosterInForce;
  readonly log: TestLog;
  readonly file: string;
  readonly write: (text: string) => void;
  /** As often as it takes for a file that stands still. */
  readonly look: () => boolean;
}

function rigOf(changes: Partial<{ readonly reveal: boolean }> = {}): RosterRig {
  const folder = mkdtempSync(join(tmpdir(), 'roster-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'roster.yaml');
  writeFileSync(file, textOf({}));
  const log = new TestLog();
  const config = {
    ...{ roster: file, identityKey: join(folder, 'identity.pem') },
    revealUnprotectedCountsOfSyntheticData: changes.reveal ?? false,
  };
  const inForce = new RosterInForce({ config, publicKey: own, log });
  return {
    ...{ inForce, log, file },
    write: (text) => {
      // Another inode each time, so that the file is another one however fast the test is.
      writeFileSync(`${file}.next`, text);
      renameSync(`${file}.next`, file);
    },
    look: () => [1, 2].map(() => inForce.look()).some(Boolean),
  };
}

describe('the coordinator’s roster', () => {
  it('is taken up when a newer one stands still in its place', () => {
    const { inForce, log, write, look } = rigOf();
    expect([inForce.current.version, look()]).toEqual([1, false]);
    write(textOf({ version: 2 }));
    expect([inForce.look(), inForce.current.version]).toEqual([false, 1]);
    expect([inForce.look(), inForce.current.version]).toEqual([true, 2]);
    expect(log.of('roster')).toMatchObject([{ version: 2, digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string }]);
    expect([look(), inForce.isFileRefused]).toEqual([false, false]);
  });

  it.each([
    ['is none', 'federation: unit-test'],
    ['is half of one', textOf({ version: 9 }).slice(0, 120)],
    ['has the version of the one in force', `${textOf({})}# changed`],
    ['is older', textOf({ version: 0 })],
    ['is of another federation', textOf({ version: 9, federation: 'elsewhere' })],
    ['gives the coordinator another key', textOf({ version: 9, coordinator: newKey() })],
  ])('stays where the new one %s, which is said once and shown', (_, text) => {
    const { inForce, log, file, write, look } = rigOf();
    write(text);
    expect([look(), look(), inForce.current.version, inForce.isFileRefused]).toEqual([false, false, 1, true]);
    expect(log.lines).toMatchObject([{ event: 'roster-refused', version: 1, err: { code: 'CONFIG_INVALID' } }]);
    if (!text.includes(toBase64(own)) && text.includes('governance')) return;
    expect((log.lines[0]?.['err'] as Error).message).toContain(`roster: ${file}: `);
  });

  it('stays where the file is gone, and the same one put back is no change', () => {
    const { inForce, log, file, write, look } = rigOf();
    rmSync(file);
    expect([look(), inForce.isFileRefused]).toEqual([false, true]);
    write(textOf({}));
    expect([look(), inForce.isFileRefused, log.lines.length]).toEqual([false, false, 1]);
  });
});
