import { describe, expect, it, onTestFinished } from 'vitest';

import { CHUNK_RECORDS, COORDINATOR } from '../../core/private-join/index.js';
import type { FailureCode, JoinPlan, PartyId, ProtocolMessage } from '../../core/private-join/index.js';
import type { NoiseLaw } from '../../core/noise/index.js';
import { createWorkerEngine } from '../../runtime/index.js';
import type { Letter, Tamper } from '../../transport/index.js';
import { naiveCounts, naiveSums } from '../support/naive-join.js';
import type { PlainLists, PlainRecord } from '../support/naive-join.js';
import { list, noisyPlan, threePartyPlan } from '../support/plans.js';
import { runWorld, worldNoise } from '../support/world.js';
import type { WorldOutcome } from '../support/world.js';

const law: NoiseLaw = { alpha: 0.8, bound: 30 };

const plan: JoinPlan = threePartyPlan({
  lists: [
    list('victims', 'police', 'base', ['exact.1', 'exact.2', 'case'], 2, 1, 1),
    list('support', 'charity', 'linked', ['exact.1', 'exact.2'], 3, 3, 2),
    list('prosecutions', 'cps', 'linked', ['case'], 2, 12),
  ],
  sums: [
    { dataset: 'support', magnitude: 50, noise: null },
    { dataset: 'victims', magnitude: 1_000, noise: null },
    { dataset: 'support', magnitude: 1, noise: null },
  ],
});

/** People 0..count-1; every second is supported, every third has a case. Numbers of both signs. */
function people(count: number): PlainLists {
  const all = Array.from({ length: count }, (_, index) => index);
  return new Map<string, readonly PlainRecord[]>([
    [
      'victims/police',
      all.map((index) => ({
        keys: [`p${index}`, null, `c${index}`],
        label: 1 + (index % 2),
        numbers: [(index % 3) * 500 - 900],
      })),
    ],
    [
      'support/charity',
      all
        .filter((index) => index % 2 === 0)
        .map((index) => ({
          keys: [`p${index}`, null],
          label: 1 + (index % 3),
          numbers: [(index % 100) - 50, index % 2],
        })),
    ],
    [
      'prosecutions/cps',
      all.filter((index) => index % 3 === 0).map((index) => ({ keys: [`c${index}`], label: 1 + (index % 2) })),
    ],
  ]);
}

const few = people(7);
/** The same without numbers, for plans that have no sums. */
const counted: PlainLists = new Map(
  [...few].map(([id, records]) => [id, records.map(({ keys, label }) => ({ keys, label }))]),
);

/** What three honest mixers add to each sum. */
function noiseOf(noisy: JoinPlan): number[][] {
  return noisy.sums.map((column, index) =>
    Array.from({ length: noisy.cells }, (_, cell) =>
      column.noise === null || !noisy.tableCells.includes(cell)
        ? 0
        : noisy.mixers.reduce((sum, party) => {
            const target = { kind: 'sum', column: index, cell } as const;
            return sum + worldNoise(noisy, party).draw(column.noise ?? law, target);
          }, 0),
    ),
  );
}

function added(left: readonly (readonly number[])[], right: readonly (readonly number[])[]): number[][] {
  return left.map((column, index) => column.map((sum, cell) => sum + (right[index]?.[cell] ?? 0)));
}

