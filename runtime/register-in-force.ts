import type { Log } from '../core/base/index.js';
import { assertFresh, assertGoesOn, formatRegisterFile, GovernanceError, rosterOf } from '../core/governance/index.js';
import type { Register, RegisterCopy, RegisterStatement } from '../core/governance/index.js';
import type { Roster } from '../core/templates/index.js';
import { RuntimeError } from './errors.js';
import { FileInForce } from './file-in-force.js';
import type { GovernanceFiles } from './governance-config.js';
import { digestOf, loadedFrom, loadRegister, naming } from './register-files.js';
import type { LoadedRegister } from './register-files.js';
import { replaceFile } from './whole-file.js';

/** Others on this computer may read what governance has signed, nobody else write it. */
const FILE_MODE = 0o644;

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
   * Takes what another party has, and keeps it in the files. True when it is in force and was not before.
   * Thrown when it doesn't follow from what is in force, or can't be believed: RuntimeError REGISTER_INVALID; when the files
   * can't be written: what the operating system says.
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
    const all = [...present.copy.entries.slice(0, first), ...entries];
    // What says less than is known already changes nothing.
    const goesOn = all.length > present.copy.head.size;
    const known = goesOn ? all : present.copy.entries;
    const heard = loadedFrom(known, statement, files);
    const isNews = isLater(heard, present);
    if (!goesOn && !isNews) return false;
    const next = isNews ? heard : loadedFrom(known, present.statement, files);
    check(rosterOf(next.copy.register.current.roster));
    const bytes = formatRegisterFile(known);
    const loaded = { ...next, digest: digestOf(bytes, next.statement) };
    this.#succeeds(loaded, present);
    if (goesOn) replaceFile(files.register, bytes, { mode: FILE_MODE, durably: true });
    if (isNews && next.statement !== undefined) {
      replaceFile(files.statement, next.statement, { mode: FILE_MODE, durably: true });
    }
    return this.#took(() => this.#inForce.put(loaded));
  }

  #took(work: () => boolean): boolean {
    const before = this.copy.head.size;
    if (!work()) return false;
    this.#roster = rosterOf(this.register.current.roster);
    const { size } = this.copy.head;
    const { version } = this.register.current.roster;
    // Said when it is so, and kept: what could not be written is not in force.
    if (size > before) {
      this.#options.log.info({ event: 'register', entries: size, roster: version }, 'a newer register is in force');
    }
    return true;
  }

  #succeeds(next: LoadedRegister, present: LoadedRegister): void {
    naming(this.#options.files.register, () => assertGoesOn(next.copy, present.copy));
  }
}

/** Whether it brings a later word of a registrar than there was: of a later time, or of the same second and more. */
function isLater({ stated: next }: Stated, { stated: present }: Stated): boolean {
  if (next instanceof GovernanceError) return false;
  if (present instanceof GovernanceError || next.issued > present.issued) return true;
  return next.issued === present.issued && next.size > present.size;
}

type Stated = Pick<LoadedRegister, 'stated'>;
