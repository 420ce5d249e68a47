import { createHash } from 'node:crypto';

import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import sodium from 'libsodium-wrappers-sumo';

import { toHex, uniformBelow } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';

const { Point } = ristretto255;
export type NoblePoint = InstanceType<(typeof ristretto255)['Point']>;

/** The group's order. */
export const ORDER: bigint = Point.Fn.ORDER;

export function modulo(value: bigint): bigint {
  return Point.Fn.create(value);
}

export function scalarBytes(value: bigint): Uint8Array {
  return Point.Fn.toBytes(modulo(value));
}

export function scalarsBytes(values: readonly bigint[]): Uint8Array {
  return Buffer.concat(values.map(scalarBytes));
}

/** Little-endian. */
export function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

export function littleEndian(value: bigint, length = 32): Uint8Array {
  return Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex').reverse();
}

/** Uniform, 1..order-1 but for what nobody will ever see. */
export function randomScalar(rng: Rng): bigint {
  return modulo(numberOf(rng.bytes(64)));
}

export function times(point: NoblePoint, scalar: bigint): NoblePoint {
  const k = modulo(scalar);
  return k === 0n ? Point.ZERO : point.multiply(k);
}

const known = new Map<bigint, Uint8Array>();

/** The element with the given discrete logarithm to the generator's base. Asked for a second time it costs nothing. */
export function element(logarithm: bigint): Uint8Array {
  const key = modulo(logarithm);
  const encoding = known.get(key) ?? times(Point.BASE, key).toBytes();
  known.set(key, encoding);
  return encoding;
}

export function elements(logarithms: readonly bigint[]): Uint8Array {
  return Buffer.concat(logarithms.map(element));
}

/** Thrown when the encoding isn't canonical. */
export function pointOf(encoding: Uint8Array): NoblePoint {
  return Point.fromBytes(encoding);
}

export function isElement(encoding: Uint8Array): boolean {
  try {
    pointOf(encoding);
    return true;
  } catch {
    return false;
  }
}

/**
 * (c0 + c1*i + c2*i^2)*B for i = 0..count-1, by additions alone: a multiplication each would take minutes.
 */
export function progression(count: number, [c0, c1, c2 = 0n]: readonly [bigint, bigint, bigint?]): Uint8Array {
  const encodings = new Uint8Array(count * 32);
  let point = times(Point.BASE, c0);
  let step = times(Point.BASE, c1 + c2);
  const change = times(Point.BASE, 2n * c2);
  for (let index = 0; index < count; index += 1) {
    encodings.set(point.toBytes(), index * 32);
    point = point.add(step);
    if (c2 !== 0n) step = step.add(change);
  }
  return encodings;
}

/** c0 + c1*i, as scalars. */
export function scalarProgression(count: number, [c0, c1]: readonly [bigint, bigint]): Uint8Array {
  const scalars = new Uint8Array(count * 32);
  for (let index = 0, value = modulo(c0); index < count; index += 1, value = modulo(value + c1)) {
    scalars.set(scalarBytes(value), index * 32);
  }
  return scalars;
}

/** Each of `left`'s parts followed by the one of `right`: two lists of elements make a list of ciphertexts. */
export function zip(left: Uint8Array, right: Uint8Array): Uint8Array {
  return Buffer.concat(split(left).flatMap((part, index) => [part, right.subarray(index * 32, (index + 1) * 32)]));
}

export function split(bytes: Uint8Array, width = 32): Uint8Array[] {
  return Array.from({ length: bytes.length / width }, (_, index) => bytes.subarray(index * width, (index + 1) * width));
}

/** libsodium's operations, with the identity as an element like any other: it refuses products that are the identity. */
export const libsodium = {
  ready: sodium.ready,
  multiply(scalar: Uint8Array, encoding: Uint8Array): Uint8Array {
    if (isZero(scalar) || isZero(encoding)) return encoding.map(() => 0);
    return sodium.crypto_scalarmult_ristretto255(scalar, encoding);
  },
  multiplyBase(scalar: Uint8Array): Uint8Array {
    return isZero(scalar) ? scalar.map(() => 0) : sodium.crypto_scalarmult_ristretto255_base(scalar);
  },
  add: (left: Uint8Array, right: Uint8Array): Uint8Array => sodium.crypto_core_ristretto255_add(left, right),
  subtract: (left: Uint8Array, right: Uint8Array): Uint8Array => sodium.crypto_core_ristretto255_sub(left, right),
  mapToGroup: (uniform: Uint8Array): Uint8Array => sodium.crypto_core_ristretto255_from_hash(uniform),
  reduce: (wide: Uint8Array): Uint8Array => sodium.crypto_core_ristretto255_scalar_reduce(wide),
  isElement: (encoding: Uint8Array): boolean =>
    isZero(encoding) || sodium.crypto_core_ristretto255_is_valid_point(encoding),
} as const;

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Where two lists differ first, for a message that is shorter than the lists; null when they are the same. */
export function differenceOf(actual: Uint8Array, expected: Uint8Array): string | null {
  if (actual.length !== expected.length) return `${actual.length} bytes instead of ${expected.length}`;
  if (Buffer.compare(actual, expected) === 0) return null;
  const index = Math.floor(actual.findIndex((byte, place) => byte !== expected[place]) / 32);
  const [is, should] = [actual, expected].map((list) => toHex(list.subarray(32 * index, 32 * (index + 1))));
  return `item ${index} is ${is ?? ''} and should be ${should ?? ''}`;
}

/** The one-way map (RFC 9496 section 4.3.4). */
export function mapToGroup(uniform: Uint8Array): Uint8Array {
  if (ristretto255_hasher.deriveToCurve === undefined) throw new Error('@noble/curves lacks the one-way map');
  return ristretto255_hasher.deriveToCurve(uniform).toBytes();
}

/**
 * expand_message_xmd with SHA-512 (RFC 9380 section 5.3.1), any length up to 255 blocks, written from the RFC.
 */
export function expandMessageXmd(message: Uint8Array, dst: Uint8Array, length: number): Uint8Array {
  const sha512 = (...parts: readonly Uint8Array[]): Uint8Array =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha512')).digest();
  const dstPrime = Buffer.concat([dst, Buffer.of(dst.length)]);
  const b0 = sha512(Buffer.alloc(128), message, Buffer.of(length >> 8, length & 255, 0), dstPrime);
  const blocks: Uint8Array[] = [sha512(b0, Buffer.of(1), dstPrime)];
  for (let index = 2; 64 * (index - 1) < length; index += 1) {
    const before = blocks[index - 2] ?? b0;
    blocks.push(
      sha512(
        b0.map((byte, place) => byte ^ (before[place] ?? 0)),
        Buffer.of(index),
        dstPrime,
      ),
    );
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** The prime of the field. */
export const PRIME: bigint = 2n ** 255n - 19n;

/** Limbs of radix 2^51 at the ends of their ranges and at their middles, where carries and signs turn. */
const LIMBS = [0n, 1n, 2n ** 50n - 1n, 2n ** 50n, 2n ** 50n + 1n, 2n ** 51n - 19n, 2n ** 51n - 2n, 2n ** 51n - 1n];

/** A number below 2^255 all of whose limbs are at their bounds. */
export function atTheBounds(rng: Rng): bigint {
  return Array.from({ length: 5 }, () => LIMBS[uniformBelow(rng, LIMBS.length)] ?? 0n).reduce(
    (number, limb) => (number << 51n) | limb,
    0n,
  );
}
