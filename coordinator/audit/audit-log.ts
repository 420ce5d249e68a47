import {
  append,
  AuditError,
  consistencyProof,
  contradiction,
  emptyRoot,
  frontierOf,
  frontierRoot,
  inclusionProof,
  leafHash,
  logKey,
  MAX_AHEAD_SECONDS,
  MAX_CLOCK_CORRECTIONS,
  openCheckpoint,
  signCheckpoint,
  verifyConsistency,
} from '../../core/audit/index.js';
import type {
  Checkpoint,
  ClockCorrection,
  Frontier,
  NoteKey,
  SignedCheckpoint,
  TreeHead,
} from '../../core/audit/index.js';
import { entryBytes } from '../../core/audit-entries/index.js';
import { finish, messageOf } from '../../core/base/index.js';
import type { Clock, Steps } from '../../core/base/index.js';
import type { SigningKey } from '../../core/private-join/index.js';
import { CoordinatorError } from '../errors.js';
import { checkStored, damaged, found } from './check-stored.js';
import { openAuditStore } from './audit-store.js';
import type { AuditStore } from './audit-store.js';
import { assertBatch, MAX_BATCH_ENTRIES } from './entry-batch.js';
import { KeptCheckpoints } from './kept-checkpoints.js';

/** Hashed again whenever the log is opened. */
export const TAIL_ENTRIES = 256;

export interface AuditLogOptions {
  /** Made when there is none. */
  readonly file: string;
  readonly federation: string;
  /** The coordinator's, whose public half is in the roster. */
  readonly key: SigningKey;
  readonly clock: Clock;
}

/** Entries that were appended. */
export interface AppendedEntries {
  /** Index of the first of them, from 0. */
  readonly first: number;
  /** Of the log with them. */
  readonly size: number;
}

/**
 * The federation's audit log: entries are added and never changed, and everybody can have it proved that this is so. What
 * entries say is not looked at here; they are bytes. It writes one itself: that its clock was wrong.
 *
 * Whatever a call has returned is on the disk. The log can't tell when its whole file is replaced by an older copy of
 * itself: the witnesses can, with the checkpoints that they keep.
 */
export class AuditLog {
  readonly #store: AuditStore;
  readonly #checkpoints: KeptCheckpoints;
  readonly #options: AuditLogOptions;
  readonly #key: NoteKey;
  #frontier: Frontier;
  #last: SignedCheckpoint | undefined;

  private constructor(store: AuditStore, options: AuditLogOptions, frontier: Frontier, last?: SignedCheckpoint) {
    this.#store = store;
    this.#checkpoints = new KeptCheckpoints(store);
    this.#options = options;
    this.#key = logKey(options.federation, options.key.publicKey);
    this.#frontier = frontier;
    this.#last = last;
  }

  /**
   * Thrown when the file can't be used: CoordinatorError DATABASE_LOCKED, DATABASE_UNREADABLE, SCHEMA_UNKNOWN; when it is
   * another federation's log, or was signed with another key: AUDIT_LOG_OTHER; when its end doesn't fit its root or its
   * last checkpoint: AUDIT_LOG_DAMAGED.
   */
  static open(options: AuditLogOptions): AuditLog {
    return AuditLog.over(openAuditStore(options.file), options);
  }

  /** As `open`, over a store that is open; it is closed when it is no such log. */
  static over(store: AuditStore, options: AuditLogOptions): AuditLog {
    try {
      const key = logKey(options.federation, options.key.publicKey);
      const head = store.getHead() ?? { origin: key.name, size: 0, root: emptyRoot() };
      if (head.origin !== key.name) {
        throw new CoordinatorError(
          'AUDIT_LOG_OTHER',
          `${options.file} is the audit log of another federation: name another file.`,
        );
      }
      if (store.getHead() === undefined) store.putHead(head);
      const last = lastCheckpoint(store, key, options.file);
      const steps = checkStored(store, head, last?.checkpoint, Math.max(0, head.size - TAIL_ENTRIES));
      found(finish(steps), options.file);
      return new AuditLog(store, options, frontierOf(store, head.size), last);
    } catch (thrown) {
      store.close();
      throw thrown instanceof CoordinatorError ? thrown : damaged(options.file, "it can't be read", thrown);
    }
  }

