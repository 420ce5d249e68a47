import { describe, expect, it } from 'vitest';

import { geometricLaw, keyedNoise, NOISE_KEY_BYTES, probability, sumLaw } from '../../../core/noise/index.js';
import type { NoiseSource } from '../../../core/noise/index.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { CHANCE, fit } from '../../support/statistics.js';

/** For each mixer: the more there are, the less one too many shows, and the more numbers it takes to be sure. */
const REQUESTS = 60;
const CELLS = 100;
const rng = seededRng(testSeed);

/** Each mixer's noise in every cell of every request, each mixer with its own key. */
function everybodysNoise(mixers: number, strength: { epsilon: number; sensitivity: number }): number[][] {
  const law = geometricLaw(strength);
  const keys = Array.from({ length: mixers }, () => rng.bytes(NOISE_KEY_BYTES));
  return Array.from({ length: REQUESTS * mixers }, () => rng.bytes(NOISE_KEY_BYTES)).flatMap((request) => {
    const sources: NoiseSource[] = keys.map((key) => keyedNoise(key, request));
    return Array.from({ length: CELLS }, (_, cell) =>
      sources.map((source) => source.draw(law, { kind: 'cell', cell })),
    );
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

describe(`the mixers' noise together (seed ${testSeed})`, () => {
  const settings = [
    { mixers: 2, epsilon: 1, sensitivity: 2 },
    { mixers: 3, epsilon: 0.5, sensitivity: 4 },
    { mixers: 6, epsilon: 2, sensitivity: 6 },
  ];
  const figures: string[] = [];

  it.each(settings)(
    'of $mixers mixers with epsilon $epsilon for $sensitivity fits its law',
    ({ mixers, ...strength }) => {
      const law = geometricLaw(strength);
      const noise = everybodysNoise(mixers, strength);
      const together = noise.map(sum);
      const all = fit(together, sumLaw(law, mixers).probability);
      // All mixers but one pool what they know: what remains is one whole mixer's noise.
      const remaining = noise.map((each, place) => (together[place] ?? 0) - sum(each.slice(1)));
      const one = fit(remaining, (x) => probability(law, x));
      figures.push(
        `${mixers} mixers, epsilon ${strength.epsilon}, sensitivity ${strength.sensitivity}: chi-square ` +
          `${all.statistic.toFixed(1)} on ${all.degrees} degrees (p ${all.p.toFixed(3)}); with ${mixers - 1} known ` +
          `${one.statistic.toFixed(1)} on ${one.degrees} (p ${one.p.toFixed(3)})`,
      );
      expect(all.p).toBeGreaterThan(CHANCE);
      expect(one.p).toBeGreaterThan(CHANCE);
      // What would be wrong is found: a mixer too few or too many, a strength that is a fifth off.
      const stronger = geometricLaw({ ...strength, epsilon: strength.epsilon * 1.2 });
      expect(fit(together, sumLaw(law, mixers - 1).probability).p).toBeLessThan(CHANCE);
      expect(fit(together, sumLaw(law, mixers + 1).probability).p).toBeLessThan(CHANCE);
      expect(fit(together, sumLaw(stronger, mixers).probability).p).toBeLessThan(CHANCE);
      expect(fit(remaining, (x) => probability(stronger, x)).p).toBeLessThan(CHANCE);
    },
  );

  it('prints its figures', () => {
    process.stdout.write(`\nGoodness of fit, ${REQUESTS * CELLS} numbers for each mixer\n  ${figures.join('\n  ')}\n`);
    expect(figures).toHaveLength(settings.length);
  });
});
