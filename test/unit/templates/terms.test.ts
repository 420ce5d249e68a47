import { describe, expect, it } from 'vitest';

import { assertPolicy } from '../../../core/disclosure/index.js';
import { DEFAULT_BUDGET, NO_FLOORS, policyOf, runCost, runTerms } from '../../../core/templates/index.js';
import type { Floors, RunTerms, TermsParticipant } from '../../../core/templates/index.js';
import { bind, FULL_BODY, MEASURES } from './fixtures.js';

function terms(disclosure: string, ...floors: readonly Partial<Floors>[]): RunTerms {
  const bound = bind(FULL_BODY + MEASURES, `disclosure: { ${disclosure} }\n`);
  return runTerms(
    bound,
    floors.map((floor) => ({ datasets: [{ dataset: 'cps.charges' }], floors: { ...NO_FLOORS, ...floor } })),
  );
}

const PLAIN = 'threshold: 10, roundTo: 5, epsilon: none';

describe('the terms of a run', () => {
  it("are the template's where nobody demands more", () => {
    const expected = {
      threshold: 10,
      roundTo: 5,
      rounding: 'base',
      wholeLines: false,
      contributions: 1,
      epsilon: null,
      overlapEpsilon: null,
      // The second has an epsilon of its own.
      measures: [null, 3],
    };
    expect(terms(PLAIN)).toEqual(expected);
    expect(terms(PLAIN, {}, {})).toEqual(expected);
    expect(
      terms('threshold: 12, roundTo: 6, rounding: midpoint-6, epsilon: 2, overlapEpsilon: 0.5, wholeLines: so'),
    ).toEqual({
      threshold: 12,
      roundTo: 6,
      rounding: 'midpoint-6',
      wholeLines: true,
      contributions: 1,
      epsilon: 2,
      overlapEpsilon: 0.5,
      measures: [2, 3],
    });
    expect(terms('threshold: 10, roundTo: 5, epsilon: 2').overlapEpsilon).toBe(2);
    expect(terms('threshold: 10, roundTo: 5, epsilon: 2, overlapEpsilon: none').overlapEpsilon).toBeNull();
  });

  it("are the strictest agency's, each by itself", () => {
    const found = terms(
      'threshold: 10, roundTo: 5, epsilon: 2, overlapEpsilon: none',
      { threshold: 20 },
      { roundTo: 10 },
      { epsilon: 1 },
    );
    expect(found).toMatchObject({ threshold: 20, roundTo: 10, epsilon: 1, overlapEpsilon: 1, measures: [1, 1] });
  });

  it('are never less strict than the template', () => {
    const lax = { threshold: 1, roundTo: 1, epsilon: 10 };
    expect(terms('threshold: 10, roundTo: 5, epsilon: 2', lax)).toEqual(terms('threshold: 10, roundTo: 5, epsilon: 2'));
  });

  it('have noise where an agency demands it of a template that has none', () => {
    expect(terms(PLAIN, {}, { epsilon: 0.5 })).toMatchObject({
      epsilon: 0.5,
      overlapEpsilon: 0.5,
      measures: [0.5, 0.5],
    });
  });

  it('raise the threshold to a coarser rounding, so that no count that is shown becomes 0', () => {
    expect(terms(PLAIN, { roundTo: 25 })).toMatchObject({ threshold: 25, roundTo: 25 });
  });

  it('round in sixes until an agency asks for more', () => {
    const sixes = 'threshold: 10, roundTo: 6, rounding: midpoint-6, epsilon: none';
    expect(terms(sixes, { roundTo: 6 })).toMatchObject({ roundTo: 6, rounding: 'midpoint-6' });
    expect(terms(sixes, { roundTo: 7 })).toMatchObject({ roundTo: 7, rounding: 'base' });
  });

  it('say how many records one person may have: where records are counted, in each list of the population', () => {
    const offering = (...datasets: readonly string[]): TermsParticipant => ({
      datasets: datasets.map((dataset) => ({ dataset })),
      floors: NO_FLOORS,
    });
    const everybody = [
      offering('police.crimes'),
      offering('cps.charges', 'police.crimes'),
      offering('charities.support'),
    ];
    const people = bind(FULL_BODY);
    expect(runTerms(people, everybody).contributions).toBe(1);
    const records = bind(FULL_BODY.replace('unit: person', 'unit: victim-case\ncontributionLimit: 3'));
    expect(runTerms(records, everybody).contributions).toBe(6);
    expect(runTerms(records, everybody.slice(2)).contributions).toBe(3);
    expect(runTerms(records, []).contributions).toBe(3);
  });

  it('are a disclosure policy among other things', () => {
    const found = terms(PLAIN, { threshold: 30, roundTo: 25 });
    expect(policyOf(found)).toEqual({ threshold: 30, roundTo: 25, rounding: 'base', wholeLines: false });
    expect(() => {
      assertPolicy(policyOf(found));
    }).not.toThrow();
  });
});

describe('the cost of a run', () => {
  it('is what counts, overlaps and each measure lose, added up', () => {
    expect(runCost(terms('threshold: 10, roundTo: 5, epsilon: 2, overlapEpsilon: 0.5'))).toEqual({
      counts: 2,
      overlaps: 0.5,
      measures: [2, 3],
      total: 7.5,
    });
  });

  it('is nothing where there is no noise to account for', () => {
    expect(runCost(runTerms(bind(FULL_BODY), []))).toEqual({ counts: 0, overlaps: 0, measures: [], total: 0 });
  });

  it('fits the default budget a few times', () => {
    expect(DEFAULT_BUDGET.perSnapshot).toBeLessThanOrEqual(DEFAULT_BUDGET.perQuarter);
    expect(runCost(terms('threshold: 10, roundTo: 5, epsilon: 1')).total).toBeLessThan(DEFAULT_BUDGET.perSnapshot);
  });
});
