import fc from 'fast-check';
import type { LogEvidence } from '../../../core/audit-entries/index.js';
import { MAX_REGISTER_ENTRIES } from '../../../core/governance/index.js';
import { IDENTIFIERS, keysIn, MAX_SCHEME_KEYS } from '../../../core/linkage/index.js';
import type { LinkageStatistics } from '../../../core/linkage/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../../../core/noise/index.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, FAILURE_CODES, REFUSAL_CODES } from '../../../core/private-join/index.js';
import type { ProtocolMessage, Share, TransferHeader } from '../../../core/private-join/index.js';
import type { Floors, RunOffer } from '../../../core/templates/index.js';
import type { FromNode, Hello, RegisterPart, ToNode } from '../../../transport/index.js';
import * as limits from '../../../transport/limits.js';

/** Everything that may be said over the wire. */

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/).filter((text) => text !== 'coordinator');
const party = fc.oneof(id, fc.constant('coordinator'));
const dataset = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,30}$/);
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
export const runId = fc.uuid();
export const subject = fc.oneof(
  fc.constant('tally'),
  fc.tuple(dataset, id).map(([name, agency]) => `${name}/${agency}`),
);
export const hop = fc.nat(limits.MAX_HOP);
const share: fc.Arbitrary<Share> = fc.record({
  party,
  element: bytes(32),
  proof: bytes(64),
  sealingKey: bytes(32),
  checkpoint: fc.string({ unit: 'grapheme', maxLength: 50 }),
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
      rejectedPercent: fc.integer({ min: 0, max: limits.MAX_PERCENT }),
    }),
    {
      maxLength: 5,
      selector: (one) => one.dataset,
    },
  ),
  floors,
  logSize: fc.maxSafeNat(),
  registerSize: fc.nat(MAX_REGISTER_ENTRIES),
});
const offer: fc.Arbitrary<RunOffer> = fc.record({
  runId,
  templateDigest: digest,
  register: fc.record({ size: fc.integer({ min: 1, max: MAX_REGISTER_ENTRIES }), root: digest }),
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
const hashes = fc.array(bytes(32), { maxLength: 4 });
const evidence: fc.Arbitrary<LogEvidence> = fc.record({
  checkpoint: fc.string({ maxLength: 300 }),
  index: fc.maxSafeNat(),
  inclusion: hashes,
  consistency: fc.uniqueArray(fc.record({ first: fc.maxSafeNat(), hashes }), {
    maxLength: limits.MAX_CONSISTENCY_PROOFS,
    selector: ({ first }) => first,
  }),
  logged: fc.record({
    template: fc.string({ maxLength: limits.MAX_TEMPLATE_CHARACTERS }),
    version: fc.integer({ min: 1, max: limits.MAX_TEMPLATE_VERSION }),
    at: fc.constantFrom('2026-11-22T10:00:00.000Z', '1999-01-31T23:59:59.999Z'),
  }),
});
export const fromNode: fc.Arbitrary<FromNode> = fc.oneof(
  hello.map((value) => ({ kind: 'hello' as const, hello: value })),
  fc.record({
    kind: fc.constant('refusal' as const),
    runId,
    code: fc.constantFrom(...REFUSAL_CODES),
    reason: fc.string({ maxLength: 100 }),
  }),
  fc.record({ kind: fc.constant('protocol' as const), runId, message: protocolMessage }),
  fc.record({
    kind: fc.constant('cosignature' as const),
    size: fc.maxSafeNat(),
    line: fc.string({ maxLength: limits.MAX_COSIGNATURE_CHARACTERS }),
  }),
);
const registerPart: fc.Arbitrary<RegisterPart> = fc.record({
  first: fc.nat(MAX_REGISTER_ENTRIES),
  lines: fc.uint8Array({ maxLength: 300 }),
  isLast: fc.boolean(),
  statement: fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 }), { nil: undefined }),
});
export const toNode: fc.Arbitrary<ToNode> = fc.oneof(
  offer.map((value) => ({ kind: 'offer' as const, offer: value })),
  fc.record({ kind: fc.constant('offer' as const), offer, evidence }),
  fc.record({ kind: fc.constant('protocol' as const), runId, message: protocolMessage }),
  registerPart.map((part) => ({ kind: 'register' as const, part })),
  fc.record({ kind: fc.constant('transfer-ready' as const), runId, subject, hop }),
);
export const header: fc.Arbitrary<TransferHeader> = fc.record({
  subject,
  hop,
  from: party,
  to: party,
  count: fc.nat(16_777_216),
  generator: bytes(32),
  encapsulatedKey: bytes(32),
  signature: bytes(64),
});
