import { describe, expect, it } from 'vitest';

import { requiredOperations, secondsFor } from '../../../bench/runs/required-operations.js';
import type { OperationCounts } from '../../../bench/runs/required-operations.js';
import type { OperationName } from '../../../bench/kernel/operation.js';
import { codeOf, listsOf } from '../../../bench/runs/study.js';
import type { StudyShape } from '../../../bench/runs/study.js';
import {
  CIPHERTEXT_BYTES,
  COORDINATOR,
  createGroup,
  ELEMENT_BYTES,
  inlineEngine,
} from '../../../core/private-join/index.js';
import type { Group } from '../../../core/private-join/index.js';
import type { PlainRecord } from '../../support/naive-join.js';
import { seededRng } from '../../support/seeded-rng.js';
import { runWorld } from '../../support/world.js';
import { studyPlan } from './study-plan.js';

type Counts = Record<string, number>;

/** The group, with a count of what is put through each operation. Only jobs are given it: they do the bulk. */
function counting(group: Group, counts: Counts): Group {
  const count = (operation: OperationName, bytes: Uint8Array, width: number): void => {
    counts[operation] = (counts[operation] ?? 0) + bytes.length / width;
  };
  return {
    ...methodsOf(group),
    multiply: (scalar, elements) => {
      count('multiply', elements, ELEMENT_BYTES);
      return group.multiply(scalar, elements);
    },
    check: (elements) => {
      count('check', elements, ELEMENT_BYTES);
      group.check(elements);
    },
    add: (left, right) => {
      count('add', left, ELEMENT_BYTES);
      return group.add(left, right);
    },
    encrypt: (rng, key, elements) => {
      count('encrypt', elements, ELEMENT_BYTES);
      return group.encrypt(rng, key, elements);
    },
    rerandomise: (rng, key, ciphertexts, zeros) => {
      count('rerandomise', ciphertexts, CIPHERTEXT_BYTES);
      return group.rerandomise(rng, key, ciphertexts, zeros);
    },
    rerandomiseSums: (rng, key, sums, zeros) => {
      count('rerandomise', sums, CIPHERTEXT_BYTES);
      return group.rerandomiseSums(rng, key, sums, zeros);
    },
    removeShare: (share, ciphertexts) => {
      count('remove-share', ciphertexts, CIPHERTEXT_BYTES);
      return group.removeShare(share, ciphertexts);
    },
    removeShareAndRerandomise: (rng, share, key, ciphertexts) => {
      count('tally', ciphertexts, CIPHERTEXT_BYTES);
      return group.removeShareAndRerandomise(rng, share, key, ciphertexts);
    },
  };
}

function methodsOf(group: Group): Group {
  return {
    kernel: group.kernel,
    zeroBytes: group.zeroBytes,
    hashToGroup: (domain, inputs) => group.hashToGroup(domain, inputs),
    hashToScalar: (domain, input) => group.hashToScalar(domain, input),
    randomScalar: (rng) => group.randomScalar(rng),
    randomElements: (rng, count) => group.randomElements(rng, count),
    scalar: (value) => group.scalar(value),
    multiplyScalars: (a, b) => group.multiplyScalars(a, b),
    subtractScalars: (a, b) => group.subtractScalars(a, b),
    multiplyBase: (scalars) => group.multiplyBase(scalars),
    multiply: (scalar, elements) => group.multiply(scalar, elements),
    multiplyEach: (scalars, elements) => group.multiplyEach(scalars, elements),
    check: (elements) => group.check(elements),
    add: (left, right) => group.add(left, right),
    subtract: (left, right) => group.subtract(left, right),
    walk: (start, step, count) => group.walk(start, step, count),
    encrypt: (rng, key, elements) => group.encrypt(rng, key, elements),
    zeros: (rng, key, count) => group.zeros(rng, key, count),
    rerandomise: (rng, key, ciphertexts, zeros) => group.rerandomise(rng, key, ciphertexts, zeros),
    rerandomiseSums: (rng, key, sums, zeros) => group.rerandomiseSums(rng, key, sums, zeros),
    removeShare: (share, ciphertexts) => group.removeShare(share, ciphertexts),
    removeShareAndRerandomise: (rng, share, key, ciphertexts) =>
      group.removeShareAndRerandomise(rng, share, key, ciphertexts),
  };
}

describe('the operations that a run needs', () => {
  const shapes: readonly StudyShape[] = [
    { people: 40, agencies: 2, keys: 1 },
    { people: 40, agencies: 3, keys: 3 },
  ];

  it.each(shapes)('are those that its jobs do: $agencies agencies, m = $keys', async (shape) => {
    const plan = studyPlan(shape);
    const lists = listsOf(shape);
    const group = await createGroup();
    const counts = new Map<string, Counts>();
    const variants = Object.fromEntries(
      [COORDINATOR, ...plan.mixers].map((party) => {
        const own: Counts = {};
        counts.set(party, own);
        return [party, { engine: inlineEngine(counting(group, own), seededRng(party)) }];
      }),
    );
    const records = new Map(
      lists.map((list): [string, PlainRecord[]] => [
        `${list.dataset}/${list.agency}`,
        Array.from({ length: list.records }, (_, index) => ({
          keys: Array.from({ length: list.keyColumns }, () => `person ${list.first + index}`),
          label: 1 + list.codes.indexOf(codeOf(list, list.first + index)),
        })),
      ]),
    );
    const { ends } = await runWorld(plan, records, { variants });
    expect(new Set(Object.values(ends))).toEqual(new Set(['finished']));
    expect(counts).toEqual(requiredOperations(lists));
  });

  it('take the sum of what each takes', () => {
    const counts: OperationCounts = { multiply: 1_000_000, rerandomise: 500_000 };
    expect(secondsFor(counts, { multiply: 20, rerandomise: 10, check: 3 })).toBe(25);
    expect(secondsFor({}, {})).toBe(0);
    expect(() => secondsFor(counts, { multiply: 20 })).toThrow('rerandomise');
  });
});
