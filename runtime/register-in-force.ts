import { equalBytes } from '../core/base/index.js';
import type { Log } from '../core/base/index.js';
import { assertFresh, assertGoesOn, formatRegisterFile, GovernanceError, rosterOf } from '../core/governance/index.js';
import type { GovernanceErrorCode, Register, RegisterCopy, RegisterStatement } from '../core/governance/index.js';
import type { Roster } from '../core/templates/index.js';
import { RuntimeError } from './errors.js';
import { FileInForce } from './file-in-force.js';
import type { GovernanceFiles } from './governance-config.js';
import { copyOf, digestOf, loadRegister, naming, wordOn } from './register-files.js';
import type { LoadedRegister, Word } from './register-files.js';
import { replaceFile } from './whole-file.js';

/** Others on this computer may read what governance has signed, nobody else write it. */
const FILE_MODE = 0o644;
/** Said of another stretch of the register than the one that is known here: whoever handed it on may be ahead or behind. */
const STALE: ReadonlySet<GovernanceErrorCode> = new Set(['REGISTER_STALE', 'ROSTER_STALE']);

export interface RegisterInForceOptions {
  readonly files: GovernanceFiles;
  /** What else a roster has to be here. Thrown when it isn't. */
  readonly check: (roster: Roster) => void;
  readonly log: Log;
}

/** What another party has of the register that we may lack. */
export interface RegisterNews {
  /** Entries before the first that it brings. */
  readonly first: number;
  readonly entries: readonly Uint8Array[];
  readonly statement: Uint8Array | undefined;
}

/**
 * The register of governance that a running process goes by: what a new file of it, or news of it, adds is taken up whole
 * or not at all. It only ever goes on: what was known once is never forgotten, whoever hands out an older one.
 */
export class RegisterInForce {
  readonly #options: RegisterInForceOptions;
  readonly #inForce: FileInForce<LoadedRegister>;
  #roster: Roster;

