import { beforeEach, describe, expect, it } from 'vitest';

import { concatBytes, fromBase64, toBase64, toHex } from '../../../core/base/index.js';
import { GroupError } from '../../../core/private-join/group-error.js';
import { MAX_BATCH, MESSAGE_BYTES, REGION_BYTES } from '../../../core/private-join/kernel/abi.js';
import type { KernelExports, LoadedKernel } from '../../../core/private-join/kernel/abi.js';
import { BaseTables } from '../../../core/private-join/kernel/base-tables.js';
import { wasm as fma } from '../../../core/private-join/kernel/generated/fma.js';
import { wasm as i64 } from '../../../core/private-join/kernel/generated/i64.js';
import { Kernel, MAX_DOMAIN_BYTES, MAX_HASHED_BYTES } from '../../../core/private-join/kernel/kernel.js';
import { KernelError } from '../../../core/private-join/kernel/kernel-error.js';
import { loadKernel } from '../../../core/private-join/kernel/loader.js';
import { selfTest } from '../../../core/private-join/kernel/self-test.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const KINDS = ['fma', 'i64'] as const;

/** An empty module: valid, and nothing of a kernel. */
const EMPTY = toBase64(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00));

describe('loading the kernel', () => {
  it('chooses the FMA module where it can be used', () => {
    expect(loadKernel()).toMatchObject({ kind: 'fma', passedOver: null });
    expect(loadKernel({ module: 'i64' })).toMatchObject({ kind: 'i64', passedOver: null });
  });

  it.each([
    ['no base64', 'not base64!', 'not base64'],
    ['cut short', toBase64(fromBase64(fma).slice(0, -100)), 'not a module that this version of Node can run'],
    ['no kernel', EMPTY, 'start is not a function'],
  ])('falls back to the i64 module when the other is %s', (_, broken, why) => {
    const loaded = loadKernel({ modules: { fma: broken, i64 } });
    expect(loaded.kind).toBe('i64');
    expect(loaded.passedOver).toContain(why);
    expect(selfTest(loaded.exports)).toBeNull();
    // Whoever asks for that module and no other is told.
    expect(() => loadKernel({ module: 'fma', modules: { fma: broken, i64 } })).toThrow(KernelError);
  });

  it('falls back to the i64 module when the other fails its test', () => {
    const loaded = loadKernel({ test: (_, kind) => (kind === 'fma' ? 'wrong answers' : null) });
    expect(loaded).toMatchObject({ kind: 'i64', passedOver: 'fma: wrong answers' });
  });

  it('says what to do when neither can be used', () => {
    const load = (): unknown => loadKernel({ modules: { fma: EMPTY, i64: EMPTY } });
    expect(load).toThrow(KernelError);
    expect(load).toThrow(/fma: .*; i64: .*npm run kernel/);
    expect(() => loadKernel({ test: () => 'wrong answers' })).toThrow('fma: wrong answers; i64: wrong answers');
  });

  it('gives every kernel a memory of its own', () => {
    const [one, other] = [loadKernel(), loadKernel()];
    expect(one.exports.memory.buffer).not.toBe(other.exports.memory.buffer);
  });

  it.each(KINDS)('passes the %s module, and nothing that answers one question wrongly', (kind) => {
    const { exports } = loadKernel({ module: kind, test: () => null });
    expect(selfTest(exports)).toBeNull();
    expect(selfTest({ ...exports, fusedMultiplyAdd: () => 0 })).toContain('fused');
    expect(selfTest({ ...exports, maxBatch: () => MAX_BATCH / 2 })).toContain('batches');
    expect(selfTest({ ...exports, zeroBytes: () => MESSAGE_BYTES / MAX_BATCH + 1 })).toContain('zero');
    const silent: readonly (keyof KernelExports)[] = [
      'expandMessages',
      'hashToGroup',
      'multiply',
      'multiplyBase',
      'rerandomise',
      'makeZeros',
      'addZeros',
      'removeShare',
      'tally',
      'setBase',
      'encrypt',
      'check',
      'walk',
    ];
    for (const name of silent) expect(selfTest({ ...exports, [name]: () => 0 })).toContain('known answer');
  });
});

