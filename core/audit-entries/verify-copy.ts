import {
  append,
  AuditError,
  contradiction,
  cosignedAt,
  EMPTY_FRONTIER,
  frontierRoot,
  leafHash,
  openCheckpoint,
  readNote,
  sameCorrections,
} from '../audit/index.js';
import type { Checkpoint, ClockCorrection, Frontier, NoteKey } from '../audit/index.js';
import { equalBytes } from '../base/index.js';
import { parseEntry } from './entry.js';
import type { AuditEntry, UnknownEntry } from './entry.js';
import type { LogCopy } from './log-copy.js';
import { registerLogged, RegisterInLog } from './register-in-log.js';

/** What a copy is held against. Nothing of it comes from whoever made the copy. */
export interface CopyGrounds {
  /** The federation's log, with the coordinator's key of the roster. */
  readonly log: NoteKey;
  readonly federation: string;
  /** By agency, its key as a witness. */
  readonly witnesses: ReadonlyMap<string, NoteKey>;
  /** Checkpoints of this log that somebody has kept, as notes. */
  readonly earlier: readonly string[];
  /** Entries of the register of governance, verified. */
  readonly register: readonly Uint8Array[];
}

/** A copy of which everything holds. */
export interface VerifiedCopy {
  readonly checkpoint: Checkpoint;
  readonly entries: readonly (AuditEntry | UnknownEntry)[];
  /** Who has cosigned, and how many entries the log had then; in the order of `witnesses`. */
  readonly cosigned: readonly { readonly agency: string; readonly size: number; readonly at: Date }[];
  /** By agency, how many entries it has cosigned at the most, in the copy or in what somebody has kept. */
  readonly reach: ReadonlyMap<string, number>;
  /** Where the log says that its clock had been ahead, in the order of its entries. */
  readonly clocks: readonly ClockCorrection[];
  /** Sizes of those that somebody has kept, all of which it continues; in their order. */
  readonly continues: readonly number[];
  /** Entries of the register of governance that the log tells of, as they are. */
  readonly register: number;
}

/**
 * Verifies a whole log from its first entry: that its entries give the root that the log has signed, that they are
 * entries, in an order that can be, and that they continue what witnesses and others have kept.
 *
 * Thrown: AuditError as `openCheckpoint` and `parseEntry` say; when entries are missing, too many or others than were
 * signed: LOG_COPY_DIFFERS; when an earlier checkpoint, or the copy's cosigned one, contradicts it: LOG_FORKED,
 * LOG_ROLLED_BACK; when a checkpoint names other corrections of the clock than the entries: LOG_COPY_DIFFERS; when it does
 * not begin with what such a one was of: LOG_INCONSISTENT; when the earlier one is of a longer log: CHECKPOINT_OLD; when it
 * tells of another register of governance: REGISTER_DIFFERS.
 */
export function verifyCopy(
  copy: LogCopy,
  { log, federation, witnesses, earlier, register }: CopyGrounds,
): VerifiedCopy {
  const { checkpoint } = openCheckpoint(copy.checkpoint, log);
  const { length } = copy.entries;
  if (length !== checkpoint.size) {
    throw differs(`it has ${length} entries, and its checkpoint is of ${checkpoint.size}`);
  }
  const kept = earlier.map((note) => keptOf(note, log, checkpoint));
  const cosigned = copy.cosigned === null ? undefined : openCheckpoint(copy.cosigned, log).checkpoint;
  if (cosigned !== undefined && cosigned.size > length) throw differs('witnesses have cosigned more than it has');
  if (cosigned !== undefined) assertBothTrue(cosigned, checkpoint, 'the one that witnesses have cosigned');
  const order = new EntryOrder(federation);
  const entries = entriesOf(copy.entries, order);
  const roots = rootsAt(copy.entries, [checkpoint, ...(cosigned === undefined ? [] : [cosigned]), ...kept]);
  const isOf = ({ size, root }: Checkpoint): boolean => equalBytes(roots.get(size) ?? new Uint8Array(0), root);
  if (!isOf(checkpoint)) throw differs('its entries are not those that the log has signed');
  if (cosigned !== undefined && !isOf(cosigned)) {
    throw inconsistent('witnesses have cosigned a checkpoint of other entries');
  }
  const other = kept.find((one) => !isOf(one));
  if (other !== undefined) {
    throw inconsistent(
      `the log had ${other.size} entries on ${other.at.toISOString()}, and this does not begin with them`,
    );
  }
  const clocks = clocksIn(entries);
  for (const one of [checkpoint, ...(cosigned === undefined ? [] : [cosigned]), ...kept]) assertClocks(one, clocks);
  const note = copy.cosigned === null ? undefined : readNote(copy.cosigned);
  return {
    checkpoint,
    entries,
    cosigned: [...witnesses].flatMap(([agency, witness]) => {
      const at = note === undefined ? undefined : cosignedAt(note, witness);
      return at === undefined || cosigned === undefined ? [] : [{ agency, size: cosigned.size, at }];
    }),
    reach: reachOf([...(copy.cosigned === null ? [] : [copy.cosigned]), ...earlier], log, witnesses),
    clocks,
    continues: kept.map(({ size }) => size),
    register: registerLogged(order.register, register),
  };
}

/** Of notes that have been verified. */
function reachOf(
  notes: readonly string[],
  log: NoteKey,
  witnesses: CopyGrounds['witnesses'],
): ReadonlyMap<string, number> {
  const reach = new Map<string, number>();
  for (const text of notes) {
    const { size } = openCheckpoint(text, log).checkpoint;
    const note = readNote(text);
    for (const [agency, witness] of witnesses) {
      if (cosignedAt(note, witness) !== undefined) reach.set(agency, Math.max(size, reach.get(agency) ?? 0));
    }
  }
  return reach;
}

