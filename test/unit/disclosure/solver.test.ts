import { beforeAll, describe, expect, it } from 'vitest';

import { createSolver, DisclosureError } from '../../../core/disclosure/index.js';
import type { LinearModel, LinearProgramme, LinearSolver } from '../../../core/disclosure/index.js';
import { addUp, figuresOf } from '../../../core/disclosure/figures.js';
import { CheckedModel } from '../../../core/disclosure/solver.js';
import { suppressSecondary } from '../../../core/disclosure/suppression.js';
import { tableOf } from '../../support/arbitrary-table.js';

let highs: LinearSolver;
beforeAll(async () => {
  highs = await createSolver();
});

/** x + y - z = 0 */
const sum: LinearProgramme = {
  rows: 1,
  columns: [1, 1, -1].map((coefficient) => ({ rows: [0], coefficients: [coefficient] })),
};

function modelOf(solver: LinearSolver): CheckedModel {
  const model = new CheckedModel(sum, solver);
  model.setBounds(Float64Array.of(-3, -4, 0), Float64Array.of(5, 6, 20));
  return model;
}

/** HiGHS with its answers tampered with. */
function tampered(change: (answer: Float64Array | null, attempt: number) => Float64Array | null): LinearSolver {
  let attempt = 0;
  return {
    model: (programme): LinearModel => {
      const model = highs.model(programme);
      return {
        setBounds: (lower, upper) => model.setBounds(lower, upper),
        setBoundsOf: (column, lower, upper) => model.setBoundsOf(column, lower, upper),
        setCosts: (costs) => model.setCosts(costs),
        setCostOf: (column, cost) => model.setCostOf(column, cost),
        minimise: () => {
          attempt += 1;
          return change(model.minimise(), attempt);
        },
        forget: () => model.forget(),
        dispose: () => model.dispose(),
      };
    },
  };
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof DisclosureError) return error.code;
    throw error;
  }
  return undefined;
}

describe('the solver', () => {
  it('finds the least cost within rows and bounds, again and again', () => {
    const model = modelOf(highs);
    model.setCosts(Float64Array.of(0, 0, -1));
    expect([...model.minimise()]).toEqual([5, 6, 11]);
    model.setBoundsOf(0, 0, 0);
    expect([...model.minimise()]).toEqual([0, 6, 6]);
    model.setCostOf(2, 1);
    expect(model.minimise()[2]).toBeCloseTo(0, 9);
    model.dispose();
  });

  it('says the same after forgetting', () => {
    const model = highs.model(sum);
    model.setBounds(Float64Array.of(-3, -4, 0), Float64Array.of(5, 6, 20));
    model.setCosts(Float64Array.of(0, 0, -1));
    model.forget();
    expect([...(model.minimise() ?? [])]).toEqual([5, 6, 11]);
    model.dispose();
  });

  it('has none to give where there is none', () => {
    const model = highs.model(sum);
    model.setBounds(Float64Array.of(1, 1, 5), Float64Array.of(2, 2, 6));
    expect(model.minimise()).toBeNull();
    model.dispose();
  });
});

describe('an answer that is checked', () => {
  const wrong: [string, (answer: Float64Array | null) => Float64Array | null][] = [
    ['none', () => null],
    ['out of bounds', () => Float64Array.of(7, 6, 13)],
    ['below bounds', () => Float64Array.of(-4, 6, 2)],
    ['not adding up', () => Float64Array.of(5, 6, 10)],
    ['no number', () => Float64Array.of(Number.NaN, 6, 6)],
    ['too short', () => Float64Array.of(0, 0)],
  ];

  it.each(wrong)('is refused when it is %s', (_, change) => {
    expect(codeOf(() => modelOf(tampered(change)).minimise())).toBe('DISCLOSURE_FAILED');
  });

  it.each(wrong)('is asked for a second time when it is %s', (_, change) => {
    const solver = tampered((answer, attempt) => (attempt === 1 ? change(answer) : answer));
    expect(modelOf(solver).minimise()).toHaveLength(3);
  });

  it('is refused when the solver breaks down', () => {
    const broken = tampered(() => {
      throw new Error('out of memory');
    });
    expect(codeOf(() => modelOf(broken).minimise())).toBe('DISCLOSURE_FAILED');
  });
});

describe('a suppression', () => {
  const table = tableOf([3, 3], [3, 40, 50, 60, 70, 80, 90, 100, 110]);
  const figures = figuresOf(table, 'totals');
  const values = addUp(figures, [3, 40, 50, 60, 70, 80, 90, 100, 110]);
  const withheld = Uint8Array.from(values, (value) => Number(value < 10));
  const problem = { figures, values, threshold: 10, withheld };

  it('is the same every time', () => {
    const first = suppressSecondary(problem, highs);
    expect(first.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(1);
    expect(suppressSecondary(problem, highs)).toEqual(first);
  });

  it('is none when the solver fails at any point on the way', () => {
    for (const failing of [1, 2, 5, 10, 50]) {
      const solver = tampered((answer, attempt) => (attempt >= failing ? null : answer));
      expect(codeOf(() => suppressSecondary(problem, solver))).toBe('DISCLOSURE_FAILED');
    }
  });

  it('is more, never less, when the solver says that nothing can deviate', () => {
    const still = tampered((answer) => answer?.fill(0) ?? null);
    // Everything is suppressed then, and still the last audit finds nothing that proves it safe.
    expect(codeOf(() => suppressSecondary(problem, still))).toBe('DISCLOSURE_FAILED');
  });
});
