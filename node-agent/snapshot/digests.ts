import { createHmac } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type Database from 'better-sqlite3';

import { lengthPrefixed, toHex, utf8Bytes, wipe } from '../../core/base/index.js';
import { quoteIdentifier, RECORD_COLUMN, RECORDS_TABLE } from '../../core/templates/index.js';
import { recordColumns } from './layout.js';
import type { SnapshotLayout } from './layout.js';
import { deriveKey } from './sealing.js';
import type { KeySealing } from './sealing.js';

/** Records read between two looks at what else the process has to do. */
const RECORDS_A_TURN = 2_048;

type Cell = string | number | Uint8Array | null;

/**
 * The id of a snapshot, 64 hexadecimal digits: an HMAC of what it says, which is the facts about it, its as-at date and
 * every record with its match keys unsealed. Its key is the agency's own: equal content gives equal ids at one agency,
 * and nobody who sees the id of a small snapshot can find out what is in it by hashing guesses.
 */
export function snapshotId(
  database: Database.Database,
  layout: SnapshotLayout,
  asAt: string,
  storageKey: Uint8Array,
  sealing: KeySealing,
): Promise<string> {
  const key = deriveKey(storageKey, new Uint8Array(0), 'id');
  return digestRecords(database, layout, key, [JSON.stringify([...layout.facts]), asAt], (sealed) =>
    sealing.open(sealed),
  );
}

/** What `meta` says of a snapshot beside the layout's facts. */
export interface SnapshotHead {
  readonly snapshot: string;
  readonly asAt: string;
  /** Hexadecimal. */
  readonly salt: string;
}

/**
 * An HMAC of the file's content as it stands, match keys sealed: tells whether it is whole, unchanged and this agency's,
 * in a fraction of the time that unsealing takes.
 */
export function snapshotMac(
  database: Database.Database,
  layout: SnapshotLayout,
  { snapshot, asAt, salt }: SnapshotHead,
  storageKey: Uint8Array,
): Promise<string> {
  const key = deriveKey(storageKey, new Uint8Array(0), 'mac');
  const head = [JSON.stringify([...layout.facts]), snapshot, asAt, salt];
  return digestRecords(database, layout, key, head, (sealed) => sealed);
}

/** Wipes the key. Thrown when a match key isn't bytes, or as `keyBytes` throws: Error. */
async function digestRecords(
  database: Database.Database,
  layout: SnapshotLayout,
  key: Uint8Array,
  head: readonly string[],
  keyBytes: (sealed: Uint8Array) => Uint8Array,
): Promise<string> {
  const hmac = createHmac('sha256', key);
  wipe(key);
  hmac.update(lengthPrefixed(...head.map(utf8Bytes)));
  const columns = recordColumns(layout);
  const plain = columns.length - layout.keys.length;
  const rows = database
    .prepare<[], Cell[]>(
      `SELECT ${columns.map(quoteIdentifier).join(', ')} FROM ${quoteIdentifier(RECORDS_TABLE)} ORDER BY ${quoteIdentifier(RECORD_COLUMN)}`,
    )
    .raw()
    .iterate();
  let turn = 0;
  for (const row of rows) {
    const keys = row.slice(plain).map((cell) => {
      if (cell === null) return new Uint8Array(0);
      if (!(cell instanceof Uint8Array)) throw new TypeError('a match key is not sealed');
      return keyBytes(cell);
    });
    hmac.update(lengthPrefixed(utf8Bytes(JSON.stringify(row.slice(0, plain))), ...keys));
    turn += 1;
    if (turn % RECORDS_A_TURN === 0) await nextTurn();
  }
  return toHex(hmac.digest());
}
