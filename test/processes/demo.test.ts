import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { packagePath } from '../../runtime/index.js';

interface Demo {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the demonstration; `onText` hears what it says on stderr. */
function demo(args: readonly string[], onText?: (text: string, interrupt: () => void) => void): Promise<Demo> {
  const child = spawn(process.execPath, [packagePath('dist/examples/bold/demo/main.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onText?.(stderr, () => child.kill('SIGINT'));
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

let temporary = '';
beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'tallystick-test-'));
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe('npm run demo', () => {
  it('answers four questions, twice beside each other, and leaves nothing behind', async () => {
    const files = [1, 2].map((seed) => join(temporary, `${seed}.json`));
    const outcomes = await Promise.all(
      files.map((file, index) =>
        demo(['--people', '4000', '--seed', String(index + 1), '--exit', '--workers', '1', '--json', file]),
      ),
    );
    for (const { code, stdout, stderr } of outcomes) {
      expect([code, stderr.match(/none is further off than noise can be/g)?.length]).toEqual([0, 4]);
      expect(stdout).toContain('If a case takes over a year, are victims less likely to stay engaged?');
      expect(stdout.match(/Counts are rounded to the nearest 5/g)).toHaveLength(4);
      expect(stderr.match(/Who people really are only this demonstration knows/g)).toHaveLength(4);
    }
    for (const file of files) {
      const report = JSON.parse(readFileSync(file, 'utf8')) as {
        questions: {
          comparison: { exact: number; decoded: number; impossible: number; intervals: number; inside: number };
          table: object;
          truth: object[];
          linkage: { links: object[] } | null;
          linkageError: { counted: number; fewer: number; misplaced: number };
          phases: { seconds: number; bytes: number }[];
        }[];
        cpuSeconds: Record<string, number>;
      };
      expect(report.questions).toHaveLength(4);
      for (const question of report.questions) {
        const { exact, decoded, impossible, intervals, inside } = question.comparison;
        expect(impossible).toBe(0);
        // Noise is in them: were it not, every number would be exact.
        expect(exact).toBeLessThan(decoded);
        expect(inside).toBeGreaterThan(intervals / 2);
        expect(question.truth.length).toBeGreaterThan(3);
        expect(question.linkage?.links.length).toBeGreaterThan(0);
        expect(question.phases.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(10_000);
      }
      // Together: of the rarest question noise in what agencies say of so few people may leave out a fifth.
      const errors = report.questions.map(({ linkageError }) => linkageError);
      const wrong = errors.reduce((sum, { fewer, misplaced }) => sum + Math.abs(fewer) + misplaced, 0);
      expect(wrong / errors.reduce((sum, { counted }) => sum + counted, 0)).toBeLessThan(0.15);
      expect(Object.keys(report.cpuSeconds)).toHaveLength(7);
      for (const seconds of Object.values(report.cpuSeconds)) expect(seconds).toBeGreaterThan(0);
    }
    expect(readdirSync(temporary).filter((name) => !name.endsWith('.json'))).toEqual([]);
  }, 240_000);

  it('stays up until Ctrl-C, says where to look, then stops every process', async () => {
    const folder = join(temporary, 'kept');
    let interrupted = false;
    const { code, stderr } = await demo(
      ['--people', '4000', '--workers', '1', '--directory', folder],
      (text, interrupt) => {
        if (interrupted || !text.includes('Press Ctrl-C')) return;
        interrupted = true;
        interrupt();
      },
    );
    expect(code).toBe(0);
    expect(stderr).toContain('npx tally runs --url http://127.0.0.1:');
    expect(existsSync(join(folder, 'coordinator', 'coordinator.db'))).toBe(true);
    for (const log of readdirSync(join(folder, 'logs'))) {
      expect([log, readFileSync(join(folder, 'logs', log), 'utf8').includes('"event":"stopped"')]).toEqual([log, true]);
    }
  }, 120_000);

  it('can be interrupted in the middle', async () => {
    const { code } = await demo(['--people', '400', '--workers', '1'], (text, interrupt) => {
      if (text.includes('Starting the nodes')) interrupt();
    });
    expect(code).toBe(130);
    expect(readdirSync(temporary).filter((name) => name.startsWith('tallystick-demo-'))).toEqual([]);
  }, 120_000);

  it('refuses what it can’t do, in words', async () => {
    const tooMany = await demo(['--people', '0']);
    expect([tooMany.code, tooMany.stderr]).toEqual([1, expect.stringContaining('whole number from 1 to')]);
    const unknown = await demo(['--peple', '10']);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('--people')]);
  });
});
