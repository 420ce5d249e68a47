import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';

import { toHex } from '../../core/base/index.js';
import { geometricLaw } from '../../core/noise/index.js';
import { COORDINATOR, DISCARD_CELL, memoryStores, optOutLists, TALLY } from '../../core/private-join/index.js';
import type { JoinPlan, ListId, PartyId, RecordStores } from '../../core/private-join/index.js';
import { note, printFigures } from '../support/attack-figures.js';
import { ask, CHARITY_A, countsOf, listsOf, population, QUARTERS } from '../support/attack-world.js';
import type { Somebody } from '../support/attack-world.js';
import { coordinatorView, exactRun, nodeView, signatures } from '../support/fast-path.js';
import type { PlainLists } from '../support/naive-join.js';
import { seededDice } from '../support/seeded-dice.js';
import { testSeed } from '../support/seeded-rng.js';
import { runWorld, worldNoise } from '../support/world.js';

/*
 * The attacks are played against numbers that are made without cryptography. Here real parties run the same plans: what
 * the coordinator decodes, which pseudonyms it sees, and how long the lists are that come to every node must be the same.
 */

const dice = seededDice(`fast path ${testSeed}`);
/** One of the charities has many more: what the coordinator gets is told apart by its length below. */
const people: readonly Somebody[] = [
  ...population(dice, 60),
  ...population(dice, 90).map((one): Somebody => ({
    ...one,
    name: `another ${one.name}`,
    support: { list: CHARITY_A, wait: 1 + dice.below(4) },
  })),
];

interface Seen {
  readonly counts: readonly number[];
  readonly groups: ReadonlyMap<string, number>;
  /** By `<receiver> <list>`. */
  readonly lengths: ReadonlyMap<string, number>;
}

/** Runs all parties with real cryptography, and keeps what the coordinator and the network see. */
async function seenFor(plan: JoinPlan, lists: PlainLists, calledOff = false): Promise<Seen> {
  const lengths = new Map<string, number>();
  const pseudonyms = new Map<ListId, (readonly string[])[]>();
  const announced: { readonly subject: string; readonly count: number }[] = [];
  const stores: RecordStores = {
    create: (count, width) => {
      const store = memoryStores.create(count, width);
      const place = announced.findIndex((item) => item.count === count && item.subject !== TALLY);
      const [list] = place === -1 ? [] : announced.splice(place, 1);
      const keys = plan.lists.find(({ id }) => id === list?.subject)?.keys.length;
      if (list === undefined || keys === undefined) return store;
      const seen: string[][] = [];
      pseudonyms.set(list.subject, seen);
      return {
        count,
        width,
        read: (from, to) => store.read(from, to),
        gather: (places) => store.gather(places),
        dispose: () => store.dispose(),
        put: (positions, records) => {
          for (let at = 0; at < records.length; at += width) {
            seen.push(
              Array.from({ length: keys }, (_, key) => toHex(records.slice(at + key * 32, at + (key + 1) * 32))),
            );
          }
          store.put(positions, records);
        },
      };
    },
  };
  const { counts, ends } = await runWorld(plan, lists, {
    seed: dice.below(2 ** 31),
    variants: { [COORDINATOR]: { stores } },
    tamper: {
      parcel: (parcel) => {
        const { to, subject, count } = parcel.header;
        lengths.set(`${to} ${subject}`, count);
        if (to === COORDINATOR) announced.push({ subject, count });
        if (calledOff && to === COORDINATOR && subject === TALLY) return [{ ...parcel, chunks: spoilt(parcel.chunks) }];
        return [parcel];
      },
    },
  });
  expect(new Set(Object.values(ends))).toEqual(new Set([calledOff ? 'BAD_CHUNK' : 'finished']));
  if (calledOff) return { counts: [], groups: signatures(plan, pseudonyms), lengths };
  if (typeof counts === 'string') throw new Error(`the run ended with ${counts}`);
  expect([...pseudonyms.keys()].toSorted()).toEqual(plan.lists.map(({ id }) => id).toSorted());
  return { counts, groups: signatures(plan, pseudonyms), lengths };
}

async function* spoilt(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield chunk.map((byte) => byte ^ 1);
}

