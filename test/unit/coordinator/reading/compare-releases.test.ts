import { describe, expect, it } from 'vitest';
import { compareReleases, separatingParameters, type ComparedRun } from '../../../../coordinator/exports/index.js';
import type { Release } from '../../../../coordinator/index.js';
import type { ReleasedRate } from '../../../../core/disclosure/index.js';
import { releaseRates } from '../../../../core/disclosure/rates.js';
import { countInterval } from '../../../../core/disclosure/intervals.js';
import { roundCount } from '../../../../core/disclosure/policy.js';
import { BOLD_TEMPLATES } from '../../../support/bold-release.js';
import { testSeed } from '../../../support/seeded-rng.js';
import { binomial, fastUniform, noiseSampler, Tally } from '../../../support/simulation.js';
import { noiseOf, shownTable, usualPolicy } from '../../disclosure/shown-fixture.js';
import { dimension, releaseOf, table } from '../../cli/releases.js';

const support = dimension('Supported', 'Yes', 'No');
const withdrew = dimension('Withdrew', 'Withdrew', 'Stayed');
const presentation = {
  ...({ margins: 'none', quantiles: null, recall: null } as const),
  rate: { of: 1, yes: [0], among: [0, 1], by: [0] },
} as const;
const noise = { epsilon: 1, standardDeviation: 4 };
const rate = (place: number, value: number): ReleasedRate => ({
  ...{ group: [place, null], value, status: 'ok', reason: '', band: null, interval: { low: value, high: value } },
  ...{ longRun: { low: value - 0.04, high: value + 0.03 }, difference: null, ratio: null },
});

const source = {
  agency: 'a',
  agencyName: 'The police',
  dataset: 'police.crimes',
  asAt: '2026-10-31',
  rejectedPercent: null,
};

function release(counts: readonly (number | null)[], changes: Partial<Release> = {}): Release {
  const made = table([support, withdrew], counts, { about: 8, noise });
  return releaseOf(made, { presentation, sources: [source], chosen: [], ...changes });
}

function run(id: string, made: Release, changes: Partial<ComparedRun['run']> = {}): ComparedRun {
  const parameters = { quarters: [id] };
  return { run: { id, template: 't', templateVersion: 1, parameters, requestDigest: id, ...changes }, release: made };
}

const first = run('2025-Q1', release([100, 200, 50, 60]));
const second = run('2025-Q2', release([140, 205, null, 60]));

