import { createHash } from 'node:crypto';
import sodium from 'libsodium-wrappers-sumo';

import { concatBytes, utf8Bytes } from '../base/index.js';
import type { Rng } from '../base/index.js';
import { GroupError } from './group-error.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, SCALAR_BYTES } from './messages.js';

/**
 * ristretto255 (RFC 9496) and ElGamal over it, in batches: arrays of encoded elements in one Uint8Array, 32 bytes each.
 *
 * This file alone knows the curve library. Elements are canonical encodings; whatever comes from outside is checked by
 * the operation that decodes it. A ciphertext is (c1, c2), 64 bytes, and encrypts the element m under the key H as
 * (r*B, m + r*H). Scalars are 32 bytes, little-endian, below the group's order.
 */
export interface Group {
  /**
   * HashToGroup of `ristretto255_XMD:SHA-512_R255MAP_RO_` (RFC 9380; RFC 9497 section 4.1).
   * @param domain 1..255 bytes of UTF-8
   * @returns n elements
   */
  hashToGroup(domain: string, inputs: readonly Uint8Array[]): Uint8Array;
  /** HashToScalar of RFC 9497 section 4.1: 64 bytes of expand_message_xmd, reduced. */
  hashToScalar(domain: string, input: Uint8Array): Uint8Array;
  /** Uniform, never 0. */
  randomScalar(rng: Rng): Uint8Array;
  /** Uniform elements of which nobody knows a discrete logarithm. */
  randomElements(rng: Rng, count: number): Uint8Array;
  /** The scalar `value`, a whole number in 0..2^53-1. */
  scalar(value: number): Uint8Array;
  /** a * b and a - b modulo the order. */
  multiplyScalars(a: Uint8Array, b: Uint8Array): Uint8Array;
  subtractScalars(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** scalar * B. The scalar 0 gives the identity. */
  multiplyBase(scalar: Uint8Array): Uint8Array;
  /**
   * scalar * element for each element.
   * Thrown when an element isn't canonical or is the identity: GroupError BAD_ELEMENT.
   */
  multiply(scalar: Uint8Array, elements: Uint8Array): Uint8Array;
  /** Thrown when an element isn't canonical or is the identity: GroupError BAD_ELEMENT. */
  check(elements: Uint8Array): void;
  /** Element by element. Thrown when one isn't canonical: GroupError BAD_ELEMENT. */
  add(left: Uint8Array, right: Uint8Array): Uint8Array;
  subtract(left: Uint8Array, right: Uint8Array): Uint8Array;
  /** Encrypts each element under the key, with fresh randomness. */
  encrypt(rng: Rng, key: Uint8Array, elements: Uint8Array): Uint8Array;
  /**
   * Adds a fresh encryption of zero to each ciphertext.
   * Thrown when a part isn't canonical or is the identity: GroupError BAD_ELEMENT.
   */
  rerandomise(rng: Rng, key: Uint8Array, ciphertexts: Uint8Array): Uint8Array;
  /** Takes a key share off each ciphertext: (c1, c2 - share * c1). Same errors as `rerandomise`. */
  removeShare(share: Uint8Array, ciphertexts: Uint8Array): Uint8Array;
}

/** The identity's encoding. No match key hashes to it and no honest ciphertext contains it. */
export const IDENTITY: Uint8Array = new Uint8Array(ELEMENT_BYTES);

/** Bytes that reduce to a scalar with no bias that anybody could see (RFC 9496 section 4.4). */
const WIDE_SCALAR_BYTES = 64;
/** RFC 9380 section 5.3.1. */
const SHA512_BLOCK_BYTES = 128;
const MAX_DOMAIN_BYTES = 255;

/** Resolves when the curve library is loaded. */
export async function createGroup(): Promise<Group> {
  await sodium.ready;
  return new SodiumGroup();
}

export function isIdentity(element: Uint8Array): boolean {
  return element.every((byte) => byte === 0);
}

/** libsodium's ristretto255, compiled to WebAssembly; scalar multiplications take as long whatever the scalar. */
class SodiumGroup implements Group {
  hashToGroup(domain: string, inputs: readonly Uint8Array[]): Uint8Array {
    const elements = new Uint8Array(inputs.length * ELEMENT_BYTES);
    const dst = utf8Bytes(domain);
    inputs.forEach((input, index) => {
      elements.set(sodium.crypto_core_ristretto255_from_hash(expandMessage(input, dst)), index * ELEMENT_BYTES);
    });
    return elements;
  }

  hashToScalar(domain: string, input: Uint8Array): Uint8Array {
    return sodium.crypto_core_ristretto255_scalar_reduce(expandMessage(input, utf8Bytes(domain)));
  }

  randomScalar(rng: Rng): Uint8Array {
    for (;;) {
      const scalar = sodium.crypto_core_ristretto255_scalar_reduce(rng.bytes(WIDE_SCALAR_BYTES));
      if (!isIdentity(scalar)) return scalar;
    }
  }