describe('tables of bases', () => {
  const built: string[] = [];
  let tables: BaseTables;
  beforeEach(() => {
    built.length = 0;
    tables = new BaseTables((slot, element) => {
      if (element[0] === 0xff) throw new GroupError();
      built.push(`${element[0] ?? ''} in ${slot}`);
    });
  });
  const slotOf = (name: number): number => tables.slotOf(new Uint8Array(32).fill(name));

  it('are made once each, while there are slots', () => {
    expect([slotOf(10), slotOf(20), slotOf(30), slotOf(20), slotOf(10)]).toEqual([1, 2, 3, 2, 1]);
    expect(built).toEqual(['10 in 1', '20 in 2', '30 in 3']);
  });

  it('give way to new ones, the least recently used first', () => {
    [10, 20, 30, 10].forEach(slotOf);
    expect(slotOf(40)).toBe(2);
    expect(slotOf(10)).toBe(1);
    expect(slotOf(50)).toBe(3);
    expect(slotOf(20)).toBe(2);
    expect(built.slice(3)).toEqual(['40 in 2', '50 in 3', '20 in 2']);
  });

  it('are not taken for what a failed one was to be, or replaced', () => {
    [10, 20, 30].forEach(slotOf);
    expect(() => slotOf(0xff)).toThrow(GroupError);
    expect(() => slotOf(0xff)).toThrow(GroupError);
    // The slot that was to be overwritten is free now; the others are as they were.
    expect([slotOf(20), slotOf(30), slotOf(10)]).toEqual([2, 3, 1]);
    expect(built.slice(3)).toEqual(['10 in 1']);
  });

  it('are found by what the element was, not by the array it came in', () => {
    const element = new Uint8Array(32).fill(10);
    tables.slotOf(element);
    element.fill(20);
    expect([slotOf(10), slotOf(20)]).toEqual([1, 2]);
  });
});

it(`encryptions of zero that one module has made serve the other (seed ${testSeed})`, () => {
  // Threads of one process share them, and one thread may have fallen back where another has not.
  const rng = seededRng(testSeed);
  const [one, other] = KINDS.map((module) => new Kernel(loadKernel({ module }))) as [Kernel, Kernel];
  const key = one.mapToGroup(rng.bytes(64));
  const scalars = one.reduceScalars(rng.bytes(64 * 9));
  const ciphertexts = one.mapToGroup(rng.bytes(64 * 18));
  const expected = toHex(one.rerandomise(key, scalars, ciphertexts));
  expect(toHex(one.addZeros(other.makeZeros(key, scalars), ciphertexts))).toBe(expected);
  expect(toHex(other.addZeros(one.makeZeros(key, scalars), ciphertexts))).toBe(expected);
});

