import { describe, expect, it } from 'vitest';

import { BLOCK_ENTRIES, BytesColumn, NumberColumn } from '../../../node-agent/snapshot/growing-column.js';
import { ENTRY_BYTES, KeyTable } from '../../../node-agent/snapshot/key-table.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const storageKey = new Uint8Array(32).fill(7);
const keys = ['a', 'b'].map((domain) => ({ domain, hashed: true }));

function entryOf(table: KeyTable, number: number): Buffer {
  const entry = Buffer.alloc(ENTRY_BYTES);
  table.copyEntry(number, entry, 0);
  return entry;
}

describe('KeyTable', () => {
  it('numbers keys from 1 in the order in which they are first seen, column by column', () => {
    const table = new KeyTable(storageKey, keys);
    const seen: [number, string][] = [
      [0, 'ANN'],
      [0, 'BEA'],
      [1, 'ANN'],
      [0, 'ANN'],
      [1, 'ANN'],
      [0, ''],
    ];
    expect(seen.map(([position, key]) => table.number(position, key))).toEqual([1, 2, 3, 1, 3, 4]);
    expect(table.size).toBe(4);
    expect(() => table.number(2, 'ANN')).toThrow(RangeError);
  });

  // Slots double several times on the way.
  it(`keeps many keys apart and finds each again (seed ${testSeed})`, () => {
    const table = new KeyTable(storageKey, keys);
    const rng = seededRng(testSeed);
    const texts = Array.from({ length: 70_000 }, (_, index) => `${index}/${rng.bytes(1)[0] ?? 0}`);
    expect(texts.every((key, index) => table.number(index % 2, key) === index + 1)).toBe(true);
    expect(texts.every((key, index) => table.number(index % 2, key) === index + 1)).toBe(true);
    expect(table.size).toBe(texts.length);
  });

  it('keeps elements, and hands them on to a table of the same storage key', () => {
    const [table, other] = [new KeyTable(storageKey, keys), new KeyTable(storageKey, keys)];
    other.number(0, 'OTHER');
    const element = new Uint8Array(32).fill(5);
    const number = table.number(0, 'ANN');
    expect(table.element(number)).toEqual(new Uint8Array(32));
    table.element(number).set(element);
    other.addEntry(Buffer.concat([Buffer.alloc(ENTRY_BYTES), entryOf(table, number)]), 1);
    expect(other.size).toBe(2);
    expect(other.element(other.number(0, 'ANN'))).toEqual(element);
    expect(other.size).toBe(2);
    expect(other.number(1, 'ANN')).toBe(3);
  });

  it('keeps no element of a key that is not hashed, beside those that are', () => {
    const table = new KeyTable(storageKey, [...keys, { domain: 'c', hashed: false }]);
    const numbers = [0, 2, 1].map((position) => table.number(position, 'ANN'));
    expect(numbers).toEqual([1, 2, 3]);
    table.element(1).fill(1);
    table.element(3).fill(3);
    expect([table.element(1), table.element(3)]).toEqual([1, 3].map((byte) => new Uint8Array(32).fill(byte)));
    expect(() => table.element(2)).toThrow(RangeError);
  });

  it('has other tags for another storage key and another column', () => {
    const tables = [new KeyTable(storageKey, keys), new KeyTable(new Uint8Array(32).fill(8), keys)];
    const entries = tables.flatMap((table) => [0, 1].map((position) => entryOf(table, table.number(position, 'ANN'))));
    expect(new Set(entries.map((entry) => entry.toString('hex'))).size).toBe(4);
  });

  it('forgets everything when it is wiped', () => {
    const table = new KeyTable(storageKey, keys);
    const number = table.number(0, 'ANN');
    table.element(number).fill(5);
    table.wipe();
    expect(entryOf(table, number)).toEqual(Buffer.alloc(ENTRY_BYTES));
  });
});

describe('growing columns', () => {
  const places = [0, 1, BLOCK_ENTRIES - 1, BLOCK_ENTRIES, 3 * BLOCK_ENTRIES + 5];

  it('keep numbers at their places, and 0 everywhere else', () => {
    const column = new NumberColumn();
    expect(column.get(BLOCK_ENTRIES)).toBe(0);
    for (const place of places) column.set(place, 0xffff_ffff - place);
    expect(places.map((place) => column.get(place))).toEqual(places.map((place) => 0xffff_ffff - place));
    expect([2, BLOCK_ENTRIES + 1, 2 * BLOCK_ENTRIES].map((place) => column.get(place))).toEqual([0, 0, 0]);
    column.wipe();
    expect(places.map((place) => column.get(place))).toEqual(places.map(() => 0));
  });

  it('keep bytes at their places, and zeros everywhere else', () => {
    const column = new BytesColumn(3);
    places.forEach((place, index) => column.at(place).set([index + 1, 2, 3]));
    places.forEach((place, index) => expect(column.at(place)).toEqual(Uint8Array.of(index + 1, 2, 3)));
    expect(column.at(2)).toEqual(new Uint8Array(3));
    column.wipe();
    for (const place of places) expect(column.at(place)).toEqual(new Uint8Array(3));
  });
});
