import type Database from 'better-sqlite3';

import { equalBytes, toHex } from '../../core/base/index.js';
import type { Clock } from '../../core/base/index.js';
import { NodeError } from '../errors.js';
import { firstLink, linkOf } from './chain.js';
import type { ChainedEntry } from './chain.js';
import { ENTRY_SCHEMAS, MAX_BODY_CHARACTERS } from './entries.js';
import type { EntryBody, EntryKind, LedgerEntry } from './entries.js';
import { ledgerError, lockLedger, openForReading, openForWriting } from './ledger-file.js';
import type { LedgerOwner } from './ledger-file.js';

export interface LedgerOptions extends LedgerOwner {
  readonly file: string;
  readonly clock: Clock;
}

/** Where a ledger ends: whoever has noted this can tell later whether anything before it was changed or cut off. */
export interface LedgerHead {
  readonly entries: number;
  /** Hash of the last entry, 64 hexadecimal digits. */
  readonly hash: string;
}

interface Row extends ChainedEntry {
  readonly previous: Uint8Array;
  readonly hash: Uint8Array;
}

/**
 * A node's own record of what it was asked and answered: entries are added at the end and never changed, each holds the
 * hash of the one before. An entry that has been appended is on the disk, whatever happens to the process or the power.
 */
export class Ledger {
  readonly #file: string;
  readonly #first: Uint8Array;
  readonly #clock: Clock | null;
  readonly #database: Database.Database;
  readonly #lock: Database.Database | null;

  private constructor(
    { file, federation, agency }: LedgerOwner & { readonly file: string },
    database: Database.Database,
    writer: { readonly clock: Clock; readonly lock: Database.Database } | null,
  ) {
    this.#file = file;
    this.#first = firstLink(federation, agency);
    this.#database = database;
    this.#clock = writer?.clock ?? null;
    this.#lock = writer?.lock ?? null;
  }

  /**
   * Opens the node's ledger to write it, makes it when there is none, and reads its whole chain through.
   * Thrown when another node has it: NodeError LEDGER_IN_USE; when others than its owner may use it: LEDGER_EXPOSED;
   * when it was changed: LEDGER_DAMAGED; when it isn't this agency's or can't be used: LEDGER_UNUSABLE.
   */
  static open({ clock, ...rest }: LedgerOptions): Ledger {
    return translated(rest.file, () => {
      const lock = lockLedger(rest.file);
      try {
        return verified(new Ledger(rest, openForWriting(rest.file, rest), { clock, lock }));
      } catch (thrown) {
        lock.close();
        throw thrown;
      }
    });
  }

  /** Opens a ledger that a node may be writing, to read it. Thrown as `open` says, but for LEDGER_IN_USE and LEDGER_EXPOSED. */
  static read(options: Omit<LedgerOptions, 'clock'>): Ledger {
    return translated(options.file, () => verified(new Ledger(options, openForReading(options.file, options), null)));
  }

