import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { permutation, uniformBelow } from '../../../core/base/index.js';
import type { Rng } from '../../../core/base/index.js';
import { systemRng } from '../../../runtime/index.js';
import type { OpenFile } from '../../../runtime/index.js';
import { SealedStore } from '../../../runtime/sealed-store.js';
import type { SealedLayout } from '../../../runtime/sealed-store.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const RECORDS = 5;
const ORDERS = 120;
const SHUFFLES_PER_ORDER = 40;
/** 119 degrees of freedom: exceeded by a uniform shuffle once in 10^10 seeds. */
const CHI_SQUARE_LIMIT = 244.8;

/** Three buckets, of two places, two and one; a bucket is sealed as one granule or as two. */
const oneGranule: SealedLayout = { bucketRecords: 2, granuleRecords: 2 };
const twoGranules: SealedLayout = { bucketRecords: 2, granuleRecords: 1 };

type Shuffle = (rng: Rng, records: number) => Uint32Array;

/** Some thousands of files are opened here: they need no disk. */
const fileInMemory: OpenFile = () => {
  const disk = new Uint8Array(256);
  return {
    write: (bytes, position) => disk.set(bytes, position),
    read: (bytes, position) => bytes.set(disk.subarray(position, position + bytes.length)),
    close: () => undefined,
  };
};

/** The order in which records 0..4 come out of a list on disk into which they went in that order, in two chunks. */
function order(shuffle: Shuffle, rng: Rng, layout: SealedLayout): string {
  const store = new SealedStore(
    RECORDS,
    1,
    { self: 'police', directory: tmpdir(), rng: systemRng, openFile: fileInMemory },
    layout,
  );
  const places = shuffle(rng, RECORDS);
  store.put(places.subarray(0, 3), Uint8Array.of(0, 1, 2));
  store.put(places.subarray(3), Uint8Array.of(3, 4));
  const read = store.read(0, RECORDS).join('');
  store.dispose();
  return read;
}

/** Pearson's statistic of how often each of the 120 orders comes out. */
function chiSquare(shuffle: Shuffle, layout: SealedLayout): number {
  const rng = seededRng(testSeed);
  const seen = new Map<string, number>();
  for (let time = 0; time < ORDERS * SHUFFLES_PER_ORDER; time += 1) {
    const read = order(shuffle, rng, layout);
    seen.set(read, (seen.get(read) ?? 0) + 1);
  }
  const times = [...seen.values(), ...Array.from({ length: ORDERS - seen.size }, () => 0)];
  expect(times).toHaveLength(ORDERS);
  return times.reduce((sum, time) => sum + (time - SHUFFLES_PER_ORDER) ** 2 / SHUFFLES_PER_ORDER, 0);
}

/** Swaps every place with any place: the textbook's mistake. */
const swapWithAny: Shuffle = (rng, records) => {
  const places = Uint32Array.from({ length: records }, (_, index) => index);
  for (let place = 0; place < records; place += 1) swap(places, place, uniformBelow(rng, records));
  return places;
};

/** Never leaves a record where it is: Sattolo's algorithm, which is one comparison away. */
const swapWithAnother: Shuffle = (rng, records) => {
  const places = Uint32Array.from({ length: records }, (_, index) => index);
  for (let place = records - 1; place > 0; place -= 1) swap(places, place, uniformBelow(rng, place));
  return places;
};

/** Buckets are drawn well, but within each the records stay in the order in which they came. */
const orderKeptInBuckets: Shuffle = (rng, records) => {
  const places = permutation(rng, records);
  const bucketOf = (place: number): number => Math.floor(place / 2);
  const next = new Map<number, number>();
  return places.map((place) => {
    const bucket = bucketOf(place);
    const taken = next.get(bucket) ?? 0;
    next.set(bucket, taken + 1);
    return bucket * 2 + taken;
  });
};

/** Records are mixed within buckets and never leave them. */
const bucketsKept: Shuffle = (rng, records) => {
  const places = Uint32Array.from({ length: records }, (_, index) => index);
  for (let first = 0; first + 1 < records; first += 2) swap(places, first, first + uniformBelow(rng, 2));
  return places;
};

function swap(places: Uint32Array, one: number, other: number): void {
  const kept = places[one] ?? 0;
  places[one] = places[other] ?? 0;
  places[other] = kept;
}

describe('the shuffle of a list on disk', () => {
  it.each([oneGranule, twoGranules])(
    `is uniform over all orders of five records, laid out as %o (seed ${testSeed})`,
    (layout) => {
      expect(chiSquare(permutation, layout)).toBeLessThan(CHI_SQUARE_LIMIT);
    },
  );

  it.each([
    ['swaps with any place', swapWithAny],
    ['never leaves a record in place', swapWithAnother],
    ['keeps the order inside buckets', orderKeptInBuckets],
    ['keeps records in their buckets', bucketsKept],
  ])(`would be found out if it were one that %s (seed ${testSeed})`, (_, shuffle) => {
    expect(chiSquare(shuffle, oneGranule)).toBeGreaterThan(CHI_SQUARE_LIMIT);
  });
});
