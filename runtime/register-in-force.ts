import { equalBytes } from '../core/base/index.js';
import type { Clock, Log } from '../core/base/index.js';
import {
  assertFresh,
  assertGoesOn,
  assertPutsRight,
  commonEntries,
  formatRegisterFile,
  GovernanceError,
  rosterOf,
} from '../core/governance/index.js';
import type { Register, RegisterCopy, RegisterStatement } from '../core/governance/index.js';
import type { Roster } from '../core/templates/index.js';
import { RuntimeError } from './errors.js';
import { FileInForce } from './file-in-force.js';
import type { GovernanceFiles } from './governance-config.js';
import { copyOf, digestOf, loadRegister, named, naming } from './register-files.js';
import type { LoadedRegister } from './register-files.js';
import { earlierThan, isBehind, isLater, uselessness, wordOn } from './register-word.js';
import type { Word } from './register-word.js';
import { replaceFile } from './whole-file.js';

/** Others on this computer may read what governance has signed, nobody else write it. */
const FILE_MODE = 0o644;

export interface RegisterInForceOptions {
  readonly files: GovernanceFiles;
  /** What else a roster has to be here. Thrown when it isn't. */
  readonly check: (roster: Roster) => void;
  /**
   * Whether a register that a registrar has signed may take the place of one that parts from it. Not at a coordinator, whose
   * audit log has told everybody of the one that it has.
   */
  readonly putsRight: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** What another party has of the register that we may lack. */
export interface RegisterNews {
  /** Entries before the first that it brings. */
  readonly first: number;
  readonly entries: readonly Uint8Array[];
  readonly statement: Uint8Array | undefined;
}

/** Which of two words counts, and whether that is the one that has just come. */
interface Heard {
  readonly word: Word;
  readonly isNews: boolean;
}

/**
 * The register of governance that a running process goes by: what a new file of it, or news of it, adds is taken up whole
 * or not at all. It goes on; what was known once is not forgotten, whoever hands out an older one. Where a registrar has
 * signed another than the one here, that one takes its place, with all that this one may have taken away.
 */
export class RegisterInForce {
  readonly #options: RegisterInForceOptions;
  readonly #inForce: FileInForce<LoadedRegister>;
  #roster: Roster;
  #confirmed: number;
  #isWordRefused = false;

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
    this.#confirmed = this.stated?.size ?? 0;
    this.#sayTrouble(undefined);
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

  /** What it says; undefined where it says nothing that can be believed, or that the register here bears out. */
  get stated(): RegisterStatement | undefined {
    const { said, trouble } = this.#inForce.current;
    return trouble === undefined ? said : undefined;
  }

  /** How many of its entries a registrar has signed, as far as is known: those after them may still turn out to be others. */
  get confirmed(): number {
    return this.#confirmed;
  }

  /** Whether a file says something else by now, and that is no use. */
  get isFileRefused(): boolean {
    return this.#inForce.isFileRefused || this.#isWordRefused;
  }

  /** Thrown when nothing may be answered by it now: GovernanceError REGISTER_STALE, ROSTER_STALE, or what is wrong with the statement. */
  assertUpToDate(now: Date): void {
    const { said, trouble } = this.#inForce.current;
    if (trouble !== undefined) throw new GovernanceError(trouble.code, trouble.message, { cause: trouble });
    if (said !== undefined) assertFresh(said, now);
  }

  /** True when another register, or another statement of it, is in force than before. */
  look(): boolean {
    return this.#took(() => this.#inForce.look());
  }

  /**
   * Takes what another party has, and keeps it in the files. True when it is in force and was not before. A statement that
   * is no use keeps nothing else away: the entries may bring a revocation. Nor do entries keep a statement away: what it says
   * is missing here then, and nothing may be answered.
   * Thrown when the entries don't follow from what is in force, or can't be believed, or a registrar has signed others: RuntimeError
   * REGISTER_INVALID; as `check` does; when the files can't be written: what the operating system says.
   */
  take(news: RegisterNews): boolean {
    const { statement } = news;
    let copy: RegisterCopy;
    try {
      copy = this.#copyWith(news);
    } catch (thrown) {
      this.#put(this.copy, statement);
      throw thrown;
    }
    return this.#put(copy, statement);
  }

