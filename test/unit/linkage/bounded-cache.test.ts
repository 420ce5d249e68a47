import { expect, it } from 'vitest';

import { BoundedCache } from '../../../core/linkage/bounded-cache.js';

it('makes a value once while there is room, and forgets all when there is none', () => {
  const made: string[] = [];
  const cache = new BoundedCache(2, (text) => {
    made.push(text);
    return text.length;
  });
  expect(['a', 'bb', 'a', 'bb'].map((text) => cache.get(text))).toEqual([1, 2, 1, 2]);
  expect(made).toEqual(['a', 'bb']);
  expect(cache.get('ccc')).toBe(3);
  expect(['a', 'ccc'].map((text) => cache.get(text))).toEqual([1, 3]);
  expect(made).toEqual(['a', 'bb', 'ccc', 'a']);
});
