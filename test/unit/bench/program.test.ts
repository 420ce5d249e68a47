import { describe, expect, it } from 'vitest';

import { PARTS } from '../../../bench/options.js';
import { commandOf, EXIT_CODES, runProgram } from '../../../bench/program.js';
import { Printer } from '../../../cli/index.js';

async function ran(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  const printer = new Printer({ write: (text) => (out += text) }, { write: (text) => (err += text) });
  const code = await runProgram(args, printer, new AbortController().signal);
  return { code, out, err };
}

describe('npm run bench', () => {
  it('explains itself', async () => {
    const { code, out } = await ran('--help');
    expect(code).toBe(EXIT_CODES.done);
    for (const part of PARTS) expect(out).toMatch(new RegExp(`^  ${part} +\\w`, 'm'));
    expect(out).toContain('Exit codes:');
  });

  it.each([
    [['nothing'], 'kernel, two-party, runs, prepare, audit, people'],
    [['--people', '9'], 'whole numbers from 10'],
    [['runs', '--agencies', '1,2'], 'whole numbers from 2'],
    [['--keys', '2'], '1 or 3'],
    [['--workers', '0'], 'whole numbers from 1'],
    [['--memory', '16,17'], 'one number'],
    [['--memory', '15'], 'whole numbers from 16'],
    [['people', '--rows', '99'], 'whole numbers from 100'],
    [['people', '--opt-outs', '0'], 'whole numbers from 1'],
    [['people', '--opt-outs', '100001'], 'to 100000'],
    [['--fast'], '--fast'],
  ])('refuses %j', async (args, reason) => {
    const { code, out, err } = await ran(...args);
    expect([code, out]).toEqual([EXIT_CODES.usage, '']);
    expect(err).toContain(reason);
  });

  it.each([
    [[], 'npm run bench -- --markdown docs/performance.md'],
    [['--quick', '--json', '/a/b.json', 'kernel'], 'npm run bench -- --quick kernel --markdown docs/performance.md'],
    [
      ['--markdown=/c.md', '--people', '10,20', '--json=d'],
      'npm run bench -- --people 10,20 --markdown docs/performance.md',
    ],
  ])('is repeated without the files of this computer: %j', (args, command) => {
    expect(commandOf(args)).toBe(command);
  });
});
