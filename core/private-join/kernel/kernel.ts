import { concatBytes, fromHex } from '../../base/index.js';
import { GroupError } from '../group-error.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, SCALAR_BYTES } from '../messages.js';
import { MAX_BATCH, MESSAGE_BYTES, WALKERS } from './abi.js';
import type { KernelExports, KernelKind, LoadedKernel } from './abi.js';
import { BaseTables } from './base-tables.js';

/** Bytes that reduce to a scalar, or map to an element, with no bias that anybody could see (RFC 9496 section 4.4). */
export const WIDE_BYTES = 64;
/** Of a domain separation tag (RFC 9380 section 5.3.1). */
export const MAX_DOMAIN_BYTES = 255;
/** A message that is hashed has to fit into the kernel's memory. Match keys are a thousand times shorter. */
export const MAX_HASHED_BYTES = MESSAGE_BYTES;

/** 1/2 and 3/2 modulo the order: a walk's results are doubles. */
const HALF = fromHex('f7e97a2e8d31092c6bce7b51ef7c6f0a00000000000000000000000000000008');
const THREE_HALVES = fromHex('f8e97a2e8d31092c6bce7b51ef7c6f0a00000000000000000000000000000008');

/** An argument of which every batch takes its part, or, with `width` 0, all of it. */
interface Input {
  readonly bytes: Uint8Array;
  /** Bytes for each element of the result. */
  readonly width: number;
  /** Where in the kernel's memory the batch's part goes. */
  readonly address: number;
}

/**
 * The curve kernel with arrays in place of addresses: n elements of 32 bytes, ciphertexts of 64 or scalars of 32 in one
 * Uint8Array, any n, worked on in batches. Results are fresh arrays. The identity is an element like any other here.
 *
 * Whatever was worked on is wiped from the kernel's memory before an operation returns, however it ends. Operations take
 * as long whatever the scalars are; elements, their number, and whether they are canonical may show (docs/kernel.md).
 *
 * Thrown by every operation on elements when one isn't a canonical encoding or there isn't a whole number of them:
 * GroupError. Thrown when there aren't as many of one argument as of another, or a scalar isn't 32 bytes: RangeError.
 */
export class Kernel {
  readonly kind: KernelKind;
  /** Of an encryption of zero made in advance. */
  readonly zeroBytes: number;
  readonly #exports: KernelExports;
  readonly #memory: Uint8Array;
  readonly #a: number;
  readonly #b: number;
  readonly #c: number;
  readonly #out: number;
  readonly #messages: number;
  readonly #tables: BaseTables;

  constructor({ kind, exports }: LoadedKernel) {
    this.kind = kind;
    this.zeroBytes = exports.zeroBytes();
    this.#exports = exports;
    this.#memory = new Uint8Array(exports.memory.buffer);
    this.#a = exports.regionA();
    this.#b = exports.regionB();
    this.#c = exports.regionC();
    this.#out = exports.regionOut();
    this.#messages = exports.regionMessages();
    this.#tables = new BaseTables((slot, element) => {
      if (element.length !== ELEMENT_BYTES) throw new GroupError();
      this.#memory.set(element, this.#a);
      if (exports.setBase(slot, this.#a) !== 1) throw new GroupError();
    });
  }

  check(elements: Uint8Array): void {
    this.#run(elementsIn(elements), 0, [this.#elements(elements)], (n) => this.#exports.check(this.#b, n));
  }

  /** One scalar times each element. */
  multiply(scalar: Uint8Array, elements: Uint8Array): Uint8Array {
    const inputs = [this.#scalar(scalar), this.#elements(elements)];
    return this.#run(elementsIn(elements), ELEMENT_BYTES, inputs, (n) =>
      this.#exports.multiply(this.#c, this.#b, this.#out, n),
    );
  }

  /** The i-th scalar times the i-th element. */
  multiplyEach(scalars: Uint8Array, elements: Uint8Array): Uint8Array {
    const inputs = [this.#scalars(scalars), this.#elements(elements)];
    return this.#run(elementsIn(elements), ELEMENT_BYTES, inputs, (n) =>
      this.#exports.multiplyEach(this.#a, this.#b, this.#out, n),
    );
  }

