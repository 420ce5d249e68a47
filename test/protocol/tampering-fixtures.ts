import { expect } from 'vitest';
import { CHUNK_RECORDS, COORDINATOR, createGroup, TALLY } from '../../core/private-join/index.js';
import type { FailureCode, JoinPlan, PartyId, ProtocolMessage } from '../../core/private-join/index.js';
import type { Parcel, Tamper } from '../../transport/index.js';
import type { PlainLists } from '../support/naive-join.js';
import { threePartyPlan } from '../support/plans.js';
import type { WorldOutcome } from '../support/world.js';

export const plan = threePartyPlan();
export const few = listsOf(plan, 3);

/** Two parties are enough to lose a chunk between, and their lists span two chunks each. */
export const twoParties = threePartyPlan({
  mixers: ['police', 'charity'],
  lists: plan.lists.filter(({ provider }) => provider !== 'cps'),
  links: plan.links.slice(0, 1),
  cells: 12,
});
export const long = listsOf(twoParties, CHUNK_RECORDS + 1);

export function listsOf({ lists }: JoinPlan, count: number): PlainLists {
  return new Map(
    lists.map(({ id, keys }) => [
      id,
      Array.from({ length: count }, (_, index) => ({ keys: keys.map(({ name }) => `${name}/${index}`), label: 1 })),
    ]),
  );
}

export const group = await createGroup();

/** Every party ends with this code. */
export function expectAll(outcome: WorldOutcome, code: FailureCode, mixers = plan.mixers): void {
  const ends = Object.fromEntries([...mixers, COORDINATOR].map((party) => [party, code]));
  expect(outcome.ends).toEqual(ends);
}

/** Alters the transfers of one subject and hop. */
export function altering(subject: string, hop: number, alter: (parcel: Parcel) => Parcel): Tamper {
  return {
    parcel: (parcel) => [parcel.header.subject === subject && parcel.header.hop === hop ? alter(parcel) : parcel],
  };
}

/** Delivers other messages in place of one. */
export function answering(replace: (message: ProtocolMessage, to: PartyId) => readonly ProtocolMessage[]): Tamper {
  return { letter: ({ from, to, message }) => replace(message, to).map((item) => ({ from, to, message: item })) };
}

export async function all(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const taken: Uint8Array[] = [];
  for await (const chunk of chunks) taken.push(chunk);
  return taken;
}

/** The transfer with its chunks, once they are all there, rearranged. */
export function rearranged({ header, chunks }: Parcel, rearrange: (chunks: Uint8Array[]) => Uint8Array[]): Parcel {
  return {
    header,
    chunks: (async function* () {
      yield* rearrange(await all(chunks));
    })(),
  };
}

export function flipped(chunk: Uint8Array): Uint8Array {
  return chunk.map((byte, index) => (index === 17 ? byte ^ 4 : byte));
}

export const [victims, support] = ['victims/police', 'support/charity'] as const;
export const stations: readonly (readonly [string, string, number])[] = [
  ['a list on its first hop', victims, 0],
  ['a list on its last hop', support, 1],
  ['the tally on its way out', TALLY, 0],
  ['the tally on its way back', TALLY, 2],
];
