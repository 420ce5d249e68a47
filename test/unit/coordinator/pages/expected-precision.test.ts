import { describe, expect, test } from 'vitest';

import { precisionWords } from '../../../../coordinator/pages/analyst/expected-precision.js';
import { runTerms } from '../../../../core/templates/index.js';
import { bind, FULL_BODY, NOISY } from '../../templates/fixtures.js';

describe('how exact an answer will be', () => {
  test('is said of counts with noise, as the root of the sum of the variances of noise and rounding', () => {
    const terms = runTerms(bind(FULL_BODY, NOISY), []);
    const words = precisionWords({ terms, countDeviation: 10 });
    // 1.96 · √(10² + 5²/12) = 19.8; of a share of one half in n people, 196 · √½ · 10.1 / n points.
    expect(words[0]).toContain('within about 20 of');
    expect(words[1]).toContain('a group of 100, will be within about 15 percentage points');
    expect(words[2]).toContain('a group of 1,000, will be within about 2 percentage points');
    expect(words[3]).toContain('fewer than 10 is not shown');
  });

  test('is half of what is rounded to where there is no noise', () => {
    const terms = runTerms(bind(FULL_BODY), []);
    expect(precisionWords({ terms, countDeviation: null })[0]).toBe(
      'Counts have no noise in them. They are rounded, so each is within 3 of the exact one.',
    );
  });

  test('goes by the width of the midpoints where those are what is rounded to', () => {
    const terms = { ...runTerms(bind(FULL_BODY), []), rounding: 'midpoint-6' as const };
    expect(precisionWords({ terms, countDeviation: null })[0]).toContain('within 3 of');
  });
});
