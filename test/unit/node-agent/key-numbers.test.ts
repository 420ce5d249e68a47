import { describe, expect, it } from 'vitest';

import { isShared, KeyNumbers, seriesOf } from '../../../node-agent/snapshot/key-numbers.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

describe(`KeyNumbers (seed ${testSeed})`, () => {
  it('numbers from 1 without gaps, those that several records may have first, and finds the way back', () => {
    const rng = seededRng(`${testSeed}/numbers`);
    for (let time = 0; time < 20; time += 1) {
      const numbers = new KeyNumbers();
      const made = [...rng.bytes(1 + (rng.bytes(1)[0] ?? 0))].map((byte) => {
        const [shared, hashed] = [(byte & 1) === 1, (byte & 2) === 2];
        const provisional = numbers.next(shared, hashed);
        expect(isShared(provisional)).toBe(shared);
        return { shared, hashed, provisional };
      });
      const found = made.map(({ provisional }) => numbers.number(provisional));
      expect(found.toSorted((one, other) => one - other)).toEqual(made.map((_, index) => index + 1));
      expect(numbers.shared).toBe(made.filter(({ shared }) => shared).length);
      for (const [index, { shared, hashed, provisional }] of made.entries()) {
        expect((found[index] ?? 0) <= numbers.shared).toBe(shared);
        if (hashed) expect(numbers.provisional(found[index] ?? 0)).toBe(provisional);
      }
      const series = made
        .filter(({ shared, hashed }) => shared && hashed)
        .map(({ provisional }) => seriesOf(provisional));
      expect(series).toEqual(series.map((_, index) => index));
    }
  });
});
