import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { toBase64 } from '../../../core/base/index.js';
import { EXIT_CODES, runCommand } from '../../../node-agent/commands/index.js';
import { loadConfig } from '../../../node-agent/config.js';
import { loadPolicy } from '../../../node-agent/policy/policy-file.js';
import { packagePath } from '../../../runtime/index.js';
import { enrolNode } from '../../../node-agent/enrolment/enrol-node.js';
import { initNode } from '../../../node-agent/enrolment/init-node.js';
import { systemClock } from '../../../runtime/index.js';
import { formatToken, MAX_TOKEN_CHARACTERS, parseToken } from '../../../transport/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { agencies } from './federation-fixtures.js';
import { codeOfAsync, testFolder } from './fixtures.js';
import { TestBoard } from './test-board.js';

const rng = seededRng('enrol-node');
const token = {
  federation: 'unit-test',
  agency: 'police',
  id: rng.bytes(8),
  authority: 'ab'.repeat(32),
  secret: rng.bytes(32),
};
const plan = { agency: 'police', coordinator: '127.0.0.1:1', datasets: [] };

function init(changes: Partial<Parameters<typeof initNode>[0]> = {}): string {
  return initNode({ ...plan, directory: join(testFolder(), 'node'), ...changes }, rng);
}

async function run(words: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const into = (key: 'out' | 'err'): Writable =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        written[key] += chunk.toString();
        done();
      },
    });
  const means = {
    clock: systemClock,
    rng,
    stdout: into('out'),
    stderr: into('err'),
    stopping: new AbortController().signal,
  };
  const exit = await runCommand(words, means);
  return { exit, ...written };
}

