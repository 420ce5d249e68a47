import { describe, expect, it } from 'vitest';

import { quantile, SeededRandom } from '../../../examples/bold/random.js';

function draws(random: SeededRandom, count: number): number[] {
  return Array.from({ length: count }, () => random.unit() * 2 ** 32);
}

describe('SeededRandom', () => {
  it('draws the same numbers on every machine', () => {
    expect(draws(new SeededRandom(1, 2, 3), 4)).toEqual(SFC32_OF_1_2_3);
  });

  it.each([
    ['seed', new SeededRandom(2, 2, 3)],
    ['stream', new SeededRandom(1, 3, 3)],
    ['purpose', new SeededRandom(1, 2, 4)],
  ])('draws others for another %s', (_, random) => {
    const others = draws(random, 100);
    const common = draws(new SeededRandom(1, 2, 3), 100).filter((value) => others.includes(value));
    expect(common).toEqual([]);
  });

  it('draws evenly', () => {
    const random = new SeededRandom(7, 1);
    const bins = new Uint32Array(100);
    for (let index = 0; index < 100_000; index += 1) {
      const bin = random.below(100);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chiSquared = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 99 degrees of freedom: below 50 or above 162 happens once in ten thousand seeds.
    expect(chiSquared).toBeGreaterThan(50);
    expect(chiSquared).toBeLessThan(162);
  });

  it('is right as often as the probability says', () => {
    const random = new SeededRandom(8, 1);
    const hits = Array.from({ length: 100_000 }, () => random.chance(0.057)).filter(Boolean).length;
    expect(Math.abs(hits / 100_000 - 0.057)).toBeLessThan(4 * Math.sqrt((0.057 * 0.943) / 100_000));
  });

  it('picks by weight', () => {
    const random = new SeededRandom(9, 1);
    const counts = { never: 0, rarely: 0, mostly: 0 };
    for (let index = 0; index < 10_000; index += 1) counts[random.weighted({ never: 0, rarely: 1, mostly: 3 })] += 1;
    expect(counts.never).toBe(0);
    expect(Math.abs(counts.rarely / 10_000 - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 10_000));
  });

  it('refuses to pick from nothing', () => {
    const random = new SeededRandom(1, 1);
    expect(() => random.pick([])).toThrow(RangeError);
    expect(() => random.weighted({})).toThrow(RangeError);
  });
});

describe('quantile', () => {
  it('has the values of the table at its ranks and straight lines between them', () => {
    const table = [0, 10, 20, 100, 1000];
    expect([0, 0.25, 0.5, 0.75, 1].map((rank) => quantile(table, rank))).toEqual(table);
    expect(quantile(table, 0.625)).toBe(60);
  });

  it('refuses a table of one value', () => {
    expect(() => quantile([1], 0.5)).toThrow(RangeError);
  });
});

/** From an independent sfc32 in C (see the header of random.ts) with a=1, b=2, c=3, counter=1, after 15 rounds. */
const SFC32_OF_1_2_3: readonly number[] = [3987121759, 92551270, 1122162139, 24194941];
