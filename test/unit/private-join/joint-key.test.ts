import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import { createGroup } from '../../../core/private-join/group.js';
import type { Group } from '../../../core/private-join/group.js';
import { signingKey, signingKeyFromPem, verifySignature } from '../../../core/signing/index.js';
import { jointKey, makeShare, verifyShare } from '../../../core/private-join/joint-key.js';
import type { Share } from '../../../core/private-join/messages.js';
import { seededRng } from '../../support/seeded-rng.js';

const context = new Uint8Array(32).fill(1);
const sealingKey = new Uint8Array(32).fill(2);
const checkpoint = 'the log, as it was shown\n';
const { privateKey } = generateKeyPairSync('ed25519');
const identity = signingKey(privateKey);

let group: Group;
let share: Share;
beforeAll(async () => {
  group = await createGroup();
  ({ share } = makeShare(group, seededRng('share'), context, { party: 'police', sealingKey, checkpoint }, identity));
});

/** The share with some of it replaced, signed as its maker would sign it: only the proof can tell. */
function resigned(changes: Partial<Share>): Share {
  const party = changes.party ?? share.party;
  const forged = makeShare(
    group,
    seededRng('other'),
    context,
    { party, sealingKey, checkpoint },
    {
      publicKey: identity.publicKey,
      // The signature of the real bytes: the test signer signs whatever share it is shown.
      sign: () => new Uint8Array(64),
    },
  ).share;
  let signature: Uint8Array = new Uint8Array(64);
  const element = changes.element ?? share.element;
  const proof = changes.proof ?? share.proof;
  // makeShare signs LP(domain, context, party, element, proof, sealing key, checkpoint); the same bytes are rebuilt by signing twice.
  makeShare(
    group,
    seededRng('share'),
    context,
    { party, sealingKey, checkpoint },
    {
      publicKey: identity.publicKey,
      sign: (bytes) => {
        const rebuilt = replaceTail(bytes, [element, proof, sealingKey, utf8Bytes(checkpoint)]);
        signature = identity.sign(rebuilt);
        return signature;
      },
    },
  );
  return { ...forged, party, element, proof, signature };
}

function replaceTail(bytes: Uint8Array, fields: readonly Uint8Array[]): Uint8Array {
  const copy = bytes.slice();
  let end = copy.length;
  for (const field of [...fields].reverse()) {
    copy.set(field, end - field.length);
    end -= field.length + 4;
  }
  return copy;
}

describe('key shares', () => {
  it('are accepted as they were made, and add up', () => {
    expect(() => verifyShare(group, context, share, identity.publicKey)).not.toThrow();
    const other = makeShare(group, seededRng('b'), context, { party: 'cps', sealingKey, checkpoint }, identity);
    expect(jointKey(group, [share, other.share])).toEqual(group.add(share.element, other.share.element));
    expect(() => jointKey(group, [])).toThrow(RangeError);
  });

  it('are refused with BAD_SIGNATURE when anything about them was changed on the way', () => {
    const altered: Share[] = [
      { ...share, party: 'cps' },
      { ...share, element: group.multiplyBase(group.scalar(3)) },
      { ...share, sealingKey: new Uint8Array(32).fill(9) },
      { ...share, checkpoint: 'the log, as it was shown to another\n' },
      { ...share, checkpoint: '' },
      { ...share, signature: new Uint8Array(64) },
    ];
    for (const wrong of altered) {
      expect(() => verifyShare(group, context, wrong, identity.publicKey)).toThrow(
        expect.objectContaining({ code: 'BAD_SIGNATURE' }),
      );
    }
    const stranger = signingKey(generateKeyPairSync('ed25519').privateKey);
    expect(() => verifyShare(group, context, share, stranger.publicKey)).toThrow(
      expect.objectContaining({ code: 'BAD_SIGNATURE' }),
    );
    expect(() => verifyShare(group, new Uint8Array(32), share, identity.publicKey)).toThrow(
      expect.objectContaining({ code: 'BAD_SIGNATURE' }),
    );
  });

  it('are refused with BAD_PROOF when their own party signs something it has no secret for', () => {
    expect(() => verifyShare(group, context, resigned({}), identity.publicKey)).not.toThrow();
    const proofs: Partial<Share>[] = [
      // A rogue key: chosen to cancel another party's share.
      { element: group.multiplyBase(group.scalar(3)) },
      { element: new Uint8Array(32) },
      // The two halves swapped: each valid, not the proof.
      { proof: Uint8Array.from([...share.proof.slice(32), ...share.proof.slice(0, 32)]) },
      { proof: new Uint8Array(64) },
      { proof: new Uint8Array(64).fill(255) },
    ];
    for (const changes of proofs) {
      expect(() => verifyShare(group, context, resigned(changes), identity.publicKey)).toThrow(
        expect.objectContaining({ code: 'BAD_PROOF' }),
      );
    }
  });
});

describe('identities', () => {
  it('sign and verify, and refuse what is no key', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const fromPem = signingKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    expect(fromPem.publicKey).toEqual(identity.publicKey);
    expect(verifySignature(identity.publicKey, bytes, fromPem.sign(bytes))).toBe(true);
    expect(verifySignature(identity.publicKey, Uint8Array.of(1, 2), fromPem.sign(bytes))).toBe(false);
    expect(verifySignature(new Uint8Array(31), bytes, fromPem.sign(bytes))).toBe(false);
    expect(verifySignature(identity.publicKey, bytes, new Uint8Array(3))).toBe(false);
    expect(() => signingKeyFromPem('nonsense')).toThrow(TypeError);
    expect(() => signingKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)).toThrow(TypeError);
  });
});
