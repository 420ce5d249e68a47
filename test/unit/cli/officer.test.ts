import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { EXIT_CODES, Printer } from '../../../cli/index.js';
import { readNewPassphrase, readPassphrase } from '../../../cli/passphrase.js';
import { createKeyFile, keyIdOf, openKeyFile, rawPublicKey, readKeyFile } from '../../../core/signing/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { Ear, tally } from './fixtures.js';

const PASSPHRASE = 'tally stick notch';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tally-officer-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('tally officer new-key', () => {
  it('makes a key that its passphrase opens, for its owner only, and never over another', async () => {
    const out = join(folder, 'ada.key');
    const pass = file('pass', `${PASSPHRASE}\nsecond line\n`);
    const made = await tally(['officer', 'new-key', '--out', out, '--passphrase-file', pass]);
    expect(made.exitCode).toBe(EXIT_CODES.done);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const bytes = new Uint8Array(readFileSync(out));
    const publicKey = rawPublicKey(openKeyFile(bytes, PASSPHRASE));
    expect(made.out).toContain(keyIdOf({ kind: 'ed25519', publicKey }));
    expect(made.out).toContain(Buffer.from(publicKey).toString('base64'));
    expect(made.out + made.err).not.toContain(PASSPHRASE);
    const again = await tally(['officer', 'new-key', '--out', out, '--passphrase-file', pass]);
    expect(again).toMatchObject({
      exitCode: EXIT_CODES.wrongUse,
      err: expect.stringContaining('FILE_EXISTS') as string,
    });
    expect(new Uint8Array(readFileSync(out))).toEqual(bytes);
  });

  it('takes the passphrase from stdin when told, and asks for a terminal else', async () => {
    const out = join(folder, 'ben.key');
    const made = await tally(['officer', 'new-key', '--out', out, '--passphrase-file', '-'], {
      stdin: `${PASSPHRASE}\r\n`,
    });
    expect(made.exitCode).toBe(EXIT_CODES.done);
    expect(openKeyFile(new Uint8Array(readFileSync(out)), PASSPHRASE).type).toBe('private');
    const untold = await tally(['officer', 'new-key', '--out', join(folder, 'c.key')], { stdin: PASSPHRASE });
    expect(untold.err).toMatch(/^NO_PASSPHRASE: /);
    const empty = await tally(['officer', 'new-key', '--out', join(folder, 'c.key'), '--passphrase-file', '-']);
    expect(empty.err).toMatch(/^NO_PASSPHRASE: /);
    const short = await tally(['officer', 'new-key', '--out', join(folder, 'c.key'), '--passphrase-file', '-'], {
      stdin: 'x',
    });
    expect(short.err).toMatch(/^BAD_PASSPHRASE: /);
  });
});

describe('tally officer show', () => {
  it('shows what is public, and checks it where it is told', async () => {
    const bytes = createKeyFile(PASSPHRASE, seededRng('show'));
    const key = file('ada.key', bytes);
    const shown = await tally(['officer', 'show', key]);
    expect(shown.out).toContain(`publicKey: ${Buffer.from(readKeyFile(bytes).publicKey).toString('base64')} }`);
    const check = ['officer', 'show', key, '--check', '--passphrase-file', '-'];
    expect((await tally(check, { stdin: PASSPHRASE })).out).toBe(shown.out);
    const wrong = await tally(check, { stdin: 'another passphrase' });
    expect(wrong).toMatchObject({ exitCode: EXIT_CODES.wrongUse, out: '' });
    expect(wrong.err).toMatch(/^WRONG_PASSPHRASE: /);
    expect((await tally(['officer', 'show', file('x', '{}')])).err).toMatch(/^BAD_KEY_FILE: /);
  });
});

describe('a passphrase that is typed', () => {
  /** A terminal at which somebody types, and what the command has set it to. */
  class Terminal extends PassThrough {
    readonly isTTY = true;
    readonly modes: boolean[] = [];
    setRawMode(isRaw: boolean): this {
      this.modes.push(isRaw);
      return this;
    }
  }
  const ear = new Ear(true);
  const printer = new Printer(ear, ear);
  const typing = async (...keys: string[]): Promise<{ terminal: Terminal; typed: string }> => {
    const terminal = new Terminal();
    const typed = readPassphrase(undefined, 'Passphrase:', { stdin: terminal, printer });
    for (const key of keys) terminal.write(key);
    return { terminal, typed: await typed };
  };

  it('ends with the line, and shows nothing of itself', async () => {
    const { terminal, typed } = await typing('tally', ' stick\r');
    expect(typed).toBe('tally stick');
    expect(terminal.modes).toEqual([true, false]);
    expect(ear.text).not.toContain('tally');
  });

  it('can be corrected, and takes no arrow keys', async () => {
    expect((await typing('tallyx', '\u007f', '\u001b[D', '!', '\b', '\n')).typed).toBe('tally');
  });

  it.each(['\u0003', '\u0004'])('is given up with Ctrl-C or Ctrl-D', async (key) => {
    await expect(typing('tally', key)).rejects.toMatchObject({ code: 'NO_PASSPHRASE' });
  });

  it('may be pasted twice at once where it is new', async () => {
    const terminal = new Terminal();
    terminal.write('tally stick\rtally stick\r');
    expect(await readNewPassphrase(undefined, { stdin: terminal, printer })).toBe('tally stick');
  });

  it('is typed twice where it is new', async () => {
    const twice = async (second: string): Promise<string> => {
      const terminal = new Terminal();
      const prompts = new Ear(true);
      prompts.write = (text): void => {
        if (text.includes('New')) setImmediate(() => terminal.write('tally stick\r'));
        if (text.includes('again')) setImmediate(() => terminal.write(second));
      };
      return readNewPassphrase(undefined, { stdin: terminal, printer: new Printer(prompts, prompts) });
    };
    expect(await twice('tally stick\r')).toBe('tally stick');
    await expect(twice('tally stock\r')).rejects.toMatchObject({ code: 'NO_PASSPHRASE' });
  });
});
