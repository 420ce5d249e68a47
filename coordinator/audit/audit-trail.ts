import { AuditError, leafHash, parseCheckpointText, readNote, witnessKey } from '../../core/audit/index.js';
import {
  AUDIT_LOG_FORMAT,
  entryBytes,
  offerEntryBytes,
  parseEntry,
  RegisterInLog,
  registerLogged,
  releaseDigest,
} from '../../core/audit-entries/index.js';
import type { AuditEntry, LogEvidence, LoggedTemplate } from '../../core/audit-entries/index.js';
import { equalBytes, messageOf, toHex } from '../../core/base/index.js';
import type { Clock, Log } from '../../core/base/index.js';
import type { FailureCode, PartyId, RefusalCode } from '../../core/private-join/index.js';
import type { Roster, RunOffer } from '../../core/templates/index.js';
import { CoordinatorError } from '../errors.js';
import type { Release } from '../runs/release.js';
import { MAX_BATCH_ENTRIES } from './entry-batch.js';
import type { AuditLog } from './audit-log.js';
import { RunEntries } from './run-entries.js';
import { SeenSizes } from './seen-sizes.js';

export interface AuditTrailOptions {
  readonly audit: AuditLog;
  /** The one in force: agencies' keys are taken from it. */
  readonly roster: () => Roster;
  readonly clock: Clock;
  readonly log: Log;
}

/** An offer that is in the log, under a checkpoint. */
export interface LoggedOffer {
  readonly logged: LoggedTemplate;
  readonly index: number;
  /** Of the checkpoint. */
  readonly size: number;
  readonly checkpoint: string;
}

/** What the log has of one run, under one checkpoint. */
export interface ProvedRun {
  /** A signed note, with the cosignatures that it has. */
  readonly checkpoint: string;
  /** In the order of the log. */
  readonly entries: readonly ProvedEntry[];
}

export interface ProvedEntry {
  readonly entry: AuditEntry;
  /** From 0. */
  readonly index: number;
  /** That it is in the log of the checkpoint. */
  readonly inclusion: readonly Uint8Array[];
}

