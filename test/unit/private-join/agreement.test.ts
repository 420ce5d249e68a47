import { beforeAll, describe, expect, it } from 'vitest';

import { toHex } from '../../../core/base/index.js';
import { AGREEMENTS } from '../../../core/linkage/index.js';
import { carryOut } from '../../../core/private-join/carry-out.js';
import { drawDummies, meanDummies, mostDummies } from '../../../core/private-join/dummies.js';
import { createGroup, IDENTITY } from '../../../core/private-join/group.js';
import type { Group } from '../../../core/private-join/group.js';
import { runJob } from '../../../core/private-join/jobs.js';
import { AGREEMENT_CLASSES, DISCARD_CELL, discardCells } from '../../../core/private-join/plan.js';
import type { JoinPlan } from '../../../core/private-join/plan.js';
import { removeShifts } from '../../../core/private-join/tally-cells.js';
import { agreementForTally, shownAgreement } from '../../../core/private-join/tally-records.js';
import { threePartyPlan } from '../../support/plans.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

const law = { alpha: 0.5, bound: 4 };
const decoyLaw = { alpha: 0.6, bound: 3 };
const decoys = { law: decoyLaw, patterns: [] };
/** Victims with two labels, support with three, prosecutions with two: 36 cells without agreement. */
const STRIDE = 36;

const plain = threePartyPlan();
const shown: JoinPlan = {
  ...plain,
  links: plain.links.map((link, index) => ({ ...link, agreementStride: index === 0 ? STRIDE : null })),
  cells: STRIDE * AGREEMENT_CLASSES,
};

let group: Group;
beforeAll(async () => {
  group = await createGroup();
});

describe('the cells in which decoys may end', () => {
  it('are one, and where agreement is shown one for each class of it', () => {
    expect(discardCells(plain)).toEqual([DISCARD_CELL]);
    expect(discardCells(shown)).toEqual([0, 36, 72, 108, 144, 180]);
    expect(AGREEMENT_CLASSES).toBe(1 + AGREEMENTS.length);
  });

  it('have dummies, each its own noise: by the law of counts, or of decoys where counts are exact', async () => {
    const asked: [unknown, number][] = [];
    const noise = {
      draw: (one: unknown, target: { readonly kind: string; readonly cell?: number }): number => {
        asked.push([one, target.cell ?? -1]);
        return (target.cell ?? 0) % 3;
      },
    };
    const signal = new AbortController().signal;
    const plan = { ...shown, noise: law, decoys };
    const { cells, counts } = await carryOut(drawDummies(plan, noise), signal);
    expect([...cells]).toEqual([...plan.tableCells, ...discardCells(plan)]);
    expect([...counts]).toEqual([...cells].map((cell) => law.bound + (cell % 3)));
    expect(meanDummies(plan)).toBe(law.bound * (plan.tableCells.length + 6));
    expect(mostDummies(plan)).toBe(2 * meanDummies(plan));
    asked.length = 0;
    await carryOut(drawDummies({ ...plan, noise: null }, noise), signal);
    expect(asked).toEqual(discardCells(plan).map((cell) => [decoyLaw, cell]));
  });

  it('are thrown away, all of them, and nothing else is', () => {
    const plan = { ...shown, noise: law, decoys };
    const counts = new Float64Array(plan.cells);
    for (const cell of [...plan.tableCells, ...discardCells(plan)]) counts[cell] = 3 * law.bound + cell;
    const left = removeShifts(plan, counts);
    for (const cell of plan.tableCells) expect(left[cell]).toBe(cell);
    for (const cell of discardCells(plan)) expect(left[cell]).toBe(0);
  });

  it('have nobody in them where there are no decoys, or agreement is not shown', () => {
    const counts = (): Float64Array => new Float64Array(shown.cells).fill(1, STRIDE, STRIDE + 1);
    expect(() => removeShifts({ ...shown, decoys }, counts())).not.toThrow();
    for (const plan of [shown, { ...plain, cells: shown.cells, decoys }]) {
      expect(() => removeShifts(plan, counts())).toThrow('no cell of the table');
    }
  });
});

describe('the agreement of a record', () => {
  it('is of the link that shows it', () => {
    expect(shownAgreement(plain)).toBeNull();
    expect(shownAgreement(shown)).toEqual({ link: 0, stride: STRIDE });
  });

  it.each([0, 2])('is in the sum that decrypts, for every class, beside %i numbers that it leaves alone', (sums) => {
    const rng = seededRng(testSeed);
    const secret = group.scalar(77);
    const jointKey = group.multiplyBase(secret);
    const column = { dataset: 'victims', magnitude: 5, noise: null };
    const plan = { ...shown, sums: Array.from({ length: sums }, () => column) };
    const points = runJob(group, rng, { kind: 'multiples', from: 0, to: AGREEMENT_CLASSES, step: STRIDE });
    // Not the first records of the tally, so that places are not mistaken for classes.
    const classes = Uint8Array.from([5, 5, 0, 1, 2, 3, 4, 5]);
    const [from, to] = [2, classes.length];
    const numbers = Array.from({ length: (to - from) * (1 + sums) }, (_, index) => 1 + index);
    const ciphertexts = (values: readonly number[]): Uint8Array =>
      group.encrypt(rng, jointKey, group.multiplyBase(Buffer.concat(values.map((value) => group.scalar(value)))));
    const agreement = agreementForTally(plan, { classes, points }, from, to);
    const combined = runJob(group, rng, {
      kind: 'combine',
      base: ciphertexts(numbers),
      linked: [ciphertexts(numbers.map((number) => 100 * number)), agreement],
      jointKey,
    });
    const opened = group.removeShare(secret, combined);
    numbers.forEach((number, index) => {
      const isCell = index % (1 + sums) === 0;
      const agreed = isCell ? (classes[from + index / (1 + sums)] ?? 0) * STRIDE : 0;
      const expected = group.multiplyBase(group.scalar(101 * number + agreed));
      expect(toHex(opened.subarray(64 * index + 32, 64 * index + 64))).toBe(toHex(expected));
    });
    // What is added is public: nothing in the first half, nothing at all for who did not link.
    expect(toHex(agreement.subarray(0, 64))).toBe(toHex(IDENTITY).repeat(2));
    for (let index = 0; index < numbers.length; index += 1) {
      expect(toHex(agreement.subarray(64 * index, 64 * index + 32))).toBe(toHex(IDENTITY));
    }
  });
});
