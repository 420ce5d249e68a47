import type { Kernel } from '../../core/private-join/kernel/kernel.js';
import { libsodium, split } from './oracle.js';

/** What the kernel does to elements and scalars in bulk. */
export const OPERATIONS = [
  'multiply',
  'multiplyEach',
  'multiplyBase',
  'encrypt',
  'rerandomise',
  'addZeros',
  'removeShare',
  'tally',
  'add',
  'subtract',
  'walk',
  'mapToGroup',
  'reduceScalars',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** For n results. */
export interface Inputs {
  readonly key: Uint8Array;
  /** A scalar for the whole segment. */
  readonly scalar: Uint8Array;
  readonly scalars: Uint8Array;
  readonly elements: Uint8Array;
  readonly others: Uint8Array;
  readonly ciphertexts: Uint8Array;
  readonly uniform: Uint8Array;
}
export type Results = Readonly<Record<Operation, Uint8Array>>;
export const BY_KERNEL: Readonly<Record<Operation, (kernel: Kernel, inputs: Inputs) => Uint8Array>> = {
  multiply: (kernel, { scalar, elements }) => kernel.multiply(scalar, elements),
  multiplyEach: (kernel, { scalars, elements }) => kernel.multiplyEach(scalars, elements),
  multiplyBase: (kernel, { scalars }) => kernel.multiplyBase(scalars),
  encrypt: (kernel, { key, scalars, elements }) => kernel.encrypt(key, scalars, elements),
  rerandomise: (kernel, { key, scalars, ciphertexts }) => kernel.rerandomise(key, scalars, ciphertexts),
  addZeros: (kernel, { key, scalars, ciphertexts }) => kernel.addZeros(kernel.makeZeros(key, scalars), ciphertexts),
  removeShare: (kernel, { scalar, ciphertexts }) => kernel.removeShare(scalar, ciphertexts),
  tally: (kernel, { scalar, key, scalars, ciphertexts }) =>
    kernel.removeShareAndRerandomise(scalar, key, scalars, ciphertexts),
  add: (kernel, { elements, others }) => kernel.add(elements, others),
  subtract: (kernel, { elements, others }) => kernel.subtract(elements, others),
  walk: (kernel, { elements, others }) => kernel.walk(at(elements, 0), at(others, 0), elements.length / 32),
  mapToGroup: (kernel, { uniform }) => kernel.mapToGroup(uniform),
  reduceScalars: (kernel, { uniform }) => kernel.reduceScalars(uniform),
};

/** The same by libsodium, element by element. */
export const BY_LIBSODIUM: Readonly<Record<Operation, (inputs: Inputs) => Uint8Array>> = {
  multiply: ({ scalar, elements }) => joined(elements, (e) => libsodium.multiply(scalar, e)),
  multiplyEach: ({ scalars, elements }) => joined(elements, (e, index) => libsodium.multiply(at(scalars, index), e)),
  multiplyBase: ({ scalars }) => joined(scalars, (r) => libsodium.multiplyBase(r)),
  encrypt: ({ key, scalars, elements }) => joined(scalars, (r, index) => masked(r, key, null, at(elements, index))),
  rerandomise: ({ key, scalars, elements, others }) =>
    joined(scalars, (r, index) => masked(r, key, at(elements, index), at(others, index))),
  addZeros: (inputs) => BY_LIBSODIUM.rerandomise(inputs),
  removeShare: ({ scalar, elements, others }) =>
    joined(elements, (c1, index) => withoutShare(scalar, c1, at(others, index))),
  tally: ({ scalar, key, scalars, elements, others }) =>
    joined(scalars, (r, index) => {
      const c1 = at(elements, index);
      return masked(r, key, c1, withoutShare(scalar, c1, at(others, index)));
    }),
  add: ({ elements, others }) => joined(elements, (e, index) => libsodium.add(e, at(others, index))),
  subtract: ({ elements, others }) => joined(elements, (e, index) => libsodium.subtract(e, at(others, index))),
  walk: ({ elements, others }) => {
    let walked = at(elements, 0);
    return joined(elements, (_, index) => (walked = index === 0 ? walked : libsodium.add(walked, at(others, 0))));
  },
  mapToGroup: ({ uniform }) => Buffer.concat(split(uniform, 64).map((u) => libsodium.mapToGroup(u))),
  reduceScalars: ({ uniform }) => Buffer.concat(split(uniform, 64).map((u) => libsodium.reduce(u))),
};

function at(list: Uint8Array, index: number): Uint8Array {
  return list.subarray(32 * index, 32 * (index + 1));
}

function joined(list: Uint8Array, step: (item: Uint8Array, index: number) => Uint8Array): Uint8Array {
  return Buffer.concat(split(list).map(step));
}

/** (c1 + r*B, c2 + r*H); without a c1 the identity's place is taken by nothing. */
function masked(r: Uint8Array, key: Uint8Array, c1: Uint8Array | null, c2: Uint8Array): Uint8Array {
  const base = libsodium.multiplyBase(r);
  return Buffer.concat([c1 === null ? base : libsodium.add(c1, base), libsodium.add(c2, libsodium.multiply(r, key))]);
}

function withoutShare(share: Uint8Array, c1: Uint8Array, c2: Uint8Array): Uint8Array {
  return libsodium.subtract(c2, libsodium.multiply(share, c1));
}