describe('two releases side by side', () => {
  it('have counts with the difference among these records, from both intervals', () => {
    const { rows } = compareReleases(first, second, []);
    expect(rows.map(({ group, first: one, second: other }) => [group, one.text, other.text])).toEqual([
      ['Supported: Yes; Withdrew: Withdrew', '100 (92 to 108)', '140 (132 to 148)'],
      ['Supported: Yes; Withdrew: Stayed', '200 (192 to 208)', '205 (197 to 213)'],
      ['Supported: No; Withdrew: Withdrew', '50 (42 to 58)', '[c]'],
      ['Supported: No; Withdrew: Stayed', '60 (52 to 68)', '60 (52 to 68)'],
    ]);
    // √(8² + 8²) is 11.3: of whole numbers, 29 to 51 are within.
    expect(rows[0]?.difference).toEqual({ value: 40, low: 29, high: 51 });
    expect(rows[0]?.statement).toBe('Among these records, 40 more in the second (+29 to +51).');
    expect(rows[1]?.statement).toMatch(/^Among these records, no clear difference/);
    expect(rows[2]).toMatchObject({ difference: null, statement: 'Not both are shown: no statement can be made.' });
  });

  it('of one request are the same table, and no statement is made', () => {
    const { rows, differences, independent } = compareReleases(first, run('2025-Q1', first.release), ['quarters']);
    expect([differences, independent]).toEqual([[], false]);
    for (const { difference, statement } of rows) {
      expect(difference).toBeNull();
      expect(statement).toContain('no clear statement');
    }
    const unknown = compareReleases(run('a', first.release, { requestDigest: null }), second, []);
    expect(unknown.rows[0]?.difference).toBeNull();
  });

  it('without noise differ by their certain bounds', () => {
    const exact = (made: ComparedRun): ComparedRun => ({
      ...made,
      release: { ...made.release, table: { ...made.release.table, noise: null } },
    });
    for (const other of [second, exact(second)]) {
      expect(compareReleases(exact(first), other, []).rows[0]?.difference).toEqual({ value: 40, low: 24, high: 56 });
    }
  });

  it('have shares with a difference only where no record is in both', () => {
    const with2 = (made: ComparedRun, value: number): ComparedRun => ({
      ...made,
      release: { ...made.release, table: { ...made.release.table, rates: [rate(0, value)] } },
    });
    const [one, other] = [with2(first, 0.3), with2(second, 0.45)];
    const shareOf = (separating: readonly string[], beside = other) =>
      compareReleases(one, beside, separating).rows.find(({ quantity }) => quantity === 'rate');
    const apart = shareOf(['quarters']);
    expect(apart?.difference?.value).toBeCloseTo(0.15, 12);
    expect(apart?.difference?.low).toBeCloseTo(0.15 - Math.hypot(0.04, 0.03), 12);
    expect(apart?.difference?.high).toBeCloseTo(0.15 + Math.hypot(0.03, 0.04), 12);
    expect(apart?.statement).toBe('In the long run, 15 percentage points more (10 to 20 more).');
    for (const silent of [
      shareOf([]),
      shareOf(['other']),
      shareOf(['quarters'], { ...other, run: { ...other.run, parameters: { quarters: ['2025-Q2', '2025-Q1'] } } }),
      shareOf(['quarters'], { ...other, run: { ...other.run, parameters: { quarters: [] } } }),
      shareOf(['quarters'], { ...other, run: { ...other.run, templateVersion: 2 } }),
      shareOf(['quarters'], { ...other, run: { ...other.run, template: 'u' } }),
      shareOf(['quarters'], { ...other, release: { ...other.release, sources: [{ ...source, asAt: '2026-11-01' }] } }),
    ]) {
      expect(silent).toMatchObject({
        difference: null,
        statement: expect.stringContaining('no clear statement') as string,
      });
    }
  });

  it('say what differs between them', () => {
    const chosen = [{ parameter: 'quarters', values: ['first quarter'] }];
    const other = { ...second.release, sources: [{ ...source, asAt: '2026-11-01' }] };
    const { differences, independence } = compareReleases(
      { ...first, release: { ...first.release, chosen } },
      run('2025-Q2', { ...other, table: { ...other.table, noise: null } }, { templateVersion: 2 }),
      ['quarters'],
    );
    expect(differences).toEqual([
      'Version 1 of the template, then version 2.',
      'quarters: first quarter; then 2025-Q2.',
      'Other data: The police, police.crimes as at 2026-10-31; then The police, police.crimes as at 2026-11-01.',
      'Other protection: counts from 10, rounded to 5, noise with a standard deviation of 4.0; then counts from 10, rounded to 5, no noise.',
    ]);
    expect(independence).toContain('The questions are not the same');
  });

  it('say what can’t be compared, and why', () => {
    const age = dimension('Age', 'Young', 'Old');
    const other = releaseOf(table([age, withdrew], [1, 2, 3, 4], { noise }), {
      presentation: { ...presentation, rate: null },
    });
    const rated = { ...first.release, table: { ...first.release.table, rates: [rate(0, 0.3)] } };
    expect(compareReleases(run('a', rated), run('b', other), [])).toMatchObject({
      rows: [],
      incomparable: [
        'Counts: one table is by “Supported” and “Withdrew”, the other by “Age” and “Withdrew”.',
        'Shares: they are not shares of the same thing.',
      ],
    });
    const wider = releaseOf(table([dimension('Supported', 'Yes', 'No', 'Maybe'), withdrew], [1, 2, 3, 4, 5, 6]), {
      presentation,
    });
    expect(compareReleases(run('a', wider), second, []).incomparable).toEqual([
      'Counts: the categories of “Supported” and “Withdrew” are not the same.',
    ]);
    const fewer = { ...second, release: release([1, undefined, 3, 4] as never) };
    expect(compareReleases(first, fewer, []).incomparable).toEqual([
      'Count, Supported: Yes; Withdrew: Stayed: in one of the tables only.',
    ]);
    const measure = { name: 'a.b', label: 'Wellbeing', kind: 'mean' as const, range: [0, 10] as const, cells: [] };
    const measured = (range: readonly [number, number]): Release => ({
      ...first.release,
      table: { ...first.release.table, measures: [{ ...measure, range }] },
    });
    expect(compareReleases(run('a', measured([0, 10])), run('b', measured([0, 5])), []).incomparable).toEqual([
      'Wellbeing: values were taken within other ranges.',
    ]);
    expect(compareReleases(run('a', measured([0, 10])), second, []).incomparable).toEqual([
      'Wellbeing: in one of the releases only.',
    ]);
  });

  it('are matched by what categories are, not by where they stand', () => {
    const turned = releaseOf(table([withdrew, support], [140, 50, 205, 60], { about: 8, noise }), {
      presentation: { ...presentation, rate: { of: 0, yes: [0], among: [0, 1], by: [1] } },
    });
    const { rows, incomparable } = compareReleases(first, run('b', turned), []);
    expect(incomparable).toEqual([]);
    expect(rows.map(({ first: one, second: other }) => [one.value, other.value])).toEqual([
      [100, 140],
      [200, 205],
      [50, 50],
      [60, 60],
    ]);
  });
});

