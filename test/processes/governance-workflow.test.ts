import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toBase64 } from '../../core/base/index.js';
import {
  actsOf,
  addSignature,
  GovernanceError,
  parseRegisterFile,
  registerOf,
  ROSTER_KIND,
  rosterFingerprint,
  rosterPayload,
  signPayload,
} from '../../core/governance/index.js';
import type { SignedRoster } from '../../core/governance/index.js';
import { createKeyFile, openKeyFile, rawPublicKey } from '../../core/signing/index.js';
import { packagePath } from '../../runtime/index.js';
import { Reader } from '../support/guide-reader.js';
import { isFor, readGuide } from '../support/guide.js';
import { seededRng } from '../support/seeded-rng.js';
import { edited, SOUND } from '../unit/templates/lint-corpus/sound.js';

/*
 * docs/governance/workflow.md, by three officers of three organisations in three folders with one that they share: each
 * block is typed by those whose it is, in the order of the page, and what the page shows has to be what they see.
 */

const ORGANISATIONS = { ada: 'justice', ben: 'police', cyd: 'charity' } as const;
const OFFICERS = Object.keys(ORGANISATIONS);
const DAY_MS = 86_400_000;
/** Some forty commands, ten of which stretch a passphrase. */
const TIMEOUT_MS = 600_000;
const NOW = new Date();
const day = (days: number): string => new Date(NOW.getTime() + days * DAY_MS).toISOString().slice(0, 10);

const machineKey = (): string => toBase64(rawPublicKey(generateKeyPairSync('ed25519').privateKey));
const blocks = readGuide(readFileSync(packagePath('docs', 'governance', 'workflow.md'), 'utf8'), OFFICERS);

