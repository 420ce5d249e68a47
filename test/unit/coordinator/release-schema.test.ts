import { describe, expect, it } from 'vitest';
import { makeLinkage, releaseSchema, SHOWN_STATUSES } from '../../../coordinator/index.js';
import { CELL_STATUSES } from '../../../core/disclosure/index.js';
import { linkageInput } from './linkage-fixtures.js';

const cell = (changes: object = {}): object => ({
  categories: [0],
  value: 15,
  status: 'ok',
  reason: '',
  interval: null,
  ...changes,
});

const release = (table: object = {}): object => ({
  question: 'What?',
  chosen: [],
  table: {
    dimensions: [{ name: 'a.b.c', label: 'C', categories: [{ code: 'x', label: 'X' }] }],
    cells: [cell()],
    policy: { threshold: 10, roundTo: 5 },
    suppressed: 0,
    ...table,
  },
  sources: [],
  notes: [],
});

const accepted = (table: object): boolean => releaseSchema.safeParse(release(table)).success;

describe('a release as it is stored and sent', () => {
  it('knows every status a cell can have, and no other', () => {
    for (const status of CELL_STATUSES) expect(accepted({ cells: [cell({ status })] })).toBe(true);
    expect(accepted({ cells: [cell({ status: 'hidden' })] })).toBe(false);
  });

  it.each([
    ['a value that is no whole number', { cells: [cell({ value: 1.5 })] }],
    ['a place below 0', { cells: [cell({ categories: [-1] })] }],
    ['an interval without an end', { cells: [cell({ interval: { low: 1 } })] }],
    ['a total without a reason', { totals: [cell({ reason: undefined })] }],
    ['a rate without a band', { rates: [{ group: [null], value: 0.5, status: 'ok', reason: '' }] }],
    ['another rounding', { policy: { threshold: 10, roundTo: 5, rounding: 'up' } }],
  ])('is not one with %s', (_, table) => {
    expect(accepted(table)).toBe(false);
  });

  it('reads what was stored before people were told how they were linked', () => {
    const { linkage, table, presentation } = releaseSchema.parse(release());
    expect(linkage).toBeNull();
    expect(table.recalls).toEqual([]);
    expect(presentation.recall).toBeNull();
    const before = { ...release(), presentation: { margins: 'totals', rate: null, quantiles: null } };
    expect(releaseSchema.parse(before).presentation).toEqual({ ...before.presentation, recall: null });
  });

  it('reads what was stored before rows that can’t be used were told, and no share that is none', () => {
    const source = { agency: 'a', agencyName: 'A', dataset: 'a.b', asAt: '2026-10-31' };
    const withShare = (rejectedPercent?: unknown): object => ({
      ...release(),
      sources: [{ ...source, rejectedPercent }],
    });
    expect(releaseSchema.parse(withShare()).sources[0]?.rejectedPercent).toBeNull();
    for (const share of [0, 100, null])
      expect(releaseSchema.parse(withShare(share)).sources[0]?.rejectedPercent).toBe(share);
    for (const share of [-1, 101, 0.5, '1']) expect(releaseSchema.safeParse(withShare(share)).success).toBe(false);
  });

  it('keeps a linkage report as it was made, and knows every status of its numbers and no other', () => {
    const made = makeLinkage(linkageInput());
    const stored: unknown = JSON.parse(JSON.stringify({ ...release(), linkage: made }));
    expect(releaseSchema.parse(stored).linkage).toEqual(made);
    const recallOf = (status: string): boolean =>
      releaseSchema.safeParse({
        ...release(),
        linkage: { ...made, links: made?.links.map((link) => ({ ...link, recall: { value: null, status } })) },
      }).success;
    expect(SHOWN_STATUSES.filter((status) => !recallOf(status))).toEqual([]);
    expect(recallOf('hidden')).toBe(false);
  });

  it('leaves out what a later version may have beside, so that an older command reads it', () => {
    const parsed = releaseSchema.parse({ ...release({ cells: [cell({ chart: 'x' })] }), signature: 'y' });
    expect(parsed).not.toHaveProperty('signature');
    expect(parsed.table.cells[0]).not.toHaveProperty('chart');
  });
});
