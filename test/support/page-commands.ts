import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { packagePath } from '../../runtime/index.js';

/** What `prepare` says of each dataset, for a person, up to what to do next. */
const REPORT = /^[a-z.-]+, as at \d{4}-\d{2}-\d{2}\n[\s\S]*?\nis running takes the snapshots up by itself\.\n/gm;

/** What a command said on stderr besides what came of a `prepare`. */
export function withoutReport(stderr: string): string {
  return stderr.replaceAll(REPORT, '');
}

/** What a command of a page did. */
export interface CommandOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Commands as a page prints them, to be run as its reader would. */
export class PageCommands {
  readonly #page: string;
  readonly #path: string;

  /** @param directory where `npx` is put, which runs this program and asks no registry */
  constructor(page: string, directory: string) {
    this.#page = page;
    this.#path = join(directory, 'bin');
    mkdirSync(this.#path, { recursive: true });
    const tally = packagePath('dist', 'cli', 'main.js');
    writeFileSync(
      join(this.#path, 'npx'),
      `#!/bin/sh\n[ "$1" = tally ] || exit 127\nshift\nexec '${process.execPath}' '${tally}' "$@"\n`,
      { mode: 0o755 },
    );
  }

  /** The commands of one block under a heading, from 0. */
  block(heading: string, place = 0): string {
    const text = readFileSync(packagePath('docs', this.#page), 'utf8');
    const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
    const block = [...(section ?? '').matchAll(/(?:^ {4}.*\n)+/gm)][place]?.[0];
    if (block === undefined) throw new RangeError(`${this.#page} has no block ${place} under “${heading}”`);
    return block.replaceAll(/^ {4}/gm, '');
  }

  /** Runs them in a shell that stops at the first that fails, and at a variable that nobody gave. */
  run(commands: string, variables: Readonly<Record<string, string>>): Promise<CommandOutcome> {
    const child = spawn('/bin/sh', ['-eu', '-c', commands], {
      env: { ...variables, PATH: `${this.#path}:${process.env['PATH'] ?? ''}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve({ status, stdout, stderr }));
    });
  }
}
