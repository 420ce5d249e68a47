import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  consistencyProof,
  emptyRoot,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/audit/index.js';
import { concatBytes, utf8Bytes } from '../../../core/base/index.js';
import { rootOfPath, rootsOfProof } from '../../support/naive-log.js';
import { propertyOptions, testSeed } from '../../support/seeded-rng.js';
import { entriesOf, MemoryLog } from './audit-fixtures.js';

const SIZES = 130;
const STRANGE = leafHash(utf8Bytes('of no log'));
const log = new MemoryLog(entriesOf(SIZES));
const leaves = log.entries.map(leafHash);
const roots = Array.from({ length: SIZES + 1 }, (_, size) => rootOf(log, size));
const leafAt = (index: number): Uint8Array => leaves[index] ?? new Uint8Array();
const headAt = (size: number): { readonly size: number; readonly root: Uint8Array } => ({
  size,
  root: roots[size] ?? new Uint8Array(),
});

/** All that differ from these bytes in one bit. */
function* flipped(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Uint8Array.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield changed;
  }
}

/** Proofs that somebody could make of this one: a hash left out, doubled, put before or after, all in another order. */
function* mangled(proof: readonly Uint8Array[], other: Uint8Array): Generator<readonly Uint8Array[]> {
  yield [other, ...proof];
  yield [...proof, other];
  if (proof.length > 1) yield proof.toReversed();
  for (const [place, hash] of proof.entries()) {
    yield proof.toSpliced(place, 1);
    yield proof.toSpliced(place, 0, hash);
    yield proof.with(place, hash.subarray(1));
    yield proof.with(place, other);
    for (const changed of flipped(hash)) yield proof.with(place, changed);
  }
}

/** The first two hashes of the log with the boundary between them moved: joined, they are the same bytes. */
const shifted = {
  left: leafAt(0).subarray(0, 31),
  right: concatBytes(leafAt(0).subarray(31), leafAt(1)),
};

it('a proof whose hashes have other lengths is none, though they join to the same bytes', () => {
  const { left, right } = shifted;
  expect(verifyInclusion(leafAt(0), 0, headAt(2), [leafAt(1)])).toBe(true);
  expect(verifyInclusion(left, 0, headAt(2), [right])).toBe(false);
  expect(verifyConsistency(headAt(1), headAt(2), [leafAt(1)])).toBe(true);
  expect(verifyConsistency({ size: 1, root: left }, headAt(2), [right])).toBe(false);
});

describe('an inclusion proof', () => {
  it(`holds for every entry of every size up to ${SIZES}, and for no other entry`, () => {
    for (let size = 1; size <= SIZES; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(log, index, size);
        expect(verifyInclusion(leafAt(index), index, headAt(size), proof)).toBe(true);
        expect(verifyInclusion(leafAt((index + 1) % SIZES), index, headAt(size), proof)).toBe(false);
      }
    }
  });

  it.each([
    [0, 1],
    [0, 2],
    [4, 7],
    [6, 7],
    [7, 8],
    [64, 130],
    [129, 130],
  ])('for entry %i of %i fails with any bit of it, of the leaf or of the root changed', (index, size) => {
    const proof = inclusionProof(log, index, size);
    const holds = (leaf: Uint8Array, root: Uint8Array, path: readonly Uint8Array[]): boolean =>
      verifyInclusion(leaf, index, { size, root }, path);
    expect(holds(leafAt(index), headAt(size).root, proof)).toBe(true);
    for (const path of mangled(proof, STRANGE)) expect(holds(leafAt(index), headAt(size).root, path)).toBe(false);
    for (const leaf of flipped(leafAt(index))) expect(holds(leaf, headAt(size).root, proof)).toBe(false);
    for (const root of flipped(headAt(size).root)) expect(holds(leafAt(index), root, proof)).toBe(false);
  });

  it(`holds for another index or size only where the definition gives the same root (seed ${testSeed})`, () => {
    const small = fc.integer({ min: 0, max: SIZES + 20 });
    const property = fc.property(small, small, small, small, (index, size, otherIndex, otherSize) => {
      fc.pre(index < size && size <= SIZES);
      const proof = inclusionProof(log, index, size);
      const { root } = headAt(size);
      const ours = verifyInclusion(leafAt(index), otherIndex, { size: otherSize, root }, proof);
      const theirs = otherIndex < otherSize ? rootOfPath(leafAt(index), otherIndex, otherSize, proof) : undefined;
      expect(ours).toBe(theirs !== undefined && Buffer.compare(theirs, root) === 0);
      // An entry never passes for another.
      if (otherSize === size && otherIndex !== index) expect(ours).toBe(false);
    });
    fc.assert(property, { ...propertyOptions, numRuns: 3_000 });
  });

  it('of what is no number, or no hash, fails', () => {
    const { root } = headAt(1);
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(verifyInclusion(leafAt(0), bad, { size: 1, root }, [])).toBe(false);
      expect(verifyInclusion(leafAt(0), 0, { size: bad, root }, [])).toBe(false);
    }
    expect(verifyInclusion(leafAt(0), 0, { size: 1, root: root.subarray(1) }, [])).toBe(false);
    expect(verifyInclusion(leafAt(0).subarray(1), 0, { size: 1, root: leafAt(0).subarray(1) }, [])).toBe(false);
    expect(verifyInclusion(leafAt(0), 0, { size: 0, root: emptyRoot() }, [])).toBe(false);
  });
});

