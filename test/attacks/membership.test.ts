import { afterAll, describe, expect, it } from 'vitest';

import { NOISE_DELTA } from '../../core/noise/index.js';
import { largestAdvantage, inWords, note, printFigures } from '../support/attack-figures.js';
import { ask, CHARITY_A, CHARITY_B, listsOf, population } from '../support/attack-world.js';
import type { Somebody, Weakness } from '../support/attack-world.js';
import { coordinatorView, exactRun, nodeView, signatureOf } from '../support/fast-path.js';
import type { ExactRun } from '../support/fast-path.js';
import { coordinatorTellTales, membershipAdvantage, nodeTellTales } from '../support/membership.js';
import { keyedNoise } from '../../core/noise/index.js';
import { DISCARD_CELL } from '../../core/private-join/index.js';
import type { JoinPlan, PartyId } from '../../core/private-join/index.js';
import { seededDice } from '../support/seeded-dice.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * Is she known to the charity? The attacker knows every other record of every agency and sees all that a party sees: the
 * coordinator the overlaps and the noisy cells, a node the lengths of lists. In coalition they also know their own noise.
 */

const RUNS = 20_000;
const FEWER_RUNS = 5_000;
const dice = seededDice(`membership ${testSeed}`);
const others = population(dice, 60);
const her: Somebody = { name: 'her', quarter: 3, offence: 2, support: null };
const helped = { list: CHARITY_A, wait: 1 } as const;
const everyone: readonly PartyId[] = ['police', 'charity-a', 'charity-b'];

const ATTRIBUTE = 'how long she waited';
/** The agency must bring a list, whether or not she is in it. */
const OPTED_OUT = 'whether she is on a charity’s list of opt-outs';
const LIST_OF: PartyId = 'charity-b';
/** What is asked about her: what she is in one world and in the other. */
const SECRETS: Readonly<Record<string, readonly [Somebody, Somebody]>> = {
  'whether she is known to a charity': [her, { ...her, support: helped }],
  'whether she is known to the police': [
    { ...her, quarter: null, support: helped },
    { ...her, support: helped },
  ],
  'whether anybody knows her': [
    { ...her, quarter: null },
    { ...her, support: helped },
  ],
  [ATTRIBUTE]: [
    { ...her, support: helped },
    { ...her, support: { ...helped, wait: 4 } },
  ],
  [OPTED_OUT]: [
    { ...her, support: helped },
    { ...her, support: helped, optedOutAt: LIST_OF },
  ],
};

function askAbout(secret: string, weakness: Weakness = {}): JoinPlan {
  return ask(secret === OPTED_OUT ? { optOuts: [LIST_OF] } : {}, weakness).plan;
}

function worlds(plan: JoinPlan, secret: string): readonly [ExactRun, ExactRun] {
  const [first, second] = SECRETS[secret] ?? [];
  if (first === undefined || second === undefined) throw new RangeError('not one of the secrets');
  return [exactRun(plan, listsOf([...others, first])), exactRun(plan, listsOf([...others, second]))];
}

const { terms } = ask();
const counts = terms.epsilon ?? Number.NaN;
const overlaps = terms.overlapEpsilon ?? Number.NaN;
/** What tells of it costs so much: cells alone, or cells and overlaps. */
function epsilonOf(secret: string): number {
  return secret === ATTRIBUTE ? counts : counts + overlaps;
}
function mostOf(secret: string): number {
  return largestAdvantage(epsilonOf(secret), 2 * NOISE_DELTA);
}

