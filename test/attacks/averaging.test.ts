import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';

import { keyedNoise } from '../../core/noise/index.js';
import type { NoiseSource } from '../../core/noise/index.js';
import type { JoinPlan, PartyId } from '../../core/private-join/index.js';
import { DEFAULT_BUDGET, runCost } from '../../core/templates/index.js';
import { advantage, inWords, largestAdvantage, note, printFigures } from '../support/attack-figures.js';
import type { Advantage } from '../support/attack-figures.js';
import { ask, cellOf, CHARITY_A, listsOf, population, QUARTERS } from '../support/attack-world.js';
import type { Somebody } from '../support/attack-world.js';
import { cellNoise, exactRun, noisyCounts } from '../support/fast-path.js';
import { densityOf, isLikelierSecond } from '../support/likelihood.js';
import { seededDice } from '../support/seeded-dice.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * Noise averages out for whoever gets it drawn anew often enough. So the attacker asks again: the same, in other runs, as
 * somebody else, in runs that are called off; then other questions in which the same person counts.
 */

const ASKED = 300;
const WORLDS = 1_000;
/** Where many numbers are drawn for each. */
const FEW_WORLDS = 100;
const dice = seededDice(`averaging ${testSeed}`);
const people = population(dice, 80);
const her: Somebody = { name: 'her', quarter: 3, offence: 2, support: { list: CHARITY_A, wait: 1 } };
const [here, there] = [cellOf(2, 1), cellOf(2, 4)];

/** A key for each mixer, as every agency has one. */
function agencies({ mixers }: JoinPlan): (plan: JoinPlan) => (mixer: PartyId) => NoiseSource {
  const keys = new Map(mixers.map((mixer) => [mixer, dice.key()]));
  return ({ request }) =>
    (mixer) =>
      keyedNoise(keys.get(mixer) ?? dice.key(), request);
}

/** What a node would do that threw coins for every run. */
function coins(): (mixer: PartyId) => NoiseSource {
  return () => keyedNoise(dice.key(), dice.key());
}

function runOf(number: number): JoinPlan {
  return ask({ runId: randomUUID(), requester: `analyst ${number}` }).plan;
}

