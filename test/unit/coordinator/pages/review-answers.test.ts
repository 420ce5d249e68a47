import { describe, expect, test } from 'vitest';

import { reviewAnswers } from '../../../../coordinator/pages/governance/review-answers.js';
import { PRINCIPLES } from '../../../../core/governance/index.js';

const FILLED: Readonly<Record<string, string>> = Object.fromEntries(
  PRINCIPLES.flatMap((name) => [
    [`${name}-mark`, name === 'relevant' ? 'not-met' : 'met'],
    [`${name}-reason`, `Because of ${name}.\r\nAnd more.`],
  ]),
);
/** As `textSchema` has it. */
const MAX_REASON = 4_000;

describe('a review’s form', () => {
  test('has a mark and a reason for each principle', () => {
    const { principles, errors } = reviewAnswers(FILLED);
    expect(errors).toEqual([]);
    expect(principles?.relevant).toEqual({ mark: 'not-met', reason: 'Because of relevant.\nAnd more.' });
    expect(principles?.nonStigmatising.mark).toBe('met');
  });

  test.each([
    ['no mark', { 'impactful-mark': '' }, '#impactful-mark'],
    ['a mark that there is none of', { 'impactful-mark': 'maybe' }, '#impactful-mark'],
    ['no reason', { 'relevant-reason': ' \r\n ' }, '#relevant-reason'],
    ['a reason one sign too long', { 'relevant-reason': 'x'.repeat(MAX_REASON + 1) }, '#relevant-reason'],
    ['a reason with signs that nobody sees', { 'relevant-reason': 'It is\u202emet.' }, '#relevant-reason'],
  ])('is not taken with %s, and says where', (_, change, href) => {
    const { principles, errors } = reviewAnswers({ ...FILLED, ...change });
    expect(principles).toBeUndefined();
    expect(errors.map((error) => error.href)).toEqual([href]);
  });

  test('takes the longest reason that there may be', () => {
    expect(reviewAnswers({ ...FILLED, 'relevant-reason': 'x'.repeat(MAX_REASON) }).errors).toEqual([]);
  });

  test('is empty where a browser sends nothing', () => {
    expect(reviewAnswers({}).errors).toHaveLength(2 * PRINCIPLES.length);
  });
});