describe('sums, all parties in one process', () => {
  it('are the naive sums where there is no noise, of lists longer than a chunk too', async () => {
    const lists = people(CHUNK_RECORDS + 9);
    const { counts, sums } = await runWorld(plan, lists);
    expect(counts).toEqual(naiveCounts(plan, lists));
    expect(sums).toEqual(naiveSums(plan, lists));
    expect(sums.flat().some((sum) => sum < 0)).toBe(true);
    expect(plan.tableCells.some((cell) => naiveCounts(plan, lists)[cell] === 0)).toBe(true);
  });

  it('are exactly the naive sums and every mixer’s keyed noise', async () => {
    const noisy = {
      ...plan,
      sums: plan.sums.map((column, index) => (index === 2 ? column : { ...column, noise: law })),
    };
    const { sums } = await runWorld(noisy, few);
    const noise = noiseOf(noisy);
    expect(sums).toEqual(added(naiveSums(plan, few), noise));
    expect(noise[2]?.every((value) => value === 0)).toBe(true);
    expect(new Set(noise[0]).size).toBeGreaterThan(5);
    // Asked again with other keys it is the same; asked otherwise it isn't.
    expect((await runWorld(noisy, few, { seed: 'again' })).sums).toEqual(sums);
    const another = { ...noisy, request: new Uint8Array(32).fill(99) };
    expect((await runWorld(another, few)).sums).not.toEqual(sums);
  });

  it('are the same where threads do the work, and lists are longer than a chunk', async () => {
    const engine = createWorkerEngine({ workers: 2 });
    onTestFinished(() => engine.stop());
    const noisy = { ...plan, sums: plan.sums.map((column) => ({ ...column, noise: law })) };
    const lists = people(2 * CHUNK_RECORDS + 3);
    const variants = Object.fromEntries([...plan.mixers, COORDINATOR].map((party) => [party, { engine }]));
    const { counts, sums } = await runWorld(noisy, lists, { variants });
    expect(counts).toEqual(naiveCounts(plan, lists));
    expect(sums).toEqual(added(naiveSums(plan, lists), noiseOf(noisy)));
    expect(engine.load).toEqual({ running: 0, waiting: 0 });
  });

  it('know nothing of dummies and decoys', async () => {
    const noisy = noisyPlan(plan);
    const { counts, sums } = await runWorld(noisy, few);
    expect(sums).toEqual(naiveSums(plan, few));
    expect(counts).not.toEqual(naiveCounts(plan, few));
  });

  it('of an empty world are 0', async () => {
    const { sums, ends } = await runWorld({ ...plan, minimumTally: 0 }, new Map());
    expect(sums).toEqual(plan.sums.map(() => Array.from({ length: plan.cells }, () => 0)));
    expect(new Set(Object.values(ends))).toEqual(new Set(['finished']));
  });

  it('are asked of the mixers in ring order, once each, and only where there are any', async () => {
    const asked: string[] = [];
    const listening: Tamper = {
      letter: (letter) => {
        if (letter.message.kind === 'sums') asked.push(letter.to);
        if (letter.message.kind === 'sum-shares') asked.push(`from ${letter.from}`);
        return [letter];
      },
    };
    await runWorld(plan, few, { tamper: listening });
    expect(asked).toEqual(plan.mixers.flatMap((mixer) => [mixer, `from ${mixer}`]));
    asked.length = 0;
    await runWorld(threePartyPlan(), counted, { tamper: listening });
    expect(asked).toEqual([]);
  });
});

// ---- tampering

type Answer = Extract<ProtocolMessage, { readonly kind: 'sum-shares' }>;

/** Delivers other letters in place of one. */
function instead(replace: (letter: Letter) => readonly Letter[]): Tamper {
  return { letter: replace };
}

function answersOf(party: PartyId, change: (answer: Answer) => Answer): Tamper {
  return instead((letter) => [
    letter.from === party && letter.message.kind === 'sum-shares'
      ? { ...letter, message: change(letter.message) }
      : letter,
  ]);
}

function expectAll({ ends, blamed }: WorldOutcome, code: FailureCode, party: PartyId): void {
  const everybody = [...plan.mixers, COORDINATOR];
  expect(ends).toEqual(Object.fromEntries(everybody.map((one) => [one, code])));
  expect(blamed).toEqual(Object.fromEntries(everybody.map((one) => [one, party])));
}

function rotated(bytes: Uint8Array, by: number): Uint8Array {
  return Uint8Array.from(bytes, (_, index) => bytes[(index + by) % bytes.length] ?? 0);
}

