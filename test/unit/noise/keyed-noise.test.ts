import { createHash } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import { geometricLaw, keyedNoise, NOISE_KEY_BYTES, probability, sumLaw } from '../../../core/noise/index.js';
import type { NoiseTarget } from '../../../core/noise/index.js';
import { computeRequest } from '../../../core/private-join/index.js';
import type { RequestInput } from '../../../core/private-join/context.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { CHANCE, fit, independence } from '../../support/statistics.js';

const law = geometricLaw({ epsilon: 1, sensitivity: 2 });
const DRAWS = 8_000;
const cells: readonly NoiseTarget[] = Array.from({ length: DRAWS }, (_, cell) => ({ kind: 'cell', cell }));

function digest(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

const asked: RequestInput = {
  templateDigest: digest('template'),
  datasetDigests: [{ dataset: 'police.crimes', digest: digest('police.crimes') }],
  parameters: utf8Bytes('{"offence":["rape"]}'),
  participants: [
    { party: 'north', floors: utf8Bytes('{"threshold":10}'), lists: [{ list: 'crimes', snapshot: 's1' }] },
    { party: 'south', floors: utf8Bytes('{}'), lists: [{ list: 'people', snapshot: 's2' }] },
  ],
};
const [north, south] = asked.participants as [RequestInput['participants'][0], RequestInput['participants'][0]];

describe(`keyed noise (seed ${testSeed})`, () => {
  const rng = seededRng(testSeed);
  const key = rng.bytes(NOISE_KEY_BYTES);
  const request = computeRequest(asked);
  let usual: number[] = [];

  beforeAll(() => {
    const noise = keyedNoise(key, request);
    usual = cells.map((target) => noise.draw(law, target));
  });

  it('is the same whenever the same is asked, in whatever order, by whoever has the key', () => {
    const again = keyedNoise(Uint8Array.from(key), computeRequest(structuredClone(asked)));
    const backwards = cells.map((_, place) => again.draw(law, { kind: 'cell', cell: DRAWS - 1 - place })).reverse();
    expect(backwards).toEqual(usual);
  });

  it('has the law of one mixer', () => {
    const { p } = fit(usual, (x) => probability(law, x));
    expect(p).toBeGreaterThan(CHANCE);
  });

  it.each<[string, () => Uint8Array, Uint8Array?]>([
    ['the noise key', () => request, seededRng(`${testSeed}/other`).bytes(NOISE_KEY_BYTES)],
    ['the template', () => computeRequest({ ...asked, templateDigest: digest('template ') })],
    [
      'a dataset definition',
      () => computeRequest({ ...asked, datasetDigests: [{ dataset: 'police.crimes', digest: digest('v2') }] }),
    ],
    ['a parameter', () => computeRequest({ ...asked, parameters: utf8Bytes('{"offence":["theft"]}') })],
    ['who takes part', () => computeRequest({ ...asked, participants: [north] })],
    ['a floor', () => computeRequest({ ...asked, participants: [{ ...north, floors: utf8Bytes('{}') }, south] })],
    [
      'a snapshot',
      () =>
        computeRequest({ ...asked, participants: [{ ...north, lists: [{ list: 'crimes', snapshot: 's1b' }] }, south] }),
    ],
  ])('is fresh and independent when %s changes', (_, other, otherKey = key) => {
    const noise = keyedNoise(otherKey, other());
    const fresh = cells.map((target) => noise.draw(law, target));
    const p = independence(usual.map((x, place): [number, number] => [x, fresh[place] ?? 0])).p;
    expect(p).toBeGreaterThan(CHANCE);
    // The difference of two independent draws has the law of their sum, the law being symmetric.
    const two = sumLaw(law, 2);
    expect(
      fit(
        usual.map((x, place) => x - (fresh[place] ?? 0)),
        two.probability,
      ).p,
    ).toBeGreaterThan(CHANCE);
  });

  it.each<[string, (place: number) => NoiseTarget]>([
    ['the next cell', (place) => ({ kind: 'cell', cell: place + 1 })],
    ['a pattern of decoys of the same number', (place) => ({ kind: 'decoys', pattern: place })],
    ['a sum of the same cell', (place) => ({ kind: 'sum', column: 0, cell: place })],
    ['a column of the same number', (place) => ({ kind: 'sum', column: place, cell: 0 })],
    ['a linkage statistic of the same place', (place) => ({ kind: 'linkage', of: 'sets', place })],
  ])('of a cell has nothing to do with that of %s', (_, targetOf) => {
    const noise = keyedNoise(key, request);
    const pairs = usual.map((x, place): [number, number] => [x, noise.draw(law, targetOf(place))]);
    expect(independence(pairs).p).toBeGreaterThan(CHANCE);
  });

  it('follows the law it is asked for: another strength is other noise, cut off at its own bound', () => {
    const tight = { alpha: 0.9, bound: 3 };
    const noise = keyedNoise(key, request);
    const drawn = cells.map((target) => noise.draw(tight, target));
    expect(Math.max(...drawn.map(Math.abs))).toBe(3);
    expect(fit(drawn, (x) => probability(tight, x)).p).toBeGreaterThan(CHANCE);
  });

  it('of a sum has nothing to do with that of another column of the same cell', () => {
    const noise = keyedNoise(key, request);
    const pairs = cells.map((_, cell): [number, number] => [
      noise.draw(law, { kind: 'sum', column: 0, cell }),
      noise.draw(law, { kind: 'sum', column: 1, cell }),
    ]);
    expect(independence(pairs).p).toBeGreaterThan(CHANCE);
  });

  it('of a linkage statistic has nothing to do with that of another kind or the next place', () => {
    const noise = keyedNoise(key, request);
    for (const other of [
      { of: 'alone', step: 0 },
      { of: 'sets', step: 1 },
    ]) {
      const pairs = cells.map((_, place): [number, number] => [
        noise.draw(law, { kind: 'linkage', of: 'sets', place }),
        noise.draw(law, { kind: 'linkage', of: other.of, place: place + other.step }),
      ]);
      expect(independence(pairs).p).toBeGreaterThan(CHANCE);
    }
  });

  it.each([
    [NOISE_KEY_BYTES, NOISE_KEY_BYTES, true],
    [NOISE_KEY_BYTES - 1, NOISE_KEY_BYTES, false],
    [NOISE_KEY_BYTES + 1, NOISE_KEY_BYTES, false],
    [NOISE_KEY_BYTES, NOISE_KEY_BYTES - 1, false],
    [NOISE_KEY_BYTES, NOISE_KEY_BYTES + 1, false],
  ])('with a key of %d bytes and a request of %d: %s', (keyBytes, requestBytes, taken) => {
    const make = (): unknown => keyedNoise(new Uint8Array(keyBytes), new Uint8Array(requestBytes));
    if (taken) expect(make).not.toThrow();
    else expect(make).toThrow(RangeError);
  });
});

describe('a test of independence that can fail', () => {
  it('finds noise that is one more than other noise', () => {
    const rng = seededRng(testSeed);
    const noise = keyedNoise(rng.bytes(NOISE_KEY_BYTES), rng.bytes(NOISE_KEY_BYTES));
    const pairs = cells.slice(0, 2000).map((target): [number, number] => {
      const x = noise.draw(law, target);
      return [x, x + 1];
    });
    expect(independence(pairs).p).toBeLessThan(CHANCE);
  });
});
