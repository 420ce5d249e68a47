import { describe, expect, it } from 'vitest';
import type {
  ReleasedMeasureCell,
  ReleasedQuantile,
  ReleasedRate,
  ReleasedRecall,
} from '../../../core/disclosure/index.js';
import { renderRelease } from '../../../cli/index.js';
import type { Release } from '../../../coordinator/index.js';
import { dimension, releaseOf, table } from './releases.js';

const days = dimension('Days to charge', 'Under 91', '91 to 365', '366 or more', 'Not recorded');
const withdrew = dimension('Withdrew', 'Yes', 'No', 'Not recorded');
const plain = table(
  [days, withdrew],
  Array.from({ length: 12 }, () => 100),
);

const linesOf = (changes: Partial<Release['table']>, presentation: Partial<Release['presentation']> = {}): string[] => {
  const release = releaseOf({ ...plain, ...changes });
  return renderRelease({ ...release, presentation: { ...release.presentation, ...presentation } }, 100).split('\n');
};

/** The lines from the one that begins so up to the next empty line but one. */
function section(lines: readonly string[], beginning: string): string[] {
  const from = lines.findIndex((line) => line.startsWith(beginning));
  expect(from).toBeGreaterThanOrEqual(0);
  return lines.slice(from);
}

describe('rates as text', () => {
  const rate = (place: number, changes: Partial<ReleasedRate> = {}): ReleasedRate => ({
    group: [place, null],
    value: 0.25,
    status: 'ok',
    reason: '',
    band: null,
    interval: { low: 0.2, high: 0.3 },
    longRun: { low: 0.18, high: 0.325 },
    difference: { value: 0.08, low: 0.021, high: 0.139 },
    ratio: { value: 1.32, low: 1.08, high: 1.704 },
    ...changes,
  });
  const presentation = { rate: { of: 1, yes: [0], among: [0, 1], by: [0] }, quantiles: null };
  const none = { value: null, interval: null, longRun: null, difference: null, ratio: null };
  const rates = [
    rate(0, { value: 0.123, difference: null, ratio: null }),
    rate(1),
    rate(2, { difference: { value: -0.01, low: -0.05, high: 0.03 }, ratio: null }),
    rate(3, { ...none, status: 'primary' }),
  ];

  it('have a line for each group and say in words how groups compare with the first', () => {
    expect(section(linesOf({ rates }, presentation), 'Share').slice(0, 13)).toEqual([
      'Share with Withdrew: Yes, among those for whom it is recorded',
      '',
      'Days to charge   Share     95 % interval   In the long run',
      '----------------------------------------------------------',
      'Under 91        12.3 %  20.0 % to 30.0 %  18.0 % to 32.5 %',
      '91 to 365       25.0 %  20.0 % to 30.0 %  18.0 % to 32.5 %',
      '366 or more     25.0 %  20.0 % to 30.0 %  18.0 % to 32.5 %',
      'Not recorded       [c]',
      '',
      'In the long run, compared with Under 91 (95 % intervals in brackets):',
      '91 to 365: 8 percentage points more (2.1 to 13.9 more); 1.32 times the share (1.08 to 1.7).',
      '366 or more: no clear difference (5 points less to 3 more).',
      '',
    ]);
  });

  it.each([
    [{ value: -0.08, low: -0.139, high: -0.021 }, '8 percentage points less (2.1 to 13.9 less)'],
    [{ value: 0.02, low: 0, high: 0.04 }, 'no clear difference (0 more to 4 more)'],
    [{ value: -0.02, low: -0.04, high: 0 }, 'no clear difference (4 points less to 0 more)'],
    [{ value: 0.02, low: 0.001, high: 0.04 }, '2 percentage points more (0.1 to 4 more)'],
  ])('say of a difference %j: %s', (difference, words) => {
    const compared = [rates[0] as ReleasedRate, rate(1, { difference, ratio: null })];
    expect(linesOf({ rates: compared }, presentation).join('\n')).toContain(`91 to 365: ${words}.`);
  });

  it('show a band in place of a share that would say that all are alike, and compare nothing then', () => {
    const banded = [rate(0, { ...none, band: '>95%', status: 'class' }), rate(1, { difference: null, ratio: null })];
    const lines = section(linesOf({ rates: banded }, presentation), 'Share');
    expect(lines[4]).toBe('Under 91          >95%');
    expect(lines.join('\n')).not.toContain('compared');
    expect(lines.join('\n')).toContain('it would say that everybody in a group is alike');
  });

  it('are of everybody together where there are no groups', () => {
    const lines = linesOf({ rates: [rate(0, { group: [null, null] })] }, { rate: { ...presentation.rate, by: [] } });
    expect(section(lines, 'Share')[4]).toMatch(/^All +25\.0 %/);
  });

  it('are not there where the release has none', () => {
    expect(linesOf({}).join('\n')).not.toContain('Share');
  });
});

