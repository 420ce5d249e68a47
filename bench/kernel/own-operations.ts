import type { Rng } from '../../core/base/index.js';
import { CIPHERTEXT_BYTES, createGroup, ELEMENT_BYTES, SCALAR_BYTES } from '../../core/private-join/index.js';
import type { Group } from '../../core/private-join/index.js';
import { systemRng } from '../../runtime/index.js';
import type { Material } from './material.js';
import { incomparable, timedOperations } from './operation.js';
import type { Operations, TimedOperation } from './operation.js';

/** Elements of a walk that are measured as one, so that a call is as long as those that look for logarithms. */
const WALKED = 64;

export type KernelKind = Group['kernel'];

/** The module that this machine gets when nobody asks for one. */
export async function chosenKernel(): Promise<KernelKind> {
  return (await createGroup()).kernel;
}

/** Every module that can be used here: FMA needs a processor and a version of Node that have it. */
export async function usableKernels(): Promise<readonly KernelKind[]> {
  return (await chosenKernel()) === 'fma' ? ['fma', 'i64'] : ['i64'];
}

/** Every operation of the group over one of our modules. */
export async function ownOperations(kind: KernelKind, material: Material): Promise<TimedOperation[]> {
  const { scalars, elements, others, uniform, messages, domain } = material;
  const [scalar, key] = [scalars.subarray(0, SCALAR_BYTES), elements.subarray(0, ELEMENT_BYTES)];
  const group = await createGroup({ module: kind });
  const prepared: Rng = { bytes: (length) => uniform.slice(0, length) };
  const ciphertexts = group.encrypt(systemRng, key, elements);
  const zeros = group.zeros(systemRng, key, messages.length);
  const first = (bytes: Uint8Array, width: number, count: number): Uint8Array => bytes.subarray(0, count * width);
  const inputs = (count: number): Uint8Array => first(elements, ELEMENT_BYTES, count);
  const pairs = (count: number): Uint8Array => first(ciphertexts, CIPHERTEXT_BYTES, count);

  const compared: Operations<Uint8Array> = {
    hash: (count) => group.randomElements(prepared, count),
    'hash-message': (count) => group.hashToGroup(domain, messages.slice(0, count)),
    'hash-multiply': (count) => group.multiply(scalar, group.randomElements(prepared, count)),
    multiply: (count) => group.multiply(scalar, inputs(count)),
    'multiply-each': (count) => group.multiplyEach(first(scalars, SCALAR_BYTES, count), inputs(count)),
    add: (count) => group.add(inputs(count), first(others, ELEMENT_BYTES, count)),
    walk: (count) => group.walk(inputs(1), first(others, ELEMENT_BYTES, 1), WALKED * count),
    'fixed-base': (count) => group.multiplyBase(first(scalars, SCALAR_BYTES, count)),
  };
  const random: Operations<unknown> = {
    check: (count) => group.check(inputs(count)),
    encrypt: (count) => group.encrypt(systemRng, key, inputs(count)),
    rerandomise: (count) => group.rerandomise(systemRng, key, pairs(count)),
    zeros: (count) => group.zeros(systemRng, key, count),
    'rerandomise-with-zeros': (count) =>
      group.rerandomise(systemRng, key, pairs(count), first(zeros, group.zeroBytes, count)),
    'remove-share': (count) => group.removeShare(scalar, pairs(count)),
    tally: (count) => group.removeShareAndRerandomise(systemRng, scalar, key, pairs(count)),
  };
  return [...timedOperations(kind, compared), ...timedOperations(kind, random).map(incomparable)];
}
