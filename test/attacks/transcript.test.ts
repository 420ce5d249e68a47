import { beforeAll, describe, expect, it } from 'vitest';

import { toHex, utf8Bytes } from '../../core/base/index.js';
import { createGroup, inlineEngine, matchKeyDomain, TALLY } from '../../core/private-join/index.js';
import type { Engine, Group, Job, JoinPlan, PartyId } from '../../core/private-join/index.js';
import { IDENTITY } from '../../core/private-join/group.js';
import { separate } from '../../core/private-join/records.js';
import { threePartyPlan } from '../support/plans.js';
import { seededRng } from '../support/seeded-rng.js';
import { FEDERATION, runWorld } from '../support/world.js';
import type { Variant } from '../support/world.js';

/*
 * Everybody but the charity pools all it sees: its secrets, every list that passed through its hands in the clear, and a
 * dictionary of everybody's identifiers. The attack is to recompute the charity's pseudonyms or to open its labels, so
 * as to learn who its clients are and what they came for. Each attack must fail against the charity as it is, and must
 * succeed against a charity with the one protection taken away, so that we know the attack works.
 */

const HONEST: PartyId = 'charity';
const plan: JoinPlan = threePartyPlan();
const CLIENTS = 12;
const clients = Array.from({ length: CLIENTS }, (_, index) => ({
  keys: [`CLIENT${index}`, `CLIENT-${index}`],
  label: 1 + (index % 3),
}));
const victims = Array.from({ length: 20 }, (_, index) => ({
  keys: [`CLIENT${index}`, `CLIENT-${index}`, `CASE${index}`],
  label: 1 + (index % 2),
}));
const prosecutions = [{ keys: ['CASE3'], label: 1 }];
const lists = new Map([
  ['victims/police', victims],
  ['support/charity', clients],
  ['prosecutions/cps', prosecutions],
]);

interface Coalition {
  /** Scalars of every member in the order in which they were drawn: key shares, blinding scalars, nonces. */
  readonly scalars: Uint8Array[];
  /** Jobs of members: all that they see in the clear. */
  readonly jobs: Job[];
}

let group: Group;
beforeAll(async () => {
  group = await createGroup();
});

/** A member does its part honestly and keeps everything. */
function member(coalition: Coalition): Variant {
  const engine = inlineEngine(group, seededRng('member'));
  return {
    group: Object.assign(Object.create(group) as Group, {
      randomScalar: (rng: Parameters<Group['randomScalar']>[0]) => {
        const scalar = group.randomScalar(rng);
        coalition.scalars.push(scalar.slice());
        return scalar;
      },
    }),
    engine: {
      parallelism: 1,
      run: (job) => {
        coalition.jobs.push(structuredClone(job));
        return engine.run(job);
      },
    },
  };
}

/** Runs the join with everybody but the charity in the coalition. */
async function runCoalition(charity: Variant = {}): Promise<Coalition> {
  const coalition: Coalition = { scalars: [], jobs: [] };
  const members = Object.fromEntries(
    ['police', 'cps', 'coordinator'].map((party) => [party, member(coalition)] as const),
  );
  await runWorld(plan, lists, { variants: { ...members, [HONEST]: charity } });
  return coalition;
}

/** The charity's list as each member saw it, and as the coordinator got it. */
function sightings({ jobs }: Coalition): { keys: Uint8Array; ciphertexts: Uint8Array }[] {
  return jobs.flatMap((job) => {
    const records = job.kind === 'hop' ? job.records : job.kind === 'check' ? job.elements : null;
    // Told apart by size alone: 12 clients of two keys each.
    return records?.length === CLIENTS * 128 ? [separate(2, 0, records)] : [];
  });
}

function elements(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / 32 }, (_, index) => bytes.slice(index * 32, (index + 1) * 32));
}

