import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { packagePath } from '../../../runtime/index.js';
import { FILES_ALONE, FOLDERS_TOGETHER, ONLY_ALONE } from '../../support/test-files.js';

const textOf = (file: string): string => readFileSync(packagePath(file), 'utf8');

describe('files of tests that share a process', () => {
  const shared = FOLDERS_TOGETHER.flatMap((folder) =>
    readdirSync(packagePath('test', folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => join('test', folder, file)),
  ).filter((file) => !FILES_ALONE.includes(file));

  it('touch nothing of it that others would notice', () => {
    expect(shared.length).toBeGreaterThan(300);
    expect(shared.filter((file) => ONLY_ALONE.test(textOf(file)))).toEqual([]);
  });

  it('set the clock right again where they have stopped it', () => {
    const stopped = shared.filter((file) => textOf(file).includes('vi.useFakeTimers('));
    expect(stopped.length).toBeGreaterThan(0);
    expect(stopped.filter((file) => !textOf(file).includes('vi.useRealTimers('))).toEqual([]);
  });
});

it.each(FILES_ALONE)('%s is alone for a reason', (file) => {
  expect(existsSync(packagePath(file))).toBe(true);
  expect(textOf(file)).toMatch(ONLY_ALONE);
});
