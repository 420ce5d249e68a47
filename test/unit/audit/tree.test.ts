import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  append,
  consistencyProof,
  EMPTY_FRONTIER,
  frontierOf,
  frontierRoot,
  hashesBefore,
  hashPosition,
  inclusionProof,
  leafHash,
  rootOf,
} from '../../../core/audit/index.js';
import { naiveConsistency, naiveInclusion, naiveRoot } from '../../support/naive-log.js';
import { propertyOptions, testSeed } from '../../support/seeded-rng.js';
import { entriesOf, MemoryLog } from './audit-fixtures.js';

/** Every size up to here; with the next power of two and one more among them. */
const SIZES = 258;
const LARGE = 20_000;

const log = new MemoryLog(entriesOf(LARGE));
const same = (ours: Uint8Array, theirs: Uint8Array): boolean => Buffer.compare(ours, theirs) === 0;
const sizes = fc.integer({ min: 1, max: LARGE });

describe('a log’s tree', () => {
  it(`has the root of the RFC's definition with every number of entries up to ${SIZES}`, () => {
    let frontier = EMPTY_FRONTIER;
    for (let size = 0; size <= SIZES; size += 1) {
      const expected = naiveRoot(log.entries.slice(0, size));
      expect(same(rootOf(log, size), expected)).toBe(true);
      expect(same(frontierRoot(frontier), expected)).toBe(true);
      expect(frontierOf(log, size)).toEqual(frontier);
      ({ frontier } = append(frontier, leafHash(log.entries[size] ?? new Uint8Array())));
    }
  });

  it(`has the root of the RFC's definition with any number of entries (seed ${testSeed})`, () => {
    const property = fc.property(sizes, (size) => same(rootOf(log, size), naiveRoot(log.entries.slice(0, size))));
    fc.assert(property, { ...propertyOptions, numRuns: 8 });
  });

  it('keeps each hash where its place is worked out to be', () => {
    const places = new Set<number>();
    for (let level = 0; 2 ** level <= SIZES; level += 1) {
      for (let index = 0; (index + 1) * 2 ** level <= SIZES; index += 1) {
        places.add(hashPosition(level, index));
        const covered = log.entries.slice(index * 2 ** level, (index + 1) * 2 ** level);
        expect(same(log.hash(level, index), naiveRoot(covered))).toBe(true);
      }
    }
    // No place twice, none empty.
    expect([...places].toSorted((a, b) => a - b)).toEqual(Array.from(places, (_, place) => place));
    expect(places.size).toBe(hashesBefore(SIZES));
  });

  it('takes less than two hashes for an entry, and as many for a root or a proof as it has levels', () => {
    expect(log.written.length).toBe(hashesBefore(LARGE));
    expect(log.written.length).toBeLessThan(2 * LARGE);
    const levels = Math.ceil(Math.log2(LARGE));
    const readsOf = (work: () => unknown): number => {
      const before = log.reads;
      work();
      return log.reads - before;
    };
    expect(readsOf(() => rootOf(log, LARGE))).toBeLessThanOrEqual(levels);
    expect(inclusionProof(log, 12_345, LARGE).length).toBeLessThanOrEqual(levels);
    expect(readsOf(() => inclusionProof(log, 12_345, LARGE))).toBeLessThanOrEqual(2 * levels);
    expect(readsOf(() => consistencyProof(log, 12_345, LARGE))).toBeLessThanOrEqual(2 * levels);
  });

  it('knows sizes beyond 32 bits', () => {
    expect(hashPosition(0, 2 ** 40)).toBe(2 ** 41 - 1);
    expect(hashPosition(40, 0)).toBe(2 ** 41 - 2);
    expect(hashesBefore(2 ** 40)).toBe(2 ** 41 - 1);
    const asked: string[] = [];
    const hash = (level: number, index: number): Uint8Array => {
      asked.push(`${level}/${index}`);
      return new Uint8Array(32);
    };
    rootOf({ hash }, 2 ** 40 + 2 ** 32 + 1);
    expect(asked).toEqual(['40/0', '32/256', `0/${2 ** 40 + 2 ** 32}`]);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('has no %d entries', (size) => {
    expect(() => rootOf(log, size)).toThrow(RangeError);
    expect(() => append({ size, subtrees: [] }, new Uint8Array(32))).toThrow(RangeError);
  });
});

describe('proofs', () => {
  it(`are those of the RFC's definition for every entry and size up to 40`, () => {
    for (let size = 1; size <= 40; size += 1) {
      const entries = log.entries.slice(0, size);
      for (let index = 0; index < size; index += 1) {
        expect(inclusionProof(log, index, size).map((hash) => Buffer.from(hash))).toEqual(
          naiveInclusion(index, entries),
        );
      }
      for (let first = 1; first <= size; first += 1) {
        const ours = consistencyProof(log, first, size).map((hash) => Buffer.from(hash));
        expect(ours).toEqual(naiveConsistency(first, entries));
      }
    }
  });

  it(`are those of the RFC's definition for any entry and size (seed ${testSeed})`, () => {
    const property = fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true }), (size, share) => {
      const index = Math.min(size - 1, Math.floor(share * size));
      const entries = log.entries.slice(0, size);
      expect(inclusionProof(log, index, size).map((hash) => Buffer.from(hash))).toEqual(naiveInclusion(index, entries));
      expect(consistencyProof(log, index + 1, size).map((hash) => Buffer.from(hash))).toEqual(
        naiveConsistency(index + 1, entries),
      );
    });
    fc.assert(property, { ...propertyOptions, numRuns: 8 });
  });

  it.each([
    [-1, 10],
    [10, 10],
    [0.5, 10],
    [0, 0],
    [0, 2 ** 53],
  ])('of entry %d of %d there are none', (index, size) => {
    expect(() => inclusionProof(log, index, size)).toThrow(RangeError);
  });

  it.each([
    [11, 10],
    [-1, 10],
    [0.5, 10],
    [1, 2 ** 53],
  ])('from %d entries to %d there are none', (first, second) => {
    expect(() => consistencyProof(log, first, second)).toThrow(RangeError);
  });

  it('from nothing, or to the same, are empty', () => {
    expect([consistencyProof(log, 0, 10), consistencyProof(log, 10, 10), consistencyProof(log, 0, 0)]).toEqual([
      [],
      [],
      [],
    ]);
  });
});
