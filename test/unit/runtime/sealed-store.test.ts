import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permutation } from '../../../core/base/index.js';
import { CHUNK_RECORDS, NOWHERE } from '../../../core/private-join/index.js';
import { openSpoolFile, systemRng } from '../../../runtime/index.js';
import type { OpenFile } from '../../../runtime/index.js';
import { SealedStore } from '../../../runtime/sealed-store.js';
import { propertyOptions, seededRng, testSeed } from '../../support/seeded-rng.js';
import { codeOf, directory, GRANULE, records, storeOf, WIDTH } from './sealed-fixtures.js';

/** A file that notes how many bytes each read and write has. */
function watched(): { readonly open: OpenFile; readonly reads: number[]; readonly writes: number[] } {
  const reads: number[] = [];
  const writes: number[] = [];
  return {
    reads,
    writes,
    open: (path) => {
      const file = openSpoolFile(path);
      return {
        write: (bytes, position) => {
          writes.push(bytes.length);
          file.write(bytes, position);
        },
        read: (bytes, position) => {
          reads.push(bytes.length);
          file.read(bytes, position);
        },
        close: () => file.close(),
      };
    },
  };
}

const layouts = fc.record({
  bucketRecords: fc.integer({ min: 1, max: 300 }),
  granuleRecords: fc.integer({ min: 1, max: 40 }),
});

