import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';

import { signingKey } from '../../../core/signing/index.js';
import { makeSealingKeyPair, openTransfer, SEAL_TAG_BYTES, sealTransfer } from '../../../core/private-join/seal.js';
import type { SealedTransfer, SealingKeyPair } from '../../../core/private-join/seal.js';
import { seededRng } from '../../support/seeded-rng.js';

const context = new Uint8Array(32).fill(1);
const identity = signingKey(generateKeyPairSync('ed25519').privateKey);
const generator = new Uint8Array(32).fill(6);
const facts = { subject: 'support/charity', hop: 1, from: 'cps', to: 'police', count: 3, generator };
const chunks = [Uint8Array.of(1, 2, 3), new Uint8Array(40_000).fill(5), Uint8Array.of(9)];

let recipient: SealingKeyPair;
let transfer: SealedTransfer;
let sealed: Uint8Array[];
beforeAll(async () => {
  recipient = await makeSealingKeyPair(seededRng('recipient'));
  transfer = await sealTransfer(seededRng('seal'), context, facts, recipient.publicKey, identity);
  sealed = [];
  for (const chunk of chunks) sealed.push(await transfer.seal(chunk));
});

const badChunk = { code: 'BAD_CHUNK', party: 'cps' };
const badSignature = { code: 'BAD_SIGNATURE', party: 'cps' };

function opener(changes: Partial<typeof transfer.header> = {}, key = recipient): ReturnType<typeof openTransfer> {
  return openTransfer(context, { ...transfer.header, ...changes }, key, identity.publicKey);
}

describe('sealed transfers', () => {
  it('open in sequence to what was sealed', async () => {
    const open = await opener();
    const opened = [];
    for (const chunk of sealed) opened.push(await open(chunk));
    expect(opened).toEqual(chunks);
    expect(sealed.map((chunk, index) => chunk.length - (chunks[index]?.length ?? 0))).toEqual(
      chunks.map(() => SEAL_TAG_BYTES),
    );
  });

  it.each([
    ['altered', 0, (chunk: Uint8Array) => chunk.map((byte, index) => (index === 1 ? byte ^ 1 : byte))],
    ['truncated', 0, (chunk: Uint8Array) => chunk.slice(0, -1)],
    ['empty', 0, () => new Uint8Array(0)],
  ])('refuse a chunk that was %s', async (_, index, alter) => {
    const open = await opener();
    await expect(open(alter(sealed[index] ?? new Uint8Array(0)))).rejects.toMatchObject(badChunk);
  });

  it('refuse a chunk that was dropped, repeated or moved', async () => {
    const [first = new Uint8Array(0), second = new Uint8Array(0)] = sealed;
    await expect((await opener())(second)).rejects.toMatchObject(badChunk);
    const open = await opener();
    await open(first);
    await expect(open(first)).rejects.toMatchObject(badChunk);
  });

  it('refuse a header of which any word was changed, and one by another signer', async () => {
    const changes = [
      { subject: 'support/other' },
      { hop: 2 },
      { from: 'cps', to: 'charity' },
      { count: 4 },
      { generator: new Uint8Array(32).fill(7) },
      { encapsulatedKey: recipient.publicKey },
      { signature: new Uint8Array(64) },
    ];
    for (const change of changes) await expect(opener(change)).rejects.toMatchObject(badSignature);
    const stranger = signingKey(generateKeyPairSync('ed25519').privateKey);
    await expect(openTransfer(context, transfer.header, recipient, stranger.publicKey)).rejects.toMatchObject(
      badSignature,
    );
    await expect(
      openTransfer(new Uint8Array(32), transfer.header, recipient, identity.publicKey),
    ).rejects.toMatchObject(badSignature);
  });

  it('open for nobody but the recipient', async () => {
    const open = await opener({}, await makeSealingKeyPair(seededRng('eavesdropper')));
    await expect(open(sealed[0] ?? new Uint8Array(0))).rejects.toMatchObject(badChunk);
  });

  it('do not show what is in them', () => {
    const bytes = Buffer.concat(sealed);
    expect(bytes.includes(Buffer.from(new Uint8Array(8).fill(5)))).toBe(false);
  });
});
