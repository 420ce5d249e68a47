import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IDENTIFIERS, keysIn, MAX_SCHEME_KEYS } from '../../../core/linkage/index.js';
import type { KeySet, LinkageStatistics } from '../../../core/linkage/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../../../core/noise/index.js';
import {
  CHUNK_RECORDS,
  CIPHERTEXT_BYTES,
  ELEMENT_BYTES,
  FAILURE_CODES,
  MAX_KEY_COLUMNS,
  MAX_LIST_SUMS,
  MAX_SUMS,
  recordWidth,
  REFUSAL_CODES,
} from '../../../core/private-join/index.js';
import type { ProtocolMessage, Share, TransferHeader } from '../../../core/private-join/index.js';
import { SEAL_TAG_BYTES } from '../../../core/private-join/seal.js';
import type { Floors, RunOffer } from '../../../core/templates/index.js';
import { chunkFrame, headerFrame, toChunk, toHeader, toListRequest } from '../../../transport/convert-list.js';
import {
  fromCoordinatorMessage,
  fromNodeMessage,
  toCoordinatorMessage,
  toNodeMessage,
} from '../../../transport/convert.js';
import type { FromNode, Hello, ToNode } from '../../../transport/index.js';
import * as limits from '../../../transport/limits.js';
import { federationMethods } from '../../../transport/wire.js';
import type { CoordinatorMessage, ListFrame, NodeMessage } from '../../../transport/wire.js';
import { errorOf } from './thrown.js';

const { control, sendList, receiveList } = federationMethods();

/** Through the real bytes, both ways. */
const nodeTrip = (message: NodeMessage): FromNode =>
  toNodeMessage(control.requestDeserialize(control.requestSerialize(message)));
const coordinatorTrip = (message: CoordinatorMessage): ReturnType<typeof toCoordinatorMessage> =>
  toCoordinatorMessage(control.responseDeserialize(control.responseSerialize(message)));
const frameTrip = (frame: ListFrame): ReturnType<typeof sendList.requestDeserialize> =>
  sendList.requestDeserialize(sendList.requestSerialize(frame));

