import { createHash } from 'node:crypto';

import { lengthPrefixed, uint32Bytes, utf8Bytes } from '../../core/base/index.js';
import { PROTOCOL } from '../../core/private-join/index.js';

const DOMAIN = `${PROTOCOL}/node-ledger`;
const CHAIN_HASH = 'sha256';

/** What an entry says, and where it stands. */
export interface ChainedEntry {
  /** Counted from 1, without gaps. */
  readonly number: number;
  readonly kind: string;
  /** ISO date and time, UTC. */
  readonly at: string;
  /** JSON, as it was written. */
  readonly body: string;
}

/** Stands for the entry before the first: the ledger of one agency is never taken for that of another. 32 bytes. */
export function firstLink(federation: string, agency: string): Uint8Array {
  return sha256(lengthPrefixed(utf8Bytes(DOMAIN), utf8Bytes(federation), utf8Bytes(agency)));
}

/** The hash of an entry, 32 bytes: of all that it says and, through `previous`, of every entry before it. */
export function linkOf({ number, kind, at, body }: ChainedEntry, previous: Uint8Array): Uint8Array {
  return sha256(
    lengthPrefixed(utf8Bytes(DOMAIN), uint32Bytes(number), utf8Bytes(kind), utf8Bytes(at), utf8Bytes(body), previous),
  );
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(CHAIN_HASH).update(bytes).digest());
}