  randomElements(rng: Rng, count: number): Uint8Array {
    const elements = new Uint8Array(count * ELEMENT_BYTES);
    for (let index = 0; index < count; index += 1) {
      elements.set(sodium.crypto_core_ristretto255_from_hash(rng.bytes(WIDE_SCALAR_BYTES)), index * ELEMENT_BYTES);
    }
    return elements;
  }

  scalar(value: number): Uint8Array {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('not a whole number in 0..2^53-1');
    const bytes = new Uint8Array(SCALAR_BYTES);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    return bytes;
  }

  multiplyScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
    return sodium.crypto_core_ristretto255_scalar_mul(a, b);
  }

  subtractScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
    return sodium.crypto_core_ristretto255_scalar_sub(a, b);
  }

  multiplyBase(scalar: Uint8Array): Uint8Array {
    // The library refuses the product when it is the identity; for us 0 * B is the plaintext "nothing".
    return isIdentity(scalar) ? IDENTITY.slice() : sodium.crypto_scalarmult_ristretto255_base(scalar);
  }

  multiply(scalar: Uint8Array, elements: Uint8Array): Uint8Array {
    return mapElements(elements, (element) => sodium.crypto_scalarmult_ristretto255(scalar, element));
  }

  check(elements: Uint8Array): void {
    refuseIdentities(elements);
    for (let offset = 0; offset < elements.length; offset += ELEMENT_BYTES) {
      if (!sodium.crypto_core_ristretto255_is_valid_point(elementAt(elements, offset))) {
        throw new GroupError();
      }
    }
  }

  add(left: Uint8Array, right: Uint8Array): Uint8Array {
    return mapElements(left, (element, offset) =>
      sodium.crypto_core_ristretto255_add(element, elementAt(right, offset)),
    );
  }

  subtract(left: Uint8Array, right: Uint8Array): Uint8Array {
    return mapElements(left, (element, offset) =>
      sodium.crypto_core_ristretto255_sub(element, elementAt(right, offset)),
    );
  }

  encrypt(rng: Rng, key: Uint8Array, elements: Uint8Array): Uint8Array {
    const ciphertexts = new Uint8Array((elements.length / ELEMENT_BYTES) * CIPHERTEXT_BYTES);
    for (let offset = 0; offset < elements.length; offset += ELEMENT_BYTES) {
      const r = this.randomScalar(rng);
      const masked = sodium.crypto_core_ristretto255_add(
        elementAt(elements, offset),
        sodium.crypto_scalarmult_ristretto255(r, key),
      );
      ciphertexts.set(sodium.crypto_scalarmult_ristretto255_base(r), 2 * offset);
      ciphertexts.set(masked, 2 * offset + ELEMENT_BYTES);
      r.fill(0);
    }
    return ciphertexts;
  }

  rerandomise(rng: Rng, key: Uint8Array, ciphertexts: Uint8Array): Uint8Array {
    refuseIdentities(ciphertexts);
    const zeros = this.encrypt(rng, key, new Uint8Array(ciphertexts.length / 2));
    return this.add(ciphertexts, zeros);
  }

  removeShare(share: Uint8Array, ciphertexts: Uint8Array): Uint8Array {
    refuseIdentities(ciphertexts);
    const masks = new Uint8Array(ciphertexts.length);
    for (let offset = 0; offset < ciphertexts.length; offset += CIPHERTEXT_BYTES) {
      masks.set(this.multiply(share, elementAt(ciphertexts, offset)), offset + ELEMENT_BYTES);
    }
    // c1 - identity = c1: decoding it there checks it.
    return this.subtract(ciphertexts, masks);
  }
}

function elementAt(elements: Uint8Array, offset: number): Uint8Array {
  return elements.subarray(offset, offset + ELEMENT_BYTES);
}

function mapElements(elements: Uint8Array, step: (element: Uint8Array, offset: number) => Uint8Array): Uint8Array {
  const results = new Uint8Array(elements.length);
  for (let offset = 0; offset < elements.length; offset += ELEMENT_BYTES) {
    try {
      results.set(step(elementAt(elements, offset), offset), offset);
    } catch (cause) {
      throw new GroupError({ cause });
    }
  }
  return results;
}

function refuseIdentities(elements: Uint8Array): void {
  for (let offset = 0; offset < elements.length; offset += ELEMENT_BYTES) {
    if (isIdentity(elementAt(elements, offset))) throw new GroupError();
  }
}

/** expand_message_xmd with SHA-512 for 64 bytes of output (RFC 9380 section 5.3.1), where one block is enough. */
function expandMessage(message: Uint8Array, domain: Uint8Array): Uint8Array {
  if (domain.length < 1 || domain.length > MAX_DOMAIN_BYTES) throw new RangeError('domain is not 1..255 bytes');
  const domainPrime = concatBytes(domain, Uint8Array.of(domain.length));
  const first = createHash('sha512')
    .update(new Uint8Array(SHA512_BLOCK_BYTES))
    .update(message)
    .update(Uint8Array.of(0, WIDE_SCALAR_BYTES, 0))
    .update(domainPrime)
    .digest();
  return new Uint8Array(createHash('sha512').update(first).update(Uint8Array.of(1)).update(domainPrime).digest());
}
