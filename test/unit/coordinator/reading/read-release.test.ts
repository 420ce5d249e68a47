import { describe, expect, it } from 'vitest';
import { readRelease } from '../../../../coordinator/exports/index.js';
import { makeLinkage, type Release } from '../../../../coordinator/index.js';
import type { ReleasedRate } from '../../../../core/disclosure/index.js';
import { dimension, releaseOf, table } from '../../cli/releases.js';
import { linkageInput } from '../linkage-fixtures.js';

const support = dimension('Supported', 'Yes', 'No', 'Unknown', 'Never');
const withdrew = dimension('Withdrew', 'Withdrew', 'Stayed');
const counts = table(
  [support, withdrew],
  Array.from({ length: 8 }, () => 100),
);
const presentation = {
  ...({ margins: 'none', quantiles: null, recall: null } as const),
  rate: { of: 1, yes: [0], among: [0, 1], by: [0] },
} as const;

const rate = (place: number, changes: Partial<ReleasedRate> = {}): ReleasedRate => ({
  ...{ group: [place, null], value: 0.34, status: 'ok', reason: 'From the rounded counts that are shown.', band: null },
  ...{ interval: { low: 0.33, high: 0.35 }, longRun: { low: 0.3, high: 0.38 }, difference: null, ratio: null },
  ...changes,
});
const hidden = { value: null, interval: null, longRun: null } as const;

const read = (changes: Partial<Release['table']>, release: Partial<Release> = {}): ReturnType<typeof readRelease> =>
  readRelease(releaseOf({ ...counts, ...changes }, { presentation, ...release }));

describe('shares in words', () => {
  it('have their long-run interval, and are compared with the first', () => {
    const { sentences } = read({
      rates: [
        rate(0, { value: 0.4, longRun: { low: 0.36, high: 0.44 } }),
        rate(1, { difference: { value: -0.06, low: -0.09, high: -0.03 } }),
        rate(2, { difference: { value: -0.02, low: -0.05, high: 0.01 } }),
      ],
    });
    expect(sentences).toEqual([
      'Of those with “Supported: Yes”, 40.0 % have “Withdrew: Withdrew” (95 % interval in the long run 36.0 % to 44.0 %).',
      'Of those with “Supported: No”, 34.0 % have “Withdrew: Withdrew” (95 % interval in the long run 30.0 % to 38.0 %); ' +
        'compared with those with “Supported: Yes”, 6 percentage points less (3 to 9 less).',
      'Of those with “Supported: Unknown”, 34.0 % have “Withdrew: Withdrew” (95 % interval in the long run 30.0 % to 38.0 %); ' +
        'compared with those with “Supported: Yes”, no clear difference (5 points less to 1 more).',
    ]);
  });

  it('say a band as a band, and what is not shown with its reason, never as a number', () => {
    const { sentences, caveats } = read({
      rates: [
        rate(0, { ...hidden, status: 'primary', reason: 'Suppressed: too few.' }),
        rate(1, { ...hidden, status: 'primary', reason: 'Suppressed: too few.' }),
        rate(2, { ...hidden, status: 'class', band: '>95%' }),
        rate(3, { ...hidden, status: 'class', band: '<5%' }),
      ],
    });
    expect(sentences).toEqual([
      'Of those with “Supported: Unknown”, more than 95 % have “Withdrew: Withdrew”; a share so near to none and all is not told closer.',
      'Of those with “Supported: Never”, fewer than 5 % have “Withdrew: Withdrew”; a share so near to none and all is not told closer.',
      'The share with “Withdrew: Withdrew” is not shown for “Supported: Yes”, “Supported: No”. Suppressed: too few.',
    ]);
    expect(caveats).toContain('Groups are not compared, for the share of the first is not shown.');
  });

  it('say of whom nobody is told apart that it is everybody', () => {
    const { sentences } = read({ rates: [rate(0, { group: [null, null] })] });
    expect(sentences[0]).toMatch(/^Of everybody, 34\.0 % have/);
  });
});