// ---- what may be said

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/).filter((text) => text !== 'coordinator');
const party = fc.oneof(id, fc.constant('coordinator'));
const dataset = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,30}$/);
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const runId = fc.uuid();
const subject = fc.oneof(
  fc.constant('tally'),
  fc.tuple(dataset, id).map(([name, agency]) => `${name}/${agency}`),
);
const hop = fc.nat(limits.MAX_HOP);
const share: fc.Arbitrary<Share> = fc.record({
  party,
  element: bytes(32),
  proof: bytes(64),
  sealingKey: bytes(32),
  signature: bytes(64),
});
const protocolMessage: fc.Arbitrary<ProtocolMessage> = fc.oneof(
  share.map((value) => ({ kind: 'share' as const, share: value })),
  fc
    .uniqueArray(share, { minLength: 1, maxLength: 5, selector: (one) => one.party })
    .map((shares) => ({ kind: 'joint-key' as const, shares })),
  fc.record({ kind: fc.constant('abort' as const), code: fc.constantFrom(...FAILURE_CODES), party }),
  fc
    .integer({ min: 1, max: 9 })
    .chain((count) => fc.record({ kind: fc.constant('sums' as const), ciphertexts: bytes(count * CIPHERTEXT_BYTES) })),
  fc.integer({ min: 1, max: 9 }).chain((count) =>
    fc.record({
      kind: fc.constant('sum-shares' as const),
      noised: bytes(count * CIPHERTEXT_BYTES),
      shares: bytes(count * ELEMENT_BYTES),
      proof: bytes(64),
    }),
  ),
  fc.constant({ kind: 'finished' as const }),
  fc.constant({ kind: 'working' as const }),
);
const floors: fc.Arbitrary<Floors> = fc.record({
  threshold: fc.nat(1_000),
  roundTo: fc.nat(1_000),
  epsilon: fc.option(fc.double({ min: MINIMUM_EPSILON, max: MAXIMUM_EPSILON, noNaN: true })),
});
const deviation = fc.double({ min: 0, max: limits.MAX_STATISTIC, noNaN: true });
const statistic = fc.nat(limits.MAX_STATISTIC);
const signedStatistic = fc.integer({ min: -limits.MAX_STATISTIC, max: limits.MAX_STATISTIC });
const linkage: fc.Arbitrary<LinkageStatistics> = fc.integer({ min: 1, max: MAX_SCHEME_KEYS }).chain((keys) =>
  fc
    .record({
      scheme: id,
      schemeVersion: fc.integer({ min: 1, max: limits.MAX_LINKAGE_VERSION }),
      normaliser: fc.integer({ min: 1, max: limits.MAX_LINKAGE_VERSION }),
      people: statistic,
      duplicates: statistic,
      missing: fc.dictionary(fc.constantFrom(...IDENTIFIERS), statistic, { noNullPrototype: true }),
      keys: fc.uniqueArray(
        fc.record({
          name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,20}$/),
          keyed: statistic,
          withdrawn: statistic,
        }),
        { minLength: keys, maxLength: keys, selector: ({ name }) => name },
      ),
      alone: fc.array(signedStatistic, { minLength: keys, maxLength: keys }),
      sets: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 2 ** keys - 1 }), statistic), {
        maxLength: 9,
        selector: ([set]) => set,
      }),
      several: signedStatistic,
      deviation: fc.record({ alone: deviation, sets: deviation, several: deviation }),
    })
    .map(({ alone, sets, several, deviation, ...rest }) => ({
      ...rest,
      nonMatches: {
        pairs: (rest.people * Math.max(0, rest.people - 1)) / 2,
        alone,
        sets: new Map(sets.filter(([set]) => keysIn(set) > 1)),
        several,
        deviation,
      },
    })),
);
const hello: fc.Arbitrary<Hello> = fc.record({
  softwareVersion: fc.string({ maxLength: limits.MAX_VERSION_CHARACTERS, unit: 'grapheme-ascii' }),
  snapshots: fc.uniqueArray(
    fc.record({
      dataset,
      snapshot: digest,
      asAt: fc.constantFrom('2026-11-22', '1999-01-31'),
      epsilonLeft: fc.double({ min: 0, max: limits.MAX_EPSILON_LEFT, noNaN: true }),
      linkage: fc.uniqueArray(linkage, { maxLength: 3, selector: ({ scheme }) => scheme }),
    }),
    {
      maxLength: 5,
      selector: (one) => one.dataset,
    },
  ),
  floors,
});
const offer: fc.Arbitrary<RunOffer> = fc.record({
  runId,
  envelope: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  parameters: fc.dictionary(
    fc.stringMatching(/^[a-z][A-Za-z0-9-]{0,20}$/),
    fc.array(fc.string({ maxLength: 20 }), { maxLength: 4 }),
    {
      maxKeys: 4,
      noNullPrototype: true,
    },
  ),
  requester: fc.string({ maxLength: 40 }),
  purpose: id,
  participants: fc.uniqueArray(
    fc.record({
      agency: id,
      datasets: fc.uniqueArray(fc.record({ dataset, snapshot: digest }), {
        maxLength: 3,
        selector: (one) => one.dataset,
      }),
      floors,
    }),
    { minLength: 1, maxLength: 5, selector: (one) => one.agency },
  ),
});
const fromNode: fc.Arbitrary<FromNode> = fc.oneof(
  hello.map((value) => ({ kind: 'hello' as const, hello: value })),
  fc.record({
    kind: fc.constant('refusal' as const),
    runId,
    code: fc.constantFrom(...REFUSAL_CODES),
    reason: fc.string({ maxLength: 100 }),
  }),
  fc.record({ kind: fc.constant('protocol' as const), runId, message: protocolMessage }),
);
const toNode: fc.Arbitrary<ToNode> = fc.oneof(
  offer.map((value) => ({ kind: 'offer' as const, offer: value })),
  fc.record({ kind: fc.constant('protocol' as const), runId, message: protocolMessage }),
  fc.record({ kind: fc.constant('transfer-ready' as const), runId, subject, hop }),
);
const header: fc.Arbitrary<TransferHeader> = fc.record({
  subject,
  hop,
  from: party,
  to: party,
  count: fc.nat(16_777_216),
  generator: bytes(32),
  encapsulatedKey: bytes(32),
  signature: bytes(64),
});

