import { createHash, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  CHUNK_RECORDS,
  COORDINATOR,
  createGroup,
  inlineEngine,
  JoinError,
  memoryStores,
  signingKey,
  TALLY,
} from '../../core/private-join/index.js';
import { lengthPrefixed, uint32Bytes, utf8Bytes } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import type {
  Engine,
  FailureCode,
  Group,
  Job,
  JoinPlan,
  NodeJoin,
  PartyId,
  ProtocolMessage,
  Share,
  TransferHeader,
} from '../../core/private-join/index.js';
import { DECOY_SEED_BYTES } from '../../core/private-join/decoys.js';
import type { Parcel, Tamper } from '../../transport/index.js';
import type { PlainLists } from '../support/naive-join.js';
import { list, noisyPlan, threePartyPlan } from '../support/plans.js';
import { seededRng } from '../support/seeded-rng.js';
import { runWorld } from '../support/world.js';
import type { Variant, WorldOutcome } from '../support/world.js';

const plan = threePartyPlan();
const few = listsOf(plan, 3);

/** Two parties are enough to lose a chunk between, and their lists span two chunks each. */
const twoParties = threePartyPlan({
  mixers: ['police', 'charity'],
  lists: plan.lists.filter(({ provider }) => provider !== 'cps'),
  links: plan.links.slice(0, 1),
  cells: 12,
});
const long = listsOf(twoParties, CHUNK_RECORDS + 1);

function listsOf({ lists }: JoinPlan, count: number): PlainLists {
  return new Map(
    lists.map(({ id, keys }) => [
      id,
      Array.from({ length: count }, (_, index) => ({ keys: keys.map(({ name }) => `${name}/${index}`), label: 1 })),
    ]),
  );
}

let group: Group;
beforeAll(async () => {
  group = await createGroup();
});

/** Every party ends with this code. */
function expectAll(outcome: WorldOutcome, code: FailureCode, mixers = plan.mixers): void {
  const ends = Object.fromEntries([...mixers, COORDINATOR].map((party) => [party, code]));
  expect(outcome.ends).toEqual(ends);
}

/** Alters the transfers of one subject and hop. */
function altering(subject: string, hop: number, alter: (parcel: Parcel) => Parcel): Tamper {
  return {
    parcel: (parcel) => [parcel.header.subject === subject && parcel.header.hop === hop ? alter(parcel) : parcel],
  };
}

/** Delivers other messages in place of one. */
function answering(replace: (message: ProtocolMessage, to: PartyId) => readonly ProtocolMessage[]): Tamper {
  return { letter: ({ from, to, message }) => replace(message, to).map((item) => ({ from, to, message: item })) };
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const taken: Uint8Array[] = [];
  for await (const chunk of chunks) taken.push(chunk);
  return taken;
}

/** The transfer with its chunks, once they are all there, rearranged. */
function rearranged({ header, chunks }: Parcel, rearrange: (chunks: Uint8Array[]) => Uint8Array[]): Parcel {
  return {
    header,
    chunks: (async function* () {
      yield* rearrange(await all(chunks));
    })(),
  };
}

function flipped(chunk: Uint8Array): Uint8Array {
  return chunk.map((byte, index) => (index === 17 ? byte ^ 4 : byte));
}

const [victims, support] = ['victims/police', 'support/charity'] as const;
const stations: readonly (readonly [string, string, number])[] = [
  ['a list on its first hop', victims, 0],
  ['a list on its last hop', support, 1],
  ['the tally on its way out', TALLY, 0],
  ['the tally on its way back', TALLY, 2],
];

describe.each(stations)('chunks of %s', (_, subject, hop) => {
  it.each<readonly [string, (chunks: Uint8Array[]) => Uint8Array[], FailureCode]>([
    ['corrupted', (chunks) => chunks.map(flipped), 'BAD_CHUNK'],
    ['moved', (chunks) => [...chunks].reverse(), 'BAD_CHUNK'],
    ['repeated', (chunks) => chunks.flatMap((chunk) => [chunk, chunk]), 'BAD_CHUNK'],
    ['dropped at the front', (chunks) => chunks.slice(1), 'BAD_CHUNK'],
    ['dropped at the end', (chunks) => chunks.slice(0, -1), 'BAD_COUNT'],
    ['dropped altogether', () => [], 'BAD_COUNT'],
    ['followed by another', (chunks) => [...chunks, new Uint8Array(100)], 'BAD_CHUNK'],
  ])('%s end the run', async (_name, rearrange, code) => {
    const tamper = altering(subject, hop, (parcel) => rearranged(parcel, rearrange));
    expectAll(await runWorld(twoParties, long, { tamper }), code, twoParties.mixers);
  });
});

