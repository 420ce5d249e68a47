import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, onTestFinished } from 'vitest';

import { replaceFile } from '../../../cli/files.js';
import { childProgram } from '../../support/child-program.js';

const child = fileURLToPath(new URL('append-lines.ts', import.meta.url));
const WRITERS = ['a', 'b', 'c'];
const LINES = 20;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tally-files-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

interface Writer {
  begin(): void;
  /** Resolves with what it complained of, once it has ended. */
  readonly ended: Promise<string>;
}

/** Resolves when it waits to begin. */
async function startWriter(file: string, name: string): Promise<Writer> {
  const process_ = spawn(process.execPath, [...childProgram(child), file, name, `${LINES}`]);
  let complaint = '';
  process_.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const ended = once(process_, 'close').then(() => complaint);
  await Promise.race([once(process_.stdout, 'data'), ended]);
  return { begin: () => process_.stdin.end('go\n'), ended };
}

describe('a file that is made anew', () => {
  it('loses nothing that was added to it, however many processes add at once', async () => {
    const file = join(folder(), 'register.jsonl');
    const writers = await Promise.all(WRITERS.map((name) => startWriter(file, name)));
    for (const writer of writers) writer.begin();
    expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual(WRITERS.map(() => ''));
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    for (const name of WRITERS) {
      const own = lines.filter((line) => line.startsWith(name));
      expect(own.map((line) => line.split(' ')[0])).toEqual(Array.from({ length: LINES }, (_, at) => `${name}${at}`));
    }
    expect(lines.every((line) => /^[abc][0-9]+ x{2000}$/.test(line))).toBe(true);
    expect(existsSync(`${file}.unfinished`)).toBe(false);
  }, 60_000);

  it('keeps others out from before it is read, and lets them in again when it could not be made', () => {
    const file = join(folder(), 'register.jsonl');
    writeFileSync(file, 'before');
    const change = (): Uint8Array => {
      expect(() => replaceFile(file, () => Buffer.from('another'))).toThrow('is being changed by another command');
      expect(existsSync(`${file}.unfinished`)).toBe(true);
      throw new Error('it can not be added');
    };
    expect(() => replaceFile(file, change)).toThrow('it can not be added');
    expect(readFileSync(file, 'utf8')).toBe('before');
    replaceFile(file, (before) => Buffer.concat([before ?? Buffer.alloc(0), Buffer.from(' and after')]));
    expect(readFileSync(file, 'utf8')).toBe('before and after');
  });
});
