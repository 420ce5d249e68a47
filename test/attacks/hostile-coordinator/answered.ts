import { expect } from 'vitest';

import type { Attempt } from './world.js';

/** That every node takes part, has written down what that costs, and has sent its share of the key. */
export async function isAnswered(asked: Promise<readonly Attempt[]>): Promise<void> {
  const attempts = await asked;
  expect(attempts.length).toBeGreaterThan(0);
  for (const { agency, code, noted, shares } of attempts) {
    expect([agency, code, shares, noted.map(({ answer }) => answer)]).toEqual([
      agency,
      'ANSWERED',
      1,
      [{ refusal: null }],
    ]);
  }
}