  /**
   * Does `work` in one immediate transaction: what it reads can't change meanwhile, and what it appends is in the ledger
   * when this returns, all of it, or nothing when it throws. Thrown: what `work` throws; NodeError LEDGER_UNUSABLE.
   */
  atomically<T>(work: () => T): T {
    // What `work` throws is not the ledger's: whoever gave it knows better what to make of it.
    let thrownByWork: unknown;
    const transaction = this.#database.transaction(() => {
      try {
        return work();
      } catch (thrown) {
        thrownByWork = thrown;
        throw thrown;
      }
    });
    try {
      return transaction.immediate();
    } catch (thrown) {
      throw thrown === thrownByWork ? thrown : ledgerError(this.#file, thrown);
    }
  }

  /** Thrown when it can't be written, or its body is longer than MAX_BODY_CHARACTERS: NodeError LEDGER_UNUSABLE. */
  append<Kind extends EntryKind>(kind: Kind, body: EntryBody<Kind>): void {
    const clock = this.#clock;
    if (clock === null) throw new RangeError('a ledger that was opened to be read');
    const text = JSON.stringify(body);
    if (text.length > MAX_BODY_CHARACTERS) {
      throw new NodeError('LEDGER_UNUSABLE', `An entry has more than ${MAX_BODY_CHARACTERS} characters.`);
    }
    const write = (): void => {
      const last = this.#last();
      const entry = { number: (last?.number ?? 0) + 1, kind, at: clock.now().toISOString(), body: text };
      const previous = last?.hash ?? this.#first;
      this.#database
        .prepare('INSERT INTO entries (number, kind, at, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?)')
        .run(entry.number, kind, entry.at, text, previous, linkOf(entry, previous));
    };
    translated(this.#file, () => this.atomically(write));
  }

  /**
   * Entries after that number, in order; kinds that this version doesn't know are left out.
   * Thrown when a body isn't what its kind has: NodeError LEDGER_DAMAGED.
   */
  *entries(after = 0): Generator<LedgerEntry> {
    const rows = this.#database
      .prepare<[number], ChainedEntry>('SELECT number, kind, at, body FROM entries WHERE number > ? ORDER BY number')
      .iterate(after);
    for (const row of rows) {
      if (isKind(row.kind)) yield this.#parsed(row, row.kind);
    }
  }

  get head(): LedgerHead {
    const last = this.#last();
    return { entries: last?.number ?? 0, hash: toHex(last?.hash ?? this.#first) };
  }

  /** Reads the whole chain through. Thrown when an entry isn't what was written: NodeError LEDGER_DAMAGED. */
  verify(): LedgerHead {
    let [entries, hash] = [0, this.#first];
    const rows = this.#database.prepare<[], Row>('SELECT * FROM entries ORDER BY number').iterate();
    for (const row of rows) {
      const follows = row.number === entries + 1 && equalBytes(row.previous, hash);
      if (!follows || !equalBytes(row.hash, linkOf(row, hash))) throw this.#damaged(entries + 1);
      entries += 1;
      hash = new Uint8Array(row.hash);
    }
    return { entries, hash: toHex(hash) };
  }

  /** Whether it has the entry with that hash, or is that of this agency where nothing had been written yet. */
  has(hash: Uint8Array): boolean {
    if (equalBytes(hash, this.#first)) return true;
    return this.#database.prepare<[Uint8Array]>('SELECT 1 FROM entries WHERE hash = ?').get(hash) !== undefined;
  }

  /**
   * As it is at one moment, into an empty file; the journal that a running node keeps beside it is in the copy. For a
   * ledger that was opened to be read.
   */
  writeCopy(file: string): void {
    // SQLite counts the other file among what a connection that only reads may not write.
    this.#database.pragma('query_only = OFF');
    try {
      this.#database.prepare('VACUUM INTO ?').run(file);
    } finally {
      this.#database.pragma('query_only = ON');
    }
  }

  /** May be called twice. */
  close(): void {
    this.#database.close();
    this.#lock?.close();
  }

  #last(): { readonly number: number; readonly hash: Uint8Array } | undefined {
    return this.#database
      .prepare<[], { number: number; hash: Uint8Array }>(
        'SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1',
      )
      .get();
  }

  #parsed({ number, at, body }: ChainedEntry, kind: EntryKind): LedgerEntry {
    try {
      // The schema is that of the kind; the compiler can't tie the two together.
      return { number, kind, at, body: ENTRY_SCHEMAS[kind].parse(JSON.parse(body)) } as LedgerEntry;
    } catch (cause) {
      throw this.#damaged(number, cause);
    }
  }

  #damaged(number: number, cause?: unknown): NodeError {
    return new NodeError(
      'LEDGER_DAMAGED',
      `Entry ${number} of the ledger ${this.#file} is not what was written there, or is missing: put the last copy of it back.`,
      { cause },
    );
  }
}

function isKind(kind: string): kind is EntryKind {
  return Object.hasOwn(ENTRY_SCHEMAS, kind);
}

function verified(ledger: Ledger): Ledger {
  try {
    ledger.verify();
    return ledger;
  } catch (thrown) {
    ledger.close();
    throw thrown;
  }
}

function translated<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw ledgerError(file, thrown);
  }
}