describe('quantiles as text', () => {
  const quantile = (place: number, at: number, value: number | null, high = value): ReleasedQuantile => ({
    group: [null, place],
    at,
    value,
    status: value === null ? 'primary' : 'ok',
    reason: '',
    interval: value === null || high === null ? null : { low: value, high },
  });

  it('say in which band each lies, and in which it may', () => {
    const quantiles = [
      quantile(0, 0.25, 0),
      quantile(0, 0.5, 1, 2),
      quantile(0, 0.9, 2),
      quantile(1, 0.25, null),
      quantile(1, 0.5, null),
      quantile(1, 0.9, null),
    ];
    const lines = linesOf({ quantiles }, { quantiles: { of: 0, bands: [0, 1, 2], at: [0.25, 0.5, 0.9], by: [1] } });
    expect(section(lines, 'Days to charge: where').slice(0, 6)).toEqual([
      'Days to charge: where quantiles lie (95 % range in brackets)',
      '',
      'Withdrew  Lower quartile                                Median  90 % are below',
      '------------------------------------------------------------------------------',
      'Yes             Under 91  91 to 365 (91 to 365 to 366 or more)     366 or more',
      'No                   [c]                                   [c]             [c]',
    ]);
  });
});

describe('measures as text', () => {
  const cell = (place: number | null, changes: Partial<ReleasedMeasureCell> = {}): ReleasedMeasureCell => ({
    categories: [place, null],
    contributors: 1_230,
    value: { value: -2.345, low: -3, high: -1.5 },
    variance: null,
    status: 'ok',
    reason: '',
    ...changes,
  });
  const measure = { name: 'a.b', label: 'Change in wellbeing', range: [-10, 10] as const };

  it('have a table each, with how many have a value and what lies outside the range', () => {
    const hidden = { contributors: null, value: null, variance: null, status: 'secondary' as const };
    const cells = [cell(0), cell(1, hidden), cell(null)];
    const lines = linesOf({ measures: [{ ...measure, kind: 'mean', cells }] });
    expect(section(lines, 'Change in wellbeing').slice(0, 7)).toEqual([
      'Change in wellbeing: mean; values below -10 or above 10 count as that',
      '',
      'Days to charge  Withdrew  With a value   Mean  95 % interval',
      '------------------------------------------------------------',
      'Under 91        All              1,230  -2.35     -3 to -1.5',
      '91 to 365       All                [c]    [c]',
      'All             All              1,230  -2.35     -3 to -1.5',
    ]);
  });

  it('show sums as sums, and a variance beside its mean', () => {
    const sum = linesOf({
      measures: [
        { ...measure, kind: 'sum', cells: [cell(0, { value: { value: 12_345, low: 12_000, high: 13_000 } })] },
      ],
    });
    expect(section(sum, 'Change in')[4]).toMatch(/1,230 +12,345 +12,000 to 13,000$/);
    const variance = { value: 4.5, low: 4, high: 5 };
    const both = linesOf({ measures: [{ ...measure, kind: 'variance', cells: [cell(0, { variance })] }] });
    expect(section(both, 'Change in')[2]).toMatch(/With a value +Mean +95 % interval +Variance +95 % interval$/);
    expect(section(both, 'Change in')[4]).toMatch(/-2\.35 +-3 to -1\.5 +4\.5 +4 to 5$/);
  });
});

describe('recall by group as text', () => {
  const recall = (place: number, changes: Partial<ReleasedRecall> = {}): ReleasedRecall => ({
    group: [place, null],
    recall: { value: 0.97, low: 0.95, high: 0.99 },
    linked: 1_388,
    ratio: { value: 0.948, low: 0.921, high: 0.976 },
    weight: 1.0309,
    reason: 'Estimated.',
    warning: null,
    ...changes,
  });
  const none = { recall: null, linked: null, ratio: null, weight: null, reason: 'Not estimable: too few.' };
  const warning = 'A difference from 91 to 365 may come from linkage.';
  const recalls = [
    recall(0, { warning }),
    recall(1, { ratio: null }),
    recall(2, { warning }),
    recall(3, { ...none, warning: 'It can’t be told.' }),
  ];
  const several = { least: 1.4, likely: 1.8, most: 2.2 };
  const presentation = { recall: { of: 1, all: 0, butOne: [1, 2, 3], other: 4, several, by: [0] } } as const;

  it('has a line for each group, its weight, and what to beware of, once for all of whom it holds', () => {
    expect(section(linesOf({ recalls }, presentation), 'How many').slice(0, 14)).toEqual([
      'How many of those who are in both were found, by group (estimated)',
      '',
      '                                                               Of the',
      'Days to charge  Linked   Found     95 % interval          reference’s  Weight',
      '-----------------------------------------------------------------------------',
      'Under 91         1,388  97.0 %  95.0 % to 99.0 %  0.95 (0.92 to 0.98)    1.03',
      '91 to 365        1,388  97.0 %  95.0 % to 99.0 %                         1.03',
      '366 or more      1,388  97.0 %  95.0 % to 99.0 %  0.95 (0.92 to 0.98)    1.03',
      'Not recorded       [c]     [x]',
      '',
      'The reference is 91 to 365, of whom most were linked.',
      'Under 91; 366 or more: A difference from 91 to 365 may come from linkage.',
      'Not recorded: Not estimable: too few.',
      'Not recorded: It can’t be told.',
    ]);
  });

  it('names no reference where nobody is compared', () => {
    const alone = [recall(0, { ratio: null }), recall(1, none)];
    expect(linesOf({ recalls: alone }, presentation).join(' ')).not.toContain('The reference is');
  });

  it('is nothing where the template does not ask for it', () => {
    expect(linesOf({ recalls }).join(' ')).not.toContain('were found');
    expect(linesOf({ recalls: [] }, presentation).join(' ')).not.toContain('were found');
  });
});
