import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { signingKeyFromPem } from '../../../core/private-join/index.js';
import { toBase64 } from '../../../core/base/index.js';
import {
  configText,
  initCoordinator,
  isSynthetic,
  loadConfig,
  MAX_API_TOKENS,
  tokenHash,
} from '../../../coordinator/index.js';
import { MIN_SPOOL_MEMORY_MIB, packagePath } from '../../../runtime/index.js';
import { seededRng } from '../../support/seeded-rng.js';

const EXAMPLE = configText(tokenHash('a token'));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function load(text: string): ReturnType<typeof loadConfig> {
  const file = join(folder, 'coordinator.yaml');
  writeFileSync(file, text);
  return loadConfig(file);
}

/** `line path` of each problem. */
function problemsOf(text: string): string[] {
  try {
    load(text);
  } catch (thrown) {
    const { code, problems } = thrown as { code: string; problems: { line?: number; path: string }[] };
    expect(code).toBe('CONFIG_INVALID');
    return problems.map(({ path }) => path);
  }
  return [];
}

const without = (key: RegExp): string => EXAMPLE.replace(key, '');
const changed = (from: string | RegExp, to: string): string => {
  expect(EXAMPLE).toMatch(from);
  return EXAMPLE.replace(from, to);
};

describe('the configuration', () => {
  it('takes its own example, with paths from its folder', () => {
    const config = load(EXAMPLE);
    expect(config.database).toBe(join(folder, 'coordinator.db'));
    expect(config.federation.tls.authority).toBe(join(folder, 'tls', 'authority.crt'));
    expect(config.api).toMatchObject({
      host: '127.0.0.1',
      tokens: [{ name: 'analyst', organisation: 'analysts', sha256: tokenHash('a token') }],
    });
    expect(config.governance).toEqual({
      register: join(folder, 'register.jsonl'),
      statement: join(folder, 'register-statement.json'),
      fingerprint: undefined,
    });
    expect(config.revealUnprotectedCountsOfSyntheticData).toBe(false);
  });

  it('takes the fingerprint that an officer has read out', () => {
    const pinned = (fingerprint: string): string => changed(/# fingerprint: .*/, `fingerprint: ${fingerprint}`);
    expect(load(pinned('ab'.repeat(32))).governance.fingerprint).toBe('ab'.repeat(32));
    for (const none of ['ab'.repeat(31), 'AB'.repeat(32), `${'ab'.repeat(32)}c`]) {
      expect(problemsOf(pinned(none))).toEqual(['governance.fingerprint']);
    }
  });

  it('explains every key of its example', () => {
    const uncommented = readFileSync(packagePath('coordinator', 'coordinator.example.yaml'), 'utf8')
      .split('\n')
      .filter((line) => /^\s*[\w-]+:\s/.test(line) && !line.includes('#'));
    // Keys whose parent, or the line above, explains them.
    expect(uncommented.map((line) => line.trim().split(':')[0])).toEqual([
      'host',
      'certificate',
      'privateKey',
      'host',
      'port',
      'sha256',
      'directory',
      'revealUnprotectedCountsOfSyntheticData',
    ]);
  });

  it('needs no more than it must', () => {
    const config = load(
      without(/^logLevel.*$/m)
        .replace(/^revealUnprotectedCounts.*$/m, '')
        .replace(/^ {2}tlsTerminatedUpstream.*$/m, '')
        .replace(/^ {2}host: 127.*$/m, ''),
    );
    expect(config.api).toMatchObject({ host: '127.0.0.1', tlsTerminatedUpstream: false });
    expect(config).toMatchObject({ logLevel: 'info', revealUnprotectedCountsOfSyntheticData: false });
  });

  it.each([
    ['an unknown key', () => `${EXAMPLE}\nverbose: true\n`, 'verbose'],
    ['a port too high', () => changed('port: 7400', 'port: 65536'), 'federation.port'],
    ['a hash that is none', () => changed(tokenHash('a token'), 'abc'), 'api.tokens[0].sha256'],
    ['no token', () => changed(/tokens:[\s\S]*?\n\n/, 'tokens: []\n\n'), 'api.tokens'],
    ['two tokens of one name', () => changed(/( {4}- name: analyst[\s\S]*?)\n\n/, '$1\n$1\n\n'), 'api.tokens[1].name'],
    ['an API open to the network without TLS', () => changed('host: 127.0.0.1', 'host: 0.0.0.0'), 'api.host'],
    [
      'less memory for lists than their index takes',
      () => changed('memoryMiB: 256', `memoryMiB: ${MIN_SPOOL_MEMORY_MIB - 1}`),
      'spool.memoryMiB',
    ],
    ['no workers', () => changed('workers: 2', 'workers: 0'), 'workers'],
    [
      'a deadline of a day and a second',
      () => changed('stopSeconds: 10', 'stopSeconds: 86401'),
      'deadlines.stopSeconds',
    ],
    ['a log level there is not', () => changed('logLevel: info', 'logLevel: chatty'), 'logLevel'],
    ['a token of no organisation', () => without(/^ {6}organisation: .*\n/m), 'api.tokens[0].organisation'],
    [
      'an organisation that no roster could have',
      () => changed('organisation: analysts', 'organisation: Research@Office'),
      'api.tokens[0].organisation',
    ],
    ['no register', () => without(/^ {2}register: .*$/m), 'governance.register'],
    ['a folder of templates, as there was before', () => `${EXAMPLE}\ntemplates: templates\n`, 'templates'],
    ['no identity', () => without(/^identityKey.*$/m), 'identityKey'],
  ])('refuses %s', (_, text, path) => {
    expect(problemsOf(text())).toEqual([path]);
  });

  it('lets the API be open to the network behind a proxy that speaks TLS', () => {
    const text = changed('host: 127.0.0.1', 'host: 0.0.0.0').replace(
      'tlsTerminatedUpstream: false',
      'tlsTerminatedUpstream: true',
    );
    expect(load(text).api.host).toBe('0.0.0.0');
  });

  it('takes so many tokens and no more', () => {
    const tokens = (count: number): string =>
      changed(
        /tokens:[\s\S]*?\n\n/,
        `tokens:\n${Array.from({ length: count }, (_, index) => `    - { name: t${index}, organisation: o, sha256: ${tokenHash(`${index}`)} }`).join('\n')}\n\n`,
      );
    expect(load(tokens(MAX_API_TOKENS)).api.tokens).toHaveLength(MAX_API_TOKENS);
    expect(problemsOf(tokens(MAX_API_TOKENS + 1))).toEqual(['api.tokens']);
  });
});

it.each([
  ['bold-demo', true],
  ['unit-test', true],
  ['bold', false],
  ['demo', false],
  ['bold-demo-2', false],
  ['test-bold', false],
])('holds %s to be of synthetic people: %s', (federation, synthetic) => {
  expect(isSynthetic(federation)).toBe(synthetic);
});

describe('init', () => {
  it('makes a folder that only its owner may read, whose configuration knows the token it shows', () => {
    const directory = join(folder, 'new');
    const { configFile, token, identityKey } = initCoordinator(directory, seededRng('init'));
    expect(dirname(configFile)).toBe(directory);
    const config = loadConfig(configFile);
    expect(config.api.tokens).toEqual([{ name: 'analyst', organisation: 'analysts', sha256: tokenHash(token) }]);
    expect(readFileSync(configFile, 'utf8')).not.toContain(token);
    for (const file of [configFile, config.identityKey]) expect(statSync(file).mode & 0o077).toBe(0);
    for (const place of [config.datasets, config.spool.directory, dirname(config.federation.tls.privateKey)]) {
      expect(existsSync(place)).toBe(true);
    }
    const pem = readFileSync(config.identityKey, 'utf8');
    expect(identityKey).toBe(toBase64(signingKeyFromPem(pem).publicKey));
  });

  it('makes another token and another key each time', () => {
    const rng = seededRng('two');
    const [one, two] = ['one', 'two'].map((name) => initCoordinator(join(folder, name), rng));
    expect(one?.token).not.toBe(two?.token);
    expect(one?.identityKey).not.toBe(two?.identityKey);
  });

  it('leaves a folder alone that has something in it', () => {
    writeFileSync(join(folder, 'something'), '');
    expect(() => initCoordinator(folder, seededRng('init'))).toThrow(
      expect.objectContaining({ code: 'DIRECTORY_NOT_EMPTY' }),
    );
    expect(existsSync(join(folder, 'coordinator.yaml'))).toBe(false);
  });
});
