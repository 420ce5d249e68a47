import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

import { packagePath } from '../../runtime/index.js';

/** What takes long to load, and few commands need. */
const HEAVY = ['@grpc/grpc-js', '@peculiar/x509', 'better-sqlite3', 'express', 'mysql2', 'pg', 'tedious'];

const folder = mkdtempSync(join(tmpdir(), 'tallystick-loading-'));
const seen = join(folder, 'seen');
const hooks = join(folder, 'hooks.mjs');
const register = join(folder, 'register.mjs');
writeFileSync(
  hooks,
  `import { appendFileSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  appendFileSync(${JSON.stringify(seen)}, resolved.url + '\\n');
  return resolved;
}
`,
);
writeFileSync(
  register,
  `import { register } from 'node:module';\nregister(${JSON.stringify(pathToFileURL(hooks).href)});\n`,
);
afterAll(() => rmSync(folder, { recursive: true }));

/** Which of the heavy packages a program has loaded when it has ended. */
function loadedBy(words: readonly string[]): readonly string[] {
  writeFileSync(seen, '');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', pathToFileURL(register).href, packagePath('dist', 'cli', 'main.js'), ...words],
    { encoding: 'utf8' },
  );
  expect(`${stdout}${stderr}`).not.toBe('');
  const urls = readFileSync(seen, 'utf8');
  expect(urls).toContain('/node_modules/commander/');
  return HEAVY.filter((name) => urls.includes(`/node_modules/${name}/`));
}

describe('tally loads nothing heavy', () => {
  it.each([
    ['to help', ['--help']],
    ['to read a template', ['template', 'explain', 'none.yaml']],
    ['to read a register', ['register', 'show', 'none']],
    ['to read a copy of the audit log', ['audit', 'show', 'none']],
    ['to ask a coordinator', ['runs']],
    ['to say how a node is', ['node', 'status', '--config', 'none.yaml']],
    ['to pause a node', ['node', 'pause', '--config', 'none.yaml']],
  ])('%s', (_, words) => {
    expect(loadedBy(words)).toEqual([]);
  });
});

describe('tally loads', () => {
  it.each([
    ['no servers to prepare', ['node', 'prepare', '--config', 'none.yaml'], ['better-sqlite3']],
    [
      'what the node needs to start, and no database driver but its own',
      ['node', 'start', '--config', 'none.yaml'],
      ['@grpc/grpc-js', '@peculiar/x509', 'better-sqlite3'],
    ],
    [
      'servers for a coordinator',
      ['coordinator', 'start', '--config', 'none.yaml'],
      ['@grpc/grpc-js', '@peculiar/x509', 'better-sqlite3', 'express'],
    ],
  ])('%s', (_, words, expected) => {
    expect(loadedBy(words)).toEqual(expected);
  });
});
