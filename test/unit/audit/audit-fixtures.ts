import { createPrivateKey } from 'node:crypto';

import {
  append,
  AuditError,
  EMPTY_FRONTIER,
  hashPosition,
  leafHash,
  logKey,
  logOrigin,
  signCheckpoint,
  witnessKey,
} from '../../../core/audit/index.js';
import type { Frontier, SignedCheckpoint, SubtreeHashes } from '../../../core/audit/index.js';
import { utf8Bytes } from '../../../core/base/index.js';
import { signingKey } from '../../../core/private-join/index.js';
import type { SigningKey } from '../../../core/private-join/index.js';

/** A log in memory: hashes in the order in which they come. */
export class MemoryLog implements SubtreeHashes {
  readonly written: Uint8Array[] = [];
  readonly entries: Uint8Array[] = [];
  /** How often a hash was looked up. */
  reads = 0;
  #frontier: Frontier = EMPTY_FRONTIER;

  constructor(entries: Iterable<Uint8Array> = []) {
    for (const entry of entries) this.append(entry);
  }

  get frontier(): Frontier {
    return this.#frontier;
  }

  append(entry: Uint8Array): void {
    const { frontier, hashes } = append(this.#frontier, leafHash(entry));
    this.#frontier = frontier;
    this.written.push(...hashes);
    this.entries.push(entry);
  }

  hash(level: number, index: number): Uint8Array {
    this.reads += 1;
    const found = this.written[hashPosition(level, index)];
    if (found === undefined) throw new RangeError(`no hash of level ${level}, index ${index}`);
    return found;
  }
}

/** `entry 0`, `entry 1`, …; with a word before them, of another log. */
export function entriesOf(count: number, word = 'entry'): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => utf8Bytes(`${word} ${index}`));
}

/** Always the same key for a number in 0..255, so that failures can be repeated. */
export function testKey(number: number): SigningKey {
  return keyFromSeed(Buffer.alloc(32, number));
}

export function keyFromSeed(seed: Uint8Array): SigningKey {
  // PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410 section 7).
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return signingKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

export const FEDERATION = 'bold-test';
export const coordinator = testKey(1);
export const log = logKey(FEDERATION, coordinator.publicKey);
export const police = testKey(2);
export const policeWitness = witnessKey(FEDERATION, 'police', police.publicKey);
export const START = new Date('2026-11-23T09:30:00.000Z');

export function seconds(count: number): Date {
  return new Date(START.getTime() + count * 1_000);
}

/** A checkpoint of the log with these entries, so many seconds after START. */
export function checkpointOf(root: Uint8Array, size: number, atSeconds: number, key = coordinator): SignedCheckpoint {
  return signCheckpoint({ origin: logOrigin(FEDERATION), size, root, at: seconds(atSeconds) }, key);
}

/** The code with which something says no; undefined where it doesn't. */
export function auditCode(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AuditError) return thrown.code;
    throw thrown;
  }
}

/** All texts that differ from this one in one bit of its UTF-8, as somebody would read them who is lenient about it. */
export function* withOneBitChanged(text: string): Generator<string> {
  const bytes = Buffer.from(text);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield changed.toString('utf8');
  }
}
