import { joinBytes } from '../core/base/index.js';
import { formatRegisterFile, MAX_REGISTER_FILE_BYTES, parseRegisterFile } from '../core/governance/index.js';
import { TransportError } from './errors.js';
import { MAX_REGISTER_PART_BYTES } from './limits.js';

/** What one party has of the register of governance and another lacks. */
export interface RegisterUpdate {
  /** Entries before the first that it brings. */
  readonly first: number;
  readonly entries: readonly Uint8Array[];
  /** A registrar's last word, as it was signed; undefined where there is none. */
  readonly statement: Uint8Array | undefined;
}

/** A piece of it that fits a message. */
export interface RegisterPart {
  readonly first: number;
  /** Of the entries as a register's file has them. */
  readonly lines: Uint8Array;
  readonly isLast: boolean;
  /** With the last part only. */
  readonly statement: Uint8Array | undefined;
}

/** In the order in which they are to be sent; one at least. */
export function partsOf({ first, entries, statement }: RegisterUpdate): readonly RegisterPart[] {
  const lines = entries.length === 0 ? new Uint8Array(0) : formatRegisterFile(entries);
  const parts: RegisterPart[] = [];
  for (let at = 0; at === 0 || at < lines.length; at += MAX_REGISTER_PART_BYTES) {
    const isLast = at + MAX_REGISTER_PART_BYTES >= lines.length;
    const piece = lines.slice(at, at + MAX_REGISTER_PART_BYTES);
    parts.push({ first, lines: piece, isLast, statement: isLast ? statement : undefined });
  }
  return parts;
}

/** Puts the parts together again. */
export class RegisterParts {
  #first = 0;
  #lines: Uint8Array[] = [];
  #bytes = 0;

  /**
   * The whole with its last part, before that nothing.
   * Thrown when it gets too long, or a part before the last isn't full, or what it makes has a line that is no entry:
   * TransportError BAD_MESSAGE, GovernanceError BAD_REGISTER_FILE; the parts so far are forgotten.
   */
  take({ first, lines, isLast, statement }: RegisterPart): RegisterUpdate | undefined {
    if (first !== this.#first) this.forget();
    // Else a few bytes in each part would make more parts than anybody can keep.
    if (!isLast && lines.length !== MAX_REGISTER_PART_BYTES) {
      this.forget();
      throw new TransportError(
        'BAD_MESSAGE',
        `register.lines: every part but the last must have ${MAX_REGISTER_PART_BYTES} bytes`,
      );
    }
    this.#first = first;
    this.#lines.push(lines);
    this.#bytes += lines.length;
    if (this.#bytes > MAX_REGISTER_FILE_BYTES) {
      this.forget();
      throw new TransportError(
        'BAD_MESSAGE',
        `register.lines: all parts must have at most ${MAX_REGISTER_FILE_BYTES} bytes`,
      );
    }
    if (!isLast) return undefined;
    const whole = joinBytes(this.#lines);
    this.forget();
    return { first, entries: whole.length === 0 ? [] : parseRegisterFile(whole), statement };
  }

  /** With a new connection everything begins anew. */
  forget(): void {
    this.#lines = [];
    this.#bytes = 0;
    this.#first = 0;
  }
}