describe('an answer to sums', () => {
  it.each<readonly [string, (answer: Answer) => Answer, FailureCode]>([
    ['with its shares moved', (answer) => ({ ...answer, shares: rotated(answer.shares, 32) }), 'BAD_PROOF'],
    ['with its ciphertexts moved', (answer) => ({ ...answer, noised: rotated(answer.noised, 64) }), 'BAD_PROOF'],
    [
      'with one share in the place of another',
      (answer) => ({
        ...answer,
        shares: Uint8Array.from([...answer.shares.slice(32, 64), ...answer.shares.slice(32)]),
      }),
      'BAD_PROOF',
    ],
    [
      'with its challenge altered',
      (answer) => ({ ...answer, proof: answer.proof.map((byte, index) => (index === 3 ? byte ^ 1 : byte)) }),
      'BAD_PROOF',
    ],
    [
      'with its response altered',
      (answer) => ({ ...answer, proof: answer.proof.map((byte, index) => (index === 40 ? byte ^ 1 : byte)) }),
      'BAD_PROOF',
    ],
    ['without a proof', (answer) => ({ ...answer, proof: new Uint8Array(64) }), 'BAD_PROOF'],
    ['with the identity for a share', (answer) => ({ ...answer, shares: zeroed(answer.shares, 32) }), 'BAD_ENCODING'],
    [
      'with the identity for a ciphertext',
      (answer) => ({ ...answer, noised: zeroed(answer.noised, 32) }),
      'BAD_ENCODING',
    ],
    ['with one share too few', (answer) => ({ ...answer, shares: answer.shares.slice(32) }), 'BAD_COUNT'],
    ['with one ciphertext too few', (answer) => ({ ...answer, noised: answer.noised.slice(64) }), 'BAD_COUNT'],
    [
      'with one of each too many',
      (answer) => ({
        ...answer,
        shares: Uint8Array.from([...answer.shares, ...answer.shares.slice(0, 32)]),
        noised: Uint8Array.from([...answer.noised, ...answer.noised.slice(0, 64)]),
      }),
      'BAD_COUNT',
    ],
  ])('%s ends the run, at that mixer', async (_, change, code) => {
    expectAll(await runWorld(plan, few, { tamper: answersOf('charity', change) }), code, 'charity');
  });

  it('with the second half of a ciphertext altered, which no proof is about, opens as nothing', async () => {
    // The sum of another cell in its place would still be one; an element that is nobody's isn't.
    const tamper = answersOf('charity', (answer) => ({
      ...answer,
      noised: Uint8Array.from([
        ...answer.noised.slice(0, 32),
        ...answer.noised.slice(0, 32),
        ...answer.noised.slice(64),
      ]),
    }));
    expectAll(await runWorld(plan, few, { tamper }), 'SUM_OUT_OF_RANGE', COORDINATOR);
  });

  it('of the ciphertexts as they came, without the mixer’s noise, ends the run', async () => {
    let came: Uint8Array = new Uint8Array(0);
    const tamper = instead((letter) => {
      const { message, to, from } = letter;
      if (message.kind === 'sums' && to === 'charity') came = message.ciphertexts.slice();
      if (message.kind !== 'sum-shares' || from !== 'charity') return [letter];
      return [{ ...letter, message: { ...message, noised: came } }];
    });
    expectAll(await runWorld(plan, few, { tamper }), 'BAD_PROOF', 'charity');
  });

  it('of another mixer, of another run, or of nobody who was asked ends the run', async () => {
    const heard = new Map<PartyId, Answer>();
    const listening = instead((letter) => {
      if (letter.message.kind === 'sum-shares') heard.set(letter.from, structuredClone(letter.message));
      return [letter];
    });
    await runWorld(plan, few, { seed: 'earlier', tamper: listening });
    const [earlier, police] = [heard.get('charity'), heard.get('police')];
    if (earlier === undefined || police === undefined) throw new Error('nobody answered');
    expectAll(await runWorld(plan, few, { tamper: answersOf('charity', () => earlier) }), 'BAD_PROOF', 'charity');
    expectAll(await runWorld(plan, few, { tamper: answersOf('charity', () => police) }), 'BAD_PROOF', 'charity');
    const unasked = instead((letter) =>
      letter.message.kind === 'sum-shares' && letter.from === 'police'
        ? [{ ...letter, from: 'cps', message: police }, letter]
        : [letter],
    );
    expectAll(await runWorld(plan, few, { tamper: unasked }), 'OUT_OF_ORDER', 'cps');
  });

  it('given twice, or before anybody asked, ends the run', async () => {
    const twice = instead((letter) => (letter.message.kind === 'sum-shares' ? [letter, letter] : [letter]));
    expectAll(await runWorld(plan, few, { tamper: twice }), 'OUT_OF_ORDER', 'police');
    const answer: Answer = {
      kind: 'sum-shares',
      noised: new Uint8Array(64),
      shares: new Uint8Array(32),
      proof: new Uint8Array(64),
    };
    const early = instead((letter) =>
      letter.message.kind === 'share' && letter.from === 'cps' ? [letter, { ...letter, message: answer }] : [letter],
    );
    expectAll(await runWorld(plan, few, { tamper: early }), 'OUT_OF_ORDER', 'cps');
  });
});

