import { createHash } from 'node:crypto';

/*
 * RFC 9162 section 2.1 a second time, for comparison: its recursive definitions as they stand there, over all entries, and
 * proofs read backwards along the same recursion. Nothing of core/audit is used, nothing is kept, everything is slow.
 */

export type Hash = Buffer;

function sha256(...parts: readonly Uint8Array[]): Hash {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

/** k, "the largest power of two smaller than n". */
function largestPowerBelow(n: number): number {
  return 2 ** (BigInt(n - 1).toString(2).length - 1);
}

export function naiveLeaf(entry: Uint8Array): Hash {
  return sha256(Buffer.from([0]), entry);
}

/** MTH(D[n]). */
export function naiveRoot(entries: readonly Uint8Array[]): Hash {
  const [only] = entries;
  if (only === undefined) return sha256();
  if (entries.length === 1) return naiveLeaf(only);
  const k = largestPowerBelow(entries.length);
  return sha256(Buffer.from([1]), naiveRoot(entries.slice(0, k)), naiveRoot(entries.slice(k)));
}

/** PATH(m, D[n]). */
export function naiveInclusion(m: number, entries: readonly Uint8Array[]): Hash[] {
  if (entries.length === 1) return [];
  const k = largestPowerBelow(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m < k ? [...naiveInclusion(m, left), naiveRoot(right)] : [...naiveInclusion(m - k, right), naiveRoot(left)];
}

/** PROOF(m, D[n]). */
export function naiveConsistency(m: number, entries: readonly Uint8Array[]): Hash[] {
  return subproof(m, entries, true);
}

function subproof(m: number, entries: readonly Uint8Array[], b: boolean): Hash[] {
  const n = entries.length;
  if (m === n) return b ? [] : [naiveRoot(entries)];
  const k = largestPowerBelow(n);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m <= k ? [...subproof(m, left, b), naiveRoot(right)] : [...subproof(m - k, right, false), naiveRoot(left)];
}

/** The root that a leaf and a path lead to; undefined where the path has another length than PATH(m, D[n]). */
export function rootOfPath(leaf: Uint8Array, m: number, n: number, path: readonly Uint8Array[]): Hash | undefined {
  if (n === 1) return path.length === 0 ? Buffer.from(leaf) : undefined;
  const [last, rest] = [path.at(-1), path.slice(0, -1)];
  if (last === undefined) return undefined;
  const k = largestPowerBelow(n);
  const below = m < k ? rootOfPath(leaf, m, k, rest) : rootOfPath(leaf, m - k, n - k, rest);
  if (below === undefined) return undefined;
  return m < k ? sha256(Buffer.from([1]), below, last) : sha256(Buffer.from([1]), last, below);
}

/** Both roots that a consistency proof leads to, for whoever has the first; undefined where it has another length. */
export function rootsOfProof(
  first: Uint8Array,
  m: number,
  n: number,
  proof: readonly Uint8Array[],
  b = true,
): readonly [Hash, Hash] | undefined {
  if (m === n) {
    const [known, ...more] = b ? [first, ...proof] : proof;
    return known === undefined || more.length > 0 ? undefined : [Buffer.from(known), Buffer.from(known)];
  }
  const [last, rest] = [proof.at(-1), proof.slice(0, -1)];
  if (last === undefined) return undefined;
  const k = largestPowerBelow(n);
  const below = m <= k ? rootsOfProof(first, m, k, rest, b) : rootsOfProof(first, m - k, n - k, rest, false);
  if (below === undefined) return undefined;
  const [older, newer] = below;
  const join = (right: Hash): Hash => sha256(Buffer.from([1]), last, right);
  return m <= k ? [older, sha256(Buffer.from([1]), newer, last)] : [join(older), join(newer)];
}