describe('headers', () => {
  it.each<readonly [string, object, FailureCode]>([
    ['another count', { count: 4 }, 'BAD_SIGNATURE'],
    ['another hop', { hop: 1 }, 'OUT_OF_ORDER'],
    ['another subject', { subject: support }, 'OUT_OF_ORDER'],
    ['a subject outside the plan', { subject: 'no/list' }, 'UNKNOWN_LIST'],
    ['another generator', { generator: new Uint8Array(32).fill(9) }, 'BAD_SIGNATURE'],
    ['another encapsulation', { encapsulatedKey: new Uint8Array(32).fill(9) }, 'BAD_SIGNATURE'],
    ['no signature', { signature: new Uint8Array(64) }, 'BAD_SIGNATURE'],
    ['another sender', { from: 'cps' }, 'OUT_OF_ORDER'],
  ])('with %s end the run', async (_, change, code) => {
    const tamper = altering(victims, 0, ({ header, chunks }) => ({ header: { ...header, ...change }, chunks }));
    expectAll(await runWorld(plan, few, { tamper }), code);
  });

  it('of a list delivered a second time end the run', async () => {
    const tamper: Tamper = {
      parcel: ({ header, chunks }) => {
        const kept = all(chunks);
        // Who is cut off while a list is on its way doesn't care for it any more.
        kept.catch(() => undefined);
        const copy = { header, chunks: replay(kept) };
        return header.subject === victims && header.hop === 0 ? [copy, { header, chunks: replay(kept) }] : [copy];
      },
    };
    expectAll(await runWorld(plan, few, { tamper }), 'DUPLICATE_LIST');
  });

  async function* replay(chunks: Promise<readonly Uint8Array[]>): AsyncGenerator<Uint8Array> {
    yield* await chunks;
  }
});

