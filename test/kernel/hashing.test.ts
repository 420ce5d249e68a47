import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { ristretto255_hasher } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';

import { toHex, uniformBelow } from '../../core/base/index.js';
import { MAX_BATCH } from '../../core/private-join/kernel/abi.js';
import type { KernelExports } from '../../core/private-join/kernel/abi.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { kernelOf, loadModule, MODULES } from './modules.js';
import { expandMessageXmd, split } from './oracle.js';

/** expandMessages of the module itself, which the rest of the program only uses together with what follows it. */
function expand(exports: KernelExports, dst: Uint8Array, messages: readonly Uint8Array[]): Uint8Array[] {
  const memory = Buffer.from(exports.memory.buffer);
  let end = 0;
  messages.forEach((message, index) => {
    memory.set(message, exports.regionMessages() + end);
    end += message.length;
    memory.writeUInt32LE(end, exports.regionB() + 4 * index);
  });
  memory.set(dst, exports.regionC());
  const out = exports.regionOut();
  const [at, endsAt, dstAt] = [exports.regionMessages(), exports.regionB(), exports.regionC()];
  exports.expandMessages(at, endsAt, dstAt, dst.length, out, messages.length);
  return split(Uint8Array.from(memory.subarray(out, out + 64 * messages.length)), 64);
}

describe.each(MODULES)('the %s module', (name) => {
  it(`expands messages of every length about a block's, as node:crypto and @noble/curves do (seed ${testSeed})`, () => {
    const { exports } = loadModule(name);
    const rng = seededRng(testSeed);
    for (let from = 0; from < 520; from += MAX_BATCH) {
      const messages = Array.from({ length: Math.min(MAX_BATCH, 520 - from) }, (_, index) => rng.bytes(from + index));
      const dst = rng.bytes(1 + uniformBelow(rng, 255));
      const expanded = expand(exports, dst, messages).map(toHex);
      expect(expanded).toEqual(messages.map((message) => toHex(expandMessageXmd(message, dst, 64))));
      expect(expanded.slice(0, 16)).toEqual(
        messages.slice(0, 16).map((message) => toHex(expand_message_xmd(message, dst, 64, sha512))),
      );
    }
  });

  it(`expands under domains of every length (seed ${testSeed})`, () => {
    const { exports } = loadModule(name);
    const rng = seededRng(testSeed);
    for (let length = 1; length <= 255; length += 1) {
      const dst = rng.bytes(length);
      // In any order of lengths, and more than one, for the state of one must not reach the next.
      const messages = Array.from({ length: 3 }, () => rng.bytes(uniformBelow(rng, 260)));
      expect(expand(exports, dst, messages).map(toHex)).toEqual(
        messages.map((message) => toHex(expandMessageXmd(message, dst, 64))),
      );
    }
  });

  it(`hashes to group and to scalar as @noble/curves does (seed ${testSeed})`, () => {
    const kernel = kernelOf(name);
    const rng = seededRng(testSeed);
    const DST = rng.bytes(40);
    const messages = Array.from({ length: MAX_BATCH + 3 }, () => rng.bytes(uniformBelow(rng, 200)));
    expect(split(kernel.hashToGroup(DST, messages)).map(toHex)).toEqual(
      messages.map((message) => ristretto255_hasher.hashToCurve(message, { DST }).toHex()),
    );
    for (const message of messages.slice(0, 50)) {
      expect(BigInt(`0x${toHex(kernel.hashToScalar(DST, message).reverse())}`)).toBe(
        ristretto255_hasher.hashToScalar(message, { DST }),
      );
    }
  });
});
