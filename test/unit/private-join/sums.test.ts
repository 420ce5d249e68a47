import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes } from '../../../core/base/index.js';
import type { NoiseLaw, NoiseTarget } from '../../../core/noise/index.js';
import { carryOut } from '../../../core/private-join/carry-out.js';
import { findLogarithms } from '../../../core/private-join/discrete-log.js';
import { elementSum, segmentSums } from '../../../core/private-join/element-sums.js';
import { inlineEngine } from '../../../core/private-join/engine.js';
import type { Engine } from '../../../core/private-join/engine.js';
import { createGroup, IDENTITY } from '../../../core/private-join/group.js';
import type { Group } from '../../../core/private-join/group.js';
import { CHUNK_RECORDS, MAX_LOGARITHM } from '../../../core/private-join/plan.js';
import type { JoinPlan } from '../../../core/private-join/plan.js';
import { memoryStores } from '../../../core/private-join/record-store.js';
import { addUpSums } from '../../../core/private-join/sum-cells.js';
import { makeSumShares, sumSharesHold, withoutShares } from '../../../core/private-join/sum-shares.js';
import type { ShareOwner, SumShares } from '../../../core/private-join/sum-shares.js';
import { drawSumNoise, sumBounds, sumBytes, sumCount, sumsByCell } from '../../../core/private-join/sums.js';
import { threePartyPlan } from '../../support/plans.js';
import { propertyOptions, seededRng, testSeed } from '../../support/seeded-rng.js';

const rng = seededRng(`sums ${testSeed}`);
const never = new AbortController().signal;
const law: NoiseLaw = { alpha: 0.9, bound: 40 };

let group: Group;
let engine: Engine;
beforeAll(async () => {
  group = await createGroup();
  engine = inlineEngine(group, rng);
});

const plan: JoinPlan = threePartyPlan({
  tableCells: [1, 2, 5],
  sums: [
    { dataset: 'victims', magnitude: 10, noise: law },
    { dataset: 'support', magnitude: 3, noise: null },
  ],
});

function scalarsOf(values: readonly number[]): Uint8Array {
  return concatBytes(...values.map((value) => group.scalar(value)));
}

function elementsOf(values: readonly number[]): Uint8Array {
  return group.multiplyBase(scalarsOf(values));
}

async function valuesOf(ciphertexts: Uint8Array, secret: Uint8Array, bound = 10_000): Promise<number[]> {
  const count = ciphertexts.length / 64;
  const opened = group.removeShare(secret, ciphertexts);
  const elements = concatBytes(
    ...Array.from({ length: count }, (_, index) => opened.slice(64 * index + 32, 64 * index + 64)),
  );
  return [...(await findLogarithms({ group, engine, signal: never }, elements, new Float64Array(count).fill(bound)))];
}

describe('elements are added up', () => {
  it(`in segments of any length, in rows of any width (seed ${testSeed})`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 9 }), {
          minLength: 1,
          maxLength: 6,
        }),
        (columns, segments) => {
          const rows = segments.flat().map((row) => elementsOf(row.slice(0, columns)));
          const lengths = Uint32Array.from(segments, ({ length }) => length);
          const expected = segments.map((segment) =>
            elementsOf(
              Array.from({ length: columns }, (_, column) => segment.reduce((sum, row) => sum + (row[column] ?? 0), 0)),
            ),
          );
          const added = segmentSums(group, concatBytes(...rows), 32 * columns, lengths);
          expect(added).toEqual(concatBytes(...expected));
        },
      ),
      { ...propertyOptions, numRuns: 40 },
    );
  });

  it('and none of them is the identity; segments that are not the rows are refused', () => {
    expect(elementSum(group, new Uint8Array(0))).toEqual(IDENTITY);
    expect(elementSum(group, elementsOf([1, 2, 3, -6]))).toEqual(IDENTITY);
    expect(() => segmentSums(group, elementsOf([1, 2]), 32, Uint32Array.of(1))).toThrow(RangeError);
    expect(() => segmentSums(group, elementsOf([1, 2]), 32, Uint32Array.of(2, 0))).toThrow(RangeError);
  });
});