describe('generators', () => {
  const wrong = {
    'the identity': new Uint8Array(32),
    'not canonical': new Uint8Array(32).fill(255),
  };

  /** The charity multiplies generators as it pleases: that of its own list, or those of lists that come to it. */
  function multiplying(place: 'multiply' | 'multiplyBase', generator: () => Uint8Array): Group {
    let blinding: Uint8Array | undefined;
    const lying: Group = Object.assign(Object.create(group) as Group, {
      randomScalar: (rng: Rng) => {
        const scalar = group.randomScalar(rng);
        blinding ??= scalar;
        return scalar;
      },
      multiplyBase: (scalars: Uint8Array) =>
        place === 'multiplyBase' && scalars === blinding ? generator() : group.multiplyBase(scalars),
      multiply: (scalar: Uint8Array, elements: Uint8Array) =>
        place === 'multiply' && scalar === blinding && elements.length === 32
          ? generator()
          : group.multiply(scalar, elements),
    });
    return lying;
  }

  function charityWith(lying: Group): Readonly<Record<PartyId, Variant>> {
    return { charity: { group: lying, engine: inlineEngine(group, seededRng('charity')) } };
  }

  it.each(
    (['multiplyBase', 'multiply'] as const).flatMap((place) =>
      Object.keys(wrong).map((kind) => [place, kind] as const),
    ),
  )('that are %s are refused, of a list of one’s own or another’s (%s)', async (place, kind) => {
    const generator = wrong[kind as keyof typeof wrong];
    const outcome = await runWorld(plan, few, { variants: charityWith(multiplying(place, () => generator)) });
    expectAll(outcome, 'BAD_ENCODING');
    expect(new Set(Object.values(outcome.blamed))).toEqual(new Set(['charity']));
  });

  it.each(Object.keys(wrong))('that are %s are refused by the coordinator', async (kind) => {
    const alone = threePartyPlan({ lists: [list('victims', 'cps', 'base', ['case'], 1, 1)], links: [], cells: 2 });
    const lying = multiplying('multiply', () => wrong[kind as keyof typeof wrong]);
    // The charity is the last on this list's way.
    const outcome = await runWorld(alone, listsOf(alone, 3), { variants: charityWith(lying) });
    expectAll(outcome, 'BAD_ENCODING');
    expect(outcome.blamed[COORDINATOR]).toBe('charity');
  });

  it.each(['multiplyBase', 'multiply'] as const)(
    'that are elements but not those of the blinding meet no others at the coordinator (%s)',
    async (place) => {
      const other = group.multiplyBase(group.scalar(17));
      const outcome = await runWorld(plan, few, { variants: charityWith(multiplying(place, () => other)) });
      expectAll(outcome, 'BAD_PROOF');
      expect(new Set(Object.values(outcome.blamed))).toEqual(new Set([COORDINATOR]));
    },
  );

  it.each([
    ['a mixer', 'charity', 'cps', 2],
    ['the last mixer', 'cps', COORDINATOR, 3],
  ] as const)('do not come with a tally, though %s has signed one', async (_, from, to, hop) => {
    const identity = signingKey(generateKeyPairSync('ed25519').privateKey);
    const signing = altering(TALLY, hop, ({ header, chunks }) => {
      const forged = { ...header, generator: group.multiplyBase(group.scalar(1)) };
      return { header: { ...forged, signature: identity.sign(signedHeader(forged)) }, chunks };
    });
    const options = { variants: { [from]: { identity } }, peers: { [from]: identity.publicKey } };
    const outcome = await runWorld(plan, few, { ...options, tamper: signing });
    expectAll(outcome, 'BAD_ENCODING');
    expect(outcome.blamed[to]).toBe(from);
  });

  /** SPEC, Transfers. */
  function signedHeader({ subject, hop, from, to, count, generator, encapsulatedKey }: TransferHeader): Uint8Array {
    const facts = [utf8Bytes(subject), uint32Bytes(hop), utf8Bytes(from), utf8Bytes(to), uint32Bytes(count), generator];
    const domain = utf8Bytes('tallystick-v1/transfer-signature');
    return lengthPrefixed(domain, plan.context, ...facts, encapsulatedKey);
  }
});

describe('elements that a sender has sealed itself', () => {
  const wrong = {
    'not canonical': new Uint8Array(32).fill(255),
    'the identity': new Uint8Array(32),
  };
  const places = [
    ['a key from a provider', 'police', 'prepare', 0],
    ['the label of a provider, first half', 'police', 'prepare', 96],
    ['the label of a provider, second half', 'police', 'prepare', 128],
    ['a key from the last mixer', 'police', 'hop', 0],
    ['a tallied ciphertext', 'charity', 'tally', 32],
    ['the last tallied ciphertext', 'cps', 'tally', 0],
    ['a combined ciphertext', COORDINATOR, 'combine', 0],
  ] as const;

  it.each(places.flatMap((place) => Object.keys(wrong).map((kind) => [...place, kind] as const)))(
    '%s (%s, %s, at %i) that is %s ends the run',
    async (_, party, job, offset, kind) => {
      const bytes = wrong[kind as keyof typeof wrong];
      const variants = { [party]: { engine: spoiling(job, offset, bytes) } };
      const outcome = await runWorld(plan, few, { variants });
      expectAll(outcome, 'BAD_ENCODING');
      expect(new Set(Object.values(outcome.blamed))).toEqual(new Set([party]));
    },
  );

  function spoiling(kind: Job['kind'], offset: number, bytes: Uint8Array): Engine {
    const engine = inlineEngine(group, seededRng('spoiling'));
    return {
      parallelism: 1,
      async run(job) {
        const result = await engine.run(job);
        if (job.kind === kind) result.set(bytes, offset);
        return result;
      },
    };
  }
});

