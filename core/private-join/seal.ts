import { CipherSuite, HkdfSha256 } from '@hpke/core';
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519';

import { lengthPrefixed, uint32Bytes, utf8Bytes } from '../base/index.js';
import type { Rng } from '../base/index.js';
import { NodeAes256Gcm } from './aes-gcm.js';
import { DOMAINS } from './domains.js';
import { JoinError } from './errors.js';
import { verifySignature } from '../signing/index.js';
import type { SigningKey } from '../signing/index.js';
import type { TransferHeader } from './messages.js';

/**
 * Sealing of transfers between parties: HPKE base mode (RFC 9180; DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM), one encapsulation a transfer, its chunks in sequence, so that a chunk altered, dropped, repeated or
 * moved on the way does not open. The sender signs the encapsulation, which is what authenticates the chunks.
 */
export interface SealingKeyPair {
  readonly publicKey: Uint8Array;
  readonly pair: CryptoKeyPair;
}

/** A chunk grows by the AEAD's tag. */
export const SEAL_TAG_BYTES = 16;

const IKM_BYTES = 32;

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new NodeAes256Gcm(),
});

/** A fresh key pair for one run. It lives as a CryptoKey, which can be dropped but not overwritten. */
export async function makeSealingKeyPair(rng: Rng): Promise<SealingKeyPair> {
  const pair = await suite.kem.deriveKeyPair(arrayBuffer(rng.bytes(IKM_BYTES)));
  return { publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)), pair };
}

export interface SealedTransfer {
  readonly header: TransferHeader;
  seal(chunk: Uint8Array): Promise<Uint8Array>;
}

/** What a header says of its transfer, before it is sealed and signed. */
export type TransferFacts = Omit<TransferHeader, 'encapsulatedKey' | 'signature'>;

/** Opens a transfer to the party whose sealing key is given and signs its header. */
export async function sealTransfer(
  rng: Rng,
  context: Uint8Array,
  facts: TransferFacts,
  recipientKey: Uint8Array,
  identity: SigningKey,
): Promise<SealedTransfer> {
  const sender = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(arrayBuffer(recipientKey)),
    info: arrayBuffer(sealInfo(context, facts)),
    ekm: arrayBuffer(rng.bytes(IKM_BYTES)),
  });
  const encapsulatedKey = new Uint8Array(sender.enc);
  const signature = identity.sign(signedBytes(context, facts, encapsulatedKey));
  return {
    header: { ...facts, encapsulatedKey, signature },
    seal: async (chunk) => new Uint8Array(await sender.seal(arrayBuffer(chunk))),
  };
}

export type ChunkOpener = (sealed: Uint8Array) => Promise<Uint8Array>;

/**
 * Checks the header's signature and returns what opens the chunks in the order in which they were sealed.
 * Thrown when the header isn't signed by `senderKey`: JoinError BAD_SIGNATURE; by the opener when a chunk isn't the
 * next one of this transfer, unaltered: JoinError BAD_CHUNK.
 */
export async function openTransfer(
  context: Uint8Array,
  header: TransferHeader,
  recipient: SealingKeyPair,
  senderKey: Uint8Array,
): Promise<ChunkOpener> {
  if (!verifySignature(senderKey, signedBytes(context, header, header.encapsulatedKey), header.signature)) {
    throw new JoinError('BAD_SIGNATURE', header.from, `a transfer from ${header.from} is not signed by its roster key`);
  }
  const opener = await suite
    .createRecipientContext({
      recipientKey: recipient.pair,
      enc: arrayBuffer(header.encapsulatedKey),
      info: arrayBuffer(sealInfo(context, header)),
    })
    .catch((cause: unknown) => {
      throw badChunk(header, cause);
    });
  return (sealed) =>
    opener.open(arrayBuffer(sealed)).then(
      (chunk) => new Uint8Array(chunk),
      (cause: unknown) => {
        throw badChunk(header, cause);
      },
    );
}

function badChunk({ from }: TransferHeader, cause: unknown): JoinError {
  return new JoinError('BAD_CHUNK', from, `a chunk from ${from} was altered, repeated, dropped or moved on the way`, {
    cause,
  });
}

function sealInfo(context: Uint8Array, facts: TransferFacts): Uint8Array {
  return lengthPrefixed(utf8Bytes(DOMAINS.seal), context, ...encodedFacts(facts));
}

function signedBytes(context: Uint8Array, facts: TransferFacts, encapsulatedKey: Uint8Array): Uint8Array {
  return lengthPrefixed(utf8Bytes(DOMAINS.transferSignature), context, ...encodedFacts(facts), encapsulatedKey);
}

function encodedFacts({ subject, hop, from, to, count, generator }: TransferFacts): Uint8Array[] {
  return [utf8Bytes(subject), uint32Bytes(hop), utf8Bytes(from), utf8Bytes(to), uint32Bytes(count), generator];
}

/** WebCrypto's types want an ArrayBuffer of its own; a copy also keeps the caller's bytes from changing underneath. */
function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
