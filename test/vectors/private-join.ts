import { createPrivateKey } from 'node:crypto';

import { concatBytes, toHex, utf8Bytes } from '../../core/base/index.js';
import { computeContext, computeRequest } from '../../core/private-join/context.js';
import { matchKeyDomain } from '../../core/private-join/domains.js';
import { inlineEngine } from '../../core/private-join/engine.js';
import { createGroup, IDENTITY } from '../../core/private-join/group.js';
import { signingKey } from '../../core/signing/index.js';
import { jointKey, makeShare } from '../../core/private-join/joint-key.js';
import { runJob } from '../../core/private-join/jobs.js';
import { makeSealingKeyPair, sealTransfer } from '../../core/private-join/seal.js';
import { separate } from '../../core/private-join/records.js';
import { makeSumShares, withoutShares } from '../../core/private-join/sum-shares.js';
import type { SumShares } from '../../core/private-join/sum-shares.js';
import { seededRng } from '../support/seeded-rng.js';

/** PKCS #8 of Ed25519 up to the 32 bytes of the seed (RFC 8410 section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

type Vectors = Readonly<Record<string, string | readonly string[]>>;

/**
 * A walk through SPEC.md with a seeded generator, one value a step: two mixers, one list of two records (the second
 * without its second key), each with a number to be added up, the first matched with the second. Whatever changes a byte
 * on the wire changes a value here.
 */
