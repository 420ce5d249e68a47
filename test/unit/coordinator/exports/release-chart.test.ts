import { describe, expect, it } from 'vitest';
import { chartOf, MAX_CHART_BARS, releaseChart } from '../../../../coordinator/exports/index.js';
import { BOLD_TEMPLATES, boldRelease } from '../../../support/bold-release.js';
import { dimension, releaseOf, table } from '../../cli/releases.js';

const days = dimension('Days', ...Array.from({ length: MAX_CHART_BARS }, (_, index) => `Day ${index}`));

describe('the chart of a release', () => {
  it.each([
    ['victim-engagement-by-case-length', 'percent', 'Share: Withdrew'],
    ['wellbeing-when-support-ends', 'decimal', 'Mean: How well they are, 0 to 10'],
    ['linkage-quality-by-age', 'percent', 'Share found'],
    ['linkage-quality-by-ethnicity', 'percent', 'Share found'],
    ['linkage-quality-by-region', 'percent', 'Share found'],
    ['linkage-quality-by-sex', 'percent', 'Share found'],
    ['support-reached-after-referral', 'percent', 'Share: 0 to 14'],
    ['access-to-support-after-conviction', 'percent', 'Share: Yes'],
  ] as const)('of %s shows what it was asked for', async (name, form, axis) => {
    const drawn = releaseChart(await boldRelease(name, 3), 'T');
    expect(chartOf(await boldRelease(name, 3), 'T')).toMatchObject({ form, axis });
    expect(drawn.isDrawn).toBe(true);
    expect(drawn.alt).toContain('Bar chart of ');
  });

  it('is known of every template of the example', () => {
    expect(BOLD_TEMPLATES.size).toBe(8);
  });

  it('has the long-run interval of a share, and says by how much groups differ', async () => {
    const release = await boldRelease('access-to-support-after-conviction', 3);
    const { panels, remarks } = chartOf(release, 'T');
    const bars = panels.flatMap(({ groups }) => groups.flatMap((group) => group.bars));
    expect(bars.map(({ interval }) => interval)).toEqual(release.table.rates.map(({ longRun }) => longRun));
    expect(remarks).toHaveLength(release.table.rates.filter(({ difference }) => difference !== null).length);
    expect(remarks.length).toBeGreaterThan(0);
  });

  it('leaves out the totals of a measure, which are among its cells', async () => {
    const release = await boldRelease('wellbeing-when-support-ends', 3);
    const [measure] = release.table.measures;
    const own = measure?.cells.filter(({ categories }) => !categories.includes(null)) ?? [];
    expect(measure?.cells.length).toBeGreaterThan(own.length);
    const groups = chartOf(release, 'T').panels.flatMap((panel) => panel.groups);
    expect(groups.flatMap(({ bars }) => bars)).toHaveLength(own.length);
    expect(groups.map(({ label }) => label)).not.toContain('All');
  });

  it('shows bands and marks in the place of shares that are not told', () => {
    const rate = { value: null, interval: null, longRun: null, difference: null, ratio: null, reason: '' };
    const rates = [
      { ...rate, group: [0, null], status: 'class' as const, band: '<5%' as const },
      { ...rate, group: [1, null], status: 'primary' as const, band: null },
    ];
    const two = [dimension('Age', 'Young', 'Old'), dimension('Withdrew', 'Yes', 'No')];
    const presentation = {
      margins: 'none',
      quantiles: null,
      recall: null,
      rate: { of: 1, yes: [0], among: [0, 1], by: [0] },
    } as const;
    const { panels } = chartOf(releaseOf(table(two, [15, 20, 25, 30], { rates }), { presentation }), 'T');
    expect(panels[0]?.groups.map(({ bars }) => bars[0]?.mark)).toEqual(['<5%', '[c]']);
  });

  it('draws no totals beside counts, nor intervals that are only the rounding', () => {
    const few = dimension('Days', 'Few', 'Many');
    const release = releaseOf(table([few], [15, null], { totals: [[[null], 40]], about: 2 }));
    expect(chartOf(release, 'T').panels).toEqual([
      {
        title: '',
        groups: [
          { label: 'Few', bars: [{ series: 0, value: 15, interval: null, mark: '' }] },
          { label: 'Many', bars: [{ series: 0, value: null, interval: null, mark: '[c]' }] },
        ],
      },
    ]);
    const noisy = releaseOf({ ...release.table, noise: { epsilon: 1, standardDeviation: 2 } });
    expect(chartOf(noisy, 'T').panels[0]?.groups[0]?.bars[0]?.interval).toEqual({ low: 13, high: 17 });
  });

  it(`puts three dimensions into panels, and draws ${MAX_CHART_BARS} bars and no more`, () => {
    const yesNo = dimension('Linked', 'Yes', 'No');
    const three = releaseOf(
      table([yesNo, dimension('Age', 'Young', 'Old'), dimension('Sex', 'Female', 'Male')], [1, 2, 3, 4, 5, 6, 7, 8]),
    );
    const { panels, series } = chartOf(three, 'T');
    expect(panels.map(({ title }) => title)).toEqual(['Linked: Yes', 'Linked: No']);
    expect(series).toEqual(['Female', 'Male']);
    const numbers = Array.from({ length: MAX_CHART_BARS }, (_, index) => 10 + index);
    const atLimit = releaseChart(releaseOf(table([days], numbers)), 'T');
    expect(atLimit.isDrawn).toBe(true);
    const more = dimension('Days', ...days.categories.map(({ label }) => label), 'One more');
    const beyond = releaseChart(releaseOf(table([more], [...numbers, 5])), 'T');
    expect(beyond.isDrawn).toBe(false);
    for (const said of [beyond.alt, beyond.svgWide])
      expect(said).toContain(`This table has ${MAX_CHART_BARS + 1} numbers`);
    expect(beyond.svgWide).toContain('read the table');
  });
});
