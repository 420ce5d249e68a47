import { setImmediate as nextTurn } from 'node:timers/promises';

import type Database from 'better-sqlite3';

import { toHex } from '../../core/base/index.js';
import { quoteIdentifier, RECORD_COLUMN, RECORDS_TABLE } from '../../core/templates/index.js';
import { keyColumns, recordColumns, SEALED_KEYS_TABLE } from './layout.js';
import type { SnapshotLayout } from './layout.js';
import { PrefixedHmac } from './prefixed-hmac.js';
import { deriveKey } from './sealing.js';

/** Records read between two looks at what else the process has to do. */
const RECORDS_A_TURN = 2_048;
/** Stands between the records and the sealed keys; no record looks like it. */
const END_OF_RECORDS = 'end of records';

const NOTHING = new Uint8Array(0);

type Cell = string | number | null;

/** What `meta` says of a snapshot beside the layout's facts. */
export interface SnapshotHead {
  readonly snapshot: string;
  readonly asAt: string;
  /** Hexadecimal. */
  readonly salt: string;
  /** Linkage statistics as text. */
  readonly linkage: string;
  /** The rows that could not be used, as text. */
  readonly rejected: string;
  /** Who was left out, or what a list of opt-outs is, as text (left-out.ts). */
  readonly consent: string;
}

/** What a new snapshot's content comes to. */
export interface SnapshotDigests {
  /** Its id, 64 hexadecimal digits. */
  readonly snapshot: string;
  /** HMAC of records and sealed keys, for `headMac`. */
  readonly content: Uint8Array;
}

export interface DigestOptions {
  readonly asAt: string;
  readonly storageKey: Uint8Array;
  /** The slots in which a record's match keys stand, in the order in which they count; null where it has none. */
  readonly slotsOf: (columns: readonly (number | null)[]) => readonly (number | null)[];
  /** What is sealed in a slot: good until the next is asked for. */
  readonly elementIn: (slot: number) => Uint8Array;
  /** Is told now and then how many records are done. */
  readonly turn: (records: number) => void;
}

/**
 * The id of a snapshot is an HMAC of what it says: the facts about it, its as-at date and every record with its match
 * keys unsealed, in whichever of their columns they stand. Its key is the agency's own: equal content gives equal ids at
 * one agency, and nobody who sees the id of a small snapshot can find out what is in it by hashing guesses. Rows that were
 * left out are no content: without them, or put right by leaving them out of the source, the same is said.
 */
export async function digestSnapshot(
  database: Database.Database,
  layout: SnapshotLayout,
  { asAt, storageKey, slotsOf, elementIn, turn }: DigestOptions,
): Promise<SnapshotDigests> {
  const id = new PrefixedHmac(deriveKey(storageKey, NOTHING, 'id'));
  id.text(factsOf(layout));
  id.text(asAt);
  const content = await contentMac(database, layout, storageKey, (values, slots, records) => {
    id.text(values);
    for (const slot of slotsOf(slots)) id.bytes(slot === null ? NOTHING : elementIn(slot));
    if (records % RECORDS_A_TURN === 0) turn(records);
  });
  return { snapshot: toHex(id.digest()), content };
}

/**
 * An HMAC of the file's content as it stands, match keys sealed: tells whether it is whole, unchanged and this agency's,
 * in a fraction of the time that unsealing takes.
 */
export async function snapshotMac(
  database: Database.Database,
  layout: SnapshotLayout,
  head: SnapshotHead,
  storageKey: Uint8Array,
): Promise<string> {
  return headMac(layout, head, storageKey, await contentMac(database, layout, storageKey));
}

/** An HMAC of all that is said about a snapshot, and of its content. */
export function headMac(
  layout: SnapshotLayout,
  { snapshot, asAt, salt, linkage, rejected, consent }: SnapshotHead,
  storageKey: Uint8Array,
  content: Uint8Array,
): string {
  const hmac = new PrefixedHmac(deriveKey(storageKey, NOTHING, 'mac'));
  for (const text of [factsOf(layout), snapshot, asAt, salt, linkage, rejected, consent]) hmac.text(text);
  hmac.bytes(content);
  return toHex(hmac.digest());
}

/**
 * An HMAC of records and sealed keys in their order. `each` is told of every record: its cells but those of match
 * keys as JSON, its slots, and how many there have been.
 */
async function contentMac(
  database: Database.Database,
  layout: SnapshotLayout,
  storageKey: Uint8Array,
  each: (values: string, slots: readonly (number | null)[], records: number) => void = () => undefined,
): Promise<Uint8Array> {
  const hmac = new PrefixedHmac(deriveKey(storageKey, NOTHING, 'content'));
  const columns = recordColumns(layout);
  const plain = columns.length - keyColumns(layout).length;
  const rows = database
    .prepare<[], Cell[]>(
      `SELECT ${columns.map(quoteIdentifier).join(', ')} FROM ${quoteIdentifier(RECORDS_TABLE)} ORDER BY ${quoteIdentifier(RECORD_COLUMN)}`,
    )
    .raw()
    .iterate();
  let records = 0;
  for (const row of rows) {
    const slots = row.splice(plain) as (number | null)[];
    const values = JSON.stringify(row);
    hmac.text(values);
    hmac.text(JSON.stringify(slots));
    records += 1;
    each(values, slots, records);
    if (records % RECORDS_A_TURN === 0) await nextTurn();
  }
  hmac.text(END_OF_RECORDS);
  await addBlocks(database, hmac);
  return hmac.digest();
}

async function addBlocks(database: Database.Database, hmac: PrefixedHmac): Promise<void> {
  const blocks = database
    .prepare<[], [number, Uint8Array]>(`SELECT block, sealed FROM ${quoteIdentifier(SEALED_KEYS_TABLE)} ORDER BY block`)
    .raw()
    .iterate();
  for (const [block, sealed] of blocks) {
    hmac.text(String(block));
    hmac.bytes(sealed);
    if (block % RECORDS_A_TURN === 0) await nextTurn();
  }
}

function factsOf({ facts }: SnapshotLayout): string {
  return JSON.stringify([...facts]);
}
