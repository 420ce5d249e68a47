import { describe, expect, test } from 'vitest';

import { registerWarnings } from '../../../../coordinator/pages/governance/register-warnings.js';
import { registerCopy } from '../../../../core/governance/index.js';
import { Entries, fingerprintOf, ROSTER } from '../../governance/fixtures.js';

const copy = registerCopy(new Entries().list, fingerprintOf(ROSTER));
const LAST_DAY = Date.parse(`${ROSTER.expires}T00:00:00Z`);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NOW = new Date(LAST_DAY - 100 * DAY_MS);

/** What is said where a registrar's last word is so old, of so many of the entries. */
function said(now: Date, ageMs = 0, { size = copy.head.size, isFileRefused = false } = {}): unknown[] {
  const issued = new Date(now.getTime() - ageMs).toISOString();
  const stated = { federation: 'demo', roster: 1, root: '', size, issued };
  return registerWarnings({ copy, register: copy.register, stated, isFileRefused }, now).map(({ text, isUrgent }) => [
    isUrgent,
    text,
  ]);
}

const on = (days: number): Date => new Date(LAST_DAY + days * DAY_MS + HOUR_MS);

describe('what officers are warned of', () => {
  test('is nothing where all is well', () => {
    expect(said(NOW)).toEqual([]);
    expect(said(NOW, 18 * HOUR_MS)).toEqual([]);
  });

  test('is a roster in its last month, and one that has expired', () => {
    expect(said(on(-31))).toEqual([]);
    expect(said(on(-30))).toEqual([[true, expect.stringContaining('has its last day in 30 days.')]]);
    expect(said(on(-1))).toEqual([[true, expect.stringContaining('has its last day tomorrow.')]]);
    expect(said(on(0))).toEqual([[true, expect.stringContaining('has its last day today.')]]);
    expect(said(on(1))).toEqual([[true, expect.stringContaining('has expired')]]);
  });

  test('is a registrar’s word that is getting old, too old, or none', () => {
    expect(said(NOW, 18 * HOUR_MS + 1_000)).toEqual([[true, expect.stringContaining('too old in 5 hours.')]]);
    expect(said(NOW, 24 * HOUR_MS - 1_000)).toEqual([[true, expect.stringContaining('too old in 1 hour.')]]);
    expect(said(NOW, 24 * HOUR_MS)).toEqual([[true, expect.stringContaining('too old in 1 hour.')]]);
    expect(said(NOW, 24 * HOUR_MS + 1_000)).toEqual([[true, expect.stringContaining('more than a day old')]]);
    const none = registerWarnings({ copy, register: copy.register, stated: undefined, isFileRefused: false }, NOW);
    expect(none).toMatchObject([{ isUrgent: true, commands: [expect.stringContaining('tally register statement')] }]);
  });

  test('is, less urgently, what was added since', () => {
    expect(said(NOW, 0, { size: copy.head.size - 1 })).toEqual([
      [false, expect.stringMatching(/^One entry was added/)],
    ]);
    expect(said(NOW, 0, { size: copy.head.size - 2 })).toEqual([[false, expect.stringMatching(/^2 entries were/)]]);
  });

  test('is a file at the coordinator that was refused', () => {
    expect(said(NOW, 0, { isFileRefused: true })).toEqual([[true, expect.stringContaining('was changed')]]);
  });
});