describe('the sums of a plan', () => {
  it('are one for each column in each cell', () => {
    expect(sumCount(plan)).toBe(6);
    expect(sumBytes(plan)).toBe(6 * 64);
    expect(sumCount(threePartyPlan())).toBe(0);
  });

  it('are bounded by the records in their cells and by everybody’s noise', () => {
    const counts = Float64Array.from({ length: plan.cells }, (_, cell) => cell);
    const noise = plan.mixers.length * law.bound;
    expect([...sumBounds(plan, counts)]).toEqual([10 + noise, 3, 20 + noise, 6, 50 + noise, 15]);
    expect([...sumBounds(plan, new Float64Array(plan.cells))]).toEqual([noise, 0, noise, 0, noise, 0]);
    const crowd = new Float64Array(plan.cells).fill(2 ** 43);
    expect(Math.max(...sumBounds(plan, crowd))).toBe(MAX_LOGARITHM);
  });

  it('come out by column and cell number', () => {
    const [victims, support] = sumsByCell(plan, Float64Array.of(1, -2, 3, -4, 5, -6));
    expect(victims).toEqual(Float64Array.from({ length: 36 }, (_, cell) => ({ 1: 1, 2: 3, 5: 5 })[cell] ?? 0));
    expect(support).toEqual(Float64Array.from({ length: 36 }, (_, cell) => ({ 1: -2, 2: -4, 5: -6 })[cell] ?? 0));
  });

  it('get the noise of their column and cell, and none where the column has none', async () => {
    const asked: NoiseTarget[] = [];
    const source = {
      draw: (_: NoiseLaw, target: NoiseTarget) => {
        asked.push(target);
        return target.kind === 'sum' ? -target.cell : 0;
      },
    };
    const scalars = await carryOut(drawSumNoise(plan, group, source), never);
    expect(scalars).toEqual(scalarsOf([-1, 0, -2, 0, -5, 0]));
    expect(asked).toEqual([1, 2, 5].map((cell) => ({ kind: 'sum', column: 0, cell })));
    await expect(carryOut(drawSumNoise(plan, group, null), never)).rejects.toThrow(RangeError);
  });

  it.each([1, 3])('are added up cell by cell, records of other cells left out, in %d lanes', async (parallelism) => {
    const secret = group.randomScalar(rng);
    const jointKey = group.multiplyBase(secret);
    const count = 2 * CHUNK_RECORDS + 7;
    const cellOf = (index: number): number => [1, 5, 0, 5][index % 4] ?? 0;
    const numbers = Array.from({ length: count }, (_, index) => [(index % 21) - 10, index % 2]);
    const tally = memoryStores.create(count, 32 + 128);
    numbers.forEach((row, index) => {
      const ciphertexts = group.encrypt(rng, jointKey, elementsOf(row));
      tally.put(Uint32Array.of(index), concatBytes(elementsOf([cellOf(index)]), ciphertexts));
    });
    const cells = Uint32Array.from(numbers, (_, index) => cellOf(index));
    const many: Engine = { parallelism, run: (job) => Promise.resolve().then(() => engine.run(job)) };
    const sums = await addUpSums({ group, engine: many, signal: never, jointKey }, plan, tally, cells);
    const expected = plan.tableCells.flatMap((cell) =>
      [0, 1].map((column) =>
        numbers.reduce((sum, row, index) => sum + (cellOf(index) === cell ? (row[column] ?? 0) : 0), 0),
      ),
    );
    expect(await valuesOf(sums, secret)).toEqual(expected);
    // Cell 2 has no record, and still a ciphertext like any other.
    expect(expected.slice(2, 4)).toEqual([0, 0]);
    expect(sums.subarray(128, 160)).not.toEqual(IDENTITY);
    const again = await addUpSums({ group, engine: many, signal: never, jointKey }, plan, tally, cells);
    expect(again).not.toEqual(sums);
  });
});