/** Clients found: with every product of the coalition's scalars, is any dictionary entry among the charity's keys? */
function recoveredClients(coalition: Coalition): number {
  const seen = new Set(sightings(coalition).flatMap(({ keys }) => elements(keys).map(toHex)));
  const names = victims.map(({ keys }) => keys[0] ?? '');
  const dictionary = group.hashToGroup(matchKeyDomain(FEDERATION, 'exact.1'), names.map(utf8Bytes));
  const multipliers = [
    null,
    ...coalition.scalars.flatMap((a, i) => [
      a,
      ...coalition.scalars.slice(i + 1).map((b) => group.multiplyScalars(a, b)),
    ]),
  ];
  const found = new Set<number>();
  for (const multiplier of multipliers) {
    const guesses = multiplier === null ? dictionary : group.multiply(multiplier, dictionary);
    elements(guesses).forEach((guess, person) => {
      if (seen.has(toHex(guess))) found.add(person);
    });
  }
  return found.size;
}

/** Labels opened: with any subset of the coalition's scalars taken off, is the plaintext a label of the charity's? */
function recoveredLabels(coalition: Coalition): number {
  const stride = plan.lists.find(({ provider }) => provider === HONEST)?.stride ?? 0;
  const labels = new Set([1, 2, 3].map((label) => toHex(group.multiplyBase(group.scalar(label * stride)))));
  const [first] = sightings(coalition);
  if (first === undefined) throw new Error('the coalition saw no list of the charity');
  let opened = 0;
  for (let offset = 0; offset < first.ciphertexts.length; offset += 64) {
    const ciphertext = first.ciphertexts.slice(offset, offset + 64);
    if (opens(ciphertext, coalition.scalars, labels)) opened += 1;
  }
  return opened;
}

function opens(ciphertext: Uint8Array, scalars: readonly Uint8Array[], labels: ReadonlySet<string>): boolean {
  if (labels.has(toHex(ciphertext.slice(32)))) return true;
  return scalars.some((scalar, index) =>
    opens(group.removeShare(scalar, ciphertext), scalars.slice(index + 1), labels),
  );
}

/** The charity's engine with one thing changed in the jobs it does. */
function weakened(change: (job: Job) => Job): Engine {
  const engine = inlineEngine(group, seededRng('weak'));
  return { parallelism: 1, run: (job) => engine.run(change(job)) };
}

describe('a coalition of everybody but one agency', () => {
  it('saw the list in question, so that the attacks below have something to attack', async () => {
    const coalition = await runCoalition();
    // At the CPS, at the police, and at the coordinator.
    expect(sightings(coalition)).toHaveLength(3);
    // Two nodes draw a blinding scalar, a share and a nonce each; the coordinator a share and a nonce.
    expect(coalition.scalars).toHaveLength(8);
  });

  it('cannot recompute that agency’s pseudonyms', async () => {
    expect(recoveredClients(await runCoalition())).toBe(0);
  });

  it('could, were the agency not to blind', async () => {
    const one = group.scalar(1);
    const engine = weakened((job) => (job.kind === 'prepare' ? { ...job, blinding: one } : job));
    expect(recoveredClients(await runCoalition({ engine }))).toBe(CLIENTS);
  });

  it('cannot open that agency’s labels', async () => {
    expect(recoveredLabels(await runCoalition())).toBe(0);
  });

  it('could, were the agency to leave its own share out of the key', async () => {
    // The key of the others, as they announced it: the sum of all shares but the charity's.
    const shares = new Map<PartyId, Uint8Array>();
    const coalition: Coalition = { scalars: [], jobs: [] };
    const members = Object.fromEntries(
      ['police', 'cps', 'coordinator'].map((party) => [party, member(coalition)] as const),
    );
    const engine = weakened((job) => {
      if (job.kind !== 'prepare') return job;
      const others = [...shares].filter(([party]) => party !== HONEST).map(([, element]) => element);
      return { ...job, jointKey: others.reduce((sum, element) => group.add(sum, element), IDENTITY) };
    });
    await runWorld(plan, lists, {
      variants: { ...members, [HONEST]: { engine } },
      tamper: {
        letter: (letter) => {
          const { message } = letter;
          if (message.kind === 'joint-key') for (const share of message.shares) shares.set(share.party, share.element);
          return [letter];
        },
      },
    });
    expect(recoveredLabels(coalition)).toBe(CLIENTS);
  });
});

