import { describe, expect, it } from 'vitest';

import { countError } from '../../../core/disclosure/intervals.js';
import { roundCount } from '../../../core/disclosure/policy.js';
import { aroundLogarithm, recallAt, recallOf, recallRatio } from '../../../core/disclosure/recall-estimate.js';
import type { AgreementCounts } from '../../../core/disclosure/recall-estimate.js';
import type { Interval } from '../../../core/disclosure/released.js';
import type { TableNoise } from '../../../core/disclosure/table.js';
import { SEVERAL_PER_INDEPENDENT } from '../../../core/linkage/index.js';
import { testSeed } from '../../support/seeded-rng.js';
import { binomial, fastUniform, noiseSampler, Tally } from '../../support/simulation.js';
import { CHANCE, clopperPearson } from '../../support/statistics.js';
import { noiseOf, usualPolicy } from './shown-fixture.js';

/*
 * Groups of people are simulated of whom everybody's name, birth date and place fail to agree, independently of each other
 * or several at once. Who fails in one thing is linked, who fails in several now and then. Then come every mixer's noise,
 * threshold and rounding, and the estimate is held against the share of the group that really was linked.
 */

const uniform = fastUniform(testSeed);

interface Failures {
  readonly place: number;
  readonly name: number;
  readonly date: number;
  /** Of those who fail in several things, the share that other keys find. */
  readonly found: number;
}

/** The reference, and groups whose identifiers are kept worse. */
const usual: Failures = { place: 0.2, name: 0.08, date: 0.06, found: 0.2 };
const groups: readonly { readonly name: string; readonly size: number; readonly failures: Failures }[] = [
  { name: 'small', size: 1500, failures: { place: 0.22, name: 0.12, date: 0.08, found: 0.3 } },
  { name: 'misspelt', size: 1500, failures: { place: 0.2, name: 0.2, date: 0.08, found: 0.3 } },
  { name: 'moving', size: 2500, failures: { place: 0.45, name: 0.1, date: 0.08, found: 0.15 } },
  { name: 'large', size: 8000, failures: { place: 0.25, name: 0.15, date: 0.1, found: 0.25 } },
];
const REFERENCE_SIZE = 4000;
const RUNS = 1200;
const { least, likely, most } = SEVERAL_PER_INDEPENDENT;

/**
 * Share of the group that fails in several things together, for one reason (nobody asked, or another person's form), so
 * that there are `several` for each who would if failures came independently.
 */
function togetherFor(several: number, { place, name, date }: Failures): number {
  const [inPlace, inName, inDate] = [1 - place, 1 - name, 1 - date];
  const few = inPlace * inName * inDate + place * inName * inDate + inPlace * name * inDate + inPlace * inName * date;
  const more = (several - 1) * (1 - few);
  return more / (1 + more);
}

interface Drawn {
  /** all, not-place, not-name, not-date, other. */
  readonly classes: readonly number[];
  readonly recall: number;
}

function draw(size: number, failures: Failures, severalPer: number): Drawn {
  const { place, name, date, found } = failures;
  const clustered = binomial(size, togetherFor(severalPer, failures), uniform);
  const failing = binomialOf(size - clustered, place);
  // Of those whose place agrees, and of the others.
  const [all, notName, notDate, neither] = crossed(size - clustered - failing, name, date);
  const [notPlace, ...more] = crossed(failing, name, date);
  const inSeveral = more.reduce((sum, count) => sum + count, clustered + neither);
  const classes = [all, notPlace, notName, notDate, binomialOf(inSeveral, found)];
  return { classes, recall: classes.reduce((sum, count) => sum + count, 0) / size };
}

/** Of so many: who fails in neither, in name, in date, in both. */
function crossed(size: number, name: number, date: number): [number, number, number, number] {
  const failing = binomialOf(size, name);
  const both = binomialOf(failing, date);
  const dateOnly = binomialOf(size - failing, date);
  return [size - failing - dateOnly, failing - both, dateOnly, both];
}

/** Jumps from hit to hit, for the number of trials is another each time and hits are few. */
function binomialOf(trials: number, p: number): number {
  if (p > 0.5) return trials - binomialOf(trials, 1 - p);
  const scale = 1 / Math.log1p(-p);
  let hits = -1;
  for (let trial = 0; trial <= trials; hits += 1) trial += 1 + Math.floor(Math.log1p(-uniform()) * scale);
  return hits;
}

