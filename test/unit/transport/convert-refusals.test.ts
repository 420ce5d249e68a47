import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_REGISTER_ENTRIES, STATEMENT_KIND } from '../../../core/governance/index.js';
import { IDENTIFIERS, MAX_SCHEME_KEYS } from '../../../core/linkage/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../../../core/noise/index.js';
import {
  CHUNK_RECORDS,
  CIPHERTEXT_BYTES,
  ELEMENT_BYTES,
  MAX_KEY_COLUMNS,
  MAX_LIST_SUMS,
  MAX_SUMS,
  recordWidth,
} from '../../../core/private-join/index.js';
import { SEAL_TAG_BYTES } from '../../../core/private-join/seal.js';
import { chunkFrame, toChunk, toHeader } from '../../../transport/convert-list.js';
import { fromCoordinatorMessage, fromNodeMessage } from '../../../transport/convert.js';
import * as limits from '../../../transport/limits.js';
import type { NodeMessage } from '../../../transport/wire.js';
import { toNode } from './convert-arbitraries.js';
import { errorOf } from './thrown.js';
import {
  nodeTrip,
  coordinatorTrip,
  frameTrip,
  RUN,
  D,
  goodShare,
  goodHeader,
  goodSums,
  held,
  known,
  linked,
  noFloors,
  hi,
  coordinatorMessage,
  registerMessage,
  setsOfSeveral,
  times,
  control,
} from './convert-fixtures.js';
import type { Case } from './convert-fixtures.js';

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
    ['hello.snapshots[0].rejected_percent', { hello: { ...hi, snapshots: [{ ...held, rejectedPercent: 101 }] } }],
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
    [
      'run.share.checkpoint',
      { run: { runId: RUN, share: { ...goodShare, checkpoint: 'x'.repeat(limits.MAX_CHECKPOINT_CHARACTERS + 1) } } },
    ],
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
  const longest = times(limits.MAX_PARTICIPANTS + 1, (n) => ({
    ...goodShare,
    party: `p${n}`,
    checkpoint: 'x'.repeat(limits.MAX_CHECKPOINT_CHARACTERS),
  }));

  it.each([
    ['nothing left', hellos({ snapshots: [{ ...held, epsilonLeft: 0 }] })],
    ['all of the largest budget left', hellos({ snapshots: [{ ...held, epsilonLeft: limits.MAX_EPSILON_LEFT }] })],
    ['no row that can be used', hellos({ snapshots: [{ ...held, rejectedPercent: limits.MAX_PERCENT }] })],
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
    ['shares of the most parties with the longest checkpoints', { run: { runId: RUN, jointKey: { shares: longest } } }],
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
    ['offer.template_digest', coordinatorMessage({ templateDigest: new Uint8Array(0) })],
    ['offer.template_digest', coordinatorMessage({ templateDigest: new Uint8Array(31) })],
    ['offer.template_digest', coordinatorMessage({ templateDigest: new Uint8Array(33) })],
    ['offer.register', coordinatorMessage({ register: null })],
    ['offer.register.size', coordinatorMessage({ register: { size: 0, root: D } })],
    ['offer.register.size', coordinatorMessage({ register: { size: MAX_REGISTER_ENTRIES + 1, root: D } })],
    ['offer.register.root', coordinatorMessage({ register: { size: 1, root: new Uint8Array(31) } })],
    ['offer.register.root', coordinatorMessage({ register: { size: 1, root: new Uint8Array(33) } })],
    ['register.first', registerMessage({ first: MAX_REGISTER_ENTRIES + 1 })],
    ['register.lines', registerMessage({ lines: new Uint8Array(limits.MAX_REGISTER_PART_BYTES + 1) })],
    ['register.statement', registerMessage({ statement: new Uint8Array(STATEMENT_KIND.maxBytes + 1) })],
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
    ['the register’s size', coordinatorMessage({ register: { size: MAX_REGISTER_ENTRIES, root: D } })],
    ['where the register begins', registerMessage({ first: MAX_REGISTER_ENTRIES })],
    ['a part of the register', registerMessage({ lines: new Uint8Array(limits.MAX_REGISTER_PART_BYTES) })],
    ['the statement', registerMessage({ statement: new Uint8Array(STATEMENT_KIND.maxBytes) })],
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
        snapshots: [{ dataset: 'a', snapshot: 'AB', asAt: '', epsilonLeft: 0, linkage: [], rejectedPercent: 0 }],
        floors: { threshold: 0, roundTo: 0, epsilon: null },
        logSize: 0,
        registerSize: 0,
      },
    } as const;
    expect(errorOf(() => fromNodeMessage(wrong))).toMatchObject({ code: 'BAD_MESSAGE', field: 'snapshot' });
  });

  it('a template’s digest that is none is refused before it is sent, by its own name', () => {
    const [offer] = fc.sample(
      toNode.filter(({ kind }) => kind === 'offer'),
      { numRuns: 1, seed: 1 },
    );
    if (offer?.kind !== 'offer') throw new Error('no offer');
    const wrong = { ...offer, offer: { ...offer.offer, templateDigest: 'AB' } };
    expect(errorOf(() => fromCoordinatorMessage(wrong))).toMatchObject({
      code: 'BAD_MESSAGE',
      field: 'template_digest',
    });
  });

  it('the widest chunk of records fits into a chunk, and a chunk into a message', () => {
    const widest = CHUNK_RECORDS * recordWidth(MAX_KEY_COLUMNS, MAX_LIST_SUMS) + SEAL_TAG_BYTES;
    expect(widest).toBeLessThan(limits.MAX_CHUNK_BYTES);
    expect(limits.MAX_CHUNK_BYTES).toBeLessThan(limits.MAX_MESSAGE_BYTES);
  });
});
