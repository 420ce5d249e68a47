import { expect, test } from 'vitest';

import {
  adviceNow,
  pageAdviceAfterFailure,
  pageAdviceAfterRefusal,
} from '../../../../coordinator/pages/analyst/page-advice.js';
import { FAILURE_CODES, REFUSAL_CODES } from '../../../../core/private-join/index.js';

test('no advice on a page speaks of commands, which its reader has not', () => {
  const all = [...REFUSAL_CODES.map(pageAdviceAfterRefusal), ...FAILURE_CODES.map(pageAdviceAfterFailure)];
  expect(all.filter((text) => /`|\btally /.test(text))).toEqual([]);
  expect(all.filter((text) => text.length < 20)).toEqual([]);
});

test('what keeps a question from being asked now has advice where its message has none, and a code of nobody’s has none', () => {
  for (const code of ['QUEUE_FULL', 'BUDGET_SPENT', 'AGENCIES_NOT_CONNECTED', 'PURPOSE_NOT_GRANTED']) {
    expect([code, adviceNow(code)?.endsWith('.')]).toEqual([code, true]);
  }
  expect(adviceNow('toString')).toBe(null);
});