describe('node init', () => {
  it('makes a folder whose configuration is read, explained, this agency’s, and answers nothing', () => {
    const file = init({ directory: join(testFolder(), 'a', 'node'), datasets: ['police.one', 'police.two'] });
    const config = loadConfig(file);
    expect(config).toMatchObject({ agency: 'police', coordinator: { address: '127.0.0.1:1' } });
    expect(config.sources.map(({ dataset }) => dataset)).toEqual(['police.one', 'police.two']);
    expect(loadPolicy(config.policy).policy).toMatchObject({ allow: [], refuse: [], minimumThreshold: 10 });
    for (const [made, name] of [
      [file, 'node.example.yaml'],
      [config.policy, 'policy.example.yaml'],
    ] as const) {
      const text = readFileSync(made, 'utf8');
      const comments = [...readFileSync(packagePath('node-agent', name), 'utf8').matchAll(/# (.*)$/gm)];
      expect(comments.length).toBeGreaterThan(15);
      expect(comments.map(([, comment]) => comment ?? '').filter((comment) => !text.includes(comment))).toEqual([]);
    }
  });

  it('keeps all of it to its owner, with a storage key', () => {
    const file = init();
    const folder = join(file, '..');
    const modes = Object.fromEntries(
      readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
    );
    expect(modes).toEqual({
      'console.secret': '600',
      datasets: '700',
      'node.yaml': '600',
      'policy.yaml': '600',
      snapshots: '700',
      spool: '700',
      'storage.key': '600',
      tls: '700',
    });
    expect(readFileSync(join(folder, 'storage.key'))).toHaveLength(32);
  });

  it('writes over nothing', () => {
    const directory = testFolder();
    writeFileSync(join(directory, 'something'), 'kept');
    expect(() => init({ directory })).toThrow(expect.objectContaining({ code: 'DIRECTORY_NOT_EMPTY' }));
    expect(readdirSync(directory)).toEqual(['something']);
    const empty = join(directory, 'empty');
    mkdirSync(empty);
    init({ directory: empty });
  });

  it.each([
    ['--agency', 'The Police'],
    ['--agency', 'coordinator'],
    ['--coordinator', 'coordinator.example'],
  ])('refuses %s %s', async (option, value) => {
    const directory = join(testFolder(), 'node');
    const words = { '--directory': directory, '--agency': 'police', '--coordinator': 'a:1', [option]: value };
    const { exit, err } = await run(['init', ...Object.entries(words).flat()]);
    expect(exit).toBe(EXIT_CODES.usage);
    expect(err).toMatch(/^CONFIG_INVALID: /);
  });

  it.each([
    ['--source', 'csv', '--dataset', 'police.one'],
    ['--definitions', '.', '--dataset', 'police.one'],
    ['--definitions', '.', '--source', 'csv'],
    ['--definitions', '.', '--dataset', 'police.one', '--source', 'excel'],
  ])('wants all that blanks are made of: %s %s %s %s', async (...words) => {
    const directory = join(testFolder(), 'node');
    const { exit } = await run([
      'init',
      '--directory',
      directory,
      '--agency',
      'police',
      '--coordinator',
      'a:1',
      ...words,
    ]);
    expect(exit).toBe(EXIT_CODES.usage);
    expect(existsSync(directory)).toBe(false);
  });

  it('says what is next', async () => {
    const directory = join(testFolder(), 'node');
    const { exit, out } = await run(['init', '--directory', directory, '--agency', 'police', '--coordinator', 'a:1']);
    expect(exit).toBe(EXIT_CODES.done);
    expect(out).toContain('tally node enrol --config');
  });
});

describe('a token’s text', () => {
  it('is read as it was written', () => {
    expect(parseToken(formatToken(token))).toEqual(token);
    const longest = { ...token, federation: 'f'.repeat(64), agency: 'a'.repeat(64) };
    expect(formatToken(longest).length).toBeLessThanOrEqual(MAX_TOKEN_CHARACTERS);
    expect(parseToken(formatToken(longest))).toEqual(longest);
    expect(parseToken(formatToken({ ...longest, agency: 'a'.repeat(65) }))).toBeUndefined();
  });

  it.each([
    '',
    'tally-enrol-1',
    formatToken(token).slice(1),
    `${formatToken(token)}A`,
    formatToken(token).replace('.', ' '),
  ])('is no other: %#', (text) => {
    expect(parseToken(text)).toBeUndefined();
  });
});

describe('node enrol', () => {
  it('sends no token that is no token, or for another agency', async () => {
    const config = loadConfig(init());
    const enrol = (text: string): Promise<unknown> => enrolNode(config, { token: text }, systemClock);
    expect(await codeOfAsync(() => enrol('nonsense'))).toBe('TOKEN_UNREADABLE');
    const others = formatToken({ ...token, agency: 'cps' });
    expect(await codeOfAsync(() => enrol(others))).toBe('TOKEN_OTHER_AGENCY');
    // Not even the identity key was made.
    expect(readdirSync(join(config.snapshots, '..'))).not.toContain('identity.pem');
  });

  it('says that nobody answers, keeps its identity key and shows the secret nowhere', async () => {
    const file = init();
    const text = formatToken(token);
    const tokenFile = join(testFolder(), 'token');
    writeFileSync(tokenFile, `${text}\n`, { mode: 0o600 });
    const words = ['enrol', '--config', file, '--token-file', tokenFile, '--address', '127.0.0.1:1'];
    const first = await run(words);
    expect(first.exit).toBe(EXIT_CODES.failed);
    expect(first.err).toMatch(/^CONNECTION_LOST: nobody answers at 127\.0\.0\.1:1/);
    const key = readFileSync(join(file, '..', 'identity.pem'), 'utf8');
    expect(statSync(join(file, '..', 'identity.pem')).mode & 0o777).toBe(0o600);
    expect(`${first.out}${first.err}`).not.toContain(Buffer.from(token.secret).toString('base64url'));
    await run(words);
    expect(readFileSync(join(file, '..', 'identity.pem'), 'utf8')).toBe(key);
    expect(readdirSync(join(file, '..', 'tls'))).toEqual([]);
  });

  it('reads no token that others can read', async () => {
    const tokenFile = join(testFolder(), 'token');
    writeFileSync(tokenFile, formatToken(token), { mode: 0o644 });
    const { err } = await run(['enrol', '--config', init(), '--token-file', tokenFile]);
    expect(err).toMatch(/^KEY_FILE_EXPOSED: /);
  });

  it('sends nothing where the register is of another federation, or is none', async () => {
    const file = init();
    const board = new TestBoard({
      federation: 'another-test',
      agencies,
      coordinator: toBase64(new Uint8Array(32).fill(7)),
    });
    writeFileSync(file, readFileSync(file, 'utf8').replace(/# (fingerprint: )\S+.*$/m, `$1${board.fingerprint}`));
    const config = loadConfig(file);
    expect(config.governance.fingerprint).toBe(board.fingerprint);
    writeFileSync(config.governance.register, board.file);
    const enrol = (): Promise<unknown> => enrolNode(config, { token: formatToken(token) }, systemClock);
    expect(await codeOfAsync(enrol)).toBe('CONFIG_CONTRADICTORY');
    writeFileSync(config.governance.register, 'nonsense');
    expect(await codeOfAsync(enrol)).toBe('REGISTER_INVALID');
    rmSync(config.governance.register);
    // Without one it may enrol: there is nobody at that address.
    expect(await codeOfAsync(enrol)).toBe('CONNECTION_LOST');
  });
});