describe(`averaging (seed ${testSeed})`, () => {
  afterAll(() => printFigures('Averaging'));

  it(`the same asked ${ASKED} times, in ${ASKED} runs and names, has one answer`, () => {
    const { plan } = ask();
    const exact = exactRun(plan, listsOf([...people, her]));
    const noiseOf = agencies(plan);
    const plans = Array.from({ length: ASKED }, (_, index) => runOf(index));
    expect(new Set(plans.map(({ context }) => Buffer.from(context).toString('hex'))).size).toBe(ASKED);
    const keyed = plans.map((one) => noisyCounts(one, exact, noiseOf(one)));
    const thrown = plans.map((one) => noisyCounts(one, exact, coins()));
    expect(new Set(keyed.map((counts) => counts.join())).size).toBe(1);
    expect(new Set(thrown.map((counts) => counts.join())).size).toBe(ASKED);

    const right = (answers: readonly Float64Array[]): number =>
      plan.tableCells.filter((cell) => {
        const mean = answers.reduce((sum, counts) => sum + (counts[cell] ?? 0), 0) / answers.length;
        return Math.round(mean) === exact.counts[cell];
      }).length;
    const cells = plan.tableCells.length;
    note({
      attack: `asking again, ${ASKED} times`,
      against: 'as configured',
      result: `1 answer; ${right(keyed)} of ${cells} cells right, by chance`,
      runs: ASKED,
    });
    note({
      attack: `asking again, ${ASKED} times`,
      against: 'noise drawn anew',
      result: `${ASKED} answers; ${right(thrown)} of ${cells} cells right`,
      runs: ASKED,
    });
    // A single answer is right in one cell of twelve; the mean of 300 is nearer than half a person in nine of ten.
    expect(right(keyed)).toBeLessThan(cells / 3);
    expect(right(thrown)).toBeGreaterThan((cells * 3) / 4);
  });

  /** She waited little, or long: from the means of the answers in the two cells. */
  function fromMeans(
    answers: number,
    worlds: number,
    drawn: (plan: JoinPlan) => (mixer: PartyId) => NoiseSource,
  ): Advantage {
    const { plan } = ask();
    return advantage(
      worlds,
      (second) => {
        const noiseOf = drawn(plan);
        const means = [here, there].map((cell) => {
          let sum = 0;
          for (let answer = 0; answer < answers; answer += 1) sum += cellNoise(plan, noiseOf, cell);
          return sum / answers;
        });
        const [inHere = 0, inThere = 0] = means;
        return { inHere: inHere + (second ? 0 : 1), inThere: inThere + (second ? 1 : 0) };
      },
      ({ inHere, inThere }) => inThere > inHere,
    );
  }

  it('tells no more of her than one answer does', () => {
    const { plan, terms } = ask();
    const most = largestAdvantage(terms.epsilon ?? Number.NaN);
    const configured = fromMeans(4, WORLDS, () => agencies(plan)(plan));
    note({
      attack: 'how long she waited, from means of the same asked again',
      against: 'as configured',
      result: inWords(configured, most),
      runs: WORLDS,
    });
    expect(configured.high).toBeLessThan(most);
    const weak = fromMeans(200, FEW_WORLDS, coins);
    note({
      attack: 'how long she waited, from means of 200 answers',
      against: 'noise drawn anew',
      result: inWords(weak),
      runs: weak.runs,
    });
    expect(weak.value).toBeGreaterThan(0.85);
  });

  it('any ingredient of a question that changes changes its noise, and nothing else does', () => {
    const { plan } = ask();
    const same = [ask({ runId: randomUUID() }), ask({ requester: 'somebody else' })];
    const others = [ask({ snapshot: '2' }), ask({ quarters: [0, 1, 2] })];
    for (const { plan: one } of same) expect(one.request).toEqual(plan.request);
    const requests = [plan, ...others.map((other) => other.plan)].map(({ request }) =>
      Buffer.from(request).toString('hex'),
    );
    expect(new Set(requests).size).toBe(3);
    const noiseOf = agencies(plan);
    const noises = [plan, ...others.map((other) => other.plan)].map((one) =>
      plan.tableCells.map((cell) => cellNoise(one, noiseOf(one), cell)).join(),
    );
    expect(new Set(noises).size).toBe(3);
  });

  /** Different questions that she counts in, everybody else's numbers being known: each has noise of its own. */
  function throughQuestions(questions: number, honest: readonly PartyId[]): Advantage {
    const plans = Array.from({ length: questions }, (_, index) => ask({ quarters: [3, ...othersThan3(index)] }).plan);
    expect(new Set(plans.map(({ request }) => Buffer.from(request).toString('hex'))).size).toBe(questions);
    const density = densityOf(plans[0]?.noise ?? null, honest.length);
    return advantage(
      questions > 20 ? FEW_WORLDS : WORLDS * 2,
      (second) => {
        const keys = new Map(honest.map((mixer) => [mixer, dice.key()]));
        return plans.flatMap((plan) => {
          const noiseOf = (mixer: PartyId): NoiseSource => keyedNoise(keys.get(mixer) ?? dice.key(), plan.request);
          const own = { ...plan, mixers: honest };
          return [here, there].map((cell, index) => {
            const isThere = second === (index === 1);
            const noise = cellNoise(own, noiseOf, cell);
            const seen = noise + (isThere ? 1 : 0);
            return { density, noise: index === 0 ? ([seen - 1, seen] as const) : ([seen, seen - 1] as const) };
          });
        });
      },
      isLikelierSecond,
    );
  }

  it('through different questions: the budget ends it', () => {
    const { terms } = ask();
    const { total, counts } = runCost(terms);
    const affordable = Math.floor(DEFAULT_BUDGET.perSnapshot / total);
    expect(affordable).toBe(5);
    const most = largestAdvantage(affordable * counts);
    const configured = throughQuestions(affordable, ['charity-a']);
    note({
      attack: `how long she waited, through ${affordable} questions: coordinator and all agencies but one`,
      against: 'as configured, budget spent',
      result: inWords(configured, most),
      runs: configured.runs,
    });
    expect(configured.high).toBeLessThan(most);
    const many = 150;
    const weak = throughQuestions(many, ['charity-a']);
    note({
      attack: `how long she waited, through ${many} questions: coordinator and all agencies but one`,
      against: 'without a budget',
      result: inWords(weak),
      runs: weak.runs,
    });
    expect(weak.value).toBeGreaterThan(0.99);
  });
});

/** Sets of quarters beside the fourth, by number. */
function othersThan3(number: number): number[] {
  const places = QUARTERS.map((_, index) => index).filter((place) => place !== 3);
  const bits = number + 1;
  return places.filter((_, index) => Math.floor(bits / 2 ** index) % 2 === 1);
}