/**
 * What the coordinator writes into its audit log, and what it shows each agency of it. Offers and answers are in the log
 * before anything follows from them. Ends are written as soon as they can be: an offer in the log whose end isn't there is
 * seen by everybody, so nothing is hidden by writing it late.
 */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #sizes = new SeenSizes();
  /** Runs whose offer is in the log and whose end isn't. */
  readonly #open = new Set<string>();
  readonly #places = new RunEntries();
  /** What could not be written yet, in order. */
  readonly #pending: AuditEntry[] = [];
  /** What is in the log, or waits to be, of the register of governance. */
  readonly #register = new RegisterInLog();

  /** Reads the whole log. Thrown when it can't be read: CoordinatorError AUDIT_LOG_DAMAGED. */
  constructor(options: AuditTrailOptions) {
    this.#options = options;
    this.#read();
    if (options.audit.head.size > 0) return;
    const { federation } = options.roster();
    this.#later({ type: 'opened', at: this.#now(), format: AUDIT_LOG_FORMAT, federation });
  }

  /** Runs that were offered and have no end in the log: those that a coordinator was at when it went down. */
  get unended(): readonly string[] {
    return [...this.#open];
  }

  /**
   * Tells of what is new in the register. A federation that was founded anew has another first entry, and is told of from
   * the beginning.
   * Thrown when the log tells of a register that this one doesn't go on from: CoordinatorError REGISTER_NOT_LOGGED.
   */
  register(entries: readonly Uint8Array[]): void {
    const told = this.#toldOf(entries);
    for (const [place, entry] of entries.slice(told).entries()) {
      const next = { type: 'register', at: this.#now(), index: told + place, leaf: toHex(leafHash(entry)) } as const;
      this.#register.take(next);
      this.#pending.push(next);
    }
    if (entries.length > told) this.#write();
  }

  /** How much of it the log tells of already. */
  #toldOf(entries: readonly Uint8Array[]): number {
    const { leaves } = this.#register;
    const [first] = leaves;
    const [founding] = entries;
    if (first === undefined || founding === undefined || !equalBytes(first, leafHash(founding))) return 0;
    try {
      const told = registerLogged(leaves, entries);
      if (told === leaves.length) return told;
    } catch (thrown) {
      if (!(thrown instanceof AuditError)) throw thrown;
    }
    throw new CoordinatorError(
      'REGISTER_NOT_LOGGED',
      `The audit log tells of a register of ${leaves.length} entries, and the one here is older or another: put the newest in its place.`,
    );
  }

  /**
   * Writes an offer and signs a checkpoint with it, durably: before any agency hears of it.
   * Thrown when it can't be written: CoordinatorError AUDIT_LOG_UNWRITABLE, AUDIT_LOG_DAMAGED, AUDIT_CLOCK_BACK or
   * AUDIT_ENTRY_SIZE.
   */
  offer(offer: RunOffer, template: Omit<LoggedTemplate, 'at'>): LoggedOffer {
    const logged = { ...template, at: this.#now() };
    const size = this.#append(offerBytes(offer, logged));
    this.#open.add(offer.runId);
    return { logged, index: size - 1, size, checkpoint: this.#options.audit.checkpoint() };
  }

  /** What goes with the offer to one agency. Thrown when the log can't be read: CoordinatorError AUDIT_LOG_DAMAGED. */
  evidenceFor(agency: PartyId, { logged, index, size, checkpoint }: LoggedOffer): LogEvidence {
    const { audit, log } = this.#options;
    const seen = this.#sizes.of(agency);
    if (seen.some((first) => first > size)) {
      log.error(
        { event: 'audit-log-behind', agency },
        'an agency has seen more of the audit log than there is: was an older copy put back? It will refuse every run.',
      );
    }
    this.#sizes.sent(agency, size);
    return {
      checkpoint,
      index,
      logged,
      inclusion: audit.inclusionProof(index, size),
      consistency: seen
        .filter((first) => first > 0 && first < size)
        .map((first) => ({ first, hashes: audit.consistencyProof(first, size) })),
    };
  }

  /**
   * Null: the agency takes part. Thrown when it can't be written: CoordinatorError AUDIT_LOG_UNWRITABLE; the run can't go on
   * then.
   */
  answered(run: string, agency: PartyId, refusal: RefusalCode | null): void {
    if (this.#open.has(run)) this.#append(entryBytes({ type: 'answer', at: this.#now(), run, agency, refusal }));
  }

  /** Does nothing where no offer of the run is in the log. */
  released(run: string, release: Release): void {
    const suppressed = release.table.cells.filter(({ value }) => value === null).length;
    this.#ended({ type: 'release', at: this.#now(), run, digest: releaseDigest(release), suppressed });
  }

  /** Likewise. */
  failed(run: string, code: FailureCode): void {
    this.#ended({ type: 'failure', at: this.#now(), run, code });
  }

  /**
   * What is in the log of a run, with what proves it; undefined where nothing is.
   * Thrown when the log can't be read, or no checkpoint be signed: CoordinatorError AUDIT_LOG_DAMAGED, AUDIT_LOG_UNWRITABLE,
   * AUDIT_CLOCK_BACK.
   */
  proved(run: string): ProvedRun | undefined {
    const { audit } = this.#options;
    const places = this.#places.of(run);
    const last = places.at(-1);
    if (last === undefined) return undefined;
    const checkpoint = audit.checkpointOver(last + 1);
    const { size } = parseCheckpointText(readNote(checkpoint).text);
    const entries = places.flatMap((index) =>
      audit
        .entries(index, index + 1)
        .map(parseEntry)
        .filter((entry) => entry.type !== 'unknown')
        .map((entry) => ({ entry, index, inclusion: audit.inclusionProof(index, size) })),
    );
    return { checkpoint, entries };
  }

  /** An agency has connected, and says how much of the log it has verified. */
  connected(agency: PartyId, size: number): void {
    this.#sizes.connected(agency, size);
  }

  /** It says so again. */
  verified(agency: PartyId, size: number): void {
    this.#sizes.said(agency, size);
  }

  /** Keeps a cosignature with its checkpoint. One that is no use is noted, and harms nobody. */
  cosigned(agency: PartyId, size: number, line: string): void {
    const { audit, log, roster } = this.#options;
    const { federation, agencies } = roster();
    const key = agencies.find(({ id }) => id === agency)?.identityKey;
    if (key === undefined) return;
    try {
      audit.addCosignature(size, line, witnessKey(federation, agency, key));
      this.#sizes.said(agency, size);
    } catch (err) {
      if (!(err instanceof AuditError) && !(err instanceof CoordinatorError)) throw err;
      log.warn({ event: 'cosignature-refused', agency, code: err.code }, 'a cosignature could not be kept');
    }
  }

  #ended(entry: AuditEntry & { readonly run: string }): void {
    if (!this.#open.delete(entry.run)) return;
    this.#later(entry);
  }

  /** Now if possible, and with whatever is written next if not. */
  #later(entry: AuditEntry): void {
    this.#pending.push(entry);
    this.#write();
  }

  #write(): void {
    const { audit, log } = this.#options;
    try {
      while (this.#pending.length > 0) this.#append();
      audit.checkpoint();
    } catch (err) {
      const waiting = this.#pending.length;
      log.error(
        { event: 'audit-log-unwritten', err, waiting },
        `the audit log could not be written: ${messageOf(err)}`,
      );
    }
  }

  /** With what waits before it, all or nothing; the size with it. */
  #append(...entries: readonly Uint8Array[]): number {
    // An offer stands after all of the register that it names.
    while (entries.length > 0 && this.#pending.length > MAX_BATCH_ENTRIES - entries.length) this.#append();
    const waiting = this.#pending.slice(0, MAX_BATCH_ENTRIES - entries.length);
    const appended = [...waiting.map(entryBytes), ...entries];
    const { first, size } = this.#options.audit.append(appended);
    this.#pending.splice(0, waiting.length);
    for (const [place, bytes] of appended.entries()) this.#places.take(parseEntry(bytes), first + place);
    return size;
  }

  #read(): void {
    const { audit } = this.#options;
    const { size } = audit.head;
    for (let first = 0; first < size; first += MAX_BATCH_ENTRIES) {
      const entries = audit.entries(first, Math.min(first + MAX_BATCH_ENTRIES, size));
      for (const [place, bytes] of entries.entries()) this.#take(bytes, first + place);
    }
  }

  #take(bytes: Uint8Array, index: number): void {
    const entry = readable(bytes);
    if (entry !== undefined) this.#places.take(entry, index);
    if (entry?.type === 'register') this.#register.take(entry);
    else if (entry?.type === 'offer') this.#open.add(entry.run);
    else if (entry?.type === 'release' || entry?.type === 'failure') this.#open.delete(entry.run);
  }

  #now(): string {
    return this.#options.clock.now().toISOString();
  }
}

/** Undefined for what is no entry: it stands in the log for ever, and says nothing. */
function readable(bytes: Uint8Array): ReturnType<typeof parseEntry> | undefined {
  try {
    return parseEntry(bytes);
  } catch (thrown) {
    if (thrown instanceof AuditError) return undefined;
    throw thrown;
  }
}

function offerBytes(offer: RunOffer, logged: LoggedTemplate): Uint8Array {
  try {
    return offerEntryBytes(offer, logged);
  } catch (cause) {
    if (!(cause instanceof AuditError)) throw cause;
    throw new CoordinatorError('AUDIT_ENTRY_SIZE', `The offer can't stand in the audit log: ${cause.message}`, {
      cause,
    });
  }
}