describe('what goes over the wire comes back as it was', () => {
  it('from a node', () => {
    fc.assert(
      fc.property(fromNode, (message) => {
        expect(nodeTrip(fromNodeMessage(message))).toEqual(message);
      }),
    );
  });

  it('from the coordinator', () => {
    fc.assert(
      fc.property(toNode, (message) => {
        expect(coordinatorTrip(fromCoordinatorMessage(message))).toEqual(message);
      }),
    );
  });

  it('the welcome', () => {
    const welcome = { kind: 'welcome', softwareVersion: '0.1.0' } as const;
    expect(coordinatorTrip(fromCoordinatorMessage(welcome))).toEqual(welcome);
  });

  it('in a list', () => {
    fc.assert(
      fc.property(runId, header, fc.uint8Array({ minLength: 1, maxLength: 500 }), (run, head, chunk) => {
        expect(toHeader(frameTrip(headerFrame({ runId: run, header: head })))).toEqual({ runId: run, header: head });
        expect(toChunk(frameTrip(chunkFrame(chunk)))).toEqual(chunk);
      }),
    );
  });

  it('a request for a list', () => {
    fc.assert(
      fc.property(fc.record({ runId, subject, hop }), (request) => {
        expect(toListRequest(receiveList.requestDeserialize(receiveList.requestSerialize(request)))).toEqual(request);
      }),
    );
  });

  it('bytes are plain Uint8Arrays', () => {
    const chunk = toChunk(frameTrip(chunkFrame(new Uint8Array([1, 2]))));
    expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype);
  });

  it('a refusal’s reason is cut to its limit', () => {
    const reason = 'x'.repeat(limits.MAX_REASON_CHARACTERS + 1);
    const refusal = { kind: 'refusal', runId: RUN, code: 'SNAPSHOT_STALE', reason } as const;
    expect(nodeTrip(fromNodeMessage(refusal))).toEqual({ ...refusal, reason: reason.slice(1) });
  });

  it('of more sets of shared keys than may be sent, the most frequent go', () => {
    const keys = times(MAX_SCHEME_KEYS, (n) => ({ name: `k${n}`, keyed: 0, withdrawn: 0 }));
    const sets = setsOfSeveral(limits.MAX_KEY_SETS + 2).map((set, n) => [set, n === 7 ? 0 : n + 1] as const);
    const statistics: LinkageStatistics = {
      ...{ scheme: 'a', schemeVersion: 1, normaliser: 1, people: 0, duplicates: 0, missing: {}, keys },
      nonMatches: {
        ...{ pairs: 0, alone: keys.map(() => 0), sets: new Map(sets), several: 0 },
        deviation: { alone: 0, sets: 0, several: 0 },
      },
    };
    const snapshot = { dataset: 'a', snapshot: 'ab'.repeat(32), asAt: '2026-11-22', epsilonLeft: 0 };
    const hello = {
      softwareVersion: '',
      snapshots: [{ ...snapshot, linkage: [statistics] }],
      floors: { ...noFloors, epsilon: null },
    };
    const received = nodeTrip(fromNodeMessage({ kind: 'hello', hello }));
    const [kept] = received.kind === 'hello' ? (received.hello.snapshots[0]?.linkage ?? []) : [];
    const expected = sets.filter(([, pairs]) => pairs > 1);
    expect(new Map([...(kept?.nonMatches.sets ?? [])].sort(([one], [other]) => one - other))).toEqual(
      new Map(expected),
    );
  });

  it('a parameter may have any name without meaning anything else', () => {
    // The name of an object's prototype is refused for its form, not looked up.
    const value = coordinatorMessage({ parameters: [{ name: 'constructor', values: ['a'] }] });
    expect(coordinatorTrip(value)).toMatchObject({ offer: { parameters: { constructor: ['a'] } } });
  });
});

// ---- what is refused

const RUN = '5a0b6e2c-30b8-4c0b-9d40-5bd0c7a6f1a1';
const D = new Uint8Array(32).fill(1);

const goodShare = {
  party: 'police',
  element: new Uint8Array(32),
  proof: new Uint8Array(64),
  sealingKey: new Uint8Array(32),
  signature: new Uint8Array(64),
};
const goodHeader = {
  runId: RUN,
  subject: 'police.victim-crimes/police',
  hop: 1,
  from: 'police',
  to: 'cps',
  count: 1,
  generator: new Uint8Array(32),
  encapsulatedKey: new Uint8Array(32),
  signature: new Uint8Array(64),
};
const goodSums = { noised: new Uint8Array(128), shares: new Uint8Array(64), proof: new Uint8Array(64) };
const held = { dataset: 'a', snapshot: D, asAt: '2026-11-22', epsilonLeft: 10, linkage: [] };
const known = {
  scheme: 'standard',
  schemeVersion: 1,
  normaliser: 1,
  people: 1,
  duplicates: 0,
  missing: [{ identifier: 'postcode', people: 1 }],
  keys: [
    { name: 'F1.S3.Dw', keyed: 1, withdrawn: 0 },
    { name: 'FSm.D', keyed: 1, withdrawn: 0 },
  ],
  sets: [{ keys: 3, pairs: 1 }],
  alone: [0, -1],
  several: -1,
  aloneDeviation: 3,
  setsDeviation: 2,
  severalDeviation: 1,
};
const linked = (...linkage: readonly object[]): object => ({ hello: { ...hi, snapshots: [{ ...held, linkage }] } });
const noFloors = { threshold: 0, roundTo: 0 };
const hi = { softwareVersion: '', snapshots: [held], floors: noFloors };