describe('key shares', () => {
  const altered = (change: (share: Share) => Share, party: PartyId): Tamper =>
    answering((message) => [
      message.kind === 'joint-key'
        ? { ...message, shares: message.shares.map((share) => (share.party === party ? change(share) : share)) }
        : message,
    ]);

  it.each<readonly [string, Tamper, FailureCode]>([
    [
      'with another sealing key',
      altered((share) => ({ ...share, sealingKey: new Uint8Array(32).fill(8) }), 'cps'),
      'BAD_SIGNATURE',
    ],
    ['of another party in its place', altered((share) => ({ ...share, party: 'courts' }), 'cps'), 'BAD_PROOF'],
    [
      'given twice',
      answering((message) => [
        message.kind === 'joint-key'
          ? { ...message, shares: [...message.shares, ...message.shares.slice(1, 2)] }
          : message,
      ]),
      'BAD_PROOF',
    ],
    [
      'missing',
      answering((message) => [
        message.kind === 'joint-key' ? { ...message, shares: message.shares.slice(1) } : message,
      ]),
      'BAD_PROOF',
    ],
  ])('%s end the run', async (_, tamper, code) => {
    expectAll(await runWorld(plan, few, { tamper }), code);
  });

  it('of an earlier attempt in place of the node’s own end the run, though signature and proof hold', async () => {
    const variants = { cps: { identity: signingKey(generateKeyPairSync('ed25519').privateKey) } };
    const earlier: Share[] = [];
    const listening = answering((message) => {
      if (message.kind === 'share' && message.share.party === 'cps') earlier.push(message.share);
      return [message];
    });
    const peers = { cps: variants.cps.identity.publicKey };
    await runWorld(plan, few, { seed: 'earlier', variants, peers, tamper: listening });
    const [replayed] = earlier;
    const outcome = await runWorld(plan, few, {
      variants,
      peers,
      tamper: altered((share) => replayed ?? share, 'cps'),
    });
    expectAll(outcome, 'BAD_PROOF');
  });

  it('signed by a key that is not the roster’s end the run before any node hears of them', async () => {
    const variants = { charity: { identity: signingKey(generateKeyPairSync('ed25519').privateKey) } };
    const heard: string[] = [];
    const tamper = answering((message) => {
      heard.push(message.kind);
      return [message];
    });
    const outcome = await runWorld(plan, few, { variants, tamper });
    expectAll(outcome, 'BAD_SIGNATURE');
    expect(heard).not.toContain('joint-key');
    expect(outcome.blamed['police']).toBe('charity');
  });

  it('made for another context end the run: somebody was told something else', async () => {
    const variants = { charity: { plan: { ...plan, context: new Uint8Array(32).fill(66) } } };
    expectAll(await runWorld(plan, few, { variants }), 'BAD_SIGNATURE');
  });
});

describe('messages out of order', () => {
  const twice = (kind: ProtocolMessage['kind']): Tamper =>
    answering((message) => (message.kind === kind ? [message, message] : [message]));

  it.each<readonly [string, Tamper]>([
    ['a share twice', twice('share')],
    ['a joint key twice', twice('joint-key')],
    [
      'finished before the tally',
      answering((message) => (message.kind === 'joint-key' ? [message, { kind: 'finished' }] : [message])),
    ],
    [
      'a share sent to a node',
      answering((message, to) =>
        message.kind === 'joint-key' && to === 'police'
          ? [message, ...message.shares.map((share) => ({ kind: 'share' as const, share }))]
          : [message],
      ),
    ],
    [
      'finished from a node',
      answering((message) => (message.kind === 'share' ? [message, { kind: 'finished' }] : [message])),
    ],
  ])('%s end the run', async (_, tamper) => {
    expectAll(await runWorld(plan, few, { tamper }), 'OUT_OF_ORDER');
  });

  it('from one node to another are not taken, though the network delivers them', async () => {
    const tamper: Tamper = {
      letter: (letter) => (letter.message.kind === 'joint-key' ? [{ ...letter, from: 'cps' }] : [letter]),
    };
    expectAll(await runWorld(plan, few, { tamper }), 'OUT_OF_ORDER');
  });
});