function keptOf(note: string, log: NoteKey, shown: Checkpoint): Checkpoint {
  const { checkpoint: kept } = openCheckpoint(note, log);
  assertBothTrue(kept, shown, 'the earlier one');
  if (kept.size > shown.size) {
    throw new AuditError(
      'CHECKPOINT_OLD',
      `This copy is older than the checkpoint of ${kept.size} entries: get a newer one.`,
    );
  }
  return kept;
}

function assertBothTrue(other: Checkpoint, shown: Checkpoint, name: string): void {
  const found = contradiction(other, shown);
  if (found === undefined) return;
  throw new AuditError(found, `The log has signed this copy’s checkpoint and ${name}, which contradict each other.`);
}

function clocksIn(entries: readonly (AuditEntry | UnknownEntry)[]): ClockCorrection[] {
  return entries.flatMap((entry, index) =>
    entry.type === 'clock' ? [{ index, from: new Date(entry.from), to: new Date(entry.to) }] : [],
  );
}

/** What excuses a checkpoint's times has to stand in the log, and what stands there has to be said. */
function assertClocks({ size, clocks = [] }: Checkpoint, inLog: readonly ClockCorrection[]): void {
  const before = inLog.filter(({ index }) => index < size);
  if (!sameCorrections(clocks, before)) {
    throw differs(`its checkpoint of ${size} entries names other corrections of the clock than they do`);
  }
}

function entriesOf(entries: readonly Uint8Array[], order: EntryOrder): (AuditEntry | UnknownEntry)[] {
  return entries.map((bytes, index) => {
    try {
      const entry = parseEntry(bytes);
      order.take(entry);
      return entry;
    } catch (cause) {
      if (!(cause instanceof AuditError)) throw cause;
      throw new AuditError(cause.code, `Entry ${index}: ${cause.message}`, { cause });
    }
  });
}

/** What can be said of an entry from those before it. */
class EntryOrder {
  readonly #federation: string;
  readonly #open = new Map<string, { readonly asked: ReadonlySet<string>; readonly answered: Set<string> }>();
  readonly #runs = new Set<string>();
  readonly #register = new RegisterInLog();
  #isFirst = true;

  constructor(federation: string) {
    this.#federation = federation;
  }

  /** Leaves of the register of governance that the entries tell of. */
  get register(): readonly Uint8Array[] {
    return this.#register.leaves;
  }

  /** Thrown when it can't stand here: AuditError BAD_ENTRY. */
  take(entry: AuditEntry | UnknownEntry): void {
    if (this.#isFirst !== (entry.type === 'opened')) throw outOfOrder('a log is opened once, by its first entry');
    this.#isFirst = false;
    if (entry.type === 'opened' && entry.federation !== this.#federation) {
      throw outOfOrder(`it opens the log of ${entry.federation}, and this is that of ${this.#federation}`);
    }
    if (entry.type === 'register') this.#hold(this.#register.take(entry));
    if (entry.type === 'offer') {
      this.#hold(this.#register.offered(entry));
      this.#ask(
        entry.run,
        entry.participants.map(({ agency }) => agency),
      );
    }
    if (entry.type === 'answer') this.#answer(entry.run, entry.agency);
    if (entry.type === 'release') this.#release(entry.run);
    if (entry.type === 'failure') this.#end(entry.run);
  }

  #hold(trouble: string | undefined): void {
    if (trouble !== undefined) throw outOfOrder(trouble);
  }

  #ask(run: string, agencies: readonly string[]): void {
    if (this.#runs.has(run)) throw outOfOrder('a run of this name has been offered before');
    this.#runs.add(run);
    this.#open.set(run, { asked: new Set(agencies), answered: new Set() });
  }

  #answer(run: string, agency: string): void {
    const open = this.#open.get(run);
    if (open?.asked.has(agency) !== true) throw outOfOrder('it answers what this agency has not been asked');
    if (open.answered.has(agency)) throw outOfOrder('this agency has answered before');
    open.answered.add(agency);
  }

  #release(run: string): void {
    const open = this.#open.get(run);
    if (open !== undefined && open.asked.size !== open.answered.size) {
      throw outOfOrder('a table is released before every agency has answered');
    }
    this.#end(run);
  }

  #end(run: string): void {
    if (!this.#open.delete(run)) throw outOfOrder('it ends a run that is not under way');
  }
}

/** By size, for those sizes that are asked for: the root of the log when it had so many entries. */
export function rootsAt(
  entries: readonly Uint8Array[],
  of: readonly { readonly size: number }[],
): Map<number, Uint8Array> {
  const wanted = new Set(of.map(({ size }) => size));
  const roots = new Map<number, Uint8Array>();
  let frontier: Frontier = EMPTY_FRONTIER;
  const note = (): void => {
    if (wanted.has(frontier.size)) roots.set(frontier.size, frontierRoot(frontier));
  };
  note();
  for (const entry of entries) {
    frontier = append(frontier, leafHash(entry)).frontier;
    note();
  }
  return roots;
}

function differs(why: string): AuditError {
  return new AuditError(
    'LOG_COPY_DIFFERS',
    `This copy is not what the log has signed: ${why}. Save it again, and compare.`,
  );
}

function inconsistent(why: string): AuditError {
  return new AuditError(
    'LOG_INCONSISTENT',
    `The log has been rewritten: ${why}. Keep both files, and tell governance.`,
  );
}

function outOfOrder(why: string): AuditError {
  return new AuditError('BAD_ENTRY', `It can't stand here: ${why}.`);
}
