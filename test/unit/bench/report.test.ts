import { format } from 'prettier';
import { describe, expect, it } from 'vitest';

import { reportAsMarkdown } from '../../../bench/report/markdown.js';
import { isExact } from '../../../bench/report/report.js';
import type { Report } from '../../../bench/report/report.js';
import { reportAsText } from '../../../bench/report/text.js';
import { emptyReport, kernelOf, runOf } from './report-fixture.js';

const whole: Report = {
  ...emptyReport,
  kernel: kernelOf([
    ['fma', 'multiply', 30],
    ['fma', 'rerandomise', 20],
    ['sodium', 'x25519', 40],
  ]),
  twoParty: {
    elements: 5_000,
    common: 2_500,
    exact: true,
    ours: { elementsPerSecond: 7_000, rounds: [{ cpuSeconds: 0.7, seconds: 0.8 }] },
    psi: { elementsPerSecond: 500, rounds: [{ cpuSeconds: 10, seconds: 11 }] },
    ratio: 14,
  },
  runs: { runs: [runOf({ people: 10_000 }), runOf({ people: 20_000 })], contention: 1.25 },
  prepare: [
    {
      rows: 20_000,
      keyColumns: 3,
      withoutHashing: { seconds: 0.5, cpuSeconds: 0.6 },
      withHashing: { seconds: 1, cpuSeconds: 2.4 },
      kernelSeconds: 1.5,
    },
  ],
};

const wrong: Partial<Report>[] = [
  { kernel: kernelOf([], false) },
  { twoParty: whole.twoParty === null ? null : { ...whole.twoParty, exact: false } },
  { runs: { runs: [runOf({}), runOf({}, { exact: false })], contention: 1 } },
];

describe('a report', () => {
  it('is exact when every part of it is', () => {
    expect(isExact(emptyReport)).toBe(true);
    expect(isExact(whole)).toBe(true);
    for (const parts of wrong) expect(isExact({ ...whole, ...parts })).toBe(false);
  });

  it('has all parts that were measured in it, on a terminal', () => {
    const text = reportAsText(whole);
    expect(text).toContain('Imaginary 9000, 2 cores, 8,192 MiB');
    expect(text).toMatch(/^multiply, one scalar for all +0\.75 +– +– +– +–$/m);
    expect(text).toMatch(/^4 keys and a label +140$/m);
    expect(text).toMatch(/^tallystick +5,000 +2,500 +1 +7,000 +0\.80$/m);
    expect(text).toMatch(/^20,000 +2 +1 +exact +20\.0 +24\.0 +20\.0 +1\.20 +90 % \(95 %\) +4$/m);
    expect(text).toMatch(/^20,000 +3 +40,000 +20,000 +0\.6 +2\.4 +75 % +1\.20$/m);
    expect(text).toMatch(/^Two parties.* 14\.0 × +met$/m);
    expect(text).not.toContain('WRONG');
    expect(text).not.toContain('not measured');
  });

  it('says so when something is wrong, on a terminal and on the page', () => {
    for (const parts of wrong) {
      expect(reportAsText({ ...whole, ...parts })).toContain('WRONGLY');
      expect(reportAsMarkdown({ ...whole, ...parts })).toMatch(/WRONG|NOT/);
    }
    expect(reportAsText({ ...whole, ...wrong[2] })).toMatch(/^20,000 +2 +1 +WRONG /m);
    expect(reportAsMarkdown(whole)).not.toMatch(/WRONG|NOT/);
  });

  it('is a page with a section for each part that was measured, and says how to repeat it', async () => {
    const headings = (page: string): string[] => [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading ?? '');
    const page = reportAsMarkdown(whole);
    expect(headings(page)).toEqual([
      'Where the time goes',
      'Targets',
      'What it was measured on',
      'Kernel operations',
      'Two parties, beside psi.js',
      'Whole runs',
      'Preparing snapshots',
      'What we don’t claim',
      'How to read the figures',
      'How to repeat it',
    ]);
    expect(headings(reportAsMarkdown(emptyReport))).toHaveLength(6);
    expect(page).toContain(whole.command);
    expect(page).toContain('Begun: 2026-01-02 03:04 UTC');
    // The formatter changes how a table is padded and nothing that a reader sees.
    const words = (text: string): string => text.replace(/[\s-]|^\|.*\|$/gm, '');
    expect(words(await format(page, { parser: 'markdown' }))).toBe(words(page));
  });
});
