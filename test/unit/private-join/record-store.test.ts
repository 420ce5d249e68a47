import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permutation } from '../../../core/base/index.js';
import {
  CHUNK_RECORDS,
  MAX_LIST_RECORDS,
  memoryStores,
  NOWHERE,
  RecordMemory,
} from '../../../core/private-join/index.js';
import { propertyOptions, seededRng, testSeed } from '../../support/seeded-rng.js';

const WIDTH = 8;

/** `values` as records that can be told apart. */
function records(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => Array.from({ length: WIDTH }, () => value)));
}

describe('a list in memory', () => {
  it(`gives back what was put, at its place, read in order or gathered (seed ${testSeed})`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3 * CHUNK_RECORDS }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 2 * CHUNK_RECORDS }),
        fc.integer(),
        (count, width, chunk, seed) => {
          const rng = seededRng(seed);
          const places = permutation(rng, count);
          const given = rng.bytes(count * width);
          const store = memoryStores.create(count, width);
          expect([store.count, store.width]).toEqual([count, width]);
          for (let from = 0; from < count; from += chunk) {
            store.put(places.subarray(from, from + chunk), given.subarray(from * width, (from + chunk) * width));
          }
          // Gathered in the order in which they came, they are what came.
          expect(Buffer.compare(store.gather(places), given)).toBe(0);
          for (let from = 0; from < count; from += chunk) {
            const to = Math.min(from + chunk, count);
            const inOrder = store.gather(Uint32Array.from({ length: to - from }, (_, index) => from + index));
            expect(Buffer.compare(store.read(from, to), inOrder)).toBe(0);
          }
          store.dispose();
        },
      ),
      { ...propertyOptions, numRuns: 40 },
    );
  });

  it('gathers any place any number of times, and zero bytes from nowhere', () => {
    const store = memoryStores.create(3, WIDTH);
    store.put(new Uint32Array([2, 0, 1]), records(7, 8, 9));
    expect(store.gather(new Uint32Array([1, NOWHERE, 1, 2, NOWHERE]))).toEqual(records(9, 0, 9, 7, 0));
    expect(store.gather(new Uint32Array(0))).toEqual(new Uint8Array(0));
  });

  it('has no place that means nowhere', () => {
    expect(NOWHERE).toBeGreaterThanOrEqual(MAX_LIST_RECORDS);
  });

  it('hands out copies', () => {
    const store = memoryStores.create(1, WIDTH);
    store.put(new Uint32Array([0]), records(5));
    store.read(0, 1).fill(1);
    store.gather(new Uint32Array([0])).fill(1);
    expect(store.read(0, 1)).toEqual(records(5));
  });

  it('refuses places outside and part of a record', () => {
    const store = memoryStores.create(2, WIDTH);
    expect(() => store.put(new Uint32Array([2]), records(1))).toThrow(RangeError);
    expect(() => store.put(new Uint32Array([NOWHERE]), records(1))).toThrow(RangeError);
    expect(() => store.put(new Uint32Array([1]), new Uint8Array(WIDTH - 1))).toThrow(RangeError);
    expect(() => store.put(new Uint32Array([1]), records(1, 2))).toThrow(RangeError);
    expect(() => store.read(1, 3)).toThrow(RangeError);
    expect(() => store.read(-1, 1)).toThrow(RangeError);
    expect(() => store.read(2, 1)).toThrow(RangeError);
    expect(() => store.gather(new Uint32Array([2]))).toThrow(RangeError);
    expect(store.read(0, 2)).toEqual(records(0, 0));
  });

  it('can be disposed of twice, and has no records afterwards', () => {
    const store = memoryStores.create(2, WIDTH);
    store.put(new Uint32Array([0, 1]), records(1, 2));
    store.dispose();
    store.dispose();
    expect(() => store.read(0, 2)).toThrow(RangeError);
    expect(() => store.gather(new Uint32Array([0]))).toThrow(RangeError);
    expect(() => store.put(new Uint32Array([0]), records(1))).toThrow(RangeError);
  });

  it('gives its memory back at once, without waiting for a collection', () => {
    const count = 64 * 2 ** 20;
    const store = memoryStores.create(count, 1);
    // Not one byte of a page is in memory before it is written.
    const pages = Uint32Array.from({ length: count / 4096 }, (_, index) => index * 4096);
    store.put(pages, new Uint8Array(pages.length).fill(1));
    const full = process.memoryUsage.rss();
    store.dispose();
    expect(process.memoryUsage.rss()).toBeLessThan(full - count / 2);
  });
});

describe('memory for records', () => {
  it('lets nobody see the stage as a slot', () => {
    const memory = new RecordMemory(100, WIDTH);
    memory.view(99, 100);
    memory.place(0, 99);
    memory.fetch(99, 0);
    expect(() => memory.view(99, 101)).toThrow(RangeError);
    expect(() => memory.place(0, 100)).toThrow(RangeError);
    expect(() => memory.fetch(100, 0)).toThrow(RangeError);
  });

  it('is wiped before it is given back', () => {
    const memory = new RecordMemory(4, WIDTH);
    memory.stage(records(1, 2, 3, 4));
    memory.place(3, 0);
    const everything = new Uint8Array(memory.view(0, 4).buffer);
    let last: Uint8Array | undefined;
    Object.defineProperty(everything.buffer, 'resize', { value: () => (last = everything.slice()) });
    expect(everything.some((byte) => byte !== 0)).toBe(true);
    memory.release();
    expect(last).toEqual(new Uint8Array(RecordMemory.bytesFor(4, WIDTH)));
  });

  it('is seen through no older view once it is released', () => {
    const memory = new RecordMemory(4, WIDTH);
    const view = memory.view(0, 4);
    memory.release();
    expect(view.length).toBe(0);
  });
});
