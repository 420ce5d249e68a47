import { emptyRoot, nodeHash } from './tree-hash.js';

/**
 * Where the hashes of a log's perfect subtrees are kept. Such a subtree has 2^level leaves, and its hash never changes
 * once they are in; so a log that keeps them hashes next to nothing again, however long it has become.
 */
export interface SubtreeHashes {
  /**
   * `level`: 0 for a leaf. `index`: how many subtrees of that level are before it; the subtree covers the leaves from
   * index · 2^level on. Only asked for subtrees that are full.
   */
  hash(level: number, index: number): Uint8Array;
}

/** The perfect subtrees that a log of `size` entries falls into, the largest first: all that appending needs. */
export interface Frontier {
  readonly size: number;
  readonly subtrees: readonly Uint8Array[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, subtrees: [] };

/** The largest power of two that is smaller than `size`, which is 2 or more: where RFC 9162 splits a tree. */
export function splitOf(size: number): number {
  let power = 1;
  while (2 * power < size) power *= 2;
  return power;
}

/** Thrown when it is no number of entries: RangeError. */
export function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('not a number of entries');
}

/**
 * The hash of the tree over the leaves from `start` to before `end`. `start` has to be a multiple of a power of two that
 * is no smaller than their number, as it is for every tree that RFC 9162's recursion comes to.
 */
export function rangeRoot(hashes: SubtreeHashes, start: number, end: number): Uint8Array {
  return joined(subtreesOf(hashes, start, end)) ?? emptyRoot();
}

export function rootOf(hashes: SubtreeHashes, size: number): Uint8Array {
  checkSize(size);
  return rangeRoot(hashes, 0, size);
}

export function frontierOf(hashes: SubtreeHashes, size: number): Frontier {
  checkSize(size);
  return { size, subtrees: subtreesOf(hashes, 0, size) };
}

export function frontierRoot({ subtrees }: Frontier): Uint8Array {
  return joined(subtrees) ?? emptyRoot();
}

/** A log with one entry more. */
export interface Appended {
  readonly frontier: Frontier;
  /** Of the subtrees that the entry made full: its own leaf's, then the next larger's, and so on; one for each level. */
  readonly hashes: readonly Uint8Array[];
}

/** Takes as many hashes as subtrees become full: less than one a leaf, seen over all of them. */
export function append({ size, subtrees }: Frontier, leaf: Uint8Array): Appended {
  checkSize(size);
  checkSize(size + 1);
  const hashes = [leaf];
  const left = [...subtrees];
  let newest = leaf;
  // Each subtree that is as large as what has just become full is joined with it, as in counting with carries.
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
    newest = nodeHash(left.pop() ?? newest, newest);
    hashes.push(newest);
  }
  return { frontier: { size: size + 1, subtrees: [...left, newest] }, hashes };
}

/**
 * Where a subtree's hash stands when all are written down in the order in which their subtrees become full, from 0:
 * a leaf, then whatever it completes, then the next leaf.
 */
export function hashPosition(level: number, index: number): number {
  return hashesBefore((index + 1) * 2 ** level - 1) + level;
}

/** How many perfect subtrees `size` entries have between them. */
export function hashesBefore(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return 2 * size - ones;
}

function subtreesOf(hashes: SubtreeHashes, start: number, end: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = start;
  for (let level = levelOf(end - start); level >= 0; level -= 1) {
    const leaves = 2 ** level;
    if (end - at < leaves) continue;
    found.push(hashes.hash(level, at / leaves));
    at += leaves;
  }
  return found;
}

/** Of the largest perfect subtree that fits; -1 where nothing does. */
function levelOf(leaves: number): number {
  let level = -1;
  while (2 ** (level + 1) <= leaves) level += 1;
  return level;
}

/** From the smallest, rightmost one up. */
function joined(subtrees: readonly Uint8Array[]): Uint8Array | undefined {
  return subtrees.reduceRight<Uint8Array | undefined>(
    (right, left) => (right === undefined ? left : nodeHash(left, right)),
    undefined,
  );
}
