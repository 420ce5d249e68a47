import { afterAll, describe, expect, it } from 'vitest';

import { roundCount } from '../../core/disclosure/policy.js';
import type { EarlierTable, ReleasedTable } from '../../core/disclosure/index.js';
import { keyedNoise } from '../../core/noise/index.js';
import type { PartyId } from '../../core/private-join/index.js';
import { policyOf } from '../../core/templates/index.js';
import { advantage, inWords, largestAdvantage, note, printFigures } from '../support/attack-figures.js';
import type { Advantage } from '../support/attack-figures.js';
import { ask, cellOf, countsOf, population, QUARTERS } from '../support/attack-world.js';
import type { Question, Somebody, Weakness } from '../support/attack-world.js';
import { cellNoise } from '../support/fast-path.js';
import { GuardedPolice } from '../support/guarded-snapshot.js';
import { releaseOf } from '../support/release.js';
import { seededDice } from '../support/seeded-dice.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * Two answers that differ by few people, subtracted. Rounding makes it harder, so the attacker picks the pair in which one
 * person more turns 32 into 33, which is shown as 35 instead of 30; or, of many pairs, takes whichever tells something.
 */

const RUNS = 4_000;
const dice = seededDice(`differencing ${testSeed}`);
const policy = policyOf(ask().terms);
const epsilon = ask().terms.epsilon ?? Number.NaN;
/** Of two answers in one of which somebody counts. */
const ONE_ANSWER = largestAdvantage(epsilon);