/** Noise as configured takes hundreds of decoys and thousands of dummies; weaker noise the same code and less time. */
function weaker(plan: JoinPlan): JoinPlan {
  const law = geometricLaw({ epsilon: 4, sensitivity: 2 });
  return { ...plan, noise: law, decoys: plan.decoys === null ? null : { ...plan.decoys, law } };
}

const ALL_QUARTERS = QUARTERS.map((_, index) => index);
/** Some of them, and some whom nobody else knows. */
const withOptOuts: readonly Somebody[] = [
  ...people.map((one, index): Somebody => (index % 12 === 0 ? { ...one, optedOutAt: 'charity-b' } : one)),
  ...population(dice, 5).map((one): Somebody => ({
    ...{ ...one, name: `unknown ${one.name}`, quarter: null, support: null },
    optedOutAt: 'charity-b',
  })),
];

const SAMPLES: readonly (readonly [string, JoinPlan, readonly number[]])[] = [
  ['as configured', ask({ snapshot: 'sample 0' }).plan, QUARTERS.map((_, index) => index)],
  ...[1, 2, 3].map((number) => {
    const quarters = QUARTERS.map((_, index) => index).filter((index) => index < 2 || dice.chance(0.5));
    return [`weaker noise ${number}`, weaker(ask({ snapshot: `sample ${number}`, quarters }).plan), quarters] as const;
  }),
  ['without decoys', weaker(ask({ snapshot: 'sample 4' }, { noDecoys: true }).plan), QUARTERS.map((_, index) => index)],
  ['with opt-outs', weaker(ask({ snapshot: 'sample 6', optOuts: ['charity-b'] }).plan), ALL_QUARTERS],
  [
    'with opt-outs, without decoys',
    weaker(ask({ snapshot: 'sample 7', optOuts: ['charity-b'] }, { noDecoys: true }).plan),
    ALL_QUARTERS,
  ],
  [
    'without noise',
    ask({ snapshot: 'sample 5' }, { noNoise: true, noDecoys: true }).plan,
    QUARTERS.map((_, index) => index),
  ],
];

describe(`the fast path (seed ${testSeed})`, () => {
  afterAll(() => printFigures('Fast path'));

  it.each(SAMPLES)('%s: real parties count, and see, the same', async (name, plan, quarters) => {
    const everybody = optOutLists(plan).length > 0 ? withOptOuts : people;
    const lists = listsOf(everybody, quarters);
    const exact = exactRun(plan, lists);
    expect(exact.counts).toEqual([...countsOf(everybody, quarters)]);
    const noiseOf = (mixer: PartyId) => worldNoise(plan, mixer);
    const real = await seenFor(plan, lists);
    const fast = coordinatorView(plan, exact, noiseOf);
    // What is counted in the decoys' cell the coordinator drops from its result.
    expect(real.counts).toEqual([...fast.counts].map((count, cell) => (cell === DISCARD_CELL ? 0 : count)));
    expect(real.groups).toEqual(fast.groups);
    for (const mixer of plan.mixers) {
      for (const [subject, length] of nodeView(plan, exact, noiseOf, mixer)) {
        expect([mixer, subject, real.lengths.get(`${mixer} ${subject}`)]).toEqual([mixer, subject, length]);
      }
    }
    const changed = plan.tableCells.filter((cell) => real.counts[cell] !== exact.counts[cell]).length;
    note({
      attack: `real parties and fast path, ${name}`,
      against: 'each other',
      result: `equal; noise changed ${changed} of ${plan.tableCells.length} cells`,
      runs: 1,
    });
    expect(changed === 0).toBe(plan.noise === null);
  });

  it('real parties that are asked again, by another run or one that is called off, add the same noise', async () => {
    const [, plan, quarters] = SAMPLES[1] ?? [];
    if (plan === undefined) throw new RangeError('no sample');
    const again = { ...plan, runId: randomUUID(), context: dice.key() };
    const [one, other] = [
      await seenFor(plan, listsOf(people, quarters)),
      await seenFor(again, listsOf(people, quarters)),
    ];
    expect(other).toEqual(one);
    const calledOff = await seenFor({ ...again, context: dice.key() }, listsOf(people, quarters), true);
    expect([calledOff.groups, calledOff.lengths]).toEqual([one.groups, one.lengths]);
    const otherwise = { ...plan, request: dice.key() };
    expect((await seenFor(otherwise, listsOf(people, quarters))).counts).not.toEqual(one.counts);
  });
});
