import { fromBase64 } from '../base/index.js';
import { keyIdOf } from '../signing/index.js';
import type { Ed25519Key, SignerKey } from '../signing/index.js';
import type { RosterKey, RosterOfficer, SignedRoster } from './roster.js';

/** A key of the roster as signatures are checked with it. */
export function signerKey({ kind, publicKey }: RosterKey): SignerKey {
  return { kind, publicKey: fromBase64(publicKey) };
}

export function rawKey(publicKey: string): Ed25519Key {
  return { kind: 'ed25519', publicKey: fromBase64(publicKey) };
}

export interface KnownKey {
  readonly officer: RosterOfficer;
  readonly key: SignerKey;
}

/** Every officer's keys by their ids. */
export function officerKeys({ officers }: SignedRoster): ReadonlyMap<string, KnownKey> {
  return new Map(
    officers.flatMap((officer) =>
      officer.keys.map((entry): [string, KnownKey] => {
        const key = signerKey(entry);
        return [keyIdOf(key), { officer, key }];
      }),
    ),
  );
}
