import { createHash, randomBytes } from 'node:crypto';

import { ristretto255, ristretto255_hasher, x25519 } from '@noble/curves/ed25519.js';
import libsodium from 'libsodium-wrappers-sumo';
import sodium from 'sodium-native';

import { utf8Bytes } from '../../core/base/index.js';
import type { Material } from './material.js';
import { incomparable, MAX_COUNT, timedOperations } from './operation.js';
import type { Operations, TimedOperation } from './operation.js';

const ELEMENT = 32;
const UNIFORM = 64;

/** The same operations in other libraries, one element after the other, for they know no batches. */
export async function peerOperations(material: Material): Promise<TimedOperation[]> {
  await libsodium.ready;
  return [...libsodiumOperations(material), ...nobleOperations(material), ...x25519Operations()];
}

/** ristretto255 in C, compiled to WebAssembly: what this project stood on before it had a kernel. */
function libsodiumOperations(material: Material): TimedOperation[] {
  const { scalar, key, element, other, uniform, r } = oneByOne(material);
  const compared: Each<Uint8Array> = {
    hash: (index) => libsodium.crypto_core_ristretto255_from_hash(uniform(index)),
    'hash-message': (index) =>
      libsodium.crypto_core_ristretto255_from_hash(
        expandMessage(material.messages[index] ?? uniform(index), material.domain),
      ),
    'hash-multiply': (index) =>
      libsodium.crypto_scalarmult_ristretto255(scalar, libsodium.crypto_core_ristretto255_from_hash(uniform(index))),
    multiply: (index) => libsodium.crypto_scalarmult_ristretto255(scalar, element(index)),
    'multiply-each': (index) => libsodium.crypto_scalarmult_ristretto255(r(index), element(index)),
    add: (index) => libsodium.crypto_core_ristretto255_add(element(index), other(index)),
    'fixed-base': (index) => libsodium.crypto_scalarmult_ristretto255_base(r(index)),
  };
  const others: Each<unknown> = {
    check: (index) => libsodium.crypto_core_ristretto255_is_valid_point(element(index)),
    rerandomise: (index) => [
      libsodium.crypto_core_ristretto255_add(element(index), libsodium.crypto_scalarmult_ristretto255_base(r(index))),
      libsodium.crypto_core_ristretto255_add(other(index), libsodium.crypto_scalarmult_ristretto255(r(index), key)),
    ],
  };
  return [
    ...timedOperations('libsodium', joined(compared)),
    ...timedOperations('libsodium', repeated(others)).map(incomparable),
  ];
}

/** ristretto255 in JavaScript, with the language's own large numbers. */
function nobleOperations(material: Material): TimedOperation[] {
  const { scalar, key, element, other, uniform, r } = oneByOne(material);
  const { Point } = ristretto255;
  const { BASE, Fn } = Point;
  const k = Fn.fromBytes(scalar);
  const keyPoint = Point.fromBytes(key);
  const options = { DST: utf8Bytes(material.domain) };
  const compared: Each<Uint8Array> = {
    hash: (index) => mapToGroup(uniform(index)).toBytes(),
    'hash-message': (index) =>
      ristretto255_hasher.hashToCurve(material.messages[index] ?? uniform(index), options).toBytes(),
    'hash-multiply': (index) => mapToGroup(uniform(index)).multiply(k).toBytes(),
    multiply: (index) => Point.fromBytes(element(index)).multiply(k).toBytes(),
    'multiply-each': (index) =>
      Point.fromBytes(element(index))
        .multiply(Fn.fromBytes(r(index)))
        .toBytes(),
    add: (index) =>
      Point.fromBytes(element(index))
        .add(Point.fromBytes(other(index)))
        .toBytes(),
    'fixed-base': (index) => BASE.multiply(Fn.fromBytes(r(index))).toBytes(),
  };
  const others: Each<unknown> = {
    check: (index) => Point.fromBytes(element(index)),
    rerandomise: (index) => [
      Point.fromBytes(element(index))
        .add(BASE.multiply(Fn.fromBytes(r(index))))
        .toBytes(),
      Point.fromBytes(other(index))
        .add(keyPoint.multiply(Fn.fromBytes(r(index))))
        .toBytes(),
    ],
  };
  return [
    ...timedOperations('noble', joined(compared)),
    ...timedOperations('noble', repeated(others)).map(incomparable),
  ];
}

/** The one-way map of 64 uniform bytes. */
function mapToGroup(uniform: Uint8Array): InstanceType<typeof ristretto255.Point> {
  const point = ristretto255_hasher.deriveToCurve?.(uniform);
  if (point === undefined) throw new RangeError('this version of @noble/curves has no one-way map');
  return point;
}

/** X25519 (RFC 7748) is not ours, but everybody has it: sodium-native's, in machine code, is the measure of all else. */
function x25519Operations(): TimedOperation[] {
  const secret = randomBytes(ELEMENT);
  const points = Array.from({ length: MAX_COUNT }, () => Buffer.from(x25519.getPublicKey(randomBytes(ELEMENT))));
  const point = (index: number): Buffer => points[index] ?? secret;
  const native = (index: number): Uint8Array => {
    const shared = Buffer.alloc(ELEMENT);
    sodium.crypto_scalarmult(shared, secret, point(index));
    return shared;
  };
  return [
    ...timedOperations('sodium', joined({ x25519: native })),
    ...timedOperations('libsodium', joined({ x25519: (index) => libsodium.crypto_scalarmult(secret, point(index)) })),
    ...timedOperations('noble', joined({ x25519: (index) => x25519.scalarMult(secret, point(index)) })),
  ];
}

/** Operations on the element at `index`. */
type Each<Result> = Operations<Result>;

function joined(each: Each<Uint8Array>): Operations<Uint8Array> {
  return Object.fromEntries(
    Object.entries(repeated(each)).map(([name, run]) => [name, (count: number) => Buffer.concat(run(count))]),
  );
}

/** Each operation done to elements 0..count-1. */
function repeated<Result>(each: Each<Result>): Record<string, (count: number) => Result[]> {
  return Object.fromEntries(
    Object.entries(each).map(([name, work]) => [
      name,
      (count: number) => Array.from({ length: count }, (_, index) => work(index)),
    ]),
  );
}

interface OneByOne {
  readonly scalar: Uint8Array;
  readonly key: Uint8Array;
  readonly element: (index: number) => Uint8Array;
  readonly other: (index: number) => Uint8Array;
  readonly uniform: (index: number) => Uint8Array;
  readonly r: (index: number) => Uint8Array;
}

function oneByOne({ scalars, elements, others, uniform }: Material): OneByOne {
  const at =
    (bytes: Uint8Array, width: number) =>
    (index: number): Uint8Array =>
      bytes.subarray(index * width, (index + 1) * width);
  const [element, r] = [at(elements, ELEMENT), at(scalars, ELEMENT)];
  return { scalar: r(0), key: element(0), element, other: at(others, ELEMENT), uniform: at(uniform, UNIFORM), r };
}

/** expand_message_xmd with SHA-512 for 64 bytes (RFC 9380 section 5.3.1), which libsodium hasn't got. */
function expandMessage(message: Uint8Array, domain: string): Uint8Array {
  const dst = Buffer.concat([utf8Bytes(domain), Uint8Array.of(domain.length)]);
  const first = createHash('sha512')
    .update(new Uint8Array(128))
    .update(message)
    .update(Uint8Array.of(0, UNIFORM, 0))
    .update(dst)
    .digest();
  return createHash('sha512').update(first).update(Uint8Array.of(1)).update(dst).digest();
}