describe(`differencing (seed ${testSeed})`, () => {
  afterAll(() => printFigures('Differencing'));

  /** Is she in the second answer? By whether the cell is shown larger there than in the first. */
  function fromPair(first: Question, second: Question, known: number): Advantage {
    const cell = cellOf(2, 1);
    const shown = (question: Question, count: number, keys: ReadonlyMap<string, Uint8Array>): number | null => {
      const { plan } = question;
      const noisy = count + cellNoise(plan, (mixer) => keyedNoise(keys.get(mixer) ?? dice.key(), plan.request), cell);
      return noisy < policy.threshold ? null : roundCount(noisy, policy);
    };
    return advantage(
      RUNS,
      (isThere) => {
        const keys = new Map(first.plan.mixers.map((mixer) => [mixer, dice.key()]));
        return [shown(first, known, keys), shown(second, known + (isThere ? 1 : 0), keys)] as const;
      },
      ([before, after]) => before !== null && after !== null && after > before,
    );
  }

  it.each<[string, (weakness: Weakness) => readonly [Question, Question]]>([
    [
      'two questions that differ by one person',
      (weakness) => [ask({ quarters: [0, 1] }, weakness), ask({ quarters: [0, 1, 2] }, weakness)],
    ],
    [
      'one question before and after a snapshot with one person more',
      (weakness) => [ask({ snapshot: '1' }, weakness), ask({ snapshot: '2' }, weakness)],
    ],
  ])('%s', (attack, pair) => {
    const configured = fromPair(...pair({}), 32);
    note({ attack, against: 'as configured', result: inWords(configured, ONE_ANSWER), runs: RUNS });
    expect(configured.high).toBeLessThan(ONE_ANSWER);
    const weak = fromPair(...pair({ noNoise: true }), 32);
    note({ attack, against: 'without noise', result: inWords(weak), runs: RUNS });
    expect(weak.value).toBe(1);
  });

  /** Every quarter is of a few dozen people, every cell of it of a few. */
  const people = population(dice, 1_300);
  const PAIRS = QUARTERS.flatMap((_, left) =>
    QUARTERS.map((__, right) => right).flatMap((right) => (right === left ? [] : [{ left, right }])),
  ).filter((_, index) => index % 3 === 0);

  /** For each pair: all quarters but one, and all but two: the difference is the other one. */
  function setsOf({ left, right }: { readonly left: number; readonly right: number }): readonly [number[], number[]] {
    const all = QUARTERS.map((_, place) => place);
    return [all.filter((place) => place !== left), all.filter((place) => place !== left && place !== right)];
  }

  /** Whether a group of the police's own table has 1 to 9 people of that quarter: they would be the difference. */
  function isClose({ right }: { readonly right: number }): boolean {
    const groups = new Map<number, number>();
    for (const { quarter, offence } of people) {
      if (quarter === right) groups.set(offence, (groups.get(offence) ?? 0) + 1);
    }
    return [...groups.values()].some((count) => count < policy.threshold);
  }

  /** What was released of two questions, the second of them with and without a look at the first. */
  async function releases(pair: readonly [number[], number[]], weakness: Weakness): Promise<readonly ReleasedTable[]> {
    const keys = new Map(ask().plan.mixers.map((mixer) => [mixer, dice.key()]));
    const release = (quarters: readonly number[], earlier: readonly EarlierTable[]): Promise<ReleasedTable> => {
      const question = ask({ quarters }, weakness);
      const counts = countsOf(people, quarters);
      for (const cell of question.plan.tableCells) {
        const noiseOf = (mixer: PartyId) => keyedNoise(keys.get(mixer) ?? dice.key(), question.plan.request);
        counts[cell] = (counts[cell] ?? 0) + cellNoise(question.plan, noiseOf, cell);
      }
      return releaseOf(question, counts, earlier);
    };
    const [wide, narrow] = pair;
    const before = await release(wide, []);
    const earlier = { values: before.cells.map(({ value }) => value), totals: before.totals.map(({ value }) => value) };
    return [before, await release(narrow, []), await release(narrow, [earlier])];
  }

  /** Groups of 1 to 9 people that two tables give away: subtracted, they can be no more. */
  function smallGroups([before, after]: readonly (ReleasedTable | undefined)[]): number {
    const figures = (table: ReleasedTable | undefined) => [...(table?.cells ?? []), ...(table?.totals ?? [])];
    const others = figures(after);
    return figures(before).filter(({ value }, place) => {
      const other = others[place]?.value;
      return value !== null && other != null && value > other && value - other < policy.threshold;
    }).length;
  }

  it('the node refuses the second of two questions that differ by few of its records', () => {
    const police = new GuardedPolice(people);
    const refused = PAIRS.filter((pair) => {
      const [wide, narrow] = setsOf(pair);
      police.forget();
      expect(police.answers(wide)).toBe(true);
      const answered = police.answers(narrow);
      // What was answered before is answered again.
      expect(police.answers(wide)).toBe(true);
      return !answered;
    });
    police.close();
    const close = PAIRS.filter(isClose);
    note({
      attack: 'two questions that differ by one quarter',
      against: 'as configured',
      result: `${refused.length} of ${close.length} second questions refused by the node that differ by fewer than ${policy.threshold} of its records in a cell, of ${PAIRS.length}`,
      runs: PAIRS.length,
    });
    expect(refused).toEqual(close);
    expect(close.length).toBeGreaterThan(PAIRS.length / 2);
  });

  it('what no node can see, the coordinator does not show', async () => {
    const pairs = PAIRS.filter((_, index) => index % 20 === 0);
    const given = { unguarded: 0, guarded: 0 };
    for (const pair of pairs) {
      const [before, unguarded, guarded] = await releases(setsOf(pair), { noNoise: true });
      given.unguarded += smallGroups([before, unguarded]);
      given.guarded += smallGroups([before, guarded]);
    }
    const attack = 'two questions that differ by one quarter, both answered, exact';
    note({
      attack,
      against: 'coordinator’s guard',
      result: `groups of 1 to 9 given away: ${given.guarded}`,
      runs: pairs.length,
    });
    note({
      attack,
      against: 'without it',
      result: `groups of 1 to 9 given away: ${given.unguarded}`,
      runs: pairs.length,
    });
    expect(given.guarded).toBe(0);
    expect(given.unguarded).toBeGreaterThan(3 * pairs.length);
  });

  it('questions that differ by many are answered', () => {
    const many: Somebody[] = population(dice, 12_000);
    const police = new GuardedPolice(many);
    expect(police.answers([0, 1, 2, 3])).toBe(true);
    expect(police.answers([4, 5, 6, 7])).toBe(true);
    expect(police.answers([0, 1, 2, 3, 4, 5, 6, 7])).toBe(true);
    police.close();
  });

  it('several questions that only together single out few are refused as well', () => {
    const police = new GuardedPolice(people);
    // All but one with a small group; hardly any quarter has none.
    const sparse = QUARTERS.findIndex((_, right) => isClose({ right }));
    expect(sparse).toBeGreaterThanOrEqual(0);
    const questions = [
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
      QUARTERS.map((_, place) => place).filter((place) => place !== sparse),
    ];
    const answered = questions.map((quarters) => police.answers(quarters));
    expect(answered).toEqual([true, true, false]);
    police.close();
  });
});