describe('a provider that breaks the rules', () => {
  it('by a label outside the plan ends the run with CELL_OUT_OF_RANGE', async () => {
    const engine = inlineEngine(group, seededRng('labels'));
    const labelling: Engine = {
      parallelism: 1,
      run: (job) => engine.run(job.kind === 'multiples' ? { ...job, step: 1000 } : job),
    };
    expectAll(await runWorld(plan, few, { variants: { charity: { engine: labelling } } }), 'CELL_OUT_OF_RANGE');
  });

  it.each([
    ['without a label', 0, null],
    ['in a cell that the table does not have', 1, [2]],
  ] as const)('by a record %s ends the run with CELL_OUT_OF_RANGE', async (_, step, tableCells) => {
    const engine = inlineEngine(group, seededRng('labels'));
    const labelling: Engine = {
      parallelism: 1,
      run: (job) => engine.run(job.kind === 'multiples' ? { ...job, step } : job),
    };
    const alone = threePartyPlan({
      lists: plan.lists.slice(0, 1),
      links: [],
      cells: 3,
      ...(tableCells === null ? {} : { tableCells }),
    });
    expectAll(await runWorld(alone, few, { variants: { police: { engine: labelling } } }), 'CELL_OUT_OF_RANGE');
    const labels = await runWorld({ ...alone, tableCells: [1] }, few);
    expect(labels.counts).toEqual([0, 3, 0]);
  });

  it.each([
    ['as large as the plan allows', [7, -7, 0], null],
    ['too large', [8, 0, 0], 'outside the plan'],
    ['too small', [0, 0, -8], 'outside the plan'],
    ['not whole', [0.5, 0, 0], 'not a whole number'],
    ['not a number', [Number.NaN, 0, 0], 'not a whole number'],
    ['missing', [1, 2], 'not as many'],
  ] as const)('by a number that is %s (%s): %s', async (_, numbers, reason) => {
    const [victimsList] = plan.lists;
    if (victimsList === undefined) throw new Error('no lists');
    const summing = threePartyPlan({
      lists: [{ ...victimsList, sums: 1 }],
      links: [],
      cells: 3,
      sums: [{ dataset: 'victims', magnitude: 7, noise: null }],
    });
    const records = [0, 1, 2].map((index) => ({
      keys: [null, null, null],
      label: 1,
      numbers: index < numbers.length ? [numbers[index] ?? 0] : [],
    }));
    const run = runWorld(summing, new Map([[victims, records]]));
    if (reason === null) {
      expect((await run).ends['police']).toBe('finished');
      return;
    }
    const thrown: unknown = await run.catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'INTERNAL', party: 'police' });
    expect(String((thrown as Error).cause)).toContain(reason);
  });

  it('by part of a record ends the run with BAD_COUNT', async () => {
    const stores: typeof memoryStores = {
      create(count, width) {
        const store = memoryStores.create(count, width);
        return {
          count,
          width,
          put: (positions, records) => store.put(positions, records),
          read: (from, to) => store.read(from, to).slice(1),
          gather: (places) => store.gather(places),
          dispose: () => store.dispose(),
        };
      },
    };
    const outcome = await runWorld(plan, few, { variants: { charity: { stores } } });
    expectAll(outcome, 'BAD_COUNT');
    expect(outcome.blamed['cps']).toBe('charity');
  });
});

describe('trouble inside one party', () => {
  it('reaches all others with its code and its place', async () => {
    const full = new JoinError('SPOOL_FULL', 'cps', 'no room left');
    const stores = {
      create: () => {
        throw full;
      },
    };
    const outcome = await runWorld(plan, few, { variants: { cps: { stores } } });
    expectAll(outcome, 'SPOOL_FULL');
    expect(new Set(Object.values(outcome.blamed))).toEqual(new Set(['cps']));
  });

  it('is the reason that a transfer to it meets, also where the abort message is slower', async () => {
    const stores = {
      create: () => {
        throw new JoinError('SPOOL_FULL', 'cps', 'no room left');
      },
    };
    const tamper: Tamper = {
      letter: (letter) => (letter.message.kind === 'abort' && letter.to === 'charity' ? [] : [letter]),
    };
    expectAll(await runWorld(plan, few, { variants: { cps: { stores } }, tamper }), 'SPOOL_FULL');
  });

  it('in the source is SNAPSHOT_UNREADABLE everywhere', async () => {
    const source = {
      open: () => {
        throw new JoinError('SNAPSHOT_UNREADABLE', 'charity', 'the snapshot is gone');
      },
    };
    expectAll(await runWorld(plan, few, { variants: { charity: { source } } }), 'SNAPSHOT_UNREADABLE');
  });
});

