import { fromHex, toHex, utf8Bytes } from '../../base/index.js';
import { BASE_SLOTS, MAX_BATCH, MESSAGE_BYTES } from './abi.js';
import type { KernelExports } from './abi.js';

/** The generator's multiples 0..8 (RFC 9496 appendix A.1). */
const MULTIPLES = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
  '6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919',
  '94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259',
  'da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57',
  'e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e',
  'f64746d3c92b13050ed8d80236a7f0007c3b3f962f5ba793d19a601ebb1df403',
  '44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d',
  '903293d8f2287ebe10e2374dc1a53e0bc887e592699f02d077d5263cdd55601c',
] as const;

/** Blind * HashToGroup(Input) of RFC 9497 appendix A.1.1, test vectors 1 and 2. */
const HASHED = {
  domain: 'HashToGroup-OPRFV1-\u0000-ristretto255-SHA512',
  inputs: ['00', '5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a'],
  blind: '64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706',
  blinded:
    '609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c' +
    'da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418',
} as const;

/** The group's order less one, which multiplies as -1 does and has digits of every place. */
const MINUS_ONE = 'ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010';
/** Not elements: the field's prime, a negative number, one whose square isn't there (RFC 9496 appendix A.2). */
const NOT_ELEMENTS = [
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371',
] as const;

/**
 * Answers that a started module must give on this machine. A fused multiply-add that isn't, a processor's or compiler's
 * fault, or a damaged module shows here and not in somebody's data. Takes a millisecond or two.
 * @returns what is wrong; null when nothing is
 */
export function selfTest(kernel: KernelExports): string | null {
  if (kernel.fusedMultiplyAdd() !== 1) return 'this processor has no fused multiply-add';
  if (kernel.maxBatch() !== MAX_BATCH) return 'its batches are of another size';
  if (kernel.zeroBytes() * MAX_BATCH > MESSAGE_BYTES) return 'its encryptions of zero are too long';
  const bench = new Bench(kernel);
  const failed = ANSWERS.find(({ holds }) => !holds(bench));
  return failed === undefined ? null : `it fails a known answer (${failed.name})`;
}

/** Each with numbers of elements that don't fill the module's lanes, so that padding is tested as well. */
const ANSWERS: readonly { readonly name: string; readonly holds: (bench: Bench) => boolean }[] = [
  {
    name: 'hashing',
    holds: ({ kernel, a, b, c, out, put, get }) => {
      const messages = HASHED.inputs.join('');
      const ends = HASHED.inputs.map((_, index) => HASHED.inputs.slice(0, index + 1).join('').length / 2);
      put(kernel.regionMessages(), messages);
      put(b, toHex(new Uint8Array(ends.flatMap((end) => [end, 0, 0, 0]))));
      put(c, toHex(utf8Bytes(HASHED.domain)));
      kernel.expandMessages(kernel.regionMessages(), b, c, HASHED.domain.length, a, ends.length);
      kernel.hashToGroup(a, b, ends.length);
      put(c, HASHED.blind);
      return kernel.multiply(c, b, out, ends.length) === 0 && get(out, 64) === HASHED.blinded;
    },
  },
  {
    name: 'multiples of the generator',
    holds: ({ kernel, a, out, put, get }) => {
      put(a, MULTIPLES.map((_, index) => small(index)).join(''));
      kernel.multiplyBase(0, a, out, MULTIPLES.length);
      return get(out, MULTIPLES.length * 32) === MULTIPLES.join('');
    },
  },
  {
    name: 're-randomising',
    holds: ({ kernel, a, b, out, put, get }) => {
      // (3B, 5B) and (4B, 6B) with r = -1 and r = 2, the generator serving as the key.
      put(a, MINUS_ONE + small(2));
      put(b, MULTIPLES[3] + MULTIPLES[5] + MULTIPLES[4] + MULTIPLES[6]);
      const expected = MULTIPLES[2] + MULTIPLES[4] + MULTIPLES[6] + MULTIPLES[8];
      if (kernel.rerandomise(0, a, b, out, 2) !== 0 || get(out, 128) !== expected) return false;
      kernel.makeZeros(0, a, kernel.regionMessages(), 2);
      return kernel.addZeros(kernel.regionMessages(), b, out, 2) === 0 && get(out, 128) === expected;
    },
  },
  {
    name: 'taking shares off',
    holds: ({ kernel, a, b, c, out, put, get }) => {
      // c2 - 2*c1 of (B, 7B) and (2B, 8B); then with r = 1 and r = -1 added.
      put(c, small(2));
      put(b, MULTIPLES[1] + MULTIPLES[7] + MULTIPLES[2] + MULTIPLES[8]);
      if (kernel.removeShare(c, b, out, 2) !== 0 || get(out, 64) !== MULTIPLES[5] + MULTIPLES[4]) return false;
      put(a, small(1) + MINUS_ONE);
      const expected = MULTIPLES[2] + MULTIPLES[6] + MULTIPLES[1] + MULTIPLES[3];
      return kernel.tally(c, 0, a, b, out, 2) === 0 && get(out, 128) === expected;
    },
  },
  {
    name: 'another base',
    holds: ({ kernel, a, b, out, put, get }) => {
      put(a, MULTIPLES[3]);
      if (kernel.setBase(BASE_SLOTS - 1, a) !== 1) return false;
      put(a, small(2) + MINUS_ONE);
      put(b, MULTIPLES[0] + MULTIPLES[5]);
      const expected = MULTIPLES[2] + MULTIPLES[6];
      if (kernel.encrypt(BASE_SLOTS - 1, a, b, out, 2) !== 0) return false;
      // The second is (-B, 5B - 3B), and -B isn't in the table.
      return get(out, 64) === expected && get(out + 96, 32) === MULTIPLES[2];
    },
  },
  {
    name: 'walking',
    holds: ({ kernel, a, b, out, put, get }) => {
      // Doubles of B, 2B, 0 and 3B, and of the first of them with B added.
      put(b, MULTIPLES[1] + MULTIPLES[2] + MULTIPLES[0] + MULTIPLES[3]);
      put(a, MULTIPLES[1]);
      const expected = MULTIPLES[2] + MULTIPLES[4] + MULTIPLES[0] + MULTIPLES[6] + MULTIPLES[4];
      return kernel.walk(b, a, out, 5) === 0 && get(out, 160) === expected;
    },
  },
  {
    name: 'refusing what is no element',
    holds: ({ kernel, a, put }) =>
      NOT_ELEMENTS.every((wrong) => {
        put(a, MULTIPLES[1] + wrong + MULTIPLES[0]);
        return kernel.check(a, 3) === 1;
      }),
  },
];

/** A scalar below 256. */
function small(value: number): string {
  return value.toString(16).padStart(2, '0').padEnd(64, '0');
}

class Bench {
  readonly kernel: KernelExports;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly out: number;
  readonly #bytes: Uint8Array;

  constructor(kernel: KernelExports) {
    this.kernel = kernel;
    this.a = kernel.regionA();
    this.b = kernel.regionB();
    this.c = kernel.regionC();
    this.out = kernel.regionOut();
    this.#bytes = new Uint8Array(kernel.memory.buffer);
  }

  readonly put = (address: number, hex: string): void => this.#bytes.set(fromHex(hex), address);
  /** Reads and clears, so that no operation passes with the answer of the one before. */
  readonly get = (address: number, length: number): string => {
    const hex = toHex(this.#bytes.subarray(address, address + length));
    this.#bytes.fill(0, address, address + length);
    return hex;
  };
}
