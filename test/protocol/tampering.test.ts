import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { COORDINATOR, inlineEngine, signingKey, TALLY } from '../../core/private-join/index.js';
import { lengthPrefixed, uint32Bytes, utf8Bytes } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import type {
  Engine,
  FailureCode,
  Group,
  Job,
  PartyId,
  ProtocolMessage,
  Share,
  TransferHeader,
} from '../../core/private-join/index.js';
import type { Tamper } from '../../transport/index.js';
import { list, threePartyPlan } from '../support/plans.js';
import { seededRng } from '../support/seeded-rng.js';
import { runWorld } from '../support/world.js';
import type { Variant } from '../support/world.js';
import {
  plan,
  few,
  twoParties,
  long,
  listsOf,
  group,
  expectAll,
  altering,
  answering,
  all,
  rearranged,
  flipped,
  stations,
  victims,
  support,
} from './tampering-fixtures.js';

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
