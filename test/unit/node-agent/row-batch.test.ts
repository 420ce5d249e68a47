import { describe, expect, it } from 'vitest';

import { nextFetch } from '../../../node-agent/source/connectors/postgres-source.js';
import { RowBatch, rowBytes } from '../../../node-agent/source/row-batch.js';
import { SOURCE_BATCH_BYTES, SOURCE_BATCH_ROWS } from '../../../node-agent/source/source.js';

const text = (bytes: number): [string] => ['x'.repeat(bytes / 2)];

describe('RowBatch', () => {
  it('is whole with its last row', () => {
    const batch = new RowBatch();
    for (let row = 1; row < SOURCE_BATCH_ROWS; row += 1) expect(batch.add([row])).toBe(false);
    expect(batch.add([null])).toBe(true);
    expect(batch.take()).toHaveLength(SOURCE_BATCH_ROWS);
    expect(batch.isEmpty).toBe(true);
  });

  it('is whole with the last byte, not before, and counts each batch for itself', () => {
    const batch = new RowBatch();
    for (const round of [1, 2]) {
      expect([round, batch.add(text(SOURCE_BATCH_BYTES - 2)), batch.isEmpty]).toEqual([round, false, false]);
      expect(batch.add(text(2))).toBe(true);
      expect(batch.take()).toHaveLength(2);
    }
    expect(batch.add([new Uint8Array(SOURCE_BATCH_BYTES - 1)])).toBe(false);
    batch.take();
    expect(batch.add([new Uint8Array(SOURCE_BATCH_BYTES)])).toBe(true);
  });

  it('counts a text by two bytes for each unit, and every other value as well', () => {
    expect(rowBytes(['é', '👩', new Uint8Array(3), 1, 2n, null])).toBe(2 + 4 + 3 + 8 + 8 + 8);
  });
});

describe('nextFetch', () => {
  it.each([
    ['twice as many of short rows', Array.from({ length: 8 }, () => ['a']), 16],
    ['no more than a batch has', Array.from({ length: 400 }, () => ['a']), SOURCE_BATCH_ROWS],
    ['as many of the longest as are a batch', [['a'], text(SOURCE_BATCH_BYTES / 2), ['a'], ['a']], 2],
    ['one of those that are a batch each', [text(SOURCE_BATCH_BYTES * 2)], 1],
  ])('asks for %s', (_, rows, next) => {
    expect(nextFetch(rows)).toBe(next);
  });
});
