import { fromHex, utf8Bytes, wipe } from '../base/index.js';
import type { Rng } from '../base/index.js';
import { copyColumn } from './columns.js';
import { GroupError } from './group-error.js';
import type { KernelKind } from './kernel/abi.js';
import { ciphertextsIn, elementsIn, Kernel, WIDE_BYTES } from './kernel/kernel.js';
import { loadKernel } from './kernel/loader.js';
import type { LoaderOptions } from './kernel/loader.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, SCALAR_BYTES } from './messages.js';

/**
 * ristretto255 (RFC 9496) and ElGamal over it, in batches: arrays of encoded elements in one Uint8Array, 32 bytes each.
 *
 * Elements are canonical encodings; whatever comes from outside is checked by the operation that decodes it. A
 * ciphertext is (c1, c2), 64 bytes, and encrypts the element m under the key H as (r*B, m + r*H). Scalars are 32 bytes,
 * little-endian, below the group's order; one that isn't is taken modulo the order.
 *
 * Where an operation draws randomness it is 64 bytes for each scalar or element, in order.
 *
 * Thrown by every operation on elements when there isn't a whole number of them: GroupError BAD_ELEMENT.
 */
export interface Group {
  /** Which module of the curve kernel does the arithmetic: FMA where the processor and Node have it, else i64. */
  readonly kernel: KernelKind;
  /** Bytes of one encryption of zero of `zeros`. */
  readonly zeroBytes: number;
  /**
   * HashToGroup of `ristretto255_XMD:SHA-512_R255MAP_RO_` (RFC 9380; RFC 9497 section 4.1).
   * Thrown when an input is longer than MAX_HASHED_BYTES (kernel/kernel.ts) or the domain isn't of its length: RangeError.
   * @param domain 1..255 bytes of UTF-8
   * @returns n elements
   */
  hashToGroup(domain: string, inputs: readonly Uint8Array[]): Uint8Array;
  /** HashToScalar of RFC 9497 section 4.1: 64 bytes of expand_message_xmd, reduced. Thrown as by `hashToGroup`. */
  hashToScalar(domain: string, input: Uint8Array): Uint8Array;
  /** Uniform, never 0. */
  randomScalar(rng: Rng): Uint8Array;
  /** Uniform elements of which nobody knows a discrete logarithm. */
  randomElements(rng: Rng, count: number): Uint8Array;
  /** The scalar `value`, a whole number within ±(2^53-1); of one below 0 the order's complement. */
  scalar(value: number): Uint8Array;
  /** a * b and a - b modulo the order. */
  multiplyScalars(a: Uint8Array, b: Uint8Array): Uint8Array;
  subtractScalars(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** Each scalar times B. The scalar 0 gives the identity. */
  multiplyBase(scalars: Uint8Array): Uint8Array;
  /**
   * scalar * element for each element.
   * Thrown when an element isn't canonical or is the identity: GroupError BAD_ELEMENT.
   */
  multiply(scalar: Uint8Array, elements: Uint8Array): Uint8Array;
  /** The i-th scalar times the i-th element. Same errors as `multiply`; RangeError when there aren't as many scalars. */
  multiplyEach(scalars: Uint8Array, elements: Uint8Array): Uint8Array;
  /** Thrown when an element isn't canonical or is the identity: GroupError BAD_ELEMENT. */
  check(elements: Uint8Array): void;
  /** Element by element. Thrown when one isn't canonical, or there are more of one than of the other: GroupError. */
  add(left: Uint8Array, right: Uint8Array): Uint8Array;
  subtract(left: Uint8Array, right: Uint8Array): Uint8Array;
  /**
   * start, start + step, start + 2*step, …: `count` elements, for a fraction of what additions would cost. Takes as long
   * whatever they are. Either may be the identity. Thrown when one isn't canonical: GroupError BAD_ELEMENT.
   */
  walk(start: Uint8Array, step: Uint8Array, count: number): Uint8Array;
  /**
   * Encrypts each element under the key, with fresh randomness.
   * Thrown when an element isn't canonical, or the key is not or is the identity: GroupError BAD_ELEMENT.
   */
  encrypt(rng: Rng, key: Uint8Array, elements: Uint8Array): Uint8Array;
  /**
   * Encryptions of zero under the key, made before there is anything to re-randomise. They are secret, and each serves
   * once: two ciphertexts re-randomised with the same one can be told to be each other's. Same errors as `encrypt` for
   * the key.
   * @returns `zeroBytes` bytes each
   */
  zeros(rng: Rng, key: Uint8Array, count: number): Uint8Array;
  /**
   * Adds a fresh encryption of zero to each ciphertext: one of `zeros` where those are given, which must have been made
   * under this key, and then no randomness is drawn; else a new one.
   * Thrown when a part isn't canonical or is the identity: GroupError BAD_ELEMENT; when there aren't as many zeros as
   * ciphertexts: RangeError.
   */
  rerandomise(rng: Rng, key: Uint8Array, ciphertexts: Uint8Array, zeros?: Uint8Array): Uint8Array;
  /**
   * `rerandomise` for sums of ciphertexts that have been checked: a sum of none is the identity twice, encrypts zero, and
   * is no error.
   */
  rerandomiseSums(rng: Rng, key: Uint8Array, sums: Uint8Array, zeros?: Uint8Array): Uint8Array;
  /** Takes a key share off each ciphertext: (c1, c2 - share * c1). Same errors as `rerandomise`. */
  removeShare(share: Uint8Array, ciphertexts: Uint8Array): Uint8Array;
  /**
   * `removeShare`, then `rerandomise` under what remains of the key, in one go. Same errors as `rerandomise`, except that
   * what is in between is nobody's input and may be the identity.
   */
  removeShareAndRerandomise(rng: Rng, share: Uint8Array, remainingKey: Uint8Array, ciphertexts: Uint8Array): Uint8Array;
}

/** The identity's encoding. No match key hashes to it and no honest ciphertext contains it. */
export const IDENTITY: Uint8Array = new Uint8Array(ELEMENT_BYTES);

/** The group's order, 2^252 + 27742317777372353535851937790883648493 (RFC 9496 section 4), as a scalar is encoded. */
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/** Scalars are drawn this many at a time. */
const SCALARS_PER_DRAW = 256;

/**
 * Resolves when the curve kernel is loaded and has passed its self-test.
 * Thrown when none can be used on this machine: KernelError KERNEL_UNUSABLE.
 */
export function createGroup(options: LoaderOptions = {}): Promise<Group> {
  return new Promise((resolve) => resolve(new KernelGroup(new Kernel(loadKernel(options)))));
}

export function isIdentity(element: Uint8Array): boolean {
  return element.every((byte) => byte === 0);
}

/** What the protocol refuses, and where randomness goes; the arithmetic is the kernel's. */
class KernelGroup implements Group {
  readonly kernel: KernelKind;
  readonly zeroBytes: number;