describe('a mixer is asked for its shares', () => {
  const sumsTo = (party: PartyId, replace: (letter: Letter, ciphertexts: Uint8Array) => readonly Letter[]): Tamper =>
    instead((letter) =>
      letter.to === party && letter.message.kind === 'sums' ? replace(letter, letter.message.ciphertexts) : [letter],
    );

  it('once: a second time ends the run', async () => {
    for (const party of plan.mixers) {
      const outcome = await runWorld(plan, few, { tamper: sumsTo(party, (letter) => [letter, letter]) });
      expect(outcome.ends[party]).toBe('OUT_OF_ORDER');
      expect(outcome.blamed[party]).toBe(COORDINATOR);
    }
  });

  it.each<readonly [string, (ciphertexts: Uint8Array) => Uint8Array, FailureCode]>([
    ['fewer', (ciphertexts) => ciphertexts.slice(64), 'BAD_COUNT'],
    ['more', (ciphertexts) => Uint8Array.from([...ciphertexts, ...ciphertexts.slice(0, 64)]), 'BAD_COUNT'],
    ['half a ciphertext less', (ciphertexts) => ciphertexts.slice(32), 'BAD_COUNT'],
    [
      'what is no element',
      (ciphertexts) => ciphertexts.map((byte, index) => (index < 32 ? 255 : byte)),
      'BAD_ENCODING',
    ],
    ['the identity, of which a share would be known', (ciphertexts) => zeroed(ciphertexts, 32), 'BAD_ENCODING'],
  ])('of as many as the plan has: %s ends the run', async (_, change, code) => {
    const tamper = sumsTo('charity', (letter, ciphertexts) => [
      { ...letter, message: { kind: 'sums', ciphertexts: change(ciphertexts) } },
    ]);
    expectAll(await runWorld(plan, few, { tamper }), code, COORDINATOR);
  });

  it('after its tally, and only where the plan has sums', async () => {
    const ciphertexts = new Uint8Array(plan.tableCells.length * plan.sums.length * 64);
    const early = instead((letter) =>
      letter.message.kind === 'joint-key' && letter.to === 'cps'
        ? [letter, { ...letter, message: { kind: 'sums', ciphertexts } }]
        : [letter],
    );
    expectAll(await runWorld(plan, few, { tamper: early }), 'OUT_OF_ORDER', COORDINATOR);
    const uncalledFor = instead((letter) =>
      letter.message.kind === 'finished' && letter.to === 'cps'
        ? [{ ...letter, message: { kind: 'sums', ciphertexts: new Uint8Array(0) } }]
        : [letter],
    );
    const { ends } = await runWorld(threePartyPlan(), counted, { tamper: uncalledFor });
    expect(ends['cps']).toBe('OUT_OF_ORDER');
  });

  it('before the run is called finished', async () => {
    const hasty = sumsTo('charity', (letter) => [{ ...letter, message: { kind: 'finished' } }]);
    expectAll(await runWorld(plan, few, { tamper: hasty }), 'OUT_OF_ORDER', COORDINATOR);
  });

  it('by the coordinator alone', async () => {
    const answer: ProtocolMessage = { kind: 'sums', ciphertexts: new Uint8Array(64) };
    const fromNode = instead((letter) =>
      letter.message.kind === 'share' && letter.from === 'cps' ? [letter, { ...letter, message: answer }] : [letter],
    );
    expectAll(await runWorld(plan, few, { tamper: fromNode }), 'OUT_OF_ORDER', 'cps');
  });
});

describe('a sum that is larger than the records in its cell can make it', () => {
  it('ends the run: an agency whose numbers are larger than agreed', async () => {
    const sums = (magnitude: number): JoinPlan => ({
      ...plan,
      sums: plan.sums.map((column, index) => (index === 1 ? { ...column, magnitude } : column)),
    });
    const one = (number: number): PlainLists =>
      new Map([['victims/police', [{ keys: ['a', 'b', 'c'], label: 1, numbers: [number] }]]]);
    const variants = { police: { plan: sums(5_000) } };
    const honest = sums(1_000);
    for (const number of [1_000, -1_000]) {
      expect((await runWorld(honest, one(number), { variants })).sums[1]?.[1]).toBe(number);
    }
    for (const number of [1_001, -1_001]) {
      expectAll(await runWorld(honest, one(number), { variants }), 'SUM_OUT_OF_RANGE', COORDINATOR);
    }
  });
});

function zeroed(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.map((byte, index) => (index < length ? 0 : byte));
}
