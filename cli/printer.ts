import { withoutControls } from '../core/base/index.js';
import { characters } from './text.js';

/** Where text goes: a process's stdout or stderr, or a test's ear. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Width of a line where the terminal doesn't say. */
const DEFAULT_COLUMNS = 120;

const CLEAR_LINE = '\r\u001b[K';

/**
 * The only place that writes to stdout and stderr. Results go to stdout; everything about the way there goes to stderr,
 * so that a table or JSON can be piped on.
 *
 * What is printed may have come from another organisation's node: control characters are taken out, so that no text can
 * move the cursor or change what a terminal shows.
 */
export class Printer {
  readonly #out: TextStream;
  readonly #err: TextStream;
  #status = '';

  constructor(out: TextStream, err: TextStream) {
    this.#out = out;
    this.#err = err;
  }

  /** Characters to a line. */
  get columns(): number {
    return this.#out.columns ?? DEFAULT_COLUMNS;
  }

  /** Whether `status` can be seen. */
  get isLive(): boolean {
    return this.#err.isTTY === true;
  }

  /** A result: one or more lines of text. */
  result(text: string): void {
    this.#clearStatus();
    this.#out.write(`${withoutControls(text)}\n`);
  }

  /** A result for a program. */
  json(value: unknown): void {
    this.#clearStatus();
    this.#out.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** A file for a program, exactly so; whoever wrote it has seen to what is in it. */
  data(text: string): void {
    this.#clearStatus();
    this.#out.write(text);
  }

  /** A note on the way. */
  note(text: string): void {
    this.#clearStatus();
    this.#err.write(`${withoutControls(text)}\n`);
  }

  /** A line that the next one replaces; only where somebody watches. */
  status(text: string): void {
    if (!this.isLive) return;
    const line = characters(withoutControls(text))
      .slice(0, this.columns - 1)
      .join('');
    if (line === this.#status) return;
    this.#status = line;
    this.#err.write(`${CLEAR_LINE}${line}`);
  }

  /** Takes the status line away. */
  done(): void {
    this.#clearStatus();
  }

  #clearStatus(): void {
    if (this.#status === '') return;
    this.#status = '';
    this.#err.write(CLEAR_LINE);
  }
}