  #put(copy: RegisterCopy, statement: Uint8Array | undefined): boolean {
    const { files } = this.#options;
    const isOther = copy !== this.copy;
    const { word, isNews } = this.#heard(copy, statement);
    if (!isOther && !isNews) return false;
    const bytes = naming(files.register, () => formatRegisterFile(copy.entries));
    const next = { copy, ...word, digest: digestOf(bytes, word.statement) };
    return this.#took(() =>
      this.#inForce.put(next, () => {
        if (isOther) replaceFile(files.register, bytes, { mode: FILE_MODE, durably: true });
        if (!isNews || word.statement === undefined) return;
        replaceFile(files.statement, word.statement, { mode: FILE_MODE, durably: true });
        this.#isWordRefused = false;
      }),
    );
  }

  /** The copy that news make of the one in force; that one itself where they bring nothing. Thrown as `take` says. */
  #copyWith({ first, entries, statement }: RegisterNews): RegisterCopy {
    const { files, check } = this.#options;
    const present = this.copy;
    if (first > present.head.size) {
      throw new RuntimeError(
        'REGISTER_INVALID',
        `${files.register}: the news begin at entry ${first}, and there are ${present.head.size} here: those between are missing.`,
      );
    }
    const joined = [...present.entries.slice(0, first), ...entries];
    const common = commonEntries(joined, present.entries);
    if (common === joined.length) return present;
    const next =
      common === present.head.size
        ? this.#goneOn(joined, statement)
        : naming(files.register, () => this.#putRight(joined, common, statement));
    check(rosterOf(next.register.current.roster));
    return next;
  }

  /** What a registrar contradicts is kept out: once it were here, everybody else's register would have to take its place. */
  #goneOn(entries: readonly Uint8Array[], statement: Uint8Array | undefined): RegisterCopy {
    const { files } = this.#options;
    const next = copyOf(entries, files);
    const { said, trouble } = this.#laterOn(next, statement).word;
    if (said === undefined || trouble?.code !== 'LOG_INCONSISTENT' || said.size <= this.copy.head.size) return next;
    throw named(files.register, trouble);
  }

  /** Thrown when the other entries may not take the place of those here: GovernanceError LOG_INCONSISTENT. */
  #putRight(entries: readonly Uint8Array[], common: number, statement: Uint8Array | undefined): RegisterCopy {
    const message = `Entry ${common} of the news is not the one that there was before: one of the two was changed. Keep the register, and tell governance.`;
    if (!this.#options.putsRight) throw new GovernanceError('LOG_INCONSISTENT', message);
    let next: RegisterCopy;
    try {
      next = copyOf(entries, this.#options.files);
    } catch (thrown) {
      if (!(thrown instanceof RuntimeError)) throw thrown;
      // Why they don't hold either is beside the point: they are others than those here.
      throw new GovernanceError('LOG_INCONSISTENT', message);
    }
    const said = this.#confirming(this.#laterOn(next, statement).word);
    if (said === undefined) throw new GovernanceError('LOG_INCONSISTENT', message);
    assertPutsRight(next, this.copy, said);
    return next;
  }

  /** A word that may decide between two registers: one that its own bears out, and fresh. */
  #confirming({ said, trouble }: Word): RegisterStatement | undefined {
    if (said === undefined || trouble !== undefined || !this.#options.putsRight) return undefined;
    try {
      assertFresh(said, this.#options.clock.now());
      return said;
    } catch {
      return undefined;
    }
  }

  /** Which counts beside a copy: the word in force or another. A newer roster may have done away with whoever spoke last. */
  #laterOn(copy: RegisterCopy, statement: Uint8Array | undefined): Heard & { readonly heard: Word } {
    const kept = wordOn(copy, this.statement);
    const heard = statement === undefined ? kept : wordOn(copy, statement);
    const isNews = isLater(heard, kept, this.#options.clock.now());
    return { word: isNews ? heard : kept, isNews, heard };
  }

  /** What somebody has handed on may be forged, or of a time to come. */
  #heard(copy: RegisterCopy, statement: Uint8Array | undefined): Heard {
    const { heard, ...found } = this.#laterOn(copy, statement);
    const err = found.isNews || statement === undefined ? undefined : uselessness(heard, this.#options.clock.now());
    if (err !== undefined) {
      this.#options.log.error(
        { event: 'register-refused', entries: this.copy.head.size, err },
        'what is said of the register is no use here; the word before stays in force',
      );
    }
    return found;
  }

  #took(work: () => boolean): boolean {
    const before = this.#inForce.current;
    if (!work()) return false;
    const { register, head, entries } = this.copy;
    this.#roster = rosterOf(register.current.roster);
    this.#confirmed = this.stated?.size ?? this.#confirmed;
    const { log } = this.#options;
    const said = { entries: head.size, roster: this.#roster.version };
    const common = commonEntries(entries, before.copy.entries);
    // Said when it is so, and kept: what could not be written is not in force.
    if (common < before.copy.head.size) {
      log.warn(
        { event: 'register-put-right', ...said, from: common },
        'the register here was not the one that a registrar has signed: that one is in force in its place',
      );
    } else if (head.size > common) log.info({ event: 'register', ...said }, 'a newer register is in force');
    this.#sayTrouble(before);
    return true;
  }

  /** That a registrar has signed what is not here, once for each such word. */
  #sayTrouble(before: LoadedRegister | undefined): void {
    const { said, trouble } = this.#inForce.current;
    if (said === undefined || trouble === undefined || trouble.message === before?.trouble?.message) return;
    const { log } = this.#options;
    const fields = { entries: this.copy.head.size, signed: said.size, err: trouble };
    if (isBehind(trouble)) {
      const message = 'a registrar has signed more of the register than has come: nothing is answered until it has';
      log.warn({ event: 'register-behind', ...fields }, message);
    } else {
      const message =
        'a registrar has signed another register than the one here: nothing is answered until it has come';
      log.error({ event: 'register-contradicted', ...fields }, message);
    }
  }

  /** What comes into force by changed files: an earlier word than the last takes nothing back. */
  #succeeds(next: LoadedRegister, present: LoadedRegister): LoadedRegister {
    const { files, log, clock } = this.#options;
    const { word, isNews, heard } = this.#laterOn(next.copy, next.statement);
    const isTaken = isNews || word.said === undefined;
    const loaded = { ...next, ...(isTaken ? heard : word) };
    naming(files.register, () => this.#assertFollows(loaded, present));
    this.#isWordRefused = !isTaken && !isSame(next.statement, present.statement);
    if (!this.#isWordRefused) return loaded;
    const err = named(files.statement, uselessness(heard, clock.now()) ?? earlierThan(heard, word));
    log.error(
      { event: 'register-refused', entries: next.copy.head.size, err },
      'the statement of the register was changed, and what it says now is no use here; the word before stays in force',
    );
    return loaded;
  }

  #assertFollows(next: LoadedRegister, present: LoadedRegister): void {
    const common = commonEntries(next.copy.entries, present.copy.entries);
    const said = this.#confirming(next);
    if (common < Math.min(next.copy.head.size, present.copy.head.size) && said !== undefined) {
      assertPutsRight(next.copy, present.copy, said);
    } else assertGoesOn(next.copy, present.copy);
  }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : equalBytes(one, other);
}