describe.each(KINDS)('the kernel, %s', (kind) => {
  const rng = seededRng(testSeed);
  let loaded: LoadedKernel;
  let kernel: Kernel;
  beforeEach(() => {
    loaded = loadKernel({ module: kind });
    kernel = new Kernel(loaded);
  });

  it(`gives the same for a list as for its parts, about a batch's length (seed ${testSeed})`, () => {
    const count = 2 * MAX_BATCH + 1;
    const elements = kernel.mapToGroup(rng.bytes(64 * count));
    const others = kernel.mapToGroup(rng.bytes(64 * count));
    const scalars = kernel.reduceScalars(rng.bytes(64 * count));
    const one = scalars.slice(0, 32);
    const key = others.slice(0, 32);
    const ciphertexts = kernel.encrypt(key, scalars, elements);
    const zeros = kernel.makeZeros(key, scalars);
    const of = (bytes: Uint8Array, width: number, from: number, to: number): Uint8Array =>
      bytes.subarray(from * width, to * width);
    const operations: readonly [width: number, operation: (from: number, to: number) => Uint8Array][] = [
      [32, (from, to) => kernel.multiply(one, of(elements, 32, from, to))],
      [32, (from, to) => kernel.multiplyEach(of(scalars, 32, from, to), of(elements, 32, from, to))],
      [32, (from, to) => kernel.multiplyBase(of(scalars, 32, from, to))],
      [32, (from, to) => kernel.add(of(elements, 32, from, to), of(others, 32, from, to))],
      [32, (from, to) => kernel.subtract(of(elements, 32, from, to), of(others, 32, from, to))],
      [64, (from, to) => kernel.encrypt(key, of(scalars, 32, from, to), of(elements, 32, from, to))],
      [64, (from, to) => kernel.rerandomise(key, of(scalars, 32, from, to), of(ciphertexts, 64, from, to))],
      [kernel.zeroBytes, (from, to) => kernel.makeZeros(key, of(scalars, 32, from, to))],
      [64, (from, to) => kernel.addZeros(of(zeros, kernel.zeroBytes, from, to), of(ciphertexts, 64, from, to))],
      [32, (from, to) => kernel.removeShare(one, of(ciphertexts, 64, from, to))],
      [
        64,
        (from, to) =>
          kernel.removeShareAndRerandomise(one, key, of(scalars, 32, from, to), of(ciphertexts, 64, from, to)),
      ],
    ];
    for (const [width, operation] of operations) {
      const whole = operation(0, count);
      expect(whole).toHaveLength(count * width);
      expect(operation(0, 0)).toHaveLength(0);
      for (const [from, to] of [
        [0, 1],
        [0, 7],
        [5, 5 + MAX_BATCH - 1],
        [3, 3 + MAX_BATCH],
        [1, 1 + MAX_BATCH + 1],
        [MAX_BATCH - 1, count],
      ] as const) {
        expect(toHex(operation(from, to))).toBe(toHex(of(whole, width, from, to)));
      }
    }
  });

  it(`leaves nothing of what it worked on in its memory (seed ${testSeed})`, () => {
    const memory = Buffer.from(loaded.exports.memory.buffer);
    const secrets: Uint8Array[] = [];
    const secret = (bytes: Uint8Array): Uint8Array => {
      secrets.push(bytes.slice());
      return bytes;
    };
    const wide = secret(rng.bytes(64 * 3));
    const scalars = secret(kernel.reduceScalars(wide));
    const share = secret(kernel.reduceScalars(secret(rng.bytes(64))));
    const elements = secret(kernel.mapToGroup(secret(rng.bytes(64 * 3))));
    const key = kernel.mapToGroup(rng.bytes(64));
    const ciphertexts = secret(kernel.encrypt(key, scalars, elements));
    const wrong = concatBytes(ciphertexts.subarray(0, 160), new Uint8Array(32).fill(0xff));
    const zeros = secret(kernel.makeZeros(key, scalars));
    const work: readonly (() => unknown)[] = [
      () => kernel.multiply(share, elements),
      () => kernel.multiplyEach(scalars, elements),
      () => kernel.multiplyBase(scalars),
      () => kernel.encrypt(key, scalars, elements),
      () => kernel.rerandomise(key, scalars, ciphertexts),
      () => kernel.addZeros(zeros, ciphertexts),
      () => kernel.makeZeros(key, scalars),
      () => kernel.removeShare(share, ciphertexts),
      () => kernel.removeShareAndRerandomise(share, key, scalars, ciphertexts),
      () => kernel.reduceScalars(wide),
      () => kernel.mapToGroup(wide),
      () => kernel.multiplyScalars(share, scalars.subarray(0, 32)),
      () => kernel.subtractScalars(share, scalars.subarray(0, 32)),
      () => kernel.hashToGroup(Uint8Array.of(1), [share, wide]),
      () => kernel.hashToScalar(Uint8Array.of(1), share),
      // However it ends.
      () => expect(() => kernel.rerandomise(key, scalars, wrong)).toThrow(GroupError),
      () => expect(() => kernel.removeShare(share, wrong)).toThrow(GroupError),
      () => expect(() => kernel.hashToGroup(Uint8Array.of(1), [wide, new Uint8Array(MAX_HASHED_BYTES + 1)])).toThrow(),
    ];
    // What stays is constants and tables, the same after every operation.
    const clean = memory.toString('latin1');
    for (const operation of work) {
      operation();
      expect(memory.toString('latin1') === clean).toBe(true);
    }
    for (const bytes of secrets) {
      for (let offset = 0; offset < bytes.length; offset += 16) {
        const part = Buffer.from(bytes.subarray(offset, offset + 16));
        expect(memory.includes(part) && part.some((byte) => byte !== 0)).toBe(false);
      }
    }
  });

  it('hashes a message of as much as fits, and refuses one byte more', () => {
    const domain = Uint8Array.of(1);
    const longest = rng.bytes(MAX_HASHED_BYTES);
    const [hashed, short] = [kernel.hashToGroup(domain, [longest]), kernel.hashToGroup(domain, [Uint8Array.of(7)])];
    expect(hashed).toHaveLength(32);
    expect(kernel.hashToScalar(domain, longest)).toHaveLength(32);
    const tooLong = new Uint8Array(MAX_HASHED_BYTES + 1);
    expect(() => kernel.hashToGroup(domain, [Uint8Array.of(7), tooLong])).toThrow(RangeError);
    expect(() => kernel.hashToScalar(domain, tooLong)).toThrow(RangeError);
    // Many that don't fit at once, not even into all of its memory, are hashed one after the other.
    const many = Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? longest : Uint8Array.of(7)));
    const expected = many.map((message) => (message === longest ? hashed : short));
    expect(toHex(kernel.hashToGroup(domain, many))).toBe(expected.map(toHex).join(''));
    const empty = new Uint8Array(0);
    const filling = [longest, empty, Uint8Array.of(7), empty];
    const nothing = toHex(kernel.hashToGroup(domain, [empty]));
    expect(toHex(kernel.hashToGroup(domain, filling))).toBe([toHex(hashed), nothing, toHex(short), nothing].join(''));
  });

  it('takes domains of 1 to 255 bytes', () => {
    const message = [Uint8Array.of(7)];
    expect(kernel.hashToGroup(new Uint8Array(MAX_DOMAIN_BYTES), message)).toHaveLength(32);
    expect(() => kernel.hashToGroup(new Uint8Array(MAX_DOMAIN_BYTES + 1), message)).toThrow(RangeError);
    expect(() => kernel.hashToGroup(new Uint8Array(0), message)).toThrow(RangeError);
  });

  it('refuses parts of elements, scalars that are none, and lists of unlike length', () => {
    const element = kernel.multiplyBase(new Uint8Array(32).fill(1));
    const scalar = new Uint8Array(32).fill(1);
    const ciphertext = concatBytes(element, element);
    for (const refused of [
      () => kernel.check(element.subarray(0, 31)),
      () => kernel.multiply(scalar, concatBytes(element, element.subarray(0, 1))),
      () => kernel.removeShare(scalar, element),
      () => kernel.add(element, ciphertext),
      () => kernel.subtract(ciphertext, element),
      () => kernel.makeZeros(element.subarray(0, 31), scalar),
      () => kernel.makeZeros(ciphertext, scalar),
    ]) {
      expect(refused).toThrow(GroupError);
    }
    for (const refused of [
      () => kernel.multiply(scalar.subarray(0, 31), element),
      () => kernel.multiplyBase(scalar.subarray(0, 31)),
      () => kernel.multiplyEach(scalar, ciphertext),
      () => kernel.encrypt(element, concatBytes(scalar, scalar), element),
      () => kernel.rerandomise(element, concatBytes(scalar, scalar), ciphertext),
      () => kernel.addZeros(new Uint8Array(kernel.zeroBytes - 1), ciphertext),
      () => kernel.addZeros(new Uint8Array(2 * kernel.zeroBytes), ciphertext),
      () => kernel.multiplyScalars(scalar, scalar.subarray(0, 31)),
    ]) {
      expect(refused).toThrow(RangeError);
    }
  });

  it('has regions that hold a batch and do not touch', () => {
    const { exports } = loaded;
    const regions = [
      [exports.regionA(), REGION_BYTES],
      [exports.regionB(), REGION_BYTES],
      [exports.regionC(), REGION_BYTES],
      [exports.regionOut(), REGION_BYTES],
      [exports.regionMessages(), MESSAGE_BYTES],
    ].sort(([a = 0], [b = 0]) => a - b);
    regions.forEach(([start = 0, length = 0], index) => {
      expect(start + length).toBeLessThanOrEqual(regions[index + 1]?.[0] ?? exports.memory.buffer.byteLength);
    });
    expect(kernel.zeroBytes * MAX_BATCH).toBeLessThanOrEqual(MESSAGE_BYTES);
  });
});