describe('which parameters tell records apart', () => {
  it('are those of the population, where records are counted', () => {
    const bound = (name: string): Parameters<typeof separatingParameters>[0] => {
      const found = BOLD_TEMPLATES.get(name);
      if (found === undefined) throw new RangeError(name);
      return found;
    };
    expect(separatingParameters(bound('victim-engagement-by-case-length'))).toEqual(['quarters', 'offenceGroups']);
    expect(separatingParameters(bound('support-reached-after-referral'))).toEqual([]);
  });
});

describe(`coverage of the differences of two runs (seed ${testSeed})`, () => {
  const uniform = fastUniform(`compare/${testSeed}`);
  const law = noiseOf(1, 1, 3);
  const draw = noiseSampler(law.law, law.mixers, uniform);
  const [p, q] = [0.35, 0.28];
  const SIZE = 400;
  const released = (count: number): number | 'primary' => {
    const noisy = count + draw();
    return noisy < usualPolicy.threshold ? 'primary' : roundCount(noisy, usualPolicy);
  };

  /** A run that counts a group of which so many are yes. */
  function simulated(id: string, yes: number): ComparedRun {
    const figures = [released(yes), released(SIZE - yes)];
    const shown = shownTable([figures], { noise: law });
    const made = table(
      [dimension('Group', 'All'), dimension('Support', 'Yes', 'No')],
      figures.map((one) => (one === 'primary' ? null : one)),
      { noise },
    );
    const cells = made.cells.map((cell) => ({
      ...cell,
      interval: cell.value === null ? null : countInterval(cell.value, law, usualPolicy),
    }));
    return run(id, releaseOf({ ...made, cells, rates: releaseRates(shown, presentation.rate) }, { presentation }));
  }

  it('is 95 %, of counts among these records and of shares in the long run', () => {
    const tally = new Tally();
    for (let repeat = 0; repeat < 4_000; repeat += 1) {
      const [one, other] = [binomial(SIZE, p, uniform), binomial(SIZE, q, uniform)];
      const { rows } = compareReleases(simulated('a', one), simulated('b', other), ['quarters']);
      for (const { quantity, difference, group } of rows) {
        if (difference === null || group.endsWith('No')) continue;
        const truth = quantity === 'count' ? other - one : q - p;
        tally.add(quantity, difference.low <= truth && truth <= difference.high);
      }
    }
    const shares = tally.shares();
    expect(shares.map(({ setting }) => setting).toSorted()).toEqual(['count', 'rate']);
    for (const { share, trials } of shares) {
      expect(trials).toBeGreaterThan(3_500);
      expect(share).toBeGreaterThan(0.93);
      expect(share).toBeLessThan(0.985);
    }
    process.stdout.write(
      `\nDifferences of two runs: ${shares.map(({ setting, share }) => `${setting} ${(100 * share).toFixed(1)} %`).join(', ')}\n`,
    );
  });
});
