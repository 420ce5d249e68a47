import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, uniformBelow } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { kernelOf, MODULES } from './modules.js';
import { BY_KERNEL, BY_LIBSODIUM, OPERATIONS } from './operations.js';
import type { Inputs } from './operations.js';
import { differenceOf, element, libsodium, ORDER, randomScalar, scalarBytes, zip } from './oracle.js';

const ROUNDS = 360;
const ROUNDS_CHECKED = 60;
/** Mostly small, so that every remainder of lanes comes up; now and then more than one batch. */
const MOST = 24;
const MOST_RARELY = 300;

/** Independent inputs, some of them special, some the same as one another. */
function inputsOf(rng: Rng): Inputs {
  const count = 1 + uniformBelow(rng, uniformBelow(rng, 40) === 0 ? MOST_RARELY : MOST);
  const scalar = (): Uint8Array => {
    const special = [0n, 1n, 2n, ORDER - 1n, ORDER - 2n][uniformBelow(rng, 40)];
    return scalarBytes(special ?? randomScalar(rng));
  };
  const pool = Array.from({ length: 8 }, () => libsodium.mapToGroup(rng.bytes(64)));
  const point = (): Uint8Array => {
    const special = [0n, 1n, ORDER - 1n][uniformBelow(rng, 40)];
    return special === undefined ? (pool[uniformBelow(rng, pool.length)] ?? rng.bytes(0)) : element(special);
  };
  const list = (item: () => Uint8Array): Uint8Array => concatBytes(...Array.from({ length: count }, item));
  const elements = list(point);
  const others = list(point);
  return {
    key: point(),
    scalar: scalar(),
    scalars: list(scalar),
    elements,
    others,
    ciphertexts: zip(elements, others),
    uniform: rng.bytes(64 * count),
  };
}

beforeAll(() => libsodium.ready);

describe.each(MODULES)('the %s module', (name) => {
  it(`agrees with libsodium whatever it is given, in any order (seed ${testSeed})`, () => {
    const kernel = kernelOf(name);
    const rng = seededRng(testSeed);
    for (let round = 0; round < (name.endsWith('-checked') ? ROUNDS_CHECKED : ROUNDS); round += 1) {
      const operation = OPERATIONS[uniformBelow(rng, OPERATIONS.length)] ?? 'add';
      const inputs = inputsOf(rng);
      const difference = differenceOf(BY_KERNEL[operation](kernel, inputs), BY_LIBSODIUM[operation](inputs));
      expect([round, operation, difference]).toEqual([round, operation, null]);
    }
  });
});
