import { afterAll, describe, expect, it } from 'vitest';

import type { ReleasedCell } from '../../core/disclosure/index.js';
import { roundCount } from '../../core/disclosure/policy.js';
import { keyedNoise } from '../../core/noise/index.js';
import type { PartyId } from '../../core/private-join/index.js';
import { DEFAULT_BUDGET, policyOf, runCost } from '../../core/templates/index.js';
import { note, printFigures } from '../support/attack-figures.js';
import { ask, cellOf, choices, countsOf, population, QUARTERS } from '../support/attack-world.js';
import type { Question, Weakness } from '../support/attack-world.js';
import { cellNoise } from '../support/fast-path.js';
import { feasibleRanges, leastSquares } from '../support/integer-program.js';
import type { SumBetween } from '../support/integer-program.js';
import { placeOf, releaseOf } from '../support/release.js';
import { seededDice } from '../support/seeded-dice.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * No single quarter may be asked for: its cells are of a few people each. But every set of two quarters and more may, and
 * each answer is an equation. The attacker solves them: by integer programming for what must be, by least squares for
 * what is likeliest.
 */

const PEOPLE = 4_000;
/** Answers that the weak system gives of the 4,083 there can be: enough, and integer programs stay quick. */
const ANSWERS = 120;
/** Answers whose noise averages out. */
const MANY_ANSWERS = 1_200;
/** Two cells of the table, whose twelve quarters each are looked for. */
const CELLS = [cellOf(2, 1), cellOf(5, 0)];
/** More than any of the numbers looked for is known not to be. */
const MOST_OF_A_QUARTER = 60;

const dice = seededDice(`reconstruction ${testSeed}`);
const people = population(dice, PEOPLE);

/** How many of this cell are of each quarter: what is looked for. */
function truth(cell: number): number[] {
  return QUARTERS.map((_, quarter) => countsOf(people, [quarter])[cell] ?? 0);
}

interface Found {
  /** Numbers that can only be one, and are. */
  pinned: number;
  /** People in them where they are fewer than the threshold. */
  records: number;
  /** Mean distance of the best guess from the truth. */
  error: number;
  /** Best guesses that are right. */
  right: number;
}

/** What is shown of a cell, and why it is where it is not shown. */
type Shown = Pick<ReleasedCell, 'value' | 'status'>;
/** For each cell number of the table. */
type Publish = (question: Question, counts: Float64Array) => Promise<(cell: number) => Shown>;

/** As the coordinator releases it. */
const protectedly: Publish = async (question, counts) => {
  const { cells } = await releaseOf(question, counts);
  return (cell) => cells[placeOf(question, cell)] ?? { value: null, status: 'not-collected' };
};

/** Rounded, small ones left out, and nothing hidden for others' sake: which shows more. */
const plainly: Publish = ({ terms }, counts) => {
  const policy = policyOf(terms);
  return Promise.resolve((cell: number): Shown => {
    const count = counts[cell] ?? 0;
    if (count < policy.threshold) return { value: null, status: 'primary' };
    return { value: roundCount(count, policy), status: 'ok' };
  });
};

/** For each of the cells everything that the releases of these sets say of it, as what its twelve numbers must satisfy. */
async function released(
  sets: readonly (readonly number[])[],
  weakness: Weakness,
  publish: Publish,
): Promise<SumBetween[][]> {
  const keys = new Map(ask().plan.mixers.map((mixer) => [mixer, dice.key()]));
  const said = CELLS.map((): SumBetween[] => []);
  for (const quarters of sets) {
    const question = ask({ quarters }, weakness);
    const { plan, terms } = question;
    const counts = countsOf(people, quarters);
    const noiseOf = (mixer: PartyId) => keyedNoise(keys.get(mixer) ?? dice.key(), plan.request);
    for (const cell of publish === plainly ? CELLS : plan.tableCells) {
      counts[cell] = (counts[cell] ?? 0) + cellNoise(plan, noiseOf, cell);
    }
    const shownOf = await publish(question, counts);
    const off = plan.noise === null ? 0 : plan.mixers.length * plan.noise.bound;
    CELLS.forEach((cell, index) => {
      const { value, status } = shownOf(cell);
      if (value !== null) {
        said[index]?.push({ variables: quarters, low: value - 2 - off, high: value + 2 + off });
      } else if (status === 'primary') {
        said[index]?.push({ variables: quarters, low: 0, high: terms.threshold - 1 + off });
      }
    });
  }
  return said;
}

async function solved(all: readonly (readonly SumBetween[])[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const [index, cell] of CELLS.entries()) found.push(await solvedCell(cell, all[index] ?? []));
  return found;
}