  /** What checkpoints of this log are verified with. */
  get key(): NoteKey {
    return this.#key;
  }

  get head(): TreeHead {
    return { size: this.#frontier.size, root: frontierRoot(this.#frontier) };
  }

  /** Of the log as it was with `size` entries. Thrown when it never had so many: CoordinatorError AUDIT_RANGE. */
  rootAt(size: number): Uint8Array {
    this.#checkRange(size, this.#frontier.size, 'the size', size <= this.#frontier.size);
    return this.#read(() => frontierRoot(frontierOf(this.#store, size)));
  }

  /** The newest, with the cosignatures that it has; undefined before the first. */
  get lastCheckpoint(): string | undefined {
    return this.#checkpoints.last;
  }

  /** The largest with so many cosignatures; where none has so many, with any. Undefined before the first. */
  cosignedBy(witnesses: number): string | undefined {
    return this.#checkpoints.cosignedBy(witnesses);
  }

  /** The newest of that size, with the cosignatures that it has; undefined where there is none. */
  checkpointOf(size: number): string | undefined {
    return this.#checkpoints.of(size);
  }

  /**
   * Adds entries, all of them or none, durably. One synchronisation of the disk for each call, so batches are faster.
   *
   * Thrown when one is empty or longer than MAX_ENTRY_BYTES: CoordinatorError AUDIT_ENTRY_SIZE; when there are none or more
   * than MAX_BATCH_ENTRIES: AUDIT_BATCH_SIZE; when they can't be written: AUDIT_LOG_UNWRITABLE, and none is in the log.
   */
  append(entries: readonly Uint8Array[]): AppendedEntries {
    assertBatch(entries);
    let frontier = this.#frontier;
    const hashes: Uint8Array[] = [];
    for (const entry of entries) {
      const appended = append(frontier, leafHash(entry));
      frontier = appended.frontier;
      hashes.push(...appended.hashes);
    }
    const head = { size: frontier.size, root: frontierRoot(frontier) };
    this.#write(() => this.#store.putEntries({ entries, hashes, head }));
    const first = this.#frontier.size;
    this.#frontier = frontier;
    return { first, size: head.size };
  }

  /**
   * Signs what the log is now, keeps that durably and gives it away: a note without cosignatures. A log that hasn't grown
   * is signed again, with the time of now. Times grow with every checkpoint, by a millisecond at least.
   *
   * Thrown when the clock is more than MAX_AHEAD_SECONDS behind the last checkpoint: CoordinatorError AUDIT_CLOCK_BACK; when
   * what is stored no longer continues the last checkpoint: AUDIT_LOG_DAMAGED; when it can't be written: AUDIT_LOG_UNWRITABLE.
   */
  checkpoint(): string {
    return this.#sign(this.#time(), this.#corrections);
  }

  /** What stands in the way of AUDIT_CLOCK_BACK: the last checkpoint's time and the clock's; undefined where nothing does. */
  get wrongClock(): Omit<ClockCorrection, 'index'> | undefined {
    const from = this.#last?.checkpoint.at;
    const to = this.#options.clock.now();
    return from === undefined || !isFarBefore(to, from) ? undefined : { from, to };
  }

  /**
   * Goes back to the clock's time, and says so: with an entry `clock`, and a checkpoint that names it. Both or neither. Only a
   * person can know that the last checkpoint was wrong and the clock is right.
   *
   * Thrown when nothing is in the way: CoordinatorError AUDIT_CLOCK_RIGHT; after MAX_CLOCK_CORRECTIONS: AUDIT_CLOCK_TOO_OFTEN;
   * else as `append` and `checkpoint` say.
   */
  correctClock(): ClockCorrection {
    const wrong = this.wrongClock;
    if (wrong === undefined) {
      throw new CoordinatorError(
        'AUDIT_CLOCK_RIGHT',
        'No checkpoint of the audit log is far ahead of this clock: there is nothing to put right, and nothing was written.',
      );
    }
    if (this.#corrections.length >= MAX_CLOCK_CORRECTIONS) {
      throw new CoordinatorError(
        'AUDIT_CLOCK_TOO_OFTEN',
        `The clock was put right ${MAX_CLOCK_CORRECTIONS} times in this audit log: governance decides that a new log begins.`,
      );
    }
    const { from, to } = wrong;
    const correction = { index: this.#frontier.size, from, to };
    const before = { frontier: this.#frontier, last: this.#last };
    try {
      this.#write(() => {
        this.#store.together(() => {
          const at = to.toISOString();
          this.append([entryBytes({ type: 'clock', at, from: from.toISOString(), to: at })]);
          this.#sign(to, [...this.#corrections, correction]);
        });
      });
    } catch (thrown) {
      this.#frontier = before.frontier;
      this.#last = before.last;
      throw thrown;
    }
    return correction;
  }

  /** The newest checkpoint; signed now where entries have come since the last. Thrown as `checkpoint` says. */
  checkpointOfAll(): string {
    const last = this.#last?.checkpoint.size === this.#frontier.size ? this.lastCheckpoint : undefined;
    return last ?? this.checkpoint();
  }

  /**
   * One that has the first `size` entries under it: of those of the earliest MAX_CHECKPOINTS_COMPARED sizes that are kept the
   * one with most cosignatures, and of several the smallest; signed now where none is kept.
   * Thrown when there are fewer entries: CoordinatorError AUDIT_RANGE; and as `checkpoint` says.
   */
  checkpointOver(size: number): string {
    this.#checkRange(size, size, 'the size', true);
    return this.#checkpoints.over(size) ?? this.checkpointOfAll();
  }

  /**
   * Keeps a witness's cosignature with the checkpoint of that size that it is of.
   * Thrown when there is no such checkpoint: CoordinatorError AUDIT_RANGE; when the line isn't a signature: AuditError
   * BAD_NOTE; when it isn't that witness's of one that is kept: BAD_COSIGNATURE; when it can't be written:
   * AUDIT_LOG_UNWRITABLE.
   */
  addCosignature(size: number, line: string, witness: NoteKey): void {
    this.#write(() => this.#checkpoints.addCosignature(size, line, witness));
  }

  /** That an entry is in the log as it was with `size` entries. Thrown when it isn't: CoordinatorError AUDIT_RANGE. */
  inclusionProof(index: number, size: number): readonly Uint8Array[] {
    this.#checkRange(index, size, 'the entry', index < size);
    return this.#read(() => inclusionProof(this.#store, index, size));
  }

  /** That the log with `second` entries continues that with `first`. Thrown when there are fewer: CoordinatorError AUDIT_RANGE. */
  consistencyProof(first: number, second: number): readonly Uint8Array[] {
    this.#checkRange(first, second, 'the first size', first <= second);
    return this.#read(() => consistencyProof(this.#store, first, second));
  }

  /** From index `first` to before `end`. Thrown when there aren't, or are more than MAX_BATCH_ENTRIES: CoordinatorError AUDIT_RANGE. */
  entries(first: number, end: number): readonly Uint8Array[] {
    this.#checkRange(first, end, 'the first entry', first <= end && end - first <= MAX_BATCH_ENTRIES);
    const entries = this.#read(() => this.#store.getEntries(first, end));
    if (entries.length !== end - first) throw damaged(this.#options.file, 'an entry is missing');
    return entries;
  }

  /** Hashes every entry again and compares all that is stored. Thrown when something doesn't fit: CoordinatorError AUDIT_LOG_DAMAGED. */
  *verify(): Steps<void> {
    const { file } = this.#options;
    const steps = checkStored(this.#store, this.head, this.#last?.checkpoint, 0);
    for (;;) {
      const step = this.#read(() => steps.next());
      if (step.done === true) {
        found(step.value, file);
        break;
      }
      yield;
    }
    for (const note of this.#checkpoints.all()) {
      this.#read(() => this.#checkCheckpoint(note));
      yield;
    }
  }

  close(): void {
    this.#store.close();
  }

  get #corrections(): readonly ClockCorrection[] {
    return this.#last?.checkpoint.clocks ?? [];
  }

  #sign(at: Date, clocks: readonly ClockCorrection[]): string {
    const corrections = clocks.length === 0 ? {} : { clocks };
    const checkpoint: Checkpoint = { origin: this.#key.name, ...this.head, at, ...corrections };
    this.#checkContinues(checkpoint);
    const signed = signCheckpoint(checkpoint, this.#options.key);
    this.#write(() => this.#checkpoints.add(checkpoint.size, signed.note));
    this.#last = signed;
    return signed.note;
  }

  #time(): Date {
    const now = this.#options.clock.now();
    const last = this.#last?.checkpoint.at;
    if (last === undefined || now > last) return now;
    if (isFarBefore(now, last)) {
      throw new CoordinatorError(
        'AUDIT_CLOCK_BACK',
        `This computer's clock is more than ${MAX_AHEAD_SECONDS} seconds behind the last checkpoint of the audit log: set it right. ` +
          'Where it is right and was ahead before: `tally coordinator correct-clock`.',
      );
    }
    return new Date(last.getTime() + 1);
  }

  /** A log that signs two checkpoints that don't go together has lost everybody's trust: so it looks first. */
  #checkContinues(next: Checkpoint): void {
    const last = this.#last?.checkpoint;
    if (last === undefined) return;
    const proof = this.#read(() => consistencyProof(this.#store, last.size, next.size));
    if (contradiction(last, next) !== undefined || !verifyConsistency(last, next, proof)) {
      throw damaged(this.#options.file, 'it does not continue its last checkpoint');
    }
  }

  #checkCheckpoint(note: string): void {
    const { checkpoint } = openCheckpoint(note, this.#key);
    const head = { size: checkpoint.size, root: this.rootAt(checkpoint.size) };
    if (!verifyConsistency(head, checkpoint, [])) throw damaged(this.#options.file, 'a checkpoint has another root');
  }

  #checkRange(first: number, end: number, what: string, isRange: boolean): void {
    if (
      Number.isSafeInteger(first) &&
      Number.isSafeInteger(end) &&
      first >= 0 &&
      end <= this.#frontier.size &&
      isRange
    ) {
      return;
    }
    throw new CoordinatorError(
      'AUDIT_RANGE',
      `The audit log has ${this.#frontier.size} entries; ${what} and the size have to be within that, and no more than ` +
        `${MAX_BATCH_ENTRIES} entries are read at a time.`,
    );
  }

  #read<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof CoordinatorError) throw cause;
      const problem =
        cause instanceof AuditError ? 'a checkpoint is not as it was signed' : 'a hash or an entry is missing';
      throw damaged(this.#options.file, problem, cause);
    }
  }

  #write(work: () => void): void {
    try {
      work();
    } catch (cause) {
      if (cause instanceof CoordinatorError || cause instanceof AuditError) throw cause;
      throw new CoordinatorError(
        'AUDIT_LOG_UNWRITABLE',
        `${this.#options.file} can't be written: ${messageOf(cause)}. Check the disk; nothing of this is in the audit log.`,
        { cause },
      );
    }
  }
}

function isFarBefore(now: Date, last: Date): boolean {
  return last.getTime() - now.getTime() > MAX_AHEAD_SECONDS * 1_000;
}

function lastCheckpoint(store: AuditStore, key: NoteKey, file: string): SignedCheckpoint | undefined {
  const note = store.getLastCheckpoint();
  if (note === undefined) return undefined;
  try {
    return openCheckpoint(note, key);
  } catch (cause) {
    throw new CoordinatorError(
      'AUDIT_LOG_OTHER',
      `The last checkpoint in ${file} is not signed with this coordinator's key: name another file, or put that key back.`,
      { cause },
    );
  }
}
