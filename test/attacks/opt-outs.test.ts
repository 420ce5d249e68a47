import { describe, expect, it } from 'vitest';

import { CHUNK_RECORDS, COORDINATOR, createGroup, TALLY } from '../../core/private-join/index.js';
import type { JoinPlan, PartyId, TransferHeader } from '../../core/private-join/index.js';
import type { Parcel } from '../../transport/memory-network.js';
import { list, noisyPlan, optOutList, threePartyPlan } from '../support/plans.js';
import type { PlainLists, PlainRecord } from '../support/naive-join.js';
import { testSeed } from '../support/seeded-rng.js';
import { plainSource, runWorld } from '../support/world.js';

/*
 * Who has opted out at the charity? The police and the CPS know their own records, and see all that comes to them in a
 * run. Two worlds differ in who is on the charity's list, which is as long in both: to every node the other agencies'
 * opt-outs must make no difference.
 */

const PERSON = ['exact.1', 'exact.2'];
const plan: JoinPlan = threePartyPlan({
  lists: [
    list('victims', 'police', 'base', [...PERSON, 'case'], 2, 1),
    list('support', 'charity', 'linked', PERSON, 3, 3),
    list('prosecutions', 'cps', 'linked', ['case'], 2, 12),
    optOutList('police', PERSON),
    optOutList('charity', PERSON),
  ],
});
const group = await createGroup();

const personOf = (index: number): readonly string[] => [`p${index}`, `q${index}`];
const records = (people: readonly number[], label = 1): PlainRecord[] =>
  people.map((index) => ({ keys: personOf(index), label }));
const VICTIMS = Array.from({ length: 40 }, (_, index) => index);

function listsWith(optedOut: readonly number[]): PlainLists {
  return new Map<string, readonly PlainRecord[]>([
    [
      'victims/police',
      VICTIMS.map((index) => ({ keys: [...personOf(index), `c${index >> 1}`], label: 1 + (index % 2) })),
    ],
    [
      'support/charity',
      records(
        VICTIMS.filter((index) => index % 3 === 0),
        2,
      ),
    ],
    ['prosecutions/cps', VICTIMS.slice(0, 10).map((index) => ({ keys: [`c${index}`], label: 1 }))],
    ['opt-outs/police', records([7], 0)],
    ['opt-outs/charity', records(optedOut, 0)],
  ]);
}

/** Everybody there: victims supported, not supported and with no case; and nobody the police or the CPS know. */
const KNOWN = [0, 1, 3, 12, 30];
const UNKNOWN = [100, 101, 102, 103, 104];

/** A line for all that comes to each node, in order: what it is and how long. */
async function heardBy(world: JoinPlan, lists: PlainLists): Promise<Map<PartyId, string[]>> {
  const heard = new Map<PartyId, string[]>(world.mixers.map((mixer) => [mixer, []]));
  const note = (party: PartyId, line: string): void => void heard.get(party)?.push(line);
  const sizes = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return `${value.length} bytes`;
    // Shares come in the order in which the parties happened to answer.
    if (Array.isArray(value)) return value.map((one) => JSON.stringify(sizes(one))).toSorted();
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, sizes(inner)]));
  };
  async function* noted({ to, ...header }: TransferHeader, chunks: Parcel['chunks']): Parcel['chunks'] {
    const lengths: number[] = [];
    for await (const chunk of chunks) {
      lengths.push(chunk.length);
      yield chunk;
    }
    note(to, `transfer ${JSON.stringify(sizes(header))} ${lengths.join()}`);
  }
  const outcome = await runWorld(world, lists, {
    seed: testSeed,
    tamper: {
      letter: (letter) => {
        note(letter.to, `message ${letter.from} ${JSON.stringify(sizes(letter.message))}`);
        return [letter];
      },
      parcel: ({ header, chunks }) => [{ header, chunks: noted(header, chunks) }],
    },
    variants: Object.fromEntries(world.mixers.map((mixer) => [mixer, { source: plainSource(group, world, lists) }])),
  });
  expect(outcome.ends[COORDINATOR]).toBe('finished');
  // Messages of one party to another keep their order; those of two parties meet as it happens.
  return new Map([...heard].map(([party, lines]) => [party, lines.toSorted()]));
}

describe(`what nodes see of another agency’s opt-outs (seed ${testSeed})`, () => {
  it.each<[string, JoinPlan]>([
    ['where counts and overlaps are exact', plan],
    ['with noise and decoys', noisyPlan(plan)],
    ['where only those who are linked are counted', withLinked(plan)],
    ['where people are counted', { ...plan, base: { dataset: 'victims', unit: 'person' } }],
  ])('is the same, message by message and byte by byte, whoever is in the list: %s', async (_, world) => {
    const worlds = await Promise.all([KNOWN, UNKNOWN].map((optedOut) => heardBy(world, listsWith(optedOut))));
    const [known, unknown] = worlds;
    expect(known).toEqual(unknown);
    for (const mixer of world.mixers) {
      const lines = known?.get(mixer) ?? [];
      expect(lines.filter((line) => line.startsWith('transfer')).length).toBeGreaterThan(1);
      expect(lines.some((line) => line.includes(`"subject":"${TALLY}"`))).toBe(true);
    }
  });

  function withLinked(world: JoinPlan): JoinPlan {
    return { ...world, links: world.links.map((link, edge) => (edge === 0 ? { ...link, keep: 'linked' } : link)) };
  }

  it('does differ in the counts, so that there is something to see', async () => {
    const [known, unknown] = await Promise.all(
      [KNOWN, UNKNOWN].map((optedOut) => runWorld(plan, listsWith(optedOut), { seed: testSeed })),
    );
    const sum = (counts: unknown): number =>
      (Array.isArray(counts) ? counts : []).reduce<number>((all, one) => all + Number(one), 0);
    // The police's own opt-out counts in both.
    expect(sum(unknown?.counts)).toBe(VICTIMS.length - 1);
    expect(sum(known?.counts)).toBe(VICTIMS.length - 1 - KNOWN.length);
  });

  it('has nothing that says how many were left out: the tally is as long as the population', async () => {
    const heard = await heardBy(plan, listsWith(KNOWN));
    for (const mixer of plan.mixers) {
      const counts = (heard.get(mixer) ?? []).flatMap((line) =>
        [...line.matchAll(/"count":(\d+)/g)].map((found) => Number(found[1])),
      );
      const lengths = [...listsWith(KNOWN).values()].map(({ length }) => length);
      for (const count of counts) expect(lengths).toContain(count);
      expect(counts).toContain(VICTIMS.length);
    }
    expect(VICTIMS.length).toBeLessThan(CHUNK_RECORDS);
  });
});