function coordinatorMessage(changes: object): CoordinatorMessage {
  return {
    offer: {
      runId: RUN,
      envelope: new Uint8Array(1),
      parameters: [],
      requester: '',
      purpose: 'research-statistics',
      participants: [{ agency: 'police', datasets: [], floors: noFloors }],
      ...changes,
    },
  };
}

/** Of two keys and more, the smallest numbers first. */
function setsOfSeveral(count: number): KeySet[] {
  return times(2 ** MAX_SCHEME_KEYS, (set) => set)
    .filter((set) => keysIn(set) > 1)
    .slice(0, count);
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

type Case = readonly [field: string, message: object];

describe('a message from a node is refused when', () => {
  const cases: readonly Case[] = [
    ['kind', {}],
    ['hello.software_version', { hello: { softwareVersion: 'x'.repeat(65) } }],
    ['hello.snapshots', { hello: { snapshots: times(65, (n) => ({ ...held, dataset: `d${n}` })) } }],
    ['hello.snapshots', { hello: { snapshots: [held, held] } }],
    ['hello.snapshots[1].dataset', { hello: { snapshots: [held, { ...held, dataset: 'Not A Name' }] } }],
    ['hello.snapshots[0].dataset', { hello: { snapshots: [{ ...held, dataset: 'd'.repeat(129) }] } }],
    ['hello.snapshots[0].snapshot', { hello: { snapshots: [{ ...held, snapshot: new Uint8Array(31) }] } }],
    ['hello.snapshots[0].as_at', { hello: { snapshots: [{ ...held, asAt: '22/11/2026' }] } }],
    ['hello.snapshots[0].as_at', { hello: { snapshots: [{ ...held, asAt: '2026-13-01' }] } }],
    ['hello.snapshots[0].epsilon_left', { hello: { ...hi, snapshots: [{ ...held, epsilonLeft: -0.001 }] } }],
    ['hello.snapshots[0].epsilon_left', { hello: { ...hi, snapshots: [{ ...held, epsilonLeft: 1_000_001 }] } }],
    ['hello.snapshots[0].epsilon_left', { hello: { ...hi, snapshots: [{ ...held, epsilonLeft: NaN }] } }],
    ['hello.snapshots[0].linkage', linked(...times(17, (n) => ({ ...known, scheme: `s${n}` })))],
    ['hello.snapshots[0].linkage', linked(known, known)],
    ['hello.snapshots[0].linkage[0].scheme', linked({ ...known, scheme: '' })],
    ['hello.snapshots[0].linkage[0].scheme', linked({ ...known, scheme: 's'.repeat(65) })],
    ['hello.snapshots[0].linkage[0].scheme_version', linked({ ...known, schemeVersion: 0 })],
    ['hello.snapshots[0].linkage[0].scheme_version', linked({ ...known, schemeVersion: 1_000_001 })],
    ['hello.snapshots[0].linkage[0].normaliser', linked({ ...known, normaliser: 0 })],
    ['hello.snapshots[0].linkage[0].normaliser', linked({ ...known, normaliser: 1_000_001 })],
    ['hello.snapshots[0].linkage[0].people', linked({ ...known, people: -1 })],
    ['hello.snapshots[0].linkage[0].people', linked({ ...known, people: 1_000_000_001 })],
    ['hello.snapshots[0].linkage[0].duplicates', linked({ ...known, duplicates: -1 })],
    [
      'hello.snapshots[0].linkage[0].missing',
      linked({ ...known, missing: times(17, () => ({ identifier: 'sex', people: 1 })) }),
    ],
    [
      'hello.snapshots[0].linkage[0].missing',
      linked({ ...known, missing: times(2, () => ({ identifier: 'sex', people: 1 })) }),
    ],
    [
      'hello.snapshots[0].linkage[0].missing[0].identifier',
      linked({ ...known, missing: [{ identifier: 'toString', people: 1 }] }),
    ],
    [
      'hello.snapshots[0].linkage[0].missing[0].people',
      linked({ ...known, missing: [{ identifier: 'sex', people: -1 }] }),
    ],
    ['hello.snapshots[0].linkage[0].keys', linked({ ...known, keys: [] })],
    ['hello.snapshots[0].linkage[0].keys', linked({ ...known, keys: times(17, (n) => ({ name: `k${n}` })) })],
    ['hello.snapshots[0].linkage[0].keys', linked({ ...known, keys: times(2, () => ({ name: 'F' })) })],
    ['hello.snapshots[0].linkage[0].keys[0].name', linked({ ...known, keys: [{ name: 'F|S' }] })],
    ['hello.snapshots[0].linkage[0].keys[0].name', linked({ ...known, keys: [{ name: 'F'.repeat(65) }] })],
    ['hello.snapshots[0].linkage[0].keys[0].keyed', linked({ ...known, keys: [{ name: 'F', keyed: -1 }] })],
    [
      'hello.snapshots[0].linkage[0].keys[0].withdrawn',
      linked({ ...known, keys: [{ name: 'F', withdrawn: 1_000_000_001 }] }),
    ],
    [
      'hello.snapshots[0].linkage[0].sets',
      linked({ ...known, sets: setsOfSeveral(limits.MAX_KEY_SETS + 1).map((keys) => ({ keys, pairs: 1 })) }),
    ],
    ['hello.snapshots[0].linkage[0].sets', linked({ ...known, sets: times(2, () => ({ keys: 3, pairs: 1 })) })],
    ['hello.snapshots[0].linkage[0].sets[0].keys', linked({ ...known, sets: [{ keys: 0, pairs: 1 }] })],
    ['hello.snapshots[0].linkage[0].sets[0].keys', linked({ ...known, sets: [{ keys: 1, pairs: 1 }] })],
    ['hello.snapshots[0].linkage[0].sets[0].keys', linked({ ...known, sets: [{ keys: 2, pairs: 1 }] })],
    // Bit 2, of two keys.
    ['hello.snapshots[0].linkage[0].sets[0].keys', linked({ ...known, sets: [{ keys: 5, pairs: 1 }] })],
    ['hello.snapshots[0].linkage[0].sets[0].pairs', linked({ ...known, sets: [{ keys: 3, pairs: -1 }] })],
    ['hello.snapshots[0].linkage[0].alone', linked({ ...known, alone: [1] })],
    ['hello.snapshots[0].linkage[0].alone', linked({ ...known, alone: [1, 2, 3] })],
    ['hello.snapshots[0].linkage[0].alone[1]', linked({ ...known, alone: [0, -1_000_000_001] })],
    ['hello.snapshots[0].linkage[0].alone[0]', linked({ ...known, alone: [1_000_000_001, 0] })],
    ['hello.snapshots[0].linkage[0].several', linked({ ...known, several: -1_000_000_001 })],
    ['hello.snapshots[0].linkage[0].several', linked({ ...known, several: 1_000_000_001 })],
    ['hello.snapshots[0].linkage[0].alone_deviation', linked({ ...known, aloneDeviation: -1 })],
    ['hello.snapshots[0].linkage[0].alone_deviation', linked({ ...known, aloneDeviation: 1_000_000_000.5 })],
    ['hello.snapshots[0].linkage[0].sets_deviation', linked({ ...known, setsDeviation: -1 })],
    ['hello.snapshots[0].linkage[0].sets_deviation', linked({ ...known, setsDeviation: NaN })],
    ['hello.snapshots[0].linkage[0].several_deviation', linked({ ...known, severalDeviation: -1 })],
    ['hello.snapshots[0].linkage[0].several_deviation', linked({ ...known, severalDeviation: Infinity })],
    ['hello.floors', { hello: { softwareVersion: '', snapshots: [] } }],
    ['hello.floors.threshold', { hello: { ...hi, floors: { ...noFloors, threshold: 1_001 } } }],
    ['hello.floors.round_to', { hello: { ...hi, floors: { ...noFloors, roundTo: 1_001 } } }],
    ['hello.floors.epsilon', { hello: { ...hi, floors: { ...noFloors, epsilon: 0 } } }],
    ['hello.floors.epsilon', { hello: { ...hi, floors: { ...noFloors, epsilon: 0.0099 } } }],
    ['hello.floors.epsilon', { hello: { ...hi, floors: { ...noFloors, epsilon: 10.001 } } }],
    ['hello.floors.epsilon', { hello: { ...hi, floors: { ...noFloors, epsilon: NaN } } }],
    ['refusal.run_id', { refusal: { runId: 'x', code: 'SNAPSHOT_STALE', reason: '' } }],
    ['refusal.run_id', { refusal: { runId: RUN.toUpperCase(), code: 'SNAPSHOT_STALE', reason: '' } }],
    ['refusal.code', { refusal: { runId: RUN, code: 'toString', reason: '' } }],
    ['refusal.reason', { refusal: { runId: RUN, code: 'SNAPSHOT_STALE', reason: 'x'.repeat(1_001) } }],
    ['run.run_id', { run: { runId: '', finished: {} } }],
    ['run.message', { run: { runId: RUN } }],
    ['run.abort.code', { run: { runId: RUN, abort: { code: 'NOT_A_CODE', party: 'police' } } }],
    ['run.abort.party', { run: { runId: RUN, abort: { code: 'INTERNAL', party: '' } } }],
    ['run.share.party', { run: { runId: RUN, share: { ...goodShare, party: '../x' } } }],
    ['run.share.element', { run: { runId: RUN, share: { ...goodShare, element: new Uint8Array(33) } } }],
    ['run.share.proof', { run: { runId: RUN, share: { ...goodShare, proof: new Uint8Array(63) } } }],
    ['run.share.sealing_key', { run: { runId: RUN, share: { ...goodShare, sealingKey: new Uint8Array(0) } } }],
    ['run.share.signature', { run: { runId: RUN, share: { ...goodShare, signature: new Uint8Array(65) } } }],
    ['run.joint_key.shares', { run: { runId: RUN, jointKey: { shares: [] } } }],
    ['run.joint_key.shares', { run: { runId: RUN, jointKey: { shares: [goodShare, goodShare] } } }],
    [
      'run.joint_key.shares',
      { run: { runId: RUN, jointKey: { shares: times(130, (n) => ({ ...goodShare, party: `p${n}` })) } } },
    ],
    ['run.sums.ciphertexts', { run: { runId: RUN, sums: { ciphertexts: new Uint8Array(0) } } }],
    ['run.sums.ciphertexts', { run: { runId: RUN, sums: { ciphertexts: new Uint8Array(96) } } }],
    ['run.sums.ciphertexts', { run: { runId: RUN, sums: { ciphertexts: new Uint8Array(64 * (MAX_SUMS + 1)) } } }],
    ['run.sum_shares.noised', { run: { runId: RUN, sumShares: { ...goodSums, noised: new Uint8Array(65) } } }],
    [
      'run.sum_shares.noised',
      { run: { runId: RUN, sumShares: { ...goodSums, noised: new Uint8Array(64 * (MAX_SUMS + 1)) } } },
    ],
    ['run.sum_shares.shares', { run: { runId: RUN, sumShares: { ...goodSums, shares: new Uint8Array(31) } } }],
    [
      'run.sum_shares.shares',
      { run: { runId: RUN, sumShares: { ...goodSums, shares: new Uint8Array(32 * (MAX_SUMS + 1)) } } },
    ],
    ['run.sum_shares.proof', { run: { runId: RUN, sumShares: { ...goodSums, proof: new Uint8Array(32) } } }],
    [
      'run.joint_key.shares[1].proof',
      {
        run: {
          runId: RUN,
          jointKey: { shares: [goodShare, { ...goodShare, party: 'cps', proof: new Uint8Array(1) }] },
        },
      },
    ],
  ];

  it.each(cases)('%s is not as it should be (%#)', (field, message) => {
    expect(errorOf(() => nodeTrip(message))).toMatchObject({ code: 'BAD_MESSAGE', field });
  });
});

describe('a message from a node may be as large as its limit', () => {
  const hellos = (change: object): NodeMessage => ({ hello: { ...hi, ...change } });

  it.each([
    ['nothing left', hellos({ snapshots: [{ ...held, epsilonLeft: 0 }] })],
    ['all of the largest budget left', hellos({ snapshots: [{ ...held, epsilonLeft: limits.MAX_EPSILON_LEFT }] })],
    ['statistics of the most schemes', linked(...times(limits.MAX_STATISTICS, (n) => ({ ...known, scheme: `s${n}` })))],
    [
      'the most sets of the most keys',
      linked({
        ...known,
        keys: times(MAX_SCHEME_KEYS, (n) => ({ name: `k${n}`, keyed: limits.MAX_STATISTIC, withdrawn: 0 })),
        sets: times(limits.MAX_KEY_SETS, (n) => ({ keys: 2 ** MAX_SCHEME_KEYS - 1 - n, pairs: limits.MAX_STATISTIC })),
        missing: IDENTIFIERS.map((identifier) => ({ identifier, people: limits.MAX_STATISTIC })),
        alone: times(MAX_SCHEME_KEYS, (n) => (n === 0 ? limits.MAX_STATISTIC : -limits.MAX_STATISTIC)),
        several: -limits.MAX_STATISTIC,
        ...{ aloneDeviation: limits.MAX_STATISTIC, severalDeviation: limits.MAX_STATISTIC },
      }),
    ],
    ['the highest floors', hellos({ floors: { threshold: 1_000, roundTo: 1_000, epsilon: MAXIMUM_EPSILON } })],
    ['the lowest epsilon', hellos({ floors: { ...noFloors, epsilon: MINIMUM_EPSILON } })],
    [
      'the most sums',
      {
        run: {
          runId: RUN,
          sumShares: {
            ...goodSums,
            noised: new Uint8Array(MAX_SUMS * CIPHERTEXT_BYTES),
            shares: new Uint8Array(MAX_SUMS * ELEMENT_BYTES),
          },
        },
      },
    ],
  ])('%s', (_, message) => {
    expect(errorOf(() => nodeTrip(message))).toBeUndefined();
    expect(control.requestSerialize(message).length).toBeLessThan(limits.MAX_MESSAGE_BYTES);
  });
});

describe('a message from the coordinator is refused when', () => {
  const participant = (n: number): object => ({ agency: `a${n}`, datasets: [], floors: noFloors });
  const offered = (n: number): object => ({ dataset: `d${n}`, snapshot: D });
  const cases: readonly Case[] = [
    ['kind', {}],
    ['welcome.software_version', { welcome: { softwareVersion: 'x'.repeat(65) } }],
    ['offer.run_id', coordinatorMessage({ runId: '' })],
    ['offer.envelope', coordinatorMessage({ envelope: new Uint8Array(0) })],
    ['offer.envelope', coordinatorMessage({ envelope: new Uint8Array(limits.MAX_ENVELOPE_BYTES + 1) })],
    ['offer.parameters', coordinatorMessage({ parameters: times(65, (n) => ({ name: `p${n}` })) })],
    ['offer.parameters', coordinatorMessage({ parameters: [{ name: 'a' }, { name: 'a' }] })],
    ['offer.parameters[0].name', coordinatorMessage({ parameters: [{ name: '__proto__' }] })],
    ['offer.parameters[0].values', coordinatorMessage({ parameters: [{ name: 'a', values: times(1_025, String) }] })],
    ['offer.parameters[0].values[0]', coordinatorMessage({ parameters: [{ name: 'a', values: ['x'.repeat(129)] }] })],
    ['offer.requester', coordinatorMessage({ requester: 'x'.repeat(201) })],
    ['offer.purpose', coordinatorMessage({ purpose: '' })],
    ['offer.purpose', coordinatorMessage({ purpose: 'x'.repeat(65) })],
    ['offer.participants', coordinatorMessage({ participants: [] })],
    ['offer.participants', coordinatorMessage({ participants: times(129, participant) })],
    ['offer.participants', coordinatorMessage({ participants: [participant(1), participant(1)] })],
    ['offer.participants[0].agency', coordinatorMessage({ participants: [{ agency: 'coordinator' }] })],
    [
      'offer.participants[0].datasets',
      coordinatorMessage({ participants: [{ agency: 'a', datasets: times(65, offered) }] }),
    ],
    [
      'offer.participants[0].datasets',
      coordinatorMessage({ participants: [{ agency: 'a', datasets: [offered(1), offered(1)] }] }),
    ],
    [
      'offer.participants[0].datasets[0].snapshot',
      coordinatorMessage({
        participants: [{ agency: 'a', datasets: [{ dataset: 'd', snapshot: new Uint8Array(33) }] }],
      }),
    ],
    ['offer.participants[0].floors', coordinatorMessage({ participants: [{ agency: 'a', datasets: [] }] })],
    [
      'offer.participants[0].floors.threshold',
      coordinatorMessage({ participants: [{ agency: 'a', floors: { ...noFloors, threshold: 1_001 } }] }),
    ],
    [
      'offer.participants[0].floors.epsilon',
      coordinatorMessage({ participants: [{ agency: 'a', floors: { ...noFloors, epsilon: 11 } }] }),
    ],
    ['transfer_ready.run_id', { transferReady: { runId: 'x', subject: 'tally', hop: 0 } }],
    ['transfer_ready.subject', { transferReady: { runId: RUN, subject: 'no-slash', hop: 0 } }],
    ['transfer_ready.hop', { transferReady: { runId: RUN, subject: 'tally', hop: limits.MAX_HOP + 1 } }],
  ];

  it.each(cases)('%s is not as it should be (%#)', (field, message) => {
    expect(errorOf(() => coordinatorTrip(message))).toMatchObject({ code: 'BAD_MESSAGE', field });
  });

  it.each([
    ['the envelope', coordinatorMessage({ envelope: new Uint8Array(limits.MAX_ENVELOPE_BYTES) })],
    ['the parameters', coordinatorMessage({ parameters: times(64, (n) => ({ name: `p${n}`, values: [] })) })],
    ['a parameter’s values', coordinatorMessage({ parameters: [{ name: 'a', values: times(1_024, String) }] })],
    ['a parameter’s value', coordinatorMessage({ parameters: [{ name: 'a', values: ['x'.repeat(128)] }] })],
    ['the requester', coordinatorMessage({ requester: 'x'.repeat(200) })],
    ['the participants', coordinatorMessage({ participants: times(128, participant) })],
    [
      'the datasets',
      coordinatorMessage({ participants: [{ agency: 'a', datasets: times(64, offered), floors: noFloors }] }),
    ],
    ['the hop', { transferReady: { runId: RUN, subject: 'tally', hop: limits.MAX_HOP } }],
  ])('%s may be as large as its limit', (_, message) => {
    expect(errorOf(() => coordinatorTrip(message))).toBeUndefined();
  });
});

describe('a frame of a list is refused when', () => {
  const cases: readonly Case[] = [
    ['kind', {}],
    ['kind', { chunk: new Uint8Array(1) }],
    ['header.run_id', { header: { ...goodHeader, runId: '' } }],
    ['header.subject', { header: { ...goodHeader, subject: `${'d'.repeat(129)}/${'a'.repeat(65)}` } }],
    ['header.subject', { header: { ...goodHeader, subject: 'a/b/c' } }],
    ['header.hop', { header: { ...goodHeader, hop: 1_001 } }],
    ['header.from', { header: { ...goodHeader, from: '' } }],
    ['header.to', { header: { ...goodHeader, to: 'x'.repeat(65) } }],
    ['header.count', { header: { ...goodHeader, count: 16_777_217 } }],
    ['header.generator', { header: { ...goodHeader, generator: new Uint8Array(31) } }],
    ['header.encapsulated_key', { header: { ...goodHeader, encapsulatedKey: new Uint8Array(31) } }],
    ['header.signature', { header: { ...goodHeader, signature: new Uint8Array(0) } }],
  ];

  it.each(cases)('%s is not as it should be (%#)', (field, frame) => {
    expect(errorOf(() => toHeader(frameTrip(frame)))).toMatchObject({ code: 'BAD_MESSAGE', field });
  });

  it('a chunk is empty, too large, or no chunk', () => {
    expect(errorOf(() => toChunk(frameTrip({ header: goodHeader })))).toMatchObject({ field: 'kind' });
    expect(errorOf(() => toChunk(frameTrip({ chunk: new Uint8Array(0) })))).toMatchObject({ field: 'chunk' });
    const tooLarge = new Uint8Array(limits.MAX_CHUNK_BYTES + 1);
    expect(errorOf(() => toChunk(frameTrip({ chunk: tooLarge })))).toMatchObject({ field: 'chunk' });
    expect(errorOf(() => chunkFrame(tooLarge))).toMatchObject({ code: 'BAD_MESSAGE' });
    expect(errorOf(() => toChunk(frameTrip({ chunk: tooLarge.subarray(1) })))).toBeUndefined();
  });
});

describe('what this side would say wrongly', () => {
  it('a snapshot that is no digest is refused before it is sent', () => {
    const wrong = {
      kind: 'hello',
      hello: {
        softwareVersion: '',
        snapshots: [{ dataset: 'a', snapshot: 'AB', asAt: '', epsilonLeft: 0, linkage: [] }],
        floors: { threshold: 0, roundTo: 0, epsilon: null },
      },
    } as const;
    expect(errorOf(() => fromNodeMessage(wrong))).toMatchObject({ code: 'BAD_MESSAGE', field: 'snapshot' });
  });

  it('the widest chunk of records fits into a chunk, and a chunk into a message', () => {
    const widest = CHUNK_RECORDS * recordWidth(MAX_KEY_COLUMNS, MAX_LIST_SUMS) + SEAL_TAG_BYTES;
    expect(widest).toBeLessThan(limits.MAX_CHUNK_BYTES);
    expect(limits.MAX_CHUNK_BYTES).toBeLessThan(limits.MAX_MESSAGE_BYTES);
  });
});
