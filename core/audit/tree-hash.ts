import { createHash } from 'node:crypto';

/*
 * The hashes of a log's tree: RFC 9162 section 2.1.1, with SHA-256. Leaves and nodes are told apart by their first byte,
 * so that no entry can be passed off as the hash of two others.
 */

/** SHA-256. */
export const HASH_BYTES = 32;
/** Of an entry: so that entries fit the bundles in which logs are published (C2SP, c2sp.org/tlog-tiles). */
export const MAX_ENTRY_BYTES = 65_535;

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

/** Of an entry's bytes. */
export function leafHash(entry: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(LEAF).update(entry).digest());
}

/** Of the two subtrees that a node joins. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(NODE).update(left).update(right).digest());
}

/** The root of a log without entries. */
export function emptyRoot(): Uint8Array {
  return new Uint8Array(createHash('sha256').digest());
}
