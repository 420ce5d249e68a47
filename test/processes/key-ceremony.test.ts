import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toBase64 } from '../../core/base/index.js';
import { rawPublicKey } from '../../core/signing/index.js';
import { packagePath } from '../../runtime/index.js';

/*
 * The ceremony of docs/governance/keys-and-roster.md, command by command: three officers make keys and sign the first
 * roster, one of them loses the key, the other two sign the second, and what the lost key signs then counts for nothing.
 */

const MAIN = packagePath('dist', 'cli', 'main.js');
const PASSPHRASES = { ada: 'notched hazel stick', ben: 'second hazel stick', cyd: 'third hazel stick' } as const;
type Officer = keyof typeof PASSPHRASES;

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Some forty commands, each a process that stretches a passphrase. */
const TIMEOUT_MS = 900_000;
/** The commands go by the computer's clock. */
const EXPIRES = new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10);

describe('a key ceremony', { timeout: TIMEOUT_MS }, () => {
  let folder: string;
  const fingerprints = new Map<number, string>();
  const inFolder = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tally-ceremony-'));
    for (const [officer, passphrase] of Object.entries(PASSPHRASES))
      writeFileSync(inFolder(`${officer}.pass`), passphrase);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function tally(...args: string[]): Promise<Said> {
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args], { cwd: folder });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, err: stderr };
    }
  }

  const sign = (file: string, officer: Officer, out: string): Promise<Said> =>
    tally('roster', 'sign', file, '--key', `${officer}.key`, '--passphrase-file', `${officer}.pass`, '--out', out);

  /** Replaces what is in capitals in the draft, in its order. */
  function fillIn(file: string, replacements: readonly (readonly [RegExp | string, string])[]): void {
    const text = replacements.reduce<string>(
      (filled, [from, to]) => filled.replace(from, to),
      readFileSync(inFolder(file), 'utf8'),
    );
    writeFileSync(inFolder(file), text);
  }

  it('begins with a key for each officer', async () => {
    for (const officer of Object.keys(PASSPHRASES)) {
      const made = await tally('officer', 'new-key', '--out', `${officer}.key`, '--passphrase-file', `${officer}.pass`);
      expect(made.code).toBe(0);
      const shown = await tally('officer', 'show', `${officer}.key`, '--check', '--passphrase-file', `${officer}.pass`);
      expect(shown.out).toBe(made.out);
    }
  });

  it('drafts the first roster, which all three sign', async () => {
    expect((await tally('roster', 'draft', '--out', 'roster-1.yaml')).code).toBe(0);
    expect((await tally('roster', 'explain', 'roster-1.yaml')).err).toMatch(/^BAD_ROSTER: /);
    const keys = await Promise.all(
      Object.keys(PASSPHRASES).map(async (officer) => {
        const { out } = await tally('officer', 'show', `${officer}.key`);
        return /publicKey: (\S+)/.exec(out)?.[1] ?? '';
      }),
    );
    const machine = (): string => toBase64(rawPublicKey(generateKeyPairSync('ed25519').privateKey));
    fillIn('roster-1.yaml', [
      ['federation: NAME', 'federation: demo'],
      ['expires: DATE', `expires: ${EXPIRES}`],
      [/name: NAME\b/g, 'name: A name'],
      [/ORGANISATION-A/g, 'justice'],
      [/ORGANISATION-B/g, 'police'],
      [/ORGANISATION-C/g, 'charity'],
      [/OFFICER-A/g, 'ada'],
      [/OFFICER-B/g, 'ben'],
      [/OFFICER-C/g, 'cyd'],
      ...keys.map((key) => ['publicKey: KEY }]', `publicKey: ${key} }]`] as const),
      ['REGISTRAR', 'registry'],
      ['AGENCY-A', 'police'],
      ['AGENCY-B', 'charity-a'],
      [/DATASET/g, 'police.crimes'],
      ...Array.from({ length: 5 }, () => [/: KEY\b/, `: ${machine()}`] as const),
    ]);
    const explained = await tally('roster', 'explain', 'roster-1.yaml');
    expect(explained.out).toContain('Roster of demo, version 1');
    expect(explained.out).toContain('2 officers of at least 2 organisations');

    expect((await sign('roster-1.yaml', 'ada', 'roster-1.ada.json')).err).toContain('ada has signed demo version 1');
    const short = await tally('roster', 'verify', 'roster-1.ada.json');
    expect(short).toMatchObject({ code: 2, err: expect.stringMatching(/^TOO_FEW_SIGNERS: Entry 0: /) as string });
    expect((await sign('roster-1.ada.json', 'ada', 'x.json')).err).toMatch(/^DUPLICATE_SIGNER: /);
    expect((await sign('roster-1.ada.json', 'ben', 'roster-1.ben.json')).code).toBe(0);
    expect((await sign('roster-1.ben.json', 'cyd', 'roster-1.json')).code).toBe(0);
    const { code, out } = await tally('roster', 'verify', 'roster-1.json');
    expect(code).toBe(0);
    fingerprints.set(1, /fingerprint ([0-9a-f]{64})/.exec(out)?.[1] ?? '');
  });

  it('goes on by a second roster when one key is lost, which the other two sign', async () => {
    expect((await tally('roster', 'draft', '--from', 'roster-1.json', '--out', 'roster-2.yaml')).code).toBe(0);
    await tally('officer', 'new-key', '--out', 'ada-2.key', '--passphrase-file', 'ada.pass');
    const { out } = await tally('officer', 'show', 'ada-2.key');
    const old = /publicKey: (\S+)/.exec((await tally('officer', 'show', 'ada.key')).out)?.[1] ?? '';
    fillIn('roster-2.yaml', [[old, /publicKey: (\S+)/.exec(out)?.[1] ?? '']]);
    const { out: changes } = await tally('roster', 'diff', 'roster-1.json', 'roster-2.yaml');
    expect(changes.split('\n').filter((line) => line.startsWith('- '))).toEqual([
      expect.stringMatching(/^- The key [0-9a-f]{16}… of A name \(ada\) no longer counts\.$/) as string,
      expect.stringMatching(/^- The key [0-9a-f]{16}… of A name \(ada\) counts from now on\.$/) as string,
    ]);
    await sign('roster-2.yaml', 'ben', 'roster-2.ben.json');
    await sign('roster-2.ben.json', 'cyd', 'roster-2.json');
    const pinned = ['--pin', fingerprints.get(1) ?? ''];
    const verified = await tally('roster', 'verify', 'roster-1.json', 'roster-2.json', ...pinned);
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('demo version 2 is in force') as string });
    expect((await tally('roster', 'verify', 'roster-2.json', ...pinned)).err).toMatch(/^ROSTER_NOT_PINNED: /);
  });

  it('counts nothing that the lost key signs from then on', async () => {
    await tally('roster', 'draft', '--from', 'roster-2.json', '--out', 'roster-3.yaml');
    const finder = await sign('roster-3.yaml', 'ada', 'roster-3.ada.json');
    expect(finder.err).toContain('A key that this version does not name');
    await sign('roster-3.ada.json', 'ben', 'roster-3.stolen.json');
    const chain = ['roster-1.json', 'roster-2.json'];
    const stolen = await tally('roster', 'verify', ...chain, 'roster-3.stolen.json');
    expect(stolen).toMatchObject({ code: 2, err: expect.stringMatching(/^UNKNOWN_SIGNER: Entry 2: /) as string });

    const ada = ['--key', 'ada-2.key', '--passphrase-file', 'ada.pass'];
    await tally('roster', 'sign', 'roster-3.yaml', ...ada, '--out', 'roster-3.new.json');
    await sign('roster-3.new.json', 'ben', 'roster-3.json');
    const { out } = await tally('roster', 'verify', ...chain, 'roster-3.json');
    expect(out).toContain('demo version 3 is in force');
  });
});