  constructor(
    // Not `#kernel`: whoever puts an object of their own in front of this one can call what they don't replace.
    private readonly curve: Kernel,
  ) {
    this.kernel = curve.kind;
    this.zeroBytes = curve.zeroBytes;
  }

  hashToGroup(domain: string, inputs: readonly Uint8Array[]): Uint8Array {
    return this.curve.hashToGroup(utf8Bytes(domain), inputs);
  }

  hashToScalar(domain: string, input: Uint8Array): Uint8Array {
    return this.curve.hashToScalar(utf8Bytes(domain), input);
  }

  randomScalar(rng: Rng): Uint8Array {
    return this.randomScalars(rng, 1);
  }

  randomElements(rng: Rng, count: number): Uint8Array {
    return consuming(rng.bytes(count * WIDE_BYTES), (uniform) => this.curve.mapToGroup(uniform));
  }

  scalar(value: number): Uint8Array {
    if (!Number.isSafeInteger(value)) throw new RangeError('not a whole number within ±(2^53-1)');
    const bytes = value < 0 ? ORDER.slice() : new Uint8Array(SCALAR_BYTES);
    const view = new DataView(bytes.buffer);
    // The order's lowest eight bytes are more than 2^53, so nothing is borrowed from the others.
    view.setBigUint64(0, view.getBigUint64(0, true) + BigInt(value), true);
    return bytes;
  }

  multiplyScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
    return consuming(this.reduced(a), (left) =>
      consuming(this.reduced(b), (right) => this.curve.multiplyScalars(left, right)),
    );
  }

  subtractScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
    return consuming(this.reduced(a), (left) =>
      consuming(this.reduced(b), (right) => this.curve.subtractScalars(left, right)),
    );
  }

  multiplyBase(scalars: Uint8Array): Uint8Array {
    return consuming(this.reduced(scalars), (reduced) => this.curve.multiplyBase(reduced));
  }

  multiply(scalar: Uint8Array, elements: Uint8Array): Uint8Array {
    refuseIdentities(elements);
    return consuming(this.reduced(scalar), (reduced) => this.curve.multiply(reduced, elements));
  }

  multiplyEach(scalars: Uint8Array, elements: Uint8Array): Uint8Array {
    refuseIdentities(elements);
    return consuming(this.reduced(scalars), (reduced) => this.curve.multiplyEach(reduced, elements));
  }

  check(elements: Uint8Array): void {
    refuseIdentities(elements);
    this.curve.check(elements);
  }

  add(left: Uint8Array, right: Uint8Array): Uint8Array {
    return this.curve.add(left, right);
  }

  subtract(left: Uint8Array, right: Uint8Array): Uint8Array {
    return this.curve.subtract(left, right);
  }

  walk(start: Uint8Array, step: Uint8Array, count: number): Uint8Array {
    return this.curve.walk(start, step, count);
  }

  encrypt(rng: Rng, key: Uint8Array, elements: Uint8Array): Uint8Array {
    refuseIdentities(key);
    const scalars = this.randomScalars(rng, elementsIn(elements));
    return consuming(scalars, (r) => this.curve.encrypt(key, r, elements));
  }

  zeros(rng: Rng, key: Uint8Array, count: number): Uint8Array {
    refuseIdentities(key);
    return consuming(this.randomScalars(rng, count), (r) => this.curve.makeZeros(key, r));
  }

  rerandomise(rng: Rng, key: Uint8Array, ciphertexts: Uint8Array, zeros?: Uint8Array): Uint8Array {
    refuseIdentities(ciphertexts);
    return this.rerandomiseSums(rng, key, ciphertexts, zeros);
  }

  rerandomiseSums(rng: Rng, key: Uint8Array, sums: Uint8Array, zeros?: Uint8Array): Uint8Array {
    refuseIdentities(key);
    if (zeros !== undefined) return this.curve.addZeros(zeros, sums);
    const scalars = this.randomScalars(rng, ciphertextsIn(sums));
    return consuming(scalars, (r) => this.curve.rerandomise(key, r, sums));
  }

  removeShare(share: Uint8Array, ciphertexts: Uint8Array): Uint8Array {
    refuseIdentities(ciphertexts);
    const lighter = ciphertexts.slice();
    const opened = consuming(this.reduced(share), (y) => this.curve.removeShare(y, ciphertexts));
    copyColumn(
      { records: opened, width: ELEMENT_BYTES, start: 0 },
      { records: lighter, width: CIPHERTEXT_BYTES, start: ELEMENT_BYTES },
      ELEMENT_BYTES,
      elementsIn(opened),
    );
    return lighter;
  }

  removeShareAndRerandomise(
    rng: Rng,
    share: Uint8Array,
    remainingKey: Uint8Array,
    ciphertexts: Uint8Array,
  ): Uint8Array {
    refuseIdentities(remainingKey);
    refuseIdentities(ciphertexts);
    const scalars = this.randomScalars(rng, ciphertextsIn(ciphertexts));
    return consuming(scalars, (r) =>
      consuming(this.reduced(share), (y) => this.curve.removeShareAndRerandomise(y, remainingKey, r, ciphertexts)),
    );
  }

  /** Uniform, none 0: a draw that reduces to 0 is passed over, as it would be one by one. */
  private randomScalars(rng: Rng, count: number): Uint8Array {
    const scalars = new Uint8Array(count * SCALAR_BYTES);
    let drawn = 0;
    while (drawn < count) {
      const wide = rng.bytes(Math.min(SCALARS_PER_DRAW, count - drawn) * WIDE_BYTES);
      consuming(
        consuming(wide, (bytes) => this.curve.reduceScalars(bytes)),
        (reduced) => {
          const kept = withoutZeros(reduced);
          scalars.set(kept, drawn * SCALAR_BYTES);
          drawn += kept.length / SCALAR_BYTES;
        },
      );
    }
    return scalars;
  }

  /** Scalars of other parties' proofs may be anything. */
  private reduced(scalars: Uint8Array): Uint8Array {
    if (scalars.length % SCALAR_BYTES !== 0) throw new RangeError('a scalar is not 32 bytes');
    const wide = new Uint8Array(2 * scalars.length);
    copyColumn(
      { records: scalars, width: SCALAR_BYTES, start: 0 },
      { records: wide, width: WIDE_BYTES, start: 0 },
      SCALAR_BYTES,
      scalars.length / SCALAR_BYTES,
    );
    return consuming(wide, (bytes) => this.curve.reduceScalars(bytes));
  }
}

/** Uses a secret for the last time. */
function consuming<Result>(secret: Uint8Array, use: (secret: Uint8Array) => Result): Result {
  try {
    return use(secret);
  } finally {
    wipe(secret);
  }
}

/** Moves the scalars that aren't 0 to the front, in order; takes as long whatever those are. */
function withoutZeros(scalars: Uint8Array): Uint8Array {
  let kept = 0;
  for (let offset = 0; offset < scalars.length; offset += SCALAR_BYTES) {
    let bits = 0;
    for (let byte = offset; byte < offset + SCALAR_BYTES; byte += 1) bits |= scalars[byte] ?? 0;
    if (bits === 0) continue;
    if (kept < offset) scalars.copyWithin(kept, offset, offset + SCALAR_BYTES);
    kept += SCALAR_BYTES;
  }
  return scalars.subarray(0, kept);
}

function refuseIdentities(elements: Uint8Array): void {
  for (let offset = 0; offset < elements.length; offset += ELEMENT_BYTES) {
    let byte = offset;
    const end = offset + ELEMENT_BYTES;
    while (byte < end && elements[byte] === 0) byte += 1;
    if (byte === end) throw new GroupError();
  }
}