describe('the way of a template by the page for officers', { timeout: TIMEOUT_MS }, () => {
  let folder = '';
  let pin = '';
  const readers = new Map<string, Reader>();
  const shared = (name: string): string => join(folder, 'shared', name);
  const entries = (): readonly Uint8Array[] =>
    parseRegisterFile(new Uint8Array(readFileSync(shared('register.jsonl'))));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tally-workflow-'));
    for (const name of ['bin', 'shared']) mkdirSync(join(folder, name));
    const program = packagePath('dist', 'cli', 'main.js');
    writeFileSync(join(folder, 'bin', 'tally'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
      mode: 0o755,
    });
    const keys = OFFICERS.map((officer) => {
      const passphrase = `${officer} has three sticks`;
      const bytes = createKeyFile(passphrase, seededRng(`key of ${officer}`));
      return { officer, passphrase, bytes, key: openKeyFile(bytes, passphrase) };
    });
    const registrar = generateKeyPairSync('ed25519').privateKey;
    const roster: SignedRoster = {
      federation: 'demo',
      version: 1,
      expires: day(300),
      organisations: Object.values(ORGANISATIONS).map((id) => ({ id, name: id })),
      officers: keys.map(({ officer, key }) => ({
        id: officer,
        name: officer,
        organisation: ORGANISATIONS[officer as keyof typeof ORGANISATIONS],
        keys: [{ kind: 'ed25519', publicKey: toBase64(rawPublicKey(key)) }],
      })),
      roles: {
        templates: { officers: 2, organisations: 2 },
        roster: { officers: 2, organisations: 2 },
        grants: { grantors: OFFICERS, officers: 2 },
        registrars: [{ id: 'registry', publicKey: toBase64(rawPublicKey(registrar)) }],
      },
      purposes: [{ code: 'research-statistics', title: 'Research', organisations: ['justice'] }],
      agencies: ['police', 'charity'].map((id) => ({
        ...{ id, name: id, organisation: id, identityKey: machineKey(), datasets: ['police.crimes'] },
      })),
      coordinator: { identityKey: machineKey() },
      witnesses: 1,
    };
    const payload = rosterPayload(roster);
    pin = rosterFingerprint(payload);
    const signed = keys
      .slice(1)
      .reduce(
        (envelope, { key }) => addSignature(ROSTER_KIND, envelope, key),
        signPayload(ROSTER_KIND, payload, keys[0]?.key as Parameters<typeof signPayload>[2]),
      );
    writeFileSync(shared('roster-1.json'), signed);
    for (const { officer, passphrase, bytes } of keys) {
      const home = join(folder, officer);
      readers.set(
        officer,
        new Reader({
          name: officer,
          folder: home,
          state: join(folder, `${officer}.state`),
          environment: { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: home, LC_ALL: 'C.UTF-8' },
          own: {
            SHARED: join(folder, 'shared'),
            // Typed at the terminal by anybody who follows the page.
            KEY: `${officer}.key --passphrase-file ${officer}.pass`,
            OFFICER: officer,
            DATASETS: packagePath('examples', 'bold', 'datasets'),
            TALLY_PIN: pin,
            REGISTRY: 'registry.pem',
          },
          handed: new Map(),
        }),
      );
      writeFileSync(join(home, `${officer}.key`), bytes, { mode: 0o600 });
      writeFileSync(join(home, `${officer}.pass`), passphrase);
    }
    const pem = registrar.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(join(folder, 'cyd', 'registry.pem'), pem, { mode: 0o600 });
    const template = edited(SOUND, [['expires: 2027-06-30', `expires: ${day(200)}`]]);
    writeFileSync(join(folder, 'ada', 'my-template.yaml'), template);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is what the page says, from the first roster to a revocation', async () => {
    for (const block of blocks) {
      for (const [name, reader] of readers) if (isFor(block, name, OFFICERS)) await reader.follow(block);
    }
    for (const reader of readers.values()) expect(reader.unset).toEqual([]);
    expect(actsOf(entries()).map(({ act, signers }) => [act.act, ...signers.map(({ id }) => id)])).toEqual([
      ['propose', 'ada'],
      ['commit-review', 'ben'],
      ['commit-review', 'cyd'],
      ['review', 'ben'],
      ['review', 'cyd'],
      ['approve', 'ben', 'cyd'],
      ['publish', 'ada'],
      ['grant', 'ada', 'cyd'],
      ['revoke', 'ben'],
    ]);
  });

  it('let analysts ask between the grant and the revocation, and nobody before or after', () => {
    const asked = (list: readonly Uint8Array[], organisation = 'justice'): string => {
      const register = registerOf(list, pin);
      const [proposal] = register.proposals;
      try {
        register.assertMayAsk(proposal?.templateDigest ?? '', { organisation, analyst: 'anna' }, NOW);
        return 'asked';
      } catch (error) {
        if (error instanceof GovernanceError) return error.code;
        throw error;
      }
    };
    const all = entries();
    expect(asked(all.slice(0, -3))).toBe('TEMPLATE_NOT_APPROVED');
    expect(asked(all.slice(0, -2))).toBe('PURPOSE_NOT_GRANTED');
    expect(asked(all.slice(0, -1))).toBe('asked');
    expect(asked(all.slice(0, -1), 'police')).toBe('PURPOSE_NOT_GRANTED');
    expect(asked(all)).toBe('TEMPLATE_REVOKED');
  });

  it('kept what each reviewer wrote to that reviewer, and lets nobody in with a changed byte', () => {
    for (const reviewer of ['ben', 'cyd']) {
      expect(statSync(join(folder, reviewer, 'my-review.json')).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, reviewer, 'form.yaml')).mode & 0o777).toBe(0o600);
    }
    const file = readFileSync(shared('register.jsonl'));
    const digest = createHash('sha256').update(file).digest();
    // In the middle of each line: in its payload, or in a signature.
    let at = 0;
    for (const entry of entries()) {
      const changed = Buffer.from(file);
      const place = at + Math.floor(entry.length / 2);
      changed[place] = changed[place] === 0x41 ? 0x42 : 0x41;
      expect(() => registerOf(parseRegisterFile(new Uint8Array(changed)), pin)).toThrow(GovernanceError);
      at += entry.length + 1;
    }
    expect(createHash('sha256').update(file).digest()).toEqual(digest);
  });
});