describe('a list on disk', () => {
  it(`gives back what was put, at its place, in chunks of any size (seed ${testSeed})`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 900 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 600 }),
        layouts,
        fc.integer(),
        (count, width, chunk, readChunk, layout, seed) => {
          const rng = seededRng(seed);
          const places = permutation(rng, count);
          const given = rng.bytes(count * width);
          const store = storeOf(count, openSpoolFile, layout, width);
          expect([store.count, store.width]).toEqual([count, width]);
          for (let from = 0; from < count; from += chunk) {
            store.put(places.subarray(from, from + chunk), given.subarray(from * width, (from + chunk) * width));
          }
          const inOrder = new Uint8Array(count * width);
          places.forEach((place, index) => {
            inOrder.set(given.subarray(index * width, (index + 1) * width), place * width);
          });
          for (let from = 0; from < count; from += readChunk) {
            const to = Math.min(from + readChunk, count);
            expect(Buffer.compare(store.read(from, to), inOrder.subarray(from * width, to * width))).toBe(0);
          }
          store.dispose();
        },
      ),
      { ...propertyOptions, numRuns: 60 },
    );
  });

  it(`gathers what has come so far in any order, while more comes (seed ${testSeed})`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 200 }),
        layouts,
        fc.integer(),
        (count, chunk, layout, seed) => {
          const rng = seededRng(seed);
          const places = permutation(rng, count);
          const given = rng.bytes(count * WIDTH);
          const store = storeOf(count, openSpoolFile, layout);
          for (let from = 0; from < count; from += chunk) {
            const to = Math.min(from + chunk, count);
            store.put(places.subarray(from, to), given.subarray(from * WIDTH, to * WIDTH));
            // All that have come in the order in which they came; then half as many again, from all over.
            expect(Buffer.compare(store.gather(places.subarray(0, to)), given.subarray(0, to * WIDTH))).toBe(0);
            const again = permutation(rng, to).subarray(0, Math.ceil(to / 2));
            const found = store.gather(again.map((index) => (index % 5 === 0 ? NOWHERE : (places[index] ?? NOWHERE))));
            again.forEach((index, at) => {
              const expected =
                index % 5 === 0 ? new Uint8Array(WIDTH) : given.subarray(index * WIDTH, (index + 1) * WIDTH);
              expect(Buffer.compare(found.subarray(at * WIDTH, (at + 1) * WIDTH), expected)).toBe(0);
            });
          }
          store.dispose();
        },
      ),
      { ...propertyOptions, numRuns: 30 },
    );
  });

  it('gives what it gives with the layout of programs, too', () => {
    const count = 20_000;
    const places = permutation(seededRng('layout'), count);
    const given = new Uint8Array(Uint32Array.from({ length: count * 24 }, (_, word) => word).buffer);
    const store = new SealedStore(count, 96, { self: 'police', directory, rng: systemRng });
    for (let from = 0; from < count; from += CHUNK_RECORDS) {
      const to = from + CHUNK_RECORDS;
      store.put(places.subarray(from, to), given.subarray(from * 96, to * 96));
    }
    expect(Buffer.compare(store.gather(places), given)).toBe(0);
    store.dispose();
  });

  it('seals and writes as many records at once as lie in a granule, whichever of its bucket they are', () => {
    const file = watched();
    const store = storeOf(10, file.open);
    store.put(new Uint32Array([3, 6, 9]), records(3, 6, 9));
    expect(file.writes).toEqual([]);
    store.put(new Uint32Array([0, 5, 4, 7, 8]), records(0, 5, 4, 7, 8));
    // 3 and 0; 6 and 5; 4 and 7; 9 and 8, which are all that the last bucket has.
    expect(file.writes).toEqual([GRANULE, GRANULE, GRANULE, GRANULE]);
    expect(store.read(3, 10)).toEqual(records(3, 4, 5, 6, 7, 8, 9));
    store.dispose();
  });

  it('writes a granule that is not whole once its bucket is', () => {
    const file = watched();
    const store = storeOf(3, file.open);
    store.put(new Uint32Array([2, 0, 1]), records(2, 0, 1));
    expect(file.writes).toEqual([GRANULE, GRANULE - WIDTH]);
    expect(store.gather(new Uint32Array([1]))).toEqual(records(1));
    expect(store.read(0, 3)).toEqual(records(0, 1, 2));
    store.dispose();
  });

  it('reads a bucket once while it is read in order', () => {
    const file = watched();
    const store = storeOf(8, file.open);
    store.put(new Uint32Array([0, 1, 2, 3, 4, 5, 6, 7]), records(0, 1, 2, 3, 4, 5, 6, 7));
    for (let place = 0; place < 8; place += 1) store.read(place, place + 1);
    expect(file.reads).toEqual([2 * GRANULE, 2 * GRANULE]);
    store.dispose();
  });

  it('opens one granule for a record wanted alone, a bucket where many of it are wanted', () => {
    const file = watched();
    const store = storeOf(12, file.open, { bucketRecords: 6, granuleRecords: 2 });
    const all = Uint32Array.from({ length: 12 }, (_, place) => place);
    store.put(all, records(...all));
    expect(store.gather(new Uint32Array([4, 5, 4]).subarray(0, 2))).toEqual(records(4, 5));
    expect(file.reads).toEqual([GRANULE]);
    expect(store.gather(new Uint32Array([5]))).toEqual(records(5));
    expect(file.reads).toEqual([GRANULE]);
    expect(store.gather(new Uint32Array([6, 4, 10, 8]))).toEqual(records(6, 4, 10, 8));
    expect(file.reads).toEqual([GRANULE, 3 * GRANULE]);
    store.dispose();
  });

  it('refuses a place that is written twice, in one call or in two, sealed meanwhile or not', () => {
    const store = storeOf(4);
    store.put(new Uint32Array([2]), records(1));
    expect(codeOf(() => store.put(new Uint32Array([2]), records(1)))).toBe('SPOOL_FAILED');
    expect(codeOf(() => store.put(new Uint32Array([1, 1]), records(1, 2)))).toBe('SPOOL_FAILED');
    store.put(new Uint32Array([0, 3]), records(1, 2));
    expect(codeOf(() => store.put(new Uint32Array([0]), records(1)))).toBe('SPOOL_FAILED');
    store.dispose();
  });

  it('refuses a place that was never written, and places outside', () => {
    const store = storeOf(4);
    store.put(new Uint32Array([3]), records(1));
    expect(codeOf(() => store.read(0, 4))).toBe('SPOOL_FAILED');
    expect(codeOf(() => store.gather(new Uint32Array([3, 2])))).toBe('SPOOL_FAILED');
    expect(store.read(3, 4)).toEqual(records(1));
    expect(() => store.read(3, 5)).toThrow(RangeError);
    expect(() => store.read(-1, 1)).toThrow(RangeError);
    expect(() => store.read(2, 1)).toThrow(RangeError);
    expect(() => store.gather(new Uint32Array([4]))).toThrow(RangeError);
    expect(() => store.put(new Uint32Array([4]), records(1))).toThrow(RangeError);
    expect(() => store.put(new Uint32Array([1]), new Uint8Array(WIDTH - 1))).toThrow(RangeError);
    store.dispose();
  });

  it('can be disposed of twice, and is of no use afterwards', () => {
    let closed = 0;
    const store = storeOf(2, (path) => {
      const file = openSpoolFile(path);
      return {
        ...file,
        close: () => {
          closed += 1;
          file.close();
        },
      };
    });
    store.put(new Uint32Array([0, 1]), records(0, 1));
    store.read(0, 1);
    store.dispose();
    store.dispose();
    expect(closed).toBeGreaterThan(0);
    const uses = [
      () => store.read(0, 1),
      () => store.gather(new Uint32Array([0])),
      () => store.put(new Uint32Array([0]), records(1)),
    ];
    for (const use of uses) {
      expect(codeOf(use)).toBe('SPOOL_FAILED');
      expect(use).toThrow('the store has been disposed of');
    }
  });

  it('takes no more memory than it says', () => {
    const sizes = [
      [200_000, 96],
      [20_000, 576],
    ] as const;
    for (const [count, width] of sizes) {
      const before = process.memoryUsage().external;
      const store = new SealedStore(count, width, { self: 'police', directory, rng: systemRng });
      const taken = process.memoryUsage().external - before;
      // Small buffers, as of the file's name, come from a pool of 8 KiB or so.
      expect(taken).toBeLessThanOrEqual(SealedStore.bytesFor(count, width) + 2 ** 14);
      store.dispose();
    }
  });

  it.each([
    [1_000_000, 96],
    [1_000_000, 160],
    [16_777_216, 96],
    [16_777_216, 576],
  ])('of %i records of %i bytes takes under a twenty-fifth of itself in memory', (count, width) => {
    expect(SealedStore.bytesFor(count, width)).toBeLessThan((count * width) / 25);
  });
});