/** As a reader has them; null where one is suppressed. */
function shown(classes: readonly number[], noise: () => number, believed: TableNoise | null): AgreementCounts | null {
  const noisy = classes.map((count) => count + noise());
  if (noisy.some((count) => count < usualPolicy.threshold)) return null;
  const error = countError(believed, usualPolicy, 1);
  const [all, first, second, third, other] = noisy.map((count) => ({ value: roundCount(count, usualPolicy), error }));
  if (all === undefined || first === undefined || second === undefined || third === undefined || other === undefined) {
    throw new RangeError('not five classes');
  }
  return { all, butOne: [first, second, third], other };
}

function covers({ low, high }: Interval, exact: number): boolean {
  return low <= exact && exact <= high;
}

interface Simulated {
  /** Of intervals with the guess that is true, for chance, noise and rounding alone. */
  readonly chance: Tally;
  /** As released, with every guess in them. */
  readonly released: Tally;
  readonly ratios: Tally;
  readonly bias: ReadonlyMap<string, number>;
  readonly shown: number;
}

function simulate(several: number, noise: TableNoise | null, believed = noise): Simulated {
  const noiseDraw = noise === null ? () => 0 : noiseSampler(noise.law, noise.mixers, uniform);
  const [chance, released, ratios] = [new Tally(), new Tally(), new Tally()];
  const bias = new Map<string, number>();
  let [estimated, tables] = [0, 0];
  for (const { name, size, failures } of groups) {
    let [sum, count] = [0, 0];
    for (let run = 0; run < RUNS; run += 1) {
      const [reference, mine] = [draw(REFERENCE_SIZE, usual, several), draw(size, failures, several)];
      const [theirs, own] = [reference, mine].map(({ classes }) => shown(classes, noiseDraw, believed));
      tables += 1;
      if (own == null || theirs == null) continue;
      estimated += 1;
      const at = recallAt(own, several);
      chance.add(name, covers(aroundLogarithm(at), mine.recall));
      released.add(name, covers(recallOf(own, SEVERAL_PER_INDEPENDENT), mine.recall));
      ratios.add(name, covers(recallRatio(own, theirs, SEVERAL_PER_INDEPENDENT), mine.recall / reference.recall));
      sum += at.value - mine.recall;
      count += 1;
    }
    bias.set(name, sum / count);
  }
  return { chance, released, ratios, bias, shown: estimated / tables };
}

function say(kind: string, tally: Tally): void {
  const said = tally.shares().map(({ setting, share }) => `${setting} ${(100 * share).toFixed(1)} %`);
  process.stdout.write(`${kind}: ${(100 * tally.share()).toFixed(1)} % on average (${said.join(', ')})\n`);
}

/** At least 93 %: the average, and each group as far as its runs can tell. */
function expectEnough(tally: Tally): void {
  expect(tally.share()).toBeGreaterThan(0.93);
  for (const { setting, hits, trials } of tally.shares()) {
    expect(clopperPearson(hits, trials, CHANCE).high, setting).toBeGreaterThan(0.93);
  }
}

/** And at most 97 %. */
function expectExact(tally: Tally): void {
  expectEnough(tally);
  expect(tally.share()).toBeLessThan(0.97);
  for (const { setting, hits, trials } of tally.shares()) {
    expect(clopperPearson(hits, trials, CHANCE).low, setting).toBeLessThan(0.97);
  }
}

const weak = noiseOf(1, 1, 5);

describe(`recall by group beside the truth (seed ${testSeed})`, () => {
  it.each([
    ['the least that is guessed, no noise', least, null],
    ['the likeliest, epsilon 1, 5 mixers', likely, weak],
    ['the most, epsilon 2, 3 mixers', most, noiseOf(2, 1, 3)],
  ])('is covered by its interval where as many fail in several things as is %s', (named, several, noise) => {
    const { chance, released, ratios, bias, shown: share } = simulate(several, noise);
    const off = [...bias].map(([name, mean]) => `${name} ${(100 * mean).toFixed(2)}`).join(', ');
    process.stdout.write(`\n${named}: off by points ${off}; ${(100 * share).toFixed(1)} % shown\n`);
    say('By chance', chance);
    say('As released', released);
    say('Ratios', ratios);
    expectExact(chance);
    expectEnough(released);
    expectEnough(ratios);
    expect(share).toBeGreaterThan(0.9);
    for (const [name, mean] of bias) expect(Math.abs(mean), name).toBeLessThan(0.005);
  });

  it('is not where the interval forgets the noise', () => {
    const [{ hits, trials } = { hits: 1, trials: 1 }] = simulate(likely, noiseOf(0.5, 1, 5), null).chance.shares();
    expect(clopperPearson(hits, trials, CHANCE).high).toBeLessThan(0.93);
  });
});
