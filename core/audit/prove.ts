import { checkSize, rangeRoot, splitOf } from './tree.js';
import type { SubtreeHashes } from './tree.js';

/*
 * Proofs about a log's tree, made by whoever has it: RFC 9162 sections 2.1.3.1 and 2.1.4.1, with their names. Each takes
 * one hash for each level of the tree.
 */

/**
 * That the entry of this index is in the log as it was with `size` entries.
 * Thrown when it wasn't: RangeError.
 */
export function inclusionProof(hashes: SubtreeHashes, index: number, size: number): Uint8Array[] {
  checkSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new RangeError('no entry of the log');
  return path(hashes, index, 0, size);
}

/**
 * That the log with `second` entries begins with what it was with `first`. Empty where they are the same, and from
 * nothing, which everything begins with. Thrown when `first` is more: RangeError.
 */
export function consistencyProof(hashes: SubtreeHashes, first: number, second: number): Uint8Array[] {
  checkSize(first);
  checkSize(second);
  if (first > second) throw new RangeError('the first size is more than the second');
  return first === 0 ? [] : subproof(hashes, first, 0, second, true);
}

/** PATH(m, D[start:end]); `m` counts from the beginning of the log. */
function path(hashes: SubtreeHashes, m: number, start: number, end: number): Uint8Array[] {
  if (end - start === 1) return [];
  const k = start + splitOf(end - start);
  return m < k
    ? [...path(hashes, m, start, k), rangeRoot(hashes, k, end)]
    : [...path(hashes, m, k, end), rangeRoot(hashes, start, k)];
}

/** SUBPROOF(m, D[start:end], b): b says that the verifier knows the hash of the tree that ends at m already. */
function subproof(hashes: SubtreeHashes, m: number, start: number, end: number, b: boolean): Uint8Array[] {
  if (m === end) return b ? [] : [rangeRoot(hashes, start, end)];
  const k = start + splitOf(end - start);
  return m <= k
    ? [...subproof(hashes, m, start, k, b), rangeRoot(hashes, k, end)]
    : [...subproof(hashes, m, k, end, false), rangeRoot(hashes, start, k)];
}