describe('shares of sums', () => {
  const context = new Uint8Array(32).fill(9);

  /** Two mixers and a coordinator, with one list of sums under their joint key. */
  function parties(values: readonly number[]): {
    readonly secrets: readonly [Uint8Array, Uint8Array, Uint8Array];
    readonly owners: readonly [ShareOwner, ShareOwner];
    readonly keys: readonly [Uint8Array, Uint8Array];
    readonly ciphertexts: Uint8Array;
  } {
    const secrets = [group.randomScalar(rng), group.randomScalar(rng), group.randomScalar(rng)] as const;
    const [y0, y1, y2] = secrets.map((secret) => group.multiplyBase(secret)) as [Uint8Array, Uint8Array, Uint8Array];
    const last = group.add(y0, y2);
    const all = group.add(last, y1);
    return {
      secrets,
      owners: [
        { context, party: 'police', element: y1 },
        { context, party: 'cps', element: y2 },
      ],
      keys: [all, last],
      ciphertexts: group.encrypt(rng, all, elementsOf(values)),
    };
  }

  const work = (): { group: Group; engine: Engine; rng: typeof rng; signal: AbortSignal } => ({
    group,
    engine,
    rng,
    signal: never,
  });

  it('taken off one after the other leave the sums with everybody’s noise in them', async () => {
    // More than one part.
    const values = Array.from({ length: CHUNK_RECORDS + 3 }, (_, index) => index - 100);
    const noise = values.map((_, index) => (index % 7) - 3);
    const { secrets, owners, keys, ciphertexts } = parties(values);
    let left = ciphertexts;
    for (const [mixer, owner] of owners.entries()) {
      const [key, secret] = [keys[mixer], secrets[mixer + 1]];
      if (key === undefined || secret === undefined) throw new Error('no such mixer');
      const input = { ciphertexts: left, noise: scalarsOf(noise), key, secret };
      const shares = await makeSumShares(work(), owner, input);
      expect(await sumSharesHold(work(), owner, shares)).toBe(true);
      left = await withoutShares(work(), shares);
    }
    const expected = values.map((value, index) => value + 2 * (noise[index] ?? 0));
    expect(await valuesOf(left, secrets[0])).toEqual(expected);
  });

  async function answerOf(values: readonly number[]): Promise<{
    readonly made: ReturnType<typeof parties>;
    readonly shares: SumShares;
  }> {
    const made = parties(values);
    const input = { ciphertexts: made.ciphertexts, noise: scalarsOf(values.map(() => 2)), key: made.keys[0] };
    return { made, shares: await makeSumShares(work(), made.owners[0], { ...input, secret: made.secrets[1] }) };
  }

  it('do not hold when one is another’s, moved, or of ciphertexts without the noise', async () => {
    const { made, shares } = await answerOf([1, 2, 3]);
    const [owner] = made.owners;
    const holds = (change: Partial<SumShares>): Promise<boolean> =>
      sumSharesHold(work(), owner, { ...shares, ...change });
    const B = elementsOf([1]);
    expect(await holds({})).toBe(true);
    expect(await holds({ noised: made.ciphertexts })).toBe(false);
    const moved = concatBytes(shares.shares.subarray(32), shares.shares.subarray(0, 32));
    expect(await holds({ shares: moved })).toBe(false);
    const wrong = concatBytes(group.add(shares.shares.subarray(0, 32), B), shares.shares.subarray(32));
    expect(await holds({ shares: wrong })).toBe(false);
    expect(await sumSharesHold(work(), { ...owner, party: 'cps' }, shares)).toBe(false);
    expect(await sumSharesHold(work(), { ...owner, context: new Uint8Array(32) }, shares)).toBe(false);
    expect(await sumSharesHold(work(), { ...owner, element: made.owners[1].element }, shares)).toBe(false);
  });

  it('open nothing of what a coordinator made without the mixer’s noise', async () => {
    const values = [5, -6];
    const { made, shares } = await answerOf(values);
    const rest = group.scalar(0);
    const open = async (ciphertexts: Uint8Array): Promise<number[]> => {
      // Both other shares are the coordinator's and the last mixer's; all there is to take off is taken off.
      const lighter = group.removeShare(made.secrets[2], ciphertexts);
      return valuesOf(group.removeShare(made.secrets[0], lighter), rest, 1_000_000);
    };
    expect(await open(await withoutShares(work(), shares))).toEqual(values.map((value) => value + 2));
    const noiseless = await withoutShares(work(), { ...shares, noised: made.ciphertexts });
    expect(await open(noiseless)).toEqual([NaN, NaN]);
    // Nor with the old c1 beside the new c2, nor the other way round.
    const [olds, news] = [made.ciphertexts, shares.noised];
    const mixed = concatBytes(...[0, 64].flatMap((at) => [olds.slice(at, at + 32), news.slice(at + 32, at + 64)]));
    expect(await open(await withoutShares(work(), { ...shares, noised: mixed }))).toEqual([NaN, NaN]);
  });

  it('are fresh each time, for the same ciphertexts and the same noise', async () => {
    const made = parties([1]);
    const input = { ciphertexts: made.ciphertexts, noise: scalarsOf([0]), key: made.keys[0], secret: made.secrets[1] };
    const [one, other] = [
      await makeSumShares(work(), made.owners[0], input),
      await makeSumShares(work(), made.owners[0], input),
    ];
    expect(one.noised).not.toEqual(made.ciphertexts);
    expect(one.noised.subarray(0, 32)).not.toEqual(made.ciphertexts.subarray(0, 32));
    expect(other.shares).not.toEqual(one.shares);
  });

  it('are refused for what is no ciphertext', async () => {
    const made = parties([1, 2]);
    const noise = scalarsOf([0, 0]);
    const input = { noise, key: made.keys[0], secret: made.secrets[1] };
    for (const at of [0, 32, 64, 96]) {
      for (const wrong of [IDENTITY, new Uint8Array(32).fill(255)]) {
        const ciphertexts = made.ciphertexts.slice();
        ciphertexts.set(wrong, at);
        const asked = makeSumShares(work(), made.owners[0], { ...input, ciphertexts });
        await expect(asked).rejects.toMatchObject({ code: 'BAD_ELEMENT' });
      }
    }
    const shares = await makeSumShares(work(), made.owners[0], { ...input, ciphertexts: made.ciphertexts });
    const broken = { ...shares, shares: concatBytes(IDENTITY, shares.shares.subarray(32)) };
    await expect(sumSharesHold(work(), made.owners[0], broken)).rejects.toMatchObject({ code: 'BAD_ELEMENT' });
  });
});