describe('a consistency proof', () => {
  it(`holds between all sizes up to ${SIZES}`, () => {
    for (let second = 0; second <= SIZES; second += 1) {
      for (let first = 0; first <= second; first += 1) {
        const proof = consistencyProof(log, first, second);
        expect(verifyConsistency(headAt(first), headAt(second), proof)).toBe(true);
      }
    }
  });

  it.each([
    [0, 5],
    [1, 2],
    [3, 7],
    [4, 7],
    [6, 7],
    [7, 7],
    [64, 130],
    [65, 130],
    [129, 130],
  ])('from %i entries to %i fails with any bit of it or of a root changed', (first, second) => {
    const proof = consistencyProof(log, first, second);
    const [older, newer] = [headAt(first), headAt(second)];
    expect(verifyConsistency(older, newer, proof)).toBe(true);
    for (const path of mangled(proof, STRANGE)) expect(verifyConsistency(older, newer, path)).toBe(false);
    for (const root of flipped(older.root)) expect(verifyConsistency({ size: first, root }, newer, proof)).toBe(false);
    // Every log begins with nothing, whatever its root.
    if (first === 0) return;
    for (const root of flipped(newer.root)) expect(verifyConsistency(older, { size: second, root }, proof)).toBe(false);
    expect(verifyConsistency(older, newer, proof.length === 0 ? [older.root] : [])).toBe(false);
  });

  it('fails for a log in which one entry is another, whichever it is', () => {
    const size = 37;
    for (let forged = 0; forged < size; forged += 1) {
      const other = new MemoryLog(log.entries.with(forged, new Uint8Array([1])));
      const newer = { size: 50, root: rootOf(other, 50) };
      expect(verifyConsistency(headAt(size), newer, consistencyProof(other, size, 50))).toBe(false);
      expect(verifyConsistency(headAt(size), newer, consistencyProof(log, size, 50))).toBe(false);
    }
  });

  it(`holds for other sizes only where the definition gives the same roots (seed ${testSeed})`, () => {
    const small = fc.integer({ min: 1, max: SIZES + 20 });
    const property = fc.property(small, small, small, small, (first, second, otherFirst, otherSecond) => {
      fc.pre(first < second && second <= SIZES);
      const proof = consistencyProof(log, first, second);
      const [older, newer] = [headAt(first).root, headAt(second).root];
      const ours = verifyConsistency({ size: otherFirst, root: older }, { size: otherSecond, root: newer }, proof);
      const theirs = otherFirst <= otherSecond ? rootsOfProof(older, otherFirst, otherSecond, proof) : undefined;
      expect(ours).toBe(
        theirs !== undefined && Buffer.compare(theirs[0], older) === 0 && Buffer.compare(theirs[1], newer) === 0,
      );
    });
    fc.assert(property, { ...propertyOptions, numRuns: 3_000 });
  });

  it('backwards, or of what is no number, fails', () => {
    expect(verifyConsistency(headAt(5), headAt(4), [])).toBe(false);
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(verifyConsistency({ size: bad, root: emptyRoot() }, headAt(4), [])).toBe(false);
      expect(verifyConsistency(headAt(4), { size: bad, root: emptyRoot() }, [])).toBe(false);
    }
    expect(verifyConsistency({ size: 0, root: leafAt(0) }, headAt(4), [])).toBe(false);
  });
});