async function solvedCell(cell: number, said: readonly SumBetween[]): Promise<Found> {
  const expected = truth(cell);
  const ranges = await feasibleRanges(QUARTERS.length, MOST_OF_A_QUARTER, said);
  if (ranges === null) throw new Error('what was released can not be true');
  const pinned = ranges.flatMap(({ low, high }, quarter) => (low === high ? [{ low, quarter }] : []));
  for (const { low, quarter } of pinned) expect(low).toBe(expected[quarter]);
  const middle = said.map(({ variables, low, high }) => ({ variables, sum: (low + high) / 2 }));
  return {
    pinned: pinned.length,
    records: pinned.reduce((sum, { low }) => sum + (low < 10 ? low : 0), 0),
    ...guessed(cell, middle),
  };
}

function guessed(
  cell: number,
  said: readonly { readonly variables: readonly number[]; readonly sum: number }[],
): Pick<Found, 'error' | 'right'> {
  const expected = truth(cell);
  const guesses = leastSquares(QUARTERS.length, said).map(Math.round);
  const errors = guesses.map((guess, quarter) => Math.abs(guess - (expected[quarter] ?? 0)));
  return {
    error: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    right: errors.filter((error) => error === 0).length,
  };
}

function drawnSets(number: number): number[][] {
  const all = choices();
  return Array.from({ length: number }, () => all.splice(dice.below(all.length), 1)[0] ?? []);
}

const numbers = CELLS.length * QUARTERS.length;

function report(against: string, found: readonly Found[], runs: number): void {
  const sum = (of: (one: Found) => number): number => found.reduce((total, one) => total + of(one), 0);
  note({
    attack: 'reconstruction of quarters by integer programming',
    against,
    result: `${sum(({ pinned }) => pinned)} of ${numbers} numbers recovered for sure, with ${sum(({ records }) => records)} records in cells too small to be shown; best guess off by ${(sum(({ error }) => error) / found.length).toFixed(1)}, right in ${sum(({ right }) => right)}`,
    runs,
  });
}

describe(`reconstruction from all releases of a template (seed ${testSeed})`, () => {
  afterAll(() => printFigures('Reconstruction'));
  const affordable = Math.floor(DEFAULT_BUDGET.perSnapshot / runCost(ask().terms).total);

  it('has its numbers, each too small to be shown', () => {
    for (const cell of CELLS) {
      expect(Math.min(...truth(cell))).toBeGreaterThanOrEqual(0);
      expect(Math.max(...truth(cell))).toBeLessThan(MOST_OF_A_QUARTER);
    }
    expect(choices()).toHaveLength(2 ** 12 - 13);
  });

  it('finds nothing for sure as configured: noise, and as many answers as the budget has', async () => {
    const found = await solved(await released(drawnSets(affordable), {}, protectedly));
    report(`as configured, ${affordable} answers`, found, affordable);
    for (const { pinned, records } of found) expect([pinned, records]).toEqual([0, 0]);
  });

  it('finds nothing for sure even where nobody counts the answers, for noise has no end that helps', async () => {
    const found = await solved(await released(drawnSets(ANSWERS), {}, plainly));
    report(`without guard and budget, ${ANSWERS} answers`, found, ANSWERS);
    for (const { pinned, records } of found) expect([pinned, records]).toEqual([0, 0]);
  });

  it('finds nearly all without noise, guard and budget', async () => {
    const found = await solved(await released(drawnSets(ANSWERS), { noNoise: true }, plainly));
    report(`without noise, guard and budget, ${ANSWERS} answers`, found, ANSWERS);
    expect(found.reduce((sum, { pinned }) => sum + pinned, 0)).toBeGreaterThan(numbers / 2);
  });

  it('guesses most of them right from many answers before they are rounded, were there no budget', () => {
    const sets = drawnSets(MANY_ANSWERS);
    const attempt = (chosen: readonly (readonly number[])[]): Found[] => {
      const keys = new Map(ask().plan.mixers.map((mixer) => [mixer, dice.key()]));
      const plans = chosen.map((quarters) => ({ quarters, plan: ask({ quarters }).plan }));
      return CELLS.map((cell) => {
        const expected = truth(cell);
        const said = plans.map(({ quarters, plan }) => ({
          variables: quarters,
          sum:
            quarters.reduce((sum, quarter) => sum + (expected[quarter] ?? 0), 0) +
            cellNoise(plan, (mixer) => keyedNoise(keys.get(mixer) ?? dice.key(), plan.request), cell),
        }));
        return { pinned: 0, records: 0, ...guessed(cell, said) };
      });
    };
    const weak = attempt(sets);
    report(`the coordinator without budget and guard, ${sets.length} answers`, weak, sets.length);
    const configured = attempt(drawnSets(affordable));
    report(`the coordinator as configured, ${affordable} answers`, configured, affordable);
    expect(weak.reduce((sum, { right }) => sum + right, 0)).toBeGreaterThan(numbers * 0.7);
    expect(configured.reduce((sum, { right }) => sum + right, 0)).toBeLessThan(numbers / 2);
  });
});