describe('when a run ends', () => {
  const endings: readonly (readonly [string, Tamper])[] = [
    ['well', {}],
    ['badly', altering(TALLY, 1, (parcel) => rearranged(parcel, (chunks) => chunks.map(flipped)))],
  ];

  it.each(endings)('%s, every secret and every list is wiped', async (_, tamper) => {
    const secrets: Uint8Array[] = [];
    let created = 0;
    let disposed = 0;
    const watching: Group = Object.assign(Object.create(group) as Group, {
      randomScalar: (rng: Parameters<Group['randomScalar']>[0]) => {
        const scalar = group.randomScalar(rng);
        secrets.push(scalar);
        return scalar;
      },
    });
    const stores: typeof memoryStores = {
      create(count, width) {
        const store = memoryStores.create(count, width);
        created += 1;
        return {
          count,
          width,
          put: (positions, records) => store.put(positions, records),
          read: (from, to) => store.read(from, to),
          gather: (places) => store.gather(places),
          dispose: () => {
            store.dispose();
            disposed += 1;
          },
        };
      },
    };
    const engine = inlineEngine(group, seededRng('engine'));
    const rng = seededRng('police');
    const draws: Uint8Array[] = [];
    const watchedRng: Rng = {
      bytes: (length) => {
        const bytes = rng.bytes(length);
        if (length === DECOY_SEED_BYTES) draws.push(bytes);
        return bytes;
      },
    };
    const police = { group: watching, stores, engine, rng: watchedRng };
    await runWorld(noisyPlan(plan), few, { tamper, variants: { police } });
    const [seed] = draws;
    if (seed === undefined) throw new Error('no seed of decoys was drawn');
    // The blinding scalar, the key share, and the nonce of its proof; the seed of its decoys.
    expect(secrets).toHaveLength(3);
    secrets.push(seed);
    for (const secret of secrets) expect(secret).toEqual(new Uint8Array(32));
    // Two lists of others, its own, and the tally where it came so far; all disposed of, which is what wipes them.
    expect(created).toBeGreaterThanOrEqual(4);
    expect(disposed).toBe(created);
  });

  it('in the middle of preparing a list, no store is made for it any more', async () => {
    let blinding: Uint8Array | undefined;
    let charity: NodeJoin | undefined;
    let created = 0;
    const ending: Group = Object.assign(Object.create(group) as Group, {
      randomScalar: (rng: Rng) => {
        const scalar = group.randomScalar(rng);
        blinding ??= scalar;
        return scalar;
      },
      multiplyBase: (scalars: Uint8Array) => {
        if (scalars === blinding) charity?.abort(new JoinError('CANCELLED', 'charity', 'called off'));
        return group.multiplyBase(scalars);
      },
    });
    const stores: typeof memoryStores = {
      create(count, width) {
        created += 1;
        return memoryStores.create(count, width);
      },
    };
    const outcome = await runWorld(plan, few, {
      variants: { charity: { group: ending, stores } },
      onNode: (party, node) => {
        if (party === 'charity') charity = node;
      },
    });
    expectAll(outcome, 'CANCELLED');
    expect(created).toBe(0);
  });

  it('no two runs show the same bytes', async () => {
    const seen = async (seed: string): Promise<Set<string>> => {
      const digests = new Set<string>();
      const tamper: Tamper = {
        parcel: ({ header, chunks }) => [
          {
            header,
            chunks: (async function* () {
              for await (const chunk of chunks) {
                digests.add(createHash('sha256').update(chunk).digest('hex'));
                yield chunk;
              }
            })(),
          },
        ],
      };
      await runWorld(plan, few, { seed, tamper });
      return digests;
    };
    const first = await seen('one');
    const second = await seen('two');
    expect(first.size).toBeGreaterThan(10);
    expect([...first].filter((digest) => second.has(digest))).toEqual([]);
  });
});
