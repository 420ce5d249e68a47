import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXIT_CODES } from '../../../cli/index.js';
import { tally } from './fixtures.js';

describe('tally coordinator init', () => {
  it('takes the addresses to listen at, and refuses what is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tally-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const directory = join(folder, 'new');
    const init = ['coordinator', 'init', '--directory', directory];
    for (const wrong of ['7400', 'host', 'host:70000', 'ho st:1']) {
      const { exitCode, err } = await tally([...init, '--nodes-at', wrong]);
      expect([exitCode, err]).toEqual([EXIT_CODES.wrongUse, expect.stringContaining('host:port')]);
    }
    expect((await tally([...init, '--enrolment-at', 'a:1'])).err).toMatch(/^USAGE: --enrolment-at /);
    const at = ['--nodes-at', '[::1]:65535', '--enrolment-at', 'a.example:0', '--analysts-at', 'localhost:7'];
    expect((await tally([...init, '--federation', 'unit-test', ...at])).exitCode).toBe(EXIT_CODES.done);
    const config = readFileSync(join(directory, 'coordinator.yaml'), 'utf8');
    expect([...config.matchAll(/^ {2}(?:host|port): (\S+)/gm)].map(([, value]) => value)).toEqual([
      "'::1'",
      '65535',
      'a.example',
      '0',
      'localhost',
      '7',
    ]);
  });
});
