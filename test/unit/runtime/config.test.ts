import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { besideFile, MAX_CONFIG_BYTES, readYamlConfig, RuntimeError } from '../../../runtime/index.js';

const schema = z.strictObject({
  name: z.string(),
  port: z.int().min(1).max(65_535).default(7000),
  tls: z.strictObject({ privateKey: z.string() }),
  agencies: z.array(z.strictObject({ id: z.string() })).default([]),
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, text);
  return path;
}

function refusal(text: string): RuntimeError {
  try {
    readYamlConfig(written(text), schema);
  } catch (error) {
    if (error instanceof RuntimeError) return error;
  }
  throw new Error('it was not refused');
}

describe('a configuration', () => {
  it('is read, with its defaults', () => {
    const config = readYamlConfig(written('name: yes\ntls: { privateKey: k }\nagencies:\n  - id: police\n'), schema);
    expect(config).toEqual({ name: 'yes', port: 7000, tls: { privateKey: 'k' }, agencies: [{ id: 'police' }] });
  });

  it('has keys that are texts, whatever they look like', () => {
    const codes = z.record(z.string(), z.string());
    expect(readYamlConfig(written('01: a\n1: b\n1e3: c\ntrue: d\n'), codes)).toEqual({
      '01': 'a',
      '1': 'b',
      '1e3': 'c',
      true: 'd',
    });
  });

  it('is refused with all of its problems at once, each with its line, and no value', () => {
    const { code, problems, message } = refusal(
      [
        'name: 5',
        'port: 70000',
        'tls:',
        '  privateKey: [hush]',
        '  privateKye: hush',
        'agencies:',
        '  - id: police',
        '  - { name: x }',
        'speed: fast',
      ].join('\n'),
    );
    expect(code).toBe('CONFIG_INVALID');
    expect(problems.map(({ path, line }) => `${path}:${line}`)).toEqual([
      'name:1',
      'port:2',
      'tls.privateKey:4',
      'tls.privateKye:5',
      'agencies[1].id:8',
      'agencies[1].name:8',
      'speed:9',
    ]);
    expect(message).not.toContain('hush');
    expect(message).toContain('line 9: speed:');
  });

  it('is refused with the line of what surrounds a missing setting', () => {
    expect(refusal('\n\ntls: {}\nname: x').problems).toMatchObject([{ path: 'tls.privateKey', line: 3 }]);
    expect(refusal('').problems[0]?.path).toBe('');
  });

  it.each([
    ['a key that stands twice', 'name: a\nname: b\n', 2],
    ['broken YAML', 'port: 1\nname: "secret', 2],
    ['a tag that nobody knows', 'name: !secret-tag x\n', 1],
  ])('is refused with the line of %s', (_, text, line) => {
    const { code, problems, message } = refusal(text);
    expect(code).toBe('CONFIG_INVALID');
    expect(problems[0]?.line).toBe(line);
    expect(message).not.toContain('"secret');
  });

  it('is refused when it uses aliases', () => {
    expect(refusal('name: &a x\ntls: { privateKey: *a }\n').code).toBe('CONFIG_INVALID');
  });

  it('is YAML 1.2: no and dates are texts', () => {
    const text = z.strictObject({ a: z.string(), b: z.string() });
    expect(readYamlConfig(written('a: no\nb: 2026-11-22\n'), text)).toEqual({ a: 'no', b: '2026-11-22' });
  });

  it('can’t be read when it isn’t there or is too large', () => {
    const missing = (): unknown => readYamlConfig(join(folder, 'none.yaml'), schema);
    expect(missing).toThrow(expect.objectContaining({ code: 'CONFIG_UNREADABLE' }));
    const good = 'name: x\ntls: { privateKey: k }\n';
    const padding = (bytes: number): string => `${good}#${'x'.repeat(bytes - good.length - 1)}`;
    expect(readYamlConfig(written(padding(MAX_CONFIG_BYTES)), schema)).toMatchObject({ name: 'x' });
    expect(refusal(padding(MAX_CONFIG_BYTES + 1)).code).toBe('CONFIG_UNREADABLE');
  });
});

describe('a path in a configuration', () => {
  it('is beside the file unless it is absolute', () => {
    expect(besideFile('/etc/tallystick/node.yaml', 'keys/node.pem')).toBe('/etc/tallystick/keys/node.pem');
    expect(besideFile('/etc/tallystick/node.yaml', '../shared')).toBe('/etc/shared');
    expect(besideFile('/etc/tallystick/node.yaml', '/var/x')).toBe('/var/x');
  });
});
