import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { BLOCK_ENTRIES, NumberColumn } from '../../../node-agent/snapshot/growing-column.js';
import { KeyTags, TAG_BYTES } from '../../../node-agent/snapshot/key-tags.js';
import { TagTable } from '../../../node-agent/snapshot/tag-table.js';
import { testSeed } from '../../support/seeded-rng.js';

const storageKey = new Uint8Array(32).fill(7);
const keys = ['a', 'b'].map((domain) => ({ domain, hashed: true }));

function tagOf(tags: KeyTags, position: number, text: string): string {
  const bytes = Buffer.alloc(TAG_BYTES + 2);
  tags.write(position, text, bytes, 1);
  expect([bytes[0], bytes[TAG_BYTES + 1]]).toEqual([0, 0]);
  return bytes.toString('hex');
}

describe('KeyTags', () => {
  it('are the same for the same key, and others for another key, column or storage key', () => {
    const [tags, again] = [new KeyTags(storageKey, keys), new KeyTags(storageKey, keys)];
    const others = new KeyTags(new Uint8Array(32).fill(8), keys);
    const found = [tagOf(tags, 0, 'ANN'), tagOf(tags, 1, 'ANN'), tagOf(tags, 0, 'BEA'), tagOf(others, 0, 'ANN')];
    expect(new Set(found).size).toBe(found.length);
    expect(tagOf(again, 0, 'ANN')).toBe(found[0]);
    expect(() => tagOf(tags, 2, 'ANN')).toThrow(RangeError);
  });

  it('can be made no longer when they are wiped', () => {
    const tags = new KeyTags(storageKey, keys);
    const before = tagOf(tags, 0, 'ANN');
    tags.wipe();
    expect(tagOf(tags, 0, 'ANN')).not.toBe(before);
  });
});

describe('TagTable', () => {
  const tag = (text: string): Buffer => createHash('sha256').update(`${testSeed} ${text}`).digest();

  it('numbers tags from 1 in the order in which they are first seen, wherever they stand', () => {
    const table = new TagTable();
    expect(['ANN', 'BEA', 'ANN', 'CY', 'BEA'].map((text) => table.number(tag(text), 0))).toEqual([1, 2, 1, 3, 2]);
    expect(table.number(Buffer.concat([Buffer.alloc(5), tag('CY')]), 5)).toBe(3);
    expect(table.size).toBe(3);
  });

  it('tells tags apart that differ in any word', () => {
    const table = new TagTable();
    const base = Buffer.alloc(TAG_BYTES, 1);
    const others = [0, 4, 8, 12].map((at) => {
      const other = Buffer.from(base);
      other[at] = 2;
      return other;
    });
    expect([base, ...others, base].map((each) => table.number(each, 0))).toEqual([1, 2, 3, 4, 5, 1]);
  });

  // Slots double several times on the way.
  it(`keeps many tags apart and finds each again, also after it was cleared (seed ${testSeed})`, () => {
    const table = new TagTable();
    const tags = Array.from({ length: 70_000 }, (_, index) => tag(String(index)));
    for (const time of [1, 2]) {
      expect(tags.every((each, index) => table.number(each, 0) === index + 1)).toBe(true);
      expect(tags.every((each, index) => table.number(each, 0) === index + 1)).toBe(true);
      expect(table.size).toBe(tags.length);
      table.clear();
      expect(table.size).toBe(0);
      if (time === 1) tags.reverse();
    }
  });
});

describe('NumberColumn', () => {
  const places = [0, 1, BLOCK_ENTRIES - 1, BLOCK_ENTRIES, 3 * BLOCK_ENTRIES + 5];

  it('keeps numbers at their places, and 0 everywhere else', () => {
    const column = new NumberColumn();
    expect(column.get(BLOCK_ENTRIES)).toBe(0);
    for (const place of places) column.set(place, 0xffff_ffff - place);
    expect(places.map((place) => column.get(place))).toEqual(places.map((place) => 0xffff_ffff - place));
    expect([2, BLOCK_ENTRIES + 1, 2 * BLOCK_ENTRIES].map((place) => column.get(place))).toEqual([0, 0, 0]);
    column.wipe();
    expect(places.map((place) => column.get(place))).toEqual(places.map(() => 0));
  });

  it.each([0, 1, BLOCK_ENTRIES, BLOCK_ENTRIES + 1, 4 * BLOCK_ENTRIES])('moves its first %i numbers away', (count) => {
    const column = new NumberColumn(Uint8Array);
    for (const place of places) column.set(place, 1 + (place % 200));
    const whole = column.moveTo(new Uint32Array(count));
    const expected = new Uint32Array(count);
    for (const place of places) if (place < count) expected[place] = 1 + (place % 200);
    expect(Buffer.from(whole.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    expect(places.map((place) => column.get(place))).toEqual(places.map(() => 0));
  });
});