describe('places in a list', () => {
  it('are drawn anew by the provider and by every mixer: nobody can follow a record by its place', async () => {
    const coalition: Coalition = { scalars: [], jobs: [] };
    const blindings = new Map<PartyId, Uint8Array>();
    const spied = (party: PartyId): Variant => ({
      ...member(coalition),
      group: Object.assign(Object.create(group) as Group, {
        randomScalar: (rng: Parameters<Group['randomScalar']>[0]) => {
          const scalar = group.randomScalar(rng);
          // The first that a node draws is its blinding scalar.
          if (!blindings.has(party)) blindings.set(party, scalar.slice());
          return scalar;
        },
      }),
    });
    await runWorld(plan, lists, {
      variants: Object.fromEntries(['charity', 'cps', 'police', 'coordinator'].map((party) => [party, spied(party)])),
    });
    const names = clients.map(({ keys }) => utf8Bytes(keys[0] ?? ''));
    let expected = group.hashToGroup(matchKeyDomain(FEDERATION, 'exact.1'), names);
    const orders = ['charity', 'cps', 'police'].map((party, hop) => {
      expected = group.multiply(blindings.get(party) ?? IDENTITY, expected);
      const known = elements(expected).map(toHex);
      const seen = elements(sightings(coalition)[hop]?.keys ?? IDENTITY).map(toHex);
      return seen.filter((_, column) => column % 2 === 0).map((key) => known.indexOf(key));
    });
    const inOrder = clients.map((_, index) => index);
    for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual(inOrder);
    expect(new Set([inOrder, ...orders].map((order) => order.join())).size).toBe(4);
  });
});

describe('a mixer', () => {
  it('does not meet its own output again: no ciphertext of the ring is in the tally', async () => {
    const coalition = await runCoalition();
    const ring = new Set(sightingsOf(coalition, 'hop').map(toHex));
    const tallied = sightingsOf(coalition, 'tally').map(toHex);
    expect(tallied.length).toBeGreaterThan(0);
    expect(tallied.filter((ciphertext) => ring.has(ciphertext))).toEqual([]);
  });

  it('would, were the coordinator not to re-randomise what it combined', async () => {
    const coalition: Coalition = { scalars: [], jobs: [] };
    const out: Uint8Array[] = [];
    const engine = inlineEngine(group, seededRng('coordinator'));
    const keepingOutput: Engine = {
      parallelism: 1,
      async run(job) {
        const result = await engine.run(job);
        // A copy: whoever asked for the result wipes it when it is in its list.
        if (job.kind === 'hop') out.push(result.slice());
        return result;
      },
    };
    const careless: Engine = {
      parallelism: 1,
      run: (job) => (job.kind === 'combine' ? Promise.resolve(job.base) : engine.run(job)),
    };
    await runWorld(plan, lists, {
      variants: {
        cps: { engine: keepingOutput },
        police: member(coalition),
        coordinator: { engine: careless },
      },
    });
    const ring = new Set(out.flatMap((records) => ciphertextsOf(3, records)).map(toHex));
    const met = sightingsOf(coalition, 'tally').filter((ciphertext) => ring.has(toHex(ciphertext)));
    expect(met).toHaveLength(victims.length);
    expect(TALLY).toBe('tally');
  });

  function sightingsOf({ jobs }: Coalition, kind: 'hop' | 'tally'): Uint8Array[] {
    return jobs.flatMap((job) => {
      if (job.kind === 'tally' && kind === 'tally') return pairs(job.ciphertexts);
      return job.kind === 'hop' && kind === 'hop' ? ciphertextsOf(job.keyColumns, job.records) : [];
    });
  }

  function ciphertextsOf(keyColumns: number, records: Uint8Array): Uint8Array[] {
    const width = keyColumns * 32 + 64;
    return records.length % width === 0 ? pairs(separate(keyColumns, 0, records).ciphertexts) : [];
  }

  function pairs(ciphertexts: Uint8Array): Uint8Array[] {
    return Array.from({ length: ciphertexts.length / 64 }, (_, index) =>
      ciphertexts.slice(index * 64, index * 64 + 64),
    );
  }
});