  /** Each scalar times the generator. */
  multiplyBase(scalars: Uint8Array): Uint8Array {
    return this.#run(scalarsIn(scalars), ELEMENT_BYTES, [this.#scalars(scalars)], (n) =>
      this.#exports.multiplyBase(0, this.#a, this.#out, n),
    );
  }

  add(left: Uint8Array, right: Uint8Array): Uint8Array {
    return this.#onPairs(left, right, (n) => this.#exports.add(this.#a, this.#b, this.#out, n));
  }

  subtract(left: Uint8Array, right: Uint8Array): Uint8Array {
    return this.#onPairs(left, right, (n) => this.#exports.subtract(this.#a, this.#b, this.#out, n));
  }

  /**
   * start, start + step, start + 2*step, … Where `walk` has B batches, the t-th element of walker w in batch b is number
   * 4B*t + 4b + w; so what the walkers start from is itself a walk, of the first 4B elements.
   */
  walk(start: Uint8Array, step: Uint8Array, count: number): Uint8Array {
    if (count <= MAX_BATCH) return this.#shortWalk(start, step, count);
    const batches = Math.ceil(count / MAX_BATCH);
    const walkers = WALKERS * batches;
    const halved = this.multiplyEach(concatBytes(HALF, HALF, scalarOf(walkers / 2)), concatBytes(start, step, step));
    const starts = this.walk(
      halved.subarray(0, ELEMENT_BYTES),
      halved.subarray(ELEMENT_BYTES, 2 * ELEMENT_BYTES),
      walkers,
    );
    const leap = halved.subarray(2 * ELEMENT_BYTES);
    const elements = new Uint8Array(walkers * (MAX_BATCH / WALKERS) * ELEMENT_BYTES);
    const bytes = WALKERS * ELEMENT_BYTES;
    for (let batch = 0; batch < batches; batch += 1) {
      const walked = this.#walkBatch(starts.subarray(batch * bytes, (batch + 1) * bytes), leap, MAX_BATCH);
      for (let turn = 0; turn < MAX_BATCH / WALKERS; turn += 1) {
        elements.set(walked.subarray(turn * bytes, (turn + 1) * bytes), (turn * batches + batch) * bytes);
      }
    }
    return elements.subarray(0, count * ELEMENT_BYTES);
  }

  #shortWalk(start: Uint8Array, step: Uint8Array, count: number): Uint8Array {
    const multiples = this.multiplyEach(
      concatBytes(HALF, HALF, scalarOf(1), THREE_HALVES, scalarOf(2)),
      concatBytes(start, step, step, step, step),
    );
    const first = multiples.subarray(0, ELEMENT_BYTES);
    const others = multiples.subarray(ELEMENT_BYTES, WALKERS * ELEMENT_BYTES);
    const starts = concatBytes(first, this.add(concatBytes(first, first, first), others));
    return this.#walkBatch(starts, multiples.subarray(WALKERS * ELEMENT_BYTES), count);
  }

  #walkBatch(starts: Uint8Array, step: Uint8Array, count: number): Uint8Array {
    const inputs = [
      { bytes: starts, width: 0, address: this.#b },
      { bytes: step, width: 0, address: this.#a },
    ];
    return this.#run(count, ELEMENT_BYTES, inputs, (n) => this.#exports.walk(this.#b, this.#a, this.#out, n));
  }

  /** (r*B, m + r*H) for each scalar r and element m; H is the key. */
  encrypt(key: Uint8Array, scalars: Uint8Array, elements: Uint8Array): Uint8Array {
    const slot = this.#tables.slotOf(key);
    const inputs = [this.#scalars(scalars), this.#elements(elements)];
    return this.#run(elementsIn(elements), CIPHERTEXT_BYTES, inputs, (n) =>
      this.#exports.encrypt(slot, this.#a, this.#b, this.#out, n),
    );
  }

  /** (c1 + r*B, c2 + r*H) for each scalar r and ciphertext. */
  rerandomise(key: Uint8Array, scalars: Uint8Array, ciphertexts: Uint8Array): Uint8Array {
    const slot = this.#tables.slotOf(key);
    const inputs = [this.#scalars(scalars), this.#ciphertexts(ciphertexts)];
    return this.#run(ciphertextsIn(ciphertexts), CIPHERTEXT_BYTES, inputs, (n) =>
      this.#exports.rerandomise(slot, this.#a, this.#b, this.#out, n),
    );
  }

  /** What `rerandomise` adds for each scalar, `zeroBytes` each, for `addZeros` of either module. */
  makeZeros(key: Uint8Array, scalars: Uint8Array): Uint8Array {
    const slot = this.#tables.slotOf(key);
    const make = (n: number): undefined => this.#exports.makeZeros(slot, this.#a, this.#messages, n);
    return this.#run(scalarsIn(scalars), this.zeroBytes, [this.#scalars(scalars)], make, this.#messages);
  }

  /** What `rerandomise` gives for the key and scalars that the zeros were made with. */
  addZeros(zeros: Uint8Array, ciphertexts: Uint8Array): Uint8Array {
    const inputs = [{ bytes: zeros, width: this.zeroBytes, address: this.#messages }, this.#ciphertexts(ciphertexts)];
    return this.#run(ciphertextsIn(ciphertexts), CIPHERTEXT_BYTES, inputs, (n) =>
      this.#exports.addZeros(this.#messages, this.#b, this.#out, n),
    );
  }

  /** The element c2 - share*c1 of each ciphertext. */
  removeShare(share: Uint8Array, ciphertexts: Uint8Array): Uint8Array {
    const inputs = [this.#scalar(share), this.#ciphertexts(ciphertexts)];
    return this.#run(ciphertextsIn(ciphertexts), ELEMENT_BYTES, inputs, (n) =>
      this.#exports.removeShare(this.#c, this.#b, this.#out, n),
    );
  }

  /** (c1 + r*B, c2 - share*c1 + r*H) for each scalar r and ciphertext. */
  removeShareAndRerandomise(
    share: Uint8Array,
    key: Uint8Array,
    scalars: Uint8Array,
    ciphertexts: Uint8Array,
  ): Uint8Array {
    const slot = this.#tables.slotOf(key);
    const inputs = [this.#scalar(share), this.#scalars(scalars), this.#ciphertexts(ciphertexts)];
    return this.#run(ciphertextsIn(ciphertexts), CIPHERTEXT_BYTES, inputs, (n) =>
      this.#exports.tally(this.#c, slot, this.#a, this.#b, this.#out, n),
    );
  }

  /** The one-way map (RFC 9496 section 4.3.4) of 64 bytes each. */
  mapToGroup(uniform: Uint8Array): Uint8Array {
    return this.#run(uniform.length / WIDE_BYTES, ELEMENT_BYTES, [this.#wide(uniform)], (n) =>
      this.#exports.hashToGroup(this.#a, this.#out, n),
    );
  }

  /** 64 bytes each, little-endian, modulo the order. */
  reduceScalars(wide: Uint8Array): Uint8Array {
    return this.#run(wide.length / WIDE_BYTES, SCALAR_BYTES, [this.#wide(wide)], (n) =>
      this.#exports.reduceScalars(this.#a, this.#out, n),
    );
  }

  multiplyScalars(left: Uint8Array, right: Uint8Array): Uint8Array {
    const inputs = [this.#scalar(left), this.#scalars(right)];
    return this.#run(1, SCALAR_BYTES, inputs, () => this.#exports.multiplyScalars(this.#c, this.#a, this.#out));
  }

  subtractScalars(left: Uint8Array, right: Uint8Array): Uint8Array {
    const inputs = [this.#scalar(left), this.#scalars(right)];
    return this.#run(1, SCALAR_BYTES, inputs, () => this.#exports.subtractScalars(this.#c, this.#a, this.#out));
  }

  /**
   * HashToGroup (RFC 9497 section 4.1) of each message.
   * Thrown when the domain isn't 1..255 bytes or a message is longer than MAX_HASHED_BYTES: RangeError.
   */
  hashToGroup(domain: Uint8Array, messages: readonly Uint8Array[]): Uint8Array {
    const elements = new Uint8Array(messages.length * ELEMENT_BYTES);
    this.#expand(domain, messages, (from, n) => {
      this.#exports.hashToGroup(this.#a, this.#out, n);
      elements.set(this.#memory.subarray(this.#out, this.#out + n * ELEMENT_BYTES), from * ELEMENT_BYTES);
    });
    return elements;
  }

  /** HashToScalar (RFC 9497 section 4.1). Thrown as by `hashToGroup`. */
  hashToScalar(domain: Uint8Array, message: Uint8Array): Uint8Array {
    const scalar = new Uint8Array(SCALAR_BYTES);
    this.#expand(domain, [message], () => {
      this.#exports.reduceScalars(this.#a, this.#out, 1);
      scalar.set(this.#memory.subarray(this.#out, this.#out + SCALAR_BYTES));
    });
    return scalar;
  }

  /** Expands messages to 64 bytes each (RFC 9380 section 5.3.1) in region A, as many at a time as fit, for `use`. */
  #expand(domain: Uint8Array, messages: readonly Uint8Array[], use: (from: number, n: number) => void): void {
    const ends = new DataView(this.#memory.buffer, this.#b);
    try {
      for (let from = 0, n = 0; from < messages.length; from += n) {
        if (domain.length < 1 || domain.length > MAX_DOMAIN_BYTES) throw new RangeError('domain is not 1..255 bytes');
        n = 0;
        for (let end = 0; n < MAX_BATCH && from + n < messages.length; n += 1) {
          const message = messages[from + n] ?? new Uint8Array(0);
          if (message.length > MAX_HASHED_BYTES) {
            throw new RangeError(`a message to be hashed is longer than ${MAX_HASHED_BYTES} bytes`);
          }
          if (end + message.length > MESSAGE_BYTES) break;
          this.#memory.set(message, this.#messages + end);
          end += message.length;
          ends.setUint32(4 * n, end, true);
        }
        this.#memory.set(domain, this.#c);
        this.#exports.expandMessages(this.#messages, this.#b, this.#c, domain.length, this.#a, n);
        use(from, n);
      }
    } finally {
      this.#exports.wipe();
    }
  }

  #onPairs(left: Uint8Array, right: Uint8Array, call: (n: number) => number): Uint8Array {
    if (left.length !== right.length) throw new GroupError();
    const inputs = [{ bytes: left, width: ELEMENT_BYTES, address: this.#a }, this.#elements(right)];
    return this.#run(elementsIn(left), ELEMENT_BYTES, inputs, call);
  }

  /** Calls the module batch by batch; `call` returns how many elements were bad, where any can be. */
  #run(
    count: number,
    resultBytes: number,
    inputs: readonly Input[],
    call: (n: number) => number | undefined,
    resultAddress = this.#out,
  ): Uint8Array {
    for (const { bytes, width } of inputs) {
      if (width > 0 && bytes.length !== count * width)
        throw new RangeError('not as many of one argument as of another');
    }
    const results = new Uint8Array(count * resultBytes);
    try {
      for (let from = 0; from < count; from += MAX_BATCH) {
        const n = Math.min(MAX_BATCH, count - from);
        for (const { bytes, width, address } of inputs) {
          this.#memory.set(width === 0 ? bytes : bytes.subarray(from * width, (from + n) * width), address);
        }
        const bad = call(n) ?? 0;
        if (bad !== 0) throw new GroupError();
        results.set(this.#memory.subarray(resultAddress, resultAddress + n * resultBytes), from * resultBytes);
      }
    } finally {
      this.#exports.wipe();
    }
    return results;
  }

  /** One scalar for the whole of an operation. */
  #scalar(bytes: Uint8Array): Input {
    if (bytes.length !== SCALAR_BYTES) throw new RangeError('a scalar is not 32 bytes');
    return { bytes, width: 0, address: this.#c };
  }

  #scalars(bytes: Uint8Array): Input {
    return { bytes, width: SCALAR_BYTES, address: this.#a };
  }

  #wide(bytes: Uint8Array): Input {
    return { bytes, width: WIDE_BYTES, address: this.#a };
  }

  #elements(bytes: Uint8Array): Input {
    return { bytes, width: ELEMENT_BYTES, address: this.#b };
  }

  #ciphertexts(bytes: Uint8Array): Input {
    return { bytes, width: CIPHERTEXT_BYTES, address: this.#b };
  }
}

/** A scalar below 2^32. */
function scalarOf(value: number): Uint8Array {
  const scalar = new Uint8Array(SCALAR_BYTES);
  new DataView(scalar.buffer).setUint32(0, value, true);
  return scalar;
}

/** Thrown when there isn't a whole number of them: GroupError. */
export function elementsIn(bytes: Uint8Array): number {
  return wholeNumber(bytes.length / ELEMENT_BYTES, () => new GroupError());
}

/** Thrown when there isn't a whole number of them: GroupError. */
export function ciphertextsIn(bytes: Uint8Array): number {
  return wholeNumber(bytes.length / CIPHERTEXT_BYTES, () => new GroupError());
}

function scalarsIn(bytes: Uint8Array): number {
  return wholeNumber(bytes.length / SCALAR_BYTES, () => new RangeError('not a whole number of scalars'));
}

function wholeNumber(count: number, refusal: () => Error): number {
  if (!Number.isInteger(count)) throw refusal();
  return count;
}
