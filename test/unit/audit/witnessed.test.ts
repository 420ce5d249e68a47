import { describe, expect, it } from 'vitest';

import { witnessedOf } from '../../../core/audit-entries/index.js';

const checkpoint = { origin: 'log', size: 10, root: new Uint8Array(32), at: new Date(0) };
const reach = new Map([
  ['police', 4],
  ['courts', 9],
  ['cps', 10],
]);

describe('how far a log is witnessed', () => {
  it.each([
    [0, 10, undefined],
    [1, 10, undefined],
    [2, 9, { from: 9, to: 9 }],
    [3, 4, { from: 4, to: 9 }],
    [4, 0, { from: 0, to: 9 }],
  ])('by %d agencies is %d entries, whichever checkpoint each of them has cosigned', (needed, entries, waiting) => {
    expect(witnessedOf({ checkpoint, reach }, needed)).toEqual({ needed, entries, waiting });
  });
});
