import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../../../cli/index.js';
import { Printer } from '../../../cli/printer.js';
import { COORDINATOR_EXIT_CODES, runCoordinatorCommand } from '../../../coordinator/index.js';
import { packagePath, systemClock } from '../../../runtime/index.js';
import { seededRng } from '../../support/seeded-rng.js';

const COMMANDS = ['init', 'enrol-token', 'enrolments', 'roster-draft', 'renew', 'correct-clock', 'start'];
const rng = seededRng('coordinator-commands');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function coordinator(
  ...words: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const [stdout, stderr] = [new Text(), new Text()];
  const means = { clock: systemClock, rng, stdout, stderr, stopping: AbortSignal.abort() };
  const code = await runCoordinatorCommand(words, means);
  return { code, out: stdout.text, err: stderr.text };
}

async function tally(...words: string[]): Promise<string> {
  const [stdout, stderr] = [new Text(), new Text()];
  const means = { clock: systemClock, rng, stdout, stderr, stopping: () => AbortSignal.abort(), environment: {} };
  await runCli(words, { ...means, stdin: Readable.from([]), printer: new Printer(stdout, stderr) });
  return stdout.text;
}

/** Words of a program's help that stand where commands do. */
const commandsIn = (help: string): readonly string[] =>
  [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name]) => name ?? '');

describe('the coordinator’s commands', () => {
  it('are the same of `tally coordinator` and of the image’s entry point', async () => {
    const compiled = spawnSync(process.execPath, [packagePath('dist/coordinator/main.js'), '--help'], {
      encoding: 'utf8',
    });
    expect(compiled.status).toBe(0);
    expect(commandsIn(compiled.stdout)).toEqual(COMMANDS);
    expect(commandsIn(await tally('coordinator', '--help'))).toEqual(COMMANDS);
    for (const command of COMMANDS) {
      const ofTally = await tally('coordinator', command, '--help');
      expect(ofTally).toContain('Usage: tally coordinator');
      expect(ofTally.replaceAll(/tally (?=coordinator)/g, '')).toBe(
        (await coordinator(command, '--help')).out.replaceAll(/tally (?=coordinator)/g, ''),
      );
    }
  });

  it('let an agency in: authority, token, who has enrolled, renewal', async () => {
    const directory = join(folder, 'new');
    expect((await coordinator('init', '--directory', directory, '--federation', 'unit-test')).out).toContain(
      'API token, shown this once',
    );
    const config = ['--config', join(directory, 'coordinator.yaml')];
    const { code, out } = await coordinator('enrol-token', ...config, '--agency', 'police');
    expect([code, out]).toEqual([
      COORDINATOR_EXIT_CODES.done,
      expect.stringMatching(/^Token for police, .*\n {2}\S+\n/),
    ]);
    expect(JSON.parse((await coordinator('enrolments', ...config, '--json')).out)).toMatchObject({
      agencies: [{ agency: 'police', token: { state: 'waiting' }, certificates: [] }],
    });
    const certificate = (): string => readFileSync(join(directory, 'tls', 'coordinator.crt'), 'utf8');
    const before = certificate();
    expect((await coordinator('renew', ...config)).code).toBe(COORDINATOR_EXIT_CODES.done);
    expect(certificate()).not.toBe(before);
  });

  it.each([
    ['an authority’s certificate without its key', ['--federation', 'a', '--authority-certificate', 'a.crt']],
    ['an authority’s key without its certificate', ['--federation', 'a', '--authority-key', 'a.key']],
    ['an authority without a federation', ['--authority-certificate', 'a.crt', '--authority-key', 'a.key']],
    ['a federation that no roster could name', ['--federation', 'A b']],
    ['a federation of 65 characters', ['--federation', 'a'.repeat(65)]],
    ['a word too many', ['more']],
  ])('make nothing of %s', async (_, words) => {
    const directory = join(folder, 'new');
    const { code, err } = await coordinator('init', '--directory', directory, ...words);
    expect([code, err]).toEqual([COORDINATOR_EXIT_CODES.usage, expect.stringMatching(/^USAGE: /)]);
    expect(existsSync(directory)).toBe(false);
  });

  it('take a federation’s name of 64 characters', async () => {
    const words = ['init', '--directory', join(folder, 'new'), '--federation', 'a'.repeat(64)];
    expect((await coordinator(...words)).code).toBe(COORDINATOR_EXIT_CODES.done);
  });

  it('say with its code what is wrong with a file', async () => {
    const { code, err } = await coordinator('start', '--config', join(folder, 'none.yaml'));
    expect([code, err]).toEqual([COORDINATOR_EXIT_CODES.usage, expect.stringMatching(/^CONFIG_UNREADABLE: /)]);
  });
});
