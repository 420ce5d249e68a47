import { beforeAll, describe, expect, it } from 'vitest';

import type { Kernel } from '../../core/private-join/kernel/kernel.js';
import { seededRng, testSeed } from '../support/seeded-rng.js';
import { kernelOf, MODULES } from './modules.js';
import { BY_KERNEL, BY_LIBSODIUM, OPERATIONS } from './operations.js';
import type { Inputs, Results } from './operations.js';
import {
  differenceOf,
  element,
  libsodium,
  mapToGroup,
  numberOf,
  progression,
  randomScalar,
  scalarBytes,
  scalarProgression,
  scalarsBytes,
  split,
  zip,
} from './oracle.js';

/**
 * Every operation on random inputs, compared byte by byte with @noble/curves and libsodium: thirteen operations, so more
 * than 100,000 inputs for each module. The modules with bounds checks get the first few.
 */
const COUNT = 8_400;
const COUNT_CHECKED = 700;
/** Elements for which one scalar or share serves. Not a multiple of a batch, so that batches of other sizes come up. */
const SEGMENT = 700;

interface Segment {
  readonly inputs: Inputs;
  readonly expected: Results;
}

/**
 * A segment of inputs and what @noble/curves makes of them. Logarithms run in progressions, so that it gets by with an
 * addition where it would need a multiplication.
 */
function segmentOf(seed: string, h: bigint): Segment {
  const rng = seededRng(seed);
  const draw = (): bigint => randomScalar(rng);
  const [a, da, b, db, r, dr, k] = [draw(), draw(), draw(), draw(), draw(), draw(), draw()];
  const elements = progression(SEGMENT, [a, da]);
  const others = progression(SEGMENT, [b, db]);
  const multiples = progression(SEGMENT, [r, dr]);
  const uniform = rng.bytes(64 * SEGMENT);
  const first = progression(SEGMENT, [a + r, da + dr]);
  const rerandomised = zip(first, progression(SEGMENT, [b + h * r, db + h * dr]));
  return {
    inputs: {
      key: element(h),
      scalar: scalarBytes(k),
      scalars: scalarProgression(SEGMENT, [r, dr]),
      elements,
      others,
      ciphertexts: zip(elements, others),
      uniform,
    },
    expected: {
      multiply: progression(SEGMENT, [k * a, k * da]),
      multiplyEach: progression(SEGMENT, [r * a, r * da + dr * a, dr * da]),
      multiplyBase: multiples,
      encrypt: zip(multiples, progression(SEGMENT, [a + h * r, da + h * dr])),
      rerandomise: rerandomised,
      addZeros: rerandomised,
      removeShare: progression(SEGMENT, [b - k * a, db - k * da]),
      tally: zip(first, progression(SEGMENT, [b - k * a + h * r, db - k * da + h * dr])),
      add: progression(SEGMENT, [a + b, da + db]),
      subtract: progression(SEGMENT, [a - b, da - db]),
      walk: progression(SEGMENT, [a, b]),
      mapToGroup: Buffer.concat(split(uniform, 64).map(mapToGroup)),
      reduceScalars: scalarsBytes(split(uniform, 64).map(numberOf)),
    },
  };
}

let segments: readonly Segment[];
beforeAll(async () => {
  await libsodium.ready;
  const h = randomScalar(seededRng(testSeed));
  segments = Array.from({ length: COUNT / SEGMENT }, (_, index) => segmentOf(`${testSeed}/${index}`, h));
});

describe(`on random inputs (seed ${testSeed})`, () => {
  it.each(OPERATIONS)('the oracles agree with each other: %s', (operation) => {
    for (const { inputs, expected } of segments) {
      expect(differenceOf(BY_LIBSODIUM[operation](inputs), expected[operation])).toBeNull();
    }
  });

  describe.each(MODULES)('the %s module agrees with the oracles', (name) => {
    let kernel: Kernel;
    beforeAll(() => {
      kernel = kernelOf(name);
    });

    it.each(OPERATIONS)('%s', (operation) => {
      const count = name.endsWith('-checked') ? COUNT_CHECKED : COUNT;
      for (const { inputs, expected } of segments.slice(0, count / SEGMENT)) {
        expect(differenceOf(BY_KERNEL[operation](kernel, inputs), expected[operation])).toBeNull();
      }
    });
  });
});