describe(`membership inference (seed ${testSeed})`, () => {
  afterAll(() => printFigures(`Membership inference, epsilon ${counts} for counts and ${overlaps} for overlaps`));

  function against(weakness: Weakness, secret: string, honest: readonly PartyId[], runs = RUNS) {
    const plan = askAbout(secret, weakness);
    return membershipAdvantage(plan, coordinatorTellTales(plan, ...worlds(plan, secret), honest), dice, runs);
  }

  it.each(Object.keys(SECRETS))(
    '%s: what tells the worlds apart is all that differs in what anybody sees',
    (secret) => {
      const plan = askAbout(secret);
      const [first, second] = worlds(plan, secret);
      const keys = new Map(plan.mixers.map((mixer) => [mixer, keyedNoise(dice.key(), plan.request)]));
      const noiseOf = (mixer: PartyId) => keys.get(mixer) ?? keyedNoise(dice.key(), plan.request);
      const tales = coordinatorTellTales(plan, first, second, everyone);
      const seen = [first, second].map((exact) => coordinatorView(plan, exact, noiseOf));
      const cells = plan.tableCells.filter((cell) => seen[0]?.counts[cell] !== seen[1]?.counts[cell]);
      const patterns = (plan.decoys?.patterns ?? []).flatMap((pattern, number) => {
        const name = signatureOf(pattern);
        return seen[0]?.groups.get(name) === seen[1]?.groups.get(name) ? [] : [number];
      });
      const named = tales.flatMap(({ targets }) => targets);
      expect(
        named.flatMap((target) => (target.kind === 'cell' && target.cell !== DISCARD_CELL ? [target.cell] : [])),
      ).toEqual(cells);
      expect(named.flatMap((target) => (target.kind === 'decoys' ? [target.pattern] : []))).toEqual(patterns);
      expect(cells.length).toBeGreaterThan(0);
      for (const mixer of everyone) {
        const [one, other] = [first, second].map((exact) => nodeView(plan, exact, noiseOf, mixer));
        const differing = plan.lists.filter(({ id }) => one?.get(id) !== other?.get(id)).length;
        expect(differing).toBe(nodeTellTales(plan, first, second, mixer, everyone).length);
      }
    },
  );

  it.each(Object.keys(SECRETS))(
    '%s: the coordinator with all agencies but one cannot tell beyond epsilon',
    (secret) => {
      const seen = against({}, secret, ['charity-a']);
      note({
        attack: `${secret}: coordinator and all agencies but one`,
        against: 'as configured',
        result: `${inWords(seen, mostOf(secret))}; measured epsilon ${seen.epsilon.toFixed(2)} of ${epsilonOf(secret)}`,
        runs: seen.runs,
      });
      expect(seen.high).toBeLessThan(mostOf(secret));
      expect(seen.epsilon).toBeLessThan(epsilonOf(secret));
      // The attack is no sham: it does get part of what epsilon leaves it.
      expect(seen.low).toBeGreaterThan(0.1);
    },
  );

  it.each(Object.keys(SECRETS))(
    '%s: the coordinator alone, with everybody’s noise before it, learns less',
    (secret) => {
      const seen = against({}, secret, everyone, FEWER_RUNS);
      note({
        attack: `${secret}: coordinator alone`,
        against: 'as configured',
        result: inWords(seen, mostOf(secret)),
        runs: seen.runs,
      });
      expect(seen.high).toBeLessThan(mostOf(secret));
      expect(seen.value).toBeLessThan(against({}, secret, ['charity-a'], FEWER_RUNS).value);
    },
  );

  it.each<[string, Weakness, string]>([
    ['whether she is known to a charity', { noNoise: true }, 'without noise'],
    ['whether she is known to a charity', { noDecoys: true }, 'without decoys'],
    ['whether she is known to the police', { noNoise: true }, 'without noise'],
    ['whether she is known to the police', { noDecoys: true }, 'without decoys'],
    ['whether anybody knows her', { noDecoys: true }, 'without decoys'],
    [ATTRIBUTE, { noNoise: true }, 'without noise'],
    [OPTED_OUT, { noNoise: true }, 'without noise'],
    [OPTED_OUT, { noDecoys: true }, 'without decoys'],
  ])('%s: %j, the coordinator knows for sure', (secret, weakness, words) => {
    const seen = against(weakness, secret, everyone, 2_000);
    note({ attack: `${secret}: coordinator alone`, against: words, result: inWords(seen), runs: seen.runs });
    expect(seen.value).toBe(1);
  });

  it.each(['police', 'charity-b'])('a node (%s) cannot tell from the lengths of lists', (self) => {
    const secret = 'whether she is known to a charity';
    const { plan } = ask();
    const most = largestAdvantage(overlaps, NOISE_DELTA);
    const tales = nodeTellTales(plan, ...worlds(plan, secret), self, ['charity-a']);
    expect(tales).toHaveLength(1);
    const seen = membershipAdvantage(plan, tales, dice, FEWER_RUNS);
    note({ attack: `${secret}: node ${self}`, against: 'as configured', result: inWords(seen, most), runs: seen.runs });
    expect(seen.high).toBeLessThan(most);

    const bare = ask({}, { noDecoys: true }).plan;
    const bareTales = nodeTellTales(bare, ...worlds(bare, secret), self, ['charity-a']);
    const sure = membershipAdvantage(bare, bareTales, dice, 2_000);
    note({ attack: `${secret}: node ${self}`, against: 'without decoys', result: inWords(sure), runs: sure.runs });
    expect(sure.value).toBe(1);
  });

  it('whether a second charity knows her, by a weaker key: patterns of different strictness have decoys too', () => {
    const secret = 'whether a second charity knows her, by a weaker key';
    // Her cell is what it was, for the first charity stands.
    const most = largestAdvantage(overlaps, NOISE_DELTA);
    const lists = listsOf([...others, { ...her, support: helped }]);
    const withoutPostcode = { keys: [null, her.name], label: 1, numbers: [] };
    const second = new Map([...lists, [CHARITY_B, [...(lists.get(CHARITY_B) ?? []), withoutPostcode]]]);
    const seenBy = (weakness: Weakness, honest: readonly PartyId[], runs: number) => {
      const { plan } = ask({}, weakness);
      const tales = coordinatorTellTales(plan, exactRun(plan, lists), exactRun(plan, second), honest);
      return membershipAdvantage(plan, tales, dice, runs);
    };
    for (const [honest, by] of [
      [['charity-b'], 'coordinator and all agencies but one'],
      [everyone, 'coordinator alone'],
    ] as const) {
      const seen = seenBy({}, honest, FEWER_RUNS);
      note({ attack: `${secret}: ${by}`, against: 'as configured', result: inWords(seen, most), runs: seen.runs });
      expect(seen.high).toBeLessThan(most);
    }
    const sure = seenBy({ noDecoys: true }, everyone, 2_000);
    note({ attack: `${secret}: coordinator alone`, against: 'without decoys', result: inWords(sure), runs: sure.runs });
    expect(sure.value).toBe(1);
  });
});
