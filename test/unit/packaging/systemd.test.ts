import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { EXIT_CODES } from '../../../node-agent/index.js';
import { packagePath } from '../../../runtime/index.js';
import { canHave } from '../../support/needs.js';
import { run } from '../node-agent/run-words.js';

/* systemd itself doesn't run here: what can be said of the units without it. */

const FOLDER = packagePath('deploy', 'systemd');
const PROGRAM = '/opt/tallystick';
const NODE = '/usr/bin/node';
/** Of 100: what systemd 252 calls OK ends at 40. */
const MOST_EXPOSURE = 15;
const SERVICES = ['tallystick-node', 'tallystick-console', 'tallystick-prepare', 'tallystick-opt-outs'];

const text = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const valuesOf = (unit: string, key: string): readonly string[] =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value ?? '');
const secondsOf = (unit: string, key: string): number => Number(valuesOf(unit, key)[0]);

const defaults = z
  .object({ deadlines: z.object({ stopSeconds: z.number() }), console: z.object({ port: z.number() }) })
  .parse(parse(readFileSync(packagePath('node-agent', 'node.example.yaml'), 'utf8')));

describe('the units of systemd', () => {
  it('are those that the page names, and a timer has a service', () => {
    const files = readdirSync(FOLDER).filter((name) => name !== 'README.md');
    expect(files.filter((name) => name.endsWith('.service')).toSorted()).toEqual(
      SERVICES.map((name) => `${name}.service`).toSorted(),
    );
    for (const timer of files.filter((name) => name.endsWith('.timer'))) {
      expect(files).toContain(timer.replace(/timer$/, 'service'));
    }
    const page = text('README.md');
    for (const name of files) expect(page).toContain(name.replace(/\.timer$/, ''));
  });

  it.each(SERVICES)('%s: starts a command that there is, with options that it has', async (name) => {
    const [command = '', ...more] = valuesOf(text(`${name}.service`), 'ExecStart');
    expect(more).toEqual([]);
    const [node, main = '', ...words] = command.split(' ');
    expect([node, main.startsWith(`${PROGRAM}/dist/node-agent/`)]).toEqual([NODE, true]);
    expect(existsSync(packagePath(main.slice(PROGRAM.length + 1)))).toBe(true);
    const { exit, stdout } = await run(...words.slice(0, words.indexOf('--config')), '--help');
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toContain(`Usage: node ${words[0]}`);
    for (const option of words.filter((word) => word.startsWith('--'))) expect(stdout).toContain(`${option} <`);
  });

  it.each(SERVICES)('%s: is started again after what may pass, and not after what won’t', (name) => {
    const unit = text(`${name}.service`);
    expect(valuesOf(unit, 'Restart')).toEqual(['on-failure']);
    expect(valuesOf(unit, 'RestartPreventExitStatus')).toEqual([String(EXIT_CODES.usage)]);
    expect(secondsOf(unit, 'StartLimitBurst')).toBeGreaterThan(0);
    expect(secondsOf(unit, 'TimeoutStopSec')).toBeGreaterThan(2 * defaults.deadlines.stopSeconds);
  });

  it('let only the console listen, at the port that it has where nothing is said, on loopback', () => {
    for (const name of SERVICES) {
      const unit = text(`${name}.service`);
      const isConsole = name === 'tallystick-console';
      expect(valuesOf(unit, 'SocketBindDeny')).toEqual(['any']);
      expect(valuesOf(unit, 'SocketBindAllow')).toEqual(isConsole ? [`ipv4:tcp:${defaults.console.port}`] : []);
      expect(valuesOf(unit, 'IPAddressAllow')).toEqual(isConsole ? ['localhost'] : []);
    }
  });

  it('link to pages that there are', () => {
    for (const name of SERVICES) {
      const [page = ''] = valuesOf(text(`${name}.service`), 'Documentation');
      expect(existsSync(packagePath(page.replace(`file://${PROGRAM}/`, '')))).toBe(true);
    }
  });
});

const isThere = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.skipIf(!canHave(isThere, 'systemd-analyze (Debian’s package systemd)'))('systemd-analyze', () => {
  let units: string;
  /** The units as they would be installed, with the drop-in, and the program where it is here. */
  beforeAll(() => {
    units = mkdtempSync(join(tmpdir(), 'units-'));
    for (const name of readdirSync(FOLDER)) install(name, text(name));
  });
  afterAll(() => rmSync(units, { recursive: true }));

  function install(name: string, content: string): void {
    const here = content.replaceAll(PROGRAM, packagePath('.')).replaceAll(NODE, process.execPath);
    if (!name.endsWith('.conf')) {
      writeFileSync(join(units, name), here);
      return;
    }
    for (const service of SERVICES.filter((one) => one !== 'tallystick-console')) {
      mkdirSync(join(units, `${service}.service.d`), { recursive: true });
      writeFileSync(join(units, `${service}.service.d`, 'secrets.conf'), here);
    }
  }

  function ask(...words: string[]): readonly [number | null, string] {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', words, {
      encoding: 'utf8',
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${units}:`, SYSTEMD_LOG_LEVEL: 'warning' },
    });
    return [status, `${stdout}${stderr}`];
  }
  const verify = (): readonly [number | null, string] => {
    const files = readdirSync(units).filter((name) => /\.(service|timer)$/.test(name));
    return ask('verify', '--man=no', '--recursive-errors=no', ...files.map((name) => join(units, name)));
  };

  it('finds nothing wrong in them', () => {
    expect(verify()).toEqual([0, '']);
  });

  it.each([
    ['a setting that there isn’t', 'tallystick-node.service', /^Restart=/m, 'Restarts='],
    ['a program that isn’t there', 'tallystick-prepare.service', /^ExecStart=\S+/m, 'ExecStart=/usr/bin/no-such-node'],
    ['a time that isn’t one', 'tallystick-prepare.timer', /^OnCalendar=.*/m, 'OnCalendar=25:00'],
    ['a setting that there isn’t, in the drop-in', 'tallystick-secrets.conf', /^LoadCredential=/m, 'LoadSecret='],
  ])('would find %s', (_, name, right, wrong) => {
    install(name, text(name).replace(right, wrong));
    expect(verify()).not.toEqual([0, '']);
    install(name, text(name));
  });

  it.each(SERVICES)('finds little exposed in %s', (name) => {
    const exposure = (limit: number): number | null =>
      ask('security', '--offline=true', `--threshold=${limit}`, '--no-pager', join(units, `${name}.service`))[0];
    expect(exposure(MOST_EXPOSURE)).toBe(0);
    expect(exposure(1)).not.toBe(0);
  });
});