describe('other numbers in words', () => {
  const none = { presentation: { ...presentation, rate: null } };

  it('are counts where there is nothing else', () => {
    const release = table([support], [15, null, 1230, 20], { totals: [[[null], 1265]], about: 5 });
    const noisy = { ...release, noise: { epsilon: 1, standardDeviation: 2 } };
    expect(readRelease(releaseOf(noisy)).sentences).toEqual([
      'In all, 1,265 (95 % interval 1,260 to 1,270) are counted.',
      'Most are counted in Supported: Unknown: 1,230 (95 % interval 1,225 to 1,235).',
      'Of the counts that are shown, the smallest is Supported: Yes: 15 (95 % interval 10 to 20).',
    ]);
    expect(readRelease(releaseOf(release)).sentences[0]).toBe('In all, 1,265 are counted.');
    const empty = table([support], [null, null, null, null]);
    expect(readRelease(releaseOf(empty))).toMatchObject({
      sentences: ['No count of this table is shown.'],
      caveats: ['4 of 4 counts are not shown; what is not shown is not 0.'],
    });
  });

  it('are means, with those that are not shown', () => {
    const cell = { contributors: 20, variance: null, status: 'ok' as const, reason: '' };
    const measures = [
      {
        ...{ name: 'a.b', label: 'Wellbeing', kind: 'mean' as const, range: [0, 10] as const },
        cells: [
          { ...cell, categories: [0, null], value: { value: 6.5, low: 6, high: 7 } },
          {
            ...cell,
            categories: [1, null],
            contributors: null,
            value: null,
            status: 'primary' as const,
            reason: 'Too few.',
          },
        ],
      },
    ];
    expect(read({ measures }, none).sentences).toEqual([
      'For those with “Supported: Yes”, the mean of “Wellbeing” is 6.5 (95 % interval 6 to 7).',
      'The mean of “Wellbeing” is not shown for “Supported: No”. Too few.',
    ]);
  });

  it('are quantiles, by the band that they lie in', () => {
    const quantiles = [
      { group: [0, null], at: 0.5, value: 0, status: 'ok' as const, reason: '', interval: { low: 0, high: 1 } },
      { group: [1, null], at: 0.5, value: null, status: 'secondary' as const, reason: 'It depends.', interval: null },
    ];
    const wanted = { ...none.presentation, quantiles: { of: 1, bands: [0, 1], at: [0.5], by: [0] } };
    expect(read({ quantiles }, { presentation: wanted }).sentences).toEqual([
      'For those with “Supported: Yes”, the median of “Withdrew” lies in Withdrew (95 % range Withdrew to Stayed).',
      'The median of “Withdrew” is not shown for “Supported: No”. It depends.',
    ]);
  });

  it('are recalls, and whom to beware of comparing', () => {
    const recall = {
      recall: { value: 0.97, low: 0.95, high: 0.99 },
      linked: 100,
      weight: 1,
      reason: '',
      warning: null,
    };
    const recalls = [
      { ...recall, group: [0, null], ratio: null },
      {
        ...recall,
        group: [1, null],
        ratio: { value: 0.95, low: 0.92, high: 0.98 },
        warning: 'It may come from linkage.',
      },
      { ...recall, group: [2, null], ratio: { value: 0.99, low: 0.97, high: 1.01 } },
      {
        ...recall,
        group: [3, null],
        recall: null,
        ratio: null,
        reason: 'Too few.',
        warning: 'It may come from linkage.',
      },
    ];
    const several = { least: 1, likely: 1, most: 1 };
    const wanted = {
      ...none.presentation,
      recall: { of: 1, all: 0, butOne: [1, 2, 3], other: 4, several, by: [0] },
    } as const;
    const { sentences, caveats } = read({ recalls }, { presentation: wanted });
    expect(sentences).toEqual([
      'Of those with “Supported: Yes” who are in both, 97.0 % were found (95 % interval 95.0 % to 99.0 %).',
      'Of those with “Supported: No” who are in both, 97.0 % were found (95 % interval 95.0 % to 99.0 %); 0.95 times the share of Yes (0.92 to 0.98).',
      'Of those with “Supported: Unknown” who are in both, 97.0 % were found (95 % interval 95.0 % to 99.0 %); no clear difference from Yes.',
      'How many of those who are in both were found can’t be estimated for “Never”. Too few.',
    ]);
    expect(caveats).toEqual(['Supported: No, Supported: Never: It may come from linkage.']);
  });

  it('are how people were linked, in the report’s own words', () => {
    expect(read({}).linkage).toBeNull();
    const linkage = makeLinkage(linkageInput({ disclosure: { epsilon: 'none' } }));
    const said = read({}, { linkage }).linkage;
    expect(said).toContain(linkage?.links[0]?.headline?.sentence);
    expect(said).toMatch(/^People supported: At 50 %/);
  });
});

describe('what to mind', () => {
  it('is how many intervals miss, from twenty on', () => {
    const rates = (count: number): ReleasedRate[] => Array.from({ length: count }, () => rate(0));
    expect(read({ rates: rates(19) }).caveats.join(' ')).not.toContain('miss');
    expect(read({ rates: rates(20) }).caveats).toContain(
      'Of the 20 intervals about 1 miss what they are about; which, nobody knows.',
    );
  });

  it('is that no clear difference is not none', () => {
    const difference = { value: 0.01, low: -0.01, high: 0.03 };
    expect(read({ rates: [rate(0), rate(1, { difference })] }).caveats).toContain(
      'Groups are compared with the first, in the long run; for 1 of 1 there is no clear difference, which does not say that there is none.',
    );
  });
});