export async function privateJoinVectors(): Promise<Vectors> {
  const group = await createGroup();
  const rng = seededRng('private-join vectors');
  const identity = signingKey(
    createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, rng.bytes(32)]), format: 'der', type: 'pkcs8' }),
  );
  const lists = [{ list: 'victims/police', snapshot: 'ab' }];
  const asked = {
    templateDigest: new Uint8Array(32).fill(1),
    datasetDigests: [{ dataset: 'victims', digest: new Uint8Array(32).fill(2) }],
    parameters: utf8Bytes('{"quarters":["2025-Q1"]}'),
  };
  const floors = utf8Bytes('{"epsilon":null,"roundTo":0,"threshold":10}');
  const request = computeRequest({ ...asked, participants: [{ party: 'police', floors, lists }] });
  const context = computeContext({
    ...asked,
    runId: '00000000-0000-4000-8000-000000000001',
    request,
    requester: 'analyst',
    purpose: 'research-statistics',
    participants: [
      {
        party: 'police',
        identityKey: identity.publicKey,
        roles: ['provider', 'mixer'],
        lists,
      },
      { party: 'coordinator', identityKey: identity.publicKey, roles: ['coordinator'], lists: [] },
    ],
  });

  const sealing = await makeSealingKeyPair(rng);
  const parties = ['coordinator', 'police', 'charity'];
  const checkpoint = 'tallystick/bold-demo/audit-log\n7\nw2UeVBcUxT1kjsx7rsp/4sNu9PplvM4ksdcShkN95WY=\n';
  const made = parties.map((party) =>
    makeShare(group, rng, context, { party, sealingKey: sealing.publicKey, checkpoint }, identity),
  );
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
  const shape = { keyColumns: 2, sums: 1 } as const;
  const prepared = runJob(group, rng, {
    kind: 'prepare',
    ...shape,
    keys,
    labels: multiples.slice(32),
    numbers: concatBytes(group.scalar(-3), group.scalar(5)),
    blinding: blindings[0],
    jointKey: key,
  });
  const generators = [group.multiplyBase(blindings[0])];
  const hopped = runJob(group, rng, {
    kind: 'hop',
    ...shape,
    records: prepared,
    blinding: blindings[1],
    jointKey: key,
  });
  generators.push(group.multiply(blindings[1], generators[0] ?? IDENTITY));
  const decoys = runJob(group, rng, {
    kind: 'decoys',
    ...shape,
    groups: [{ pattern: 3, from: 1, to: 3, shared: ['exact.1', null] }],
    seed: new Uint8Array(32).fill(5),
    generator: generators[1] ?? IDENTITY,
    jointKey: key,
  });
  const { ciphertexts } = separate(shape.keyColumns, shape.sums, hopped);
  const combined = runJob(group, rng, {
    kind: 'combine',
    base: ciphertexts,
    linked: [concatBytes(ciphertexts.slice(128), new Uint8Array(128))],
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
      runJob(group, rng, {
        kind: 'tally',
        sums: shape.sums,
        ciphertexts: list,
        share: secrets[mixer + 1] ?? IDENTITY,
        remainingKey,
        jointKey: key,
      }),
    combined,
  );
  const dummies = runJob(group, rng, {
    kind: 'dummies',
    sums: shape.sums,
    cells: concatBytes(group.scalar(0), group.scalar(6)),
    remainingKey: remaining[1] ?? IDENTITY,
    jointKey: key,
  });
  const opened = runJob(group, rng, {
    kind: 'open',
    sums: shape.sums,
    ciphertexts: concatBytes(tallied, dummies),
    share: secrets[0] ?? IDENTITY,
  });
  // Cell 4 has the second record, cell 6 the first and a dummy.
  const numbers = [1, 0, 3].map((record) => opened.slice(record * 96 + 32, (record + 1) * 96));
  const addedUp = runJob(group, rng, {
    kind: 'combine',
    base: runJob(group, rng, {
      kind: 'add-up',
      rows: concatBytes(...numbers),
      width: 64,
      lengths: Uint32Array.of(1, 2),
    }),
    linked: [],
    jointKey: key,
  });
  const work = { group, rng, engine: inlineEngine(group, rng), signal: new AbortController().signal };
  const sumShares: SumShares[] = [];
  let sums = addedUp;
  for (const [mixer, noise] of [
    [1, [-7, 2]],
    [2, [1, 0]],
  ] as const) {
    const { party, element } = shares[mixer] ?? { party: '', element: IDENTITY };
    const made = await makeSumShares(
      work,
      { context, party, element },
      {
        ciphertexts: sums,
        noise: concatBytes(...noise.map((value) => group.scalar(value))),
        key: jointKey(
          group,
          shares.filter((_, index) => index === 0 || index >= mixer),
        ),
        secret: secrets[mixer] ?? IDENTITY,
      },
    );
    sumShares.push(made);
    sums = await withoutShares(work, made);
  }
  const openedSums = runJob(group, rng, { kind: 'open', sums: 0, ciphertexts: sums, share: secrets[0] ?? IDENTITY });
  const transfer = await sealTransfer(
    rng,
    context,
    {
      subject: 'victims/police',
      hop: 0,
      from: 'police',
      to: 'charity',
      count: 2,
      generator: generators[0] ?? IDENTITY,
    },
    sealing.publicKey,
    identity,
  );

  // Of an opt-out list: keys alone.
  const optOutShape = { keyColumns: 2, sums: null } as const;
  const optOutPrepared = runJob(group, rng, {
    kind: 'prepare',
    ...optOutShape,
    keys,
    labels: new Uint8Array(0),
    numbers: new Uint8Array(0),
    blinding: blindings[0],
    jointKey: key,
  });
  const optOutHopped = runJob(group, rng, {
    kind: 'hop',
    ...optOutShape,
    records: optOutPrepared,
    blinding: blindings[1],
    jointKey: key,
  });
  const optOutDecoys = runJob(group, rng, {
    kind: 'decoys',
    ...optOutShape,
    groups: [{ pattern: 3, from: 1, to: 3, shared: ['exact.1', null] }],
    seed: new Uint8Array(32).fill(5),
    generator: generators[1] ?? IDENTITY,
    jointKey: key,
  });

  return {
    request: toHex(request),
    context: toHex(context),
    sealingKey: toHex(sealing.publicKey),
    checkpoint,
    shares: shares.map((share) => toHex(concatBytes(share.element, share.proof, share.signature))),
    jointKey: toHex(key),
    matchKeys: toHex(keys),
    multiples: toHex(multiples),
    prepared: toHex(prepared),
    hopped: toHex(hopped),
    generators: generators.map(toHex),
    decoys: toHex(decoys),
    combined: toHex(combined),
    tallied: toHex(tallied),
    dummies: toHex(dummies),
    opened: toHex(opened),
    addedUp: toHex(addedUp),
    sumShares: sumShares.map(({ noised, shares: taken, proof }) => toHex(concatBytes(noised, taken, proof))),
    openedSums: toHex(openedSums),
    header: toHex(concatBytes(transfer.header.encapsulatedKey, transfer.header.signature)),
    optOutPrepared: toHex(optOutPrepared),
    optOutHopped: toHex(optOutHopped),
    optOutDecoys: toHex(optOutDecoys),
    sealedChunks: [toHex(await transfer.seal(prepared)), toHex(await transfer.seal(hopped))],
  };
}