  /** Thrown when it is no use: RuntimeError FINGERPRINT_MISSING, REGISTER_UNREADABLE, REGISTER_INVALID; and as `check` does. */
  constructor(options: RegisterInForceOptions) {
    const { files, check, log } = options;
    this.#options = options;
    this.#inForce = new FileInForce({
      files: [files.register, files.statement],
      load: () => {
        const loaded = loadRegister(files);
        check(rosterOf(loaded.copy.register.current.roster));
        return loaded;
      },
      take: (next, present) => this.#succeeds(next, present),
      complain: (err) =>
        log.error(
          { event: 'register-refused', entries: this.copy.head.size, err },
          'the register was changed, and what it says now is no use here; the one before stays in force',
        ),
    });
    this.#roster = rosterOf(this.register.current.roster);
  }

  get copy(): RegisterCopy {
    return this.#inForce.current.copy;
  }

  get register(): Register {
    return this.copy.register;
  }

  /** What of the roster in force concerns runs. */
  get roster(): Roster {
    return this.#roster;
  }

  /** A registrar's last word, as it was signed; undefined where there is none. */
  get statement(): Uint8Array | undefined {
    return this.#inForce.current.statement;
  }

  /** What it says; undefined where it says nothing that can be believed. */
  get stated(): RegisterStatement | undefined {
    const { stated } = this.#inForce.current;
    return stated instanceof GovernanceError ? undefined : stated;
  }

  /** Whether a file says something else by now, and that is no use. */
  get isFileRefused(): boolean {
    return this.#inForce.isFileRefused;
  }

  /** Thrown when nothing may be answered by it now: GovernanceError REGISTER_STALE, ROSTER_STALE, or what is wrong with the statement. */
  assertUpToDate(now: Date): void {
    const { stated } = this.#inForce.current;
    if (stated instanceof GovernanceError) throw new GovernanceError(stated.code, stated.message, { cause: stated });
    assertFresh(stated, now);
  }

  /** True when another register, or another statement of it, is in force than before. */
  look(): boolean {
    return this.#took(() => this.#inForce.look());
  }

  /**
   * Takes what another party has, and keeps it in the files. True when it is in force and was not before. A statement that
   * is no use keeps nothing else away: the entries may bring a revocation.
   * Thrown when the entries don't follow from what is in force, or can't be believed: RuntimeError REGISTER_INVALID; as `check`
   * does; when the files can't be written: what the operating system says.
   */
  take({ first, entries, statement }: RegisterNews): boolean {
    const { files, check } = this.#options;
    const present = this.#inForce.current;
    if (first > present.copy.head.size) {
      throw new RuntimeError(
        'REGISTER_INVALID',
        `${files.register}: the news begin at entry ${first}, and there are ${present.copy.head.size} here: those between are missing.`,
      );
    }
    const more = naming(files.register, () => moreThan(present.copy.entries, { first, entries }));
    const goesOn = more.length > 0;
    const copy = goesOn ? copyOf([...present.copy.entries, ...more], files) : present.copy;
    // A newer roster may have done away with whoever spoke last.
    const kept = wordOn(copy, present.statement);
    const heard = statement === undefined ? kept : this.#heard(copy, statement);
    const isNews = isLater(heard, kept);
    if (!goesOn && !isNews) return false;
    check(rosterOf(copy.register.current.roster));
    const bytes = naming(files.register, () => formatRegisterFile(copy.entries));
    const { statement: word, stated } = isNews ? heard : kept;
    const next = { copy, statement: word, stated, digest: digestOf(bytes, word) };
    return this.#took(() =>
      this.#inForce.put(next, () => {
        if (goesOn) replaceFile(files.register, bytes, { mode: FILE_MODE, durably: true });
        if (isNews && word !== undefined) replaceFile(files.statement, word, { mode: FILE_MODE, durably: true });
      }),
    );
  }

  /** What somebody has handed on may be forged, or of a register that was shown to others. */
  #heard(copy: RegisterCopy, statement: Uint8Array): Word {
    const heard = wordOn(copy, statement);
    const { stated: err } = heard;
    if (err instanceof GovernanceError && !STALE.has(err.code)) {
      this.#options.log.error(
        { event: 'register-refused', entries: this.copy.head.size, err },
        'what is said of the register is no use here; the word before stays in force',
      );
    }
    return heard;
  }

  #took(work: () => boolean): boolean {
    const before = this.copy.head.size;
    if (!work()) return false;
    this.#roster = rosterOf(this.register.current.roster);
    const { size } = this.copy.head;
    // Said when it is so, and kept: what could not be written is not in force.
    if (size > before) {
      const { version } = this.#roster;
      this.#options.log.info({ event: 'register', entries: size, roster: version }, 'a newer register is in force');
    }
    return true;
  }

  #succeeds(next: LoadedRegister, present: LoadedRegister): void {
    naming(this.#options.files.register, () => assertGoesOn(next.copy, present.copy));
  }
}

/** What news bring beyond these entries. Thrown when they say another thing of what is known: GovernanceError LOG_INCONSISTENT. */
function moreThan(
  known: readonly Uint8Array[],
  { first, entries }: Pick<RegisterNews, 'first' | 'entries'>,
): readonly Uint8Array[] {
  const overlap = known.length - first;
  const other = entries.slice(0, overlap).findIndex((entry, place) => !isSame(entry, known[first + place]));
  if (other < 0) return entries.slice(overlap);
  throw new GovernanceError(
    'LOG_INCONSISTENT',
    `Entry ${first + other} of the news is not the one that there was before: one of the two was changed. Keep the register, and tell governance.`,
  );
}

function isSame(entry: Uint8Array, known: Uint8Array | undefined): boolean {
  return known !== undefined && equalBytes(entry, known);
}

/** Whether it brings a later word of a registrar than there was: of a later time, or of the same second and more. */
function isLater({ stated: next }: Word, { stated: present }: Word): boolean {
  if (next instanceof GovernanceError) return false;
  if (present instanceof GovernanceError || next.issued > present.issued) return true;
  return next.issued === present.issued && next.size > present.size;
}
