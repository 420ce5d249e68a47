import { describe, expect, it } from 'vitest';

import { ourIntersectionSize } from '../../../bench/two-party/ours.js';
import { loadPsi } from '../../../bench/two-party/psi.js';
import { CHUNK_RECORDS, createGroup } from '../../../core/private-join/index.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const elements = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `element ${from + index}`);

describe('the size of an intersection', () => {
  const cases = [
    { name: 'overlapping', first: elements(0, 40), second: elements(25, 60), size: 15 },
    { name: 'disjoint', first: elements(0, 20), second: elements(20, 40), size: 0 },
    { name: 'equal', first: elements(0, 30), second: elements(0, 30).reverse(), size: 30 },
    { name: 'one within the other', first: elements(0, 50), second: elements(7, 8), size: 1 },
    {
      name: 'longer than a chunk',
      first: elements(0, CHUNK_RECORDS + 1),
      second: elements(CHUNK_RECORDS, 300),
      size: 1,
    },
  ];

  it.each(cases)(`is found by our own code, seed ${testSeed}: $name`, async ({ first, second, size }) => {
    const find = ourIntersectionSize(await createGroup(), seededRng(testSeed));
    expect(find(first, second)).toBe(size);
    expect(find(second, first)).toBe(size);
  });

  it('is found by psi.js, too', async () => {
    const find = await loadPsi();
    for (const { name, first, second, size } of cases.slice(0, 4))
      expect([name, find(first, second)]).toEqual([name, size]);
  });
});
