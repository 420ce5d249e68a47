import { createPrivateKey } from 'node:crypto';

import { concatBytes, toHex, utf8Bytes } from '../../core/base/index.js';
import { computeContext } from '../../core/private-join/context.js';
import { matchKeyDomain } from '../../core/private-join/domains.js';
import { createGroup, IDENTITY } from '../../core/private-join/group.js';
import { signingKey } from '../../core/private-join/identity.js';
import { jointKey, makeShare } from '../../core/private-join/joint-key.js';
import { runJob } from '../../core/private-join/jobs.js';
import { makeSealingKeyPair, sealTransfer } from '../../core/private-join/seal.js';
import { seededRng } from '../support/seeded-rng.js';

/** PKCS #8 of Ed25519 up to the 32 bytes of the seed (RFC 8410 section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

type Vectors = Readonly<Record<string, string | readonly string[]>>;

/**
 * A walk through SPEC.md with a seeded generator, one value a step: two mixers, one list of two records (the second
 * without its second key), matched with nothing. Whatever changes a byte on the wire changes a value here.
 */
export async function privateJoinVectors(): Promise<Vectors> {
  const group = await createGroup();
  const rng = seededRng('private-join vectors');
  const identity = signingKey(
    createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, rng.bytes(32)]), format: 'der', type: 'pkcs8' }),
  );
  const context = computeContext({
    runId: '00000000-0000-4000-8000-000000000001',
    templateDigest: new Uint8Array(32).fill(1),
    datasetDigests: [{ dataset: 'victims', digest: new Uint8Array(32).fill(2) }],
    parameters: utf8Bytes('{"quarters":["2025-Q1"]}'),
    requester: 'analyst',
    purpose: 'research-statistics',
    participants: [
      {
        party: 'police',
        identityKey: identity.publicKey,
        roles: ['provider', 'mixer'],
        lists: [{ list: 'victims/police', snapshot: 'ab' }],
      },
      { party: 'coordinator', identityKey: identity.publicKey, roles: ['coordinator'], lists: [] },
    ],
  });

  const sealing = await makeSealingKeyPair(rng);
  const parties = ['coordinator', 'police', 'charity'];
  const made = parties.map((party) => makeShare(group, rng, context, party, sealing.publicKey, identity));
  const shares = made.map(({ share }) => share);
  const secrets = made.map(({ secret }) => secret);
  const key = jointKey(group, shares);

  const keys = concatBytes(
    group.hashToGroup(matchKeyDomain('bold-demo', 'exact.1'), [utf8Bytes('ANNE')]),
    group.hashToGroup(matchKeyDomain('bold-demo', 'case'), [utf8Bytes('01AB')]),
    group.hashToGroup(matchKeyDomain('bold-demo', 'exact.1'), [utf8Bytes('BEN')]),
    IDENTITY,
  );
  const multiples = runJob(group, rng, { kind: 'multiples', from: 0, to: 3, step: 2 });
  const blindings = [group.randomScalar(rng), group.randomScalar(rng)] as const;
  const prepared = runJob(group, rng, {
    kind: 'prepare',
    keyColumns: 2,
    keys,
    labels: multiples.slice(32),
    blinding: blindings[0],
    jointKey: key,
  });
  const hopped = runJob(group, rng, {
    kind: 'hop',
    keyColumns: 2,
    records: prepared,
    blinding: blindings[1],
    jointKey: key,
  });
  const ciphertexts = concatBytes(hopped.slice(64, 128), hopped.slice(192, 256));
  const combined = runJob(group, rng, {
    kind: 'combine',
    base: ciphertexts,
    linked: [concatBytes(ciphertexts.slice(64), new Uint8Array(64))],
    jointKey: key,
  });
  const remaining = [
    jointKey(
      group,
      shares.filter(({ party }) => party !== 'police'),
    ),
    shares[0]?.element ?? IDENTITY,
  ];
  const tallied = remaining.reduce(
    (list, remainingKey, mixer) =>
      runJob(group, rng, { kind: 'tally', ciphertexts: list, share: secrets[mixer + 1] ?? IDENTITY, remainingKey }),
    combined,
  );
  const opened = runJob(group, rng, { kind: 'open', ciphertexts: tallied, share: secrets[0] ?? IDENTITY });
  const transfer = await sealTransfer(
    rng,
    context,
    { subject: 'victims/police', hop: 0, from: 'police', to: 'charity', count: 2 },
    sealing.publicKey,
    identity,
  );

  return {
    context: toHex(context),
    sealingKey: toHex(sealing.publicKey),
    shares: shares.map((share) => toHex(concatBytes(share.element, share.proof, share.signature))),
    jointKey: toHex(key),
    matchKeys: toHex(keys),
    multiples: toHex(multiples),
    prepared: toHex(prepared),
    hopped: toHex(hopped),
    combined: toHex(combined),
    tallied: toHex(tallied),
    opened: toHex(opened),
    header: toHex(concatBytes(transfer.header.encapsulatedKey, transfer.header.signature)),
    sealedChunks: [toHex(await transfer.seal(prepared)), toHex(await transfer.seal(hopped))],
  };
}
