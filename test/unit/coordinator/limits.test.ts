import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import {
  MAX_PARAMETER_VALUES,
  MAX_PARAMETERS,
  MAX_TEMPLATE_NAME_CHARACTERS,
  MAX_VALUE_CHARACTERS,
  submitSchema,
} from '../../../coordinator/api/schema.js';
import { MAX_DOCUMENT_BYTES, MAX_DOCUMENTS, readDocuments } from '../../../coordinator/register/catalogue.js';

describe('a request for a run', () => {
  const accepted = (body: unknown): boolean => submitSchema.safeParse(body).success;
  const named = (count: number): Record<string, string[]> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, ['a']]));

  it.each([
    ['the name of the template', MAX_TEMPLATE_NAME_CHARACTERS, (length: number) => ({ template: 'x'.repeat(length) })],
    ['parameters', MAX_PARAMETERS, (count: number) => ({ template: 'x', parameters: named(count) })],
    [
      'values of a parameter',
      MAX_PARAMETER_VALUES,
      (count: number) => ({ template: 'x', parameters: { p: Array.from({ length: count }, () => 'a') } }),
    ],
    ['a value', MAX_VALUE_CHARACTERS, (length: number) => ({ template: 'x', parameters: { p: ['x'.repeat(length)] } })],
    [
      'the name of a parameter',
      MAX_VALUE_CHARACTERS,
      (length: number) => ({ template: 'x', parameters: { ['x'.repeat(length)]: ['a'] } }),
    ],
  ])('takes %s up to the limit and not one past it', (_, limit, body) => {
    expect([accepted(body(limit)), accepted(body(limit + 1))]).toEqual([true, false]);
  });
});

describe('a folder of documents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-test-'));
  const read = (): number => readDocuments('datasets', folder, '.yaml', () => true).length;
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('may have as many as the limit and none more, each as large as the limit and no larger', () => {
    for (let index = 0; index < MAX_DOCUMENTS; index += 1) writeFileSync(join(folder, `${index}.yaml`), '');
    const last = join(folder, '0.yaml');
    writeFileSync(last, new Uint8Array(MAX_DOCUMENT_BYTES));
    expect(read()).toBe(MAX_DOCUMENTS);
    writeFileSync(last, new Uint8Array(MAX_DOCUMENT_BYTES + 1));
    expect(read).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        problems: [{ path: last, message: expect.any(String) as string }],
      }),
    );
    writeFileSync(last, '');
    writeFileSync(join(folder, 'more.yaml'), '');
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', problems: [] }));
  });
});
