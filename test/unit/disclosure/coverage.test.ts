import { describe, expect, it } from 'vitest';

import { countInterval } from '../../../core/disclosure/intervals.js';
import { roundCount } from '../../../core/disclosure/policy.js';
import { releaseRates } from '../../../core/disclosure/rates.js';
import type { Interval, ReleasedRate } from '../../../core/disclosure/released.js';
import type { TableNoise } from '../../../core/disclosure/table.js';
import { testSeed } from '../../support/seeded-rng.js';
import { binomial, fastUniform, noiseSampler, Tally } from '../../support/simulation.js';
import { CHANCE, clopperPearson } from '../../support/statistics.js';
import { noiseOf, shownTable, usualPolicy } from './shown-fixture.js';
import type { Figure } from './shown-fixture.js';

/*
 * Whole releases are simulated: exact counts, every mixer's noise, the threshold, rounding; then it is looked at whether
 * the intervals have in them what they are about. Of numbers that are shown, for nobody sees the others.
 */

const uniform = fastUniform(testSeed);
const settings = [2, 3, 4, 5, 6].flatMap((mixers) =>
  [0.5, 1, 2].flatMap((epsilon) =>
    [1, 2, 3].map((limit) => ({
      name: `epsilon ${epsilon}, limit ${limit}, ${mixers} mixers`,
      noise: noiseOf(epsilon, limit, mixers),
    })),
  ),
);

const COUNTS = [20, 50, 200, 1000, 5000];
const COUNT_RUNS = 1200;

/** Size of the group and of the reference, share of the group; the reference's is four fifths of it. */
const GROUPS = [60, 100, 400, 2000, 8000].flatMap((size) =>
  [0.2, 0.35, 0.5, 0.8].map((share) => ({ size, reference: Math.round(1.4 * size), share })),
);
const SMALLEST_EXPECTED = 20;
const RATE_RUNS = 300;
const rate = { of: 1, yes: [0], among: [0, 1], by: [0] };

function covers(interval: Interval | null, exact: number): boolean {
  return interval !== null && interval.low <= exact && exact <= interval.high;
}

/** As released: null where the noisy count is below the threshold. */
function released(noisy: number): Figure {
  return noisy < usualPolicy.threshold ? 'primary' : roundCount(noisy, usualPolicy);
}

interface Kinds {
  readonly amongThese: Tally;
  readonly longRun: Tally;
  readonly difference: Tally;
  readonly ratio: Tally;
  /** Long-run rates by the size of the group. */
  readonly bySize: Tally;
}

function newKinds(): Kinds {
  return {
    amongThese: new Tally(),
    longRun: new Tally(),
    difference: new Tally(),
    ratio: new Tally(),
    bySize: new Tally(),
  };
}

/** Of two groups with long-run shares p and 0.8 p; the second is what the first is compared with in the table. */
function simulateRates(kinds: Kinds, setting: string, noise: TableNoise | null, believed = noise): void {
  const draw = noise === null ? () => 0 : noiseSampler(noise.law, noise.mixers, uniform);
  for (const { size, reference, share } of GROUPS) {
    const other = 0.8 * share;
    const expected = [size * share, size * (1 - share), reference * other, reference * (1 - other)];
    if (Math.min(...expected) < SMALLEST_EXPECTED) continue;
    for (let run = 0; run < RATE_RUNS; run += 1) {
      const yes = binomial(size, share, uniform);
      const otherYes = binomial(reference, other, uniform);
      const rows = [
        [otherYes, reference - otherYes],
        [yes, size - yes],
      ].map((row) => row.map((count) => released(count + draw())));
      const [, mine] = releaseRates(shownTable(rows, { noise: believed }), rate) as [ReleasedRate, ReleasedRate];
      if (mine.value === null) continue;
      kinds.amongThese.add(setting, covers(mine.interval, yes / size));
      kinds.longRun.add(setting, covers(mine.longRun, share));
      kinds.bySize.add(`${size}`, covers(mine.longRun, share));
      if (mine.difference !== null) kinds.difference.add(setting, covers(mine.difference, share - other));
      if (mine.ratio !== null) kinds.ratio.add(setting, covers(mine.ratio, share / other));
    }
  }
}

/** Prints, and holds them to 93..97 %: the average, and each setting as far as its runs can tell. */
function judge(kind: string, tally: Tally): void {
  const shares = tally.shares();
  const [least, most] = [shares[0], shares.at(-1)];
  process.stdout.write(
    `\n${kind}: ${percent(tally.share())} % on average over ${shares.length} settings, from ` +
      `${percent(least?.share ?? 0)} % (${least?.setting}) to ${percent(most?.share ?? 0)} % (${most?.setting}), ` +
      `${shares.reduce((sum, { trials }) => sum + trials, 0)} intervals\n`,
  );
  expect(tally.share()).toBeGreaterThan(0.93);
  expect(tally.share()).toBeLessThan(0.97);
  for (const { setting, hits, trials } of shares) {
    const { low, high } = clopperPearson(hits, trials, CHANCE);
    expect(high, setting).toBeGreaterThan(0.93);
    expect(low, setting).toBeLessThan(0.97);
  }
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

describe(`coverage of 95 % intervals with noise (seed ${testSeed})`, () => {
  it('of counts', () => {
    const bySetting = new Tally();
    const bySize = new Tally();
    for (const { name, noise } of settings) {
      const draw = noiseSampler(noise.law, noise.mixers, uniform);
      for (const size of COUNTS) {
        for (let run = 0; run < COUNT_RUNS; run += 1) {
          // Every residue of the base in turn.
          const count = size + (run % usualPolicy.roundTo);
          const value = released(count + draw());
          if (typeof value !== 'number') continue;
          const covered = covers(countInterval(value, noise, usualPolicy), count);
          bySetting.add(name, covered);
          bySize.add(`${size}`, covered);
        }
      }
    }
    judge('Counts', bySetting);
    judge('Counts by size', bySize);
  });

  it('of rates, their differences and ratios', () => {
    const kinds = newKinds();
    for (const { name, noise } of settings) simulateRates(kinds, name, noise);
    judge('Rates among these records', kinds.amongThese);
    judge('Rates in the long run', kinds.longRun);
    judge('Differences', kinds.difference);
    judge('Ratios', kinds.ratio);
    const sizes = kinds.bySize.shares().map(({ setting, share }) => `${setting}: ${percent(share)} %`);
    process.stdout.write(`\nRates in the long run by records in the group: ${sizes.join(', ')}\n`);
  });

  it('without noise: certain among these records, and in the long run as with it', () => {
    const kinds = newKinds();
    for (let repeat = 0; repeat < 10; repeat += 1) simulateRates(kinds, 'none', null);
    expect(kinds.amongThese.share()).toBe(1);
    judge('Without noise, rates in the long run', kinds.longRun);
    judge('Without noise, differences', kinds.difference);
    judge('Without noise, ratios', kinds.ratio);
  });

  it('is found wanting where an interval forgets the noise', () => {
    const kinds = newKinds();
    const noise = noiseOf(1, 2, 3);
    for (let repeat = 0; repeat < 3; repeat += 1) simulateRates(kinds, 'forgotten', noise, null);
    for (const tally of [kinds.amongThese, kinds.longRun, kinds.difference, kinds.ratio]) {
      const [{ hits, trials } = { hits: 1, trials: 1 }] = tally.shares();
      expect(clopperPearson(hits, trials, CHANCE).high).toBeLessThan(0.93);
    }
  });
});
