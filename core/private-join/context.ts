import { createHash } from 'node:crypto';

import { lengthPrefixed, uint32Bytes, utf8Bytes } from '../base/index.js';
import { DOMAINS } from './domains.js';
import type { ListId, PartyId } from './plan.js';

/** What is asked, and of what: not who asks, nor in which run. */
export interface RequestInput {
  /** SHA-256 of the signed template. */
  readonly templateDigest: Uint8Array;
  /** SHA-256 of each dataset definition that the template uses. */
  readonly datasetDigests: readonly { readonly dataset: string; readonly digest: Uint8Array }[];
  /** The parameters as canonical JSON. */
  readonly parameters: Uint8Array;
  /** The agencies. */
  readonly participants: readonly RequestParticipant[];
}

export interface RequestParticipant {
  readonly party: PartyId;
  /** What the agency demands beyond the template, as canonical JSON. */
  readonly floors: Uint8Array;
  readonly lists: readonly ListSnapshot[];
}

export interface ListSnapshot {
  readonly list: ListId;
  readonly snapshot: string;
}

/** All that is fixed before anything moves. */
export interface ContextInput {
  readonly runId: string;
  /** 32 bytes, of `computeRequest`. */
  readonly request: Uint8Array;
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
  readonly lists: readonly ListSnapshot[];
}

/**
 * The request's digest: 32 bytes that are the same whenever the same is asked of the same snapshots (SPEC, Request).
 * Keyed noise is a function of it, so that asking again gains nothing.
 */
export function computeRequest(input: RequestInput): Uint8Array {
  return sha256(
    lengthPrefixed(
      utf8Bytes(DOMAINS.request),
      input.templateDigest,
      encodeDigests(input.datasetDigests),
      input.parameters,
      encodeSequence(
        input.participants.map(({ party, floors, lists }) =>
          lengthPrefixed(utf8Bytes(party), floors, encodeSnapshots(lists)),
        ),
      ),
    ),
  );
}

/**
 * The run's context: 32 bytes that every proof, signature and seal binds to (SPEC, Context). A party that was told
 * anything else computes another one, and nothing it makes fits the others.
 */
export function computeContext(input: ContextInput): Uint8Array {
  return sha256(
    lengthPrefixed(
      utf8Bytes(DOMAINS.context),
      utf8Bytes(input.runId),
      input.request,
      input.templateDigest,
      encodeDigests(input.datasetDigests),
      input.parameters,
      utf8Bytes(input.requester),
      utf8Bytes(input.purpose),
      encodeSequence(input.participants.map(encodeParticipant)),
    ),
  );
}

function encodeParticipant({ party, identityKey, roles, lists }: ContextParticipant): Uint8Array {
  return lengthPrefixed(utf8Bytes(party), identityKey, encodeSequence(roles.map(utf8Bytes)), encodeSnapshots(lists));
}

function encodeDigests(digests: RequestInput['datasetDigests']): Uint8Array {
  return encodeSequence(digests.map(({ dataset, digest }) => lengthPrefixed(utf8Bytes(dataset), digest)));
}

function encodeSnapshots(lists: readonly ListSnapshot[]): Uint8Array {
  return encodeSequence(lists.map(({ list, snapshot }) => lengthPrefixed(utf8Bytes(list), utf8Bytes(snapshot))));
}

function encodeSequence(items: readonly Uint8Array[]): Uint8Array {
  return lengthPrefixed(uint32Bytes(items.length), ...items);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
