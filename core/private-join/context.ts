import { createHash } from 'node:crypto';

import { lengthPrefixed, uint32Bytes, utf8Bytes } from '../base/index.js';
import { DOMAINS } from './domains.js';
import type { ListId, PartyId } from './plan.js';

/** All that is fixed before anything moves. */
export interface ContextInput {
  readonly runId: string;
  /** SHA-256 of the signed template. */
  readonly templateDigest: Uint8Array;
  /** SHA-256 of each dataset definition that the template uses. */
  readonly datasetDigests: readonly { readonly dataset: string; readonly digest: Uint8Array }[];
  /** The parameters as canonical JSON. */
  readonly parameters: Uint8Array;
  readonly requester: string;
  readonly purpose: string;
  readonly participants: readonly ContextParticipant[];
}

export interface ContextParticipant {
  readonly party: PartyId;
  /** Raw Ed25519 public key of the roster. */
  readonly identityKey: Uint8Array;
  readonly roles: readonly ('provider' | 'mixer' | 'coordinator')[];
  readonly lists: readonly { readonly list: ListId; readonly snapshot: string }[];
}

/**
 * The run's context: 32 bytes that every proof, signature and seal binds to (SPEC, Context). A party that was told
 * anything else computes another one, and nothing it makes fits the others.
 */
export function computeContext(input: ContextInput): Uint8Array {
  const encoded = lengthPrefixed(
    utf8Bytes(DOMAINS.context),
    utf8Bytes(input.runId),
    input.templateDigest,
    encodeSequence(input.datasetDigests.map(({ dataset, digest }) => lengthPrefixed(utf8Bytes(dataset), digest))),
    input.parameters,
    utf8Bytes(input.requester),
    utf8Bytes(input.purpose),
    encodeSequence(input.participants.map(encodeParticipant)),
  );
  return new Uint8Array(createHash('sha256').update(encoded).digest());
}

function encodeParticipant({ party, identityKey, roles, lists }: ContextParticipant): Uint8Array {
  return lengthPrefixed(
    utf8Bytes(party),
    identityKey,
    encodeSequence(roles.map(utf8Bytes)),
    encodeSequence(lists.map(({ list, snapshot }) => lengthPrefixed(utf8Bytes(list), utf8Bytes(snapshot)))),
  );
}

function encodeSequence(items: readonly Uint8Array[]): Uint8Array {
  return lengthPrefixed(uint32Bytes(items.length), ...items);
}
