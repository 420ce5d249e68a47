import { format } from 'prettier';
import { describe, expect, it } from 'vitest';

import { reportAsMarkdown } from '../../../bench/report/markdown.js';
import { isExact } from '../../../bench/report/report.js';
import type { Report } from '../../../bench/report/report.js';
import { reportAsText } from '../../../bench/report/text.js';
import { emptyReport, kernelOf, runOf } from './report-fixture.js';

const cpu = { cpuMedian: 0.01, cpuSlow: 0.02 };
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
  audit: {
    ...{ entries: 1_000_000, entryBytes: 400, fillSeconds: 30, openMs: 12, fileBytes: 500 * 2 ** 20, exact: true },
    batches: [
      { entries: 100, batches: 10, entriesPerSecond: 12_345, timings: { median: 8, slow: 9, longest: 10, ...cpu } },
    ],
    inclusion: { median: 0.1, slow: 0.2, longest: 0.3, ...cpu },
    consistency: { median: 0.4, slow: 0.5, longest: 0.6, ...cpu },
    checkpoint: { median: 0.7, slow: 0.8, longest: 0.9, ...cpu },
  },
  people: {
    ...{ rows: 1_000_000, people: 900_000, snapshot: 'ab', hashed: 9_000_000, seconds: 200, cpuSeconds: 150 },
    optOuts: null,
    peakBytes: 400 * 2 ** 20,
    phases: [
      { phase: 'reading', seconds: 120, peakBytes: 300 * 2 ** 20 },
      { phase: 'hashing', seconds: 80, peakBytes: 399 * 2 ** 20 },
    ],
  },
  peopleOptedOut: {
    ...{ rows: 1_000_000, people: 870_000, snapshot: 'cd', hashed: 8_700_000, seconds: 250, cpuSeconds: 190 },
    optOuts: { lines: 20_000, rows: 30_000 },
    peakBytes: 450 * 2 ** 20,
    phases: [{ phase: 'excluding', seconds: 70, peakBytes: 449 * 2 ** 20 }],
  },
};

const wrong: Partial<Report>[] = [
  { kernel: kernelOf([], false) },
  { twoParty: whole.twoParty === null ? null : { ...whole.twoParty, exact: false } },
  { runs: { runs: [runOf({}), runOf({}, { exact: false })], contention: 1 } },
  { audit: whole.audit === null ? null : { ...whole.audit, exact: false } },
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
    expect(text).toMatch(/^hashing +80\.0 +399$/m);
    expect(text).toMatch(/^all +200\.0 +400$/m);
    expect(text).toMatch(/^append 100 entries +12,345 +8\.00 +9\.00 +10\.00 +0\.01 +0\.02$/m);
    expect(text).toMatch(/^prove consistency +– +0\.40 +0\.50 +0\.60 +0\.01 +0\.02$/m);
    expect(text).toContain('1,000,000 rows about 900,000 people');
    expect(text).toContain('20,000 people on the list; 30,000 rows left out');
    expect(text).toMatch(/^ *970,000 rows about 870,000 people, .* 4,000 rows a second/m);
    expect(text).toMatch(/^excluding +70\.0 +449$/m);
    expect(text).toMatch(/^The same with people on an opt-out list .* 450 MiB for 1,000,000 rows +met$/m);
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
      'The audit log',
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
