import type { Writable } from 'node:stream';

/**
 * How a command ends whose reader has gone: 128 + 13, as a shell says of a program that the signal SIGPIPE has ended.
 * Node.js ignores that signal and gets an error instead; whoever calls the program sees what `head` makes of any other.
 */
export const OUTPUT_CLOSED_EXIT_CODE = 141;

export const OUTPUT_CLOSED_EXIT_HELP = `${OUTPUT_CLOSED_EXIT_CODE}  whoever read its output has stopped reading, as \`| head\` does; what it did is done`;

/** What the system says of a pipe, or of a socket such as the journal's, that nobody reads any more. */
const CLOSED: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET']);

export interface ClosingOutput {
  /** Results, or the lines of a log. */
  readonly stdout: Writable;
  /** What a person has to read. */
  readonly stderr: Writable;
  /** Ends the process. */
  readonly exit: (code: number) => void;
}

/**
 * Sees to it that a reader who goes away, such as `head`, breaks nothing and prints no stack trace.
 *
 * - **stdout of a command that prints**: the process ends with OUTPUT_CLOSED_EXIT_CODE, without a word. Every command does
 *   what it has to before it prints, so nothing is half-done.
 * - **stdout of a program that works for long**, which says so by calling what this returns: its lines are dropped and it
 *   goes on. What it has to keep is in its ledger, audit log and snapshots, never in its log alone; a run that all
 *   agencies have paid budget for, or hours of hashing, is worth more than the lines about it. Each line is tried anew,
 *   so that a named pipe, or whatever else is read again, has the lines from then on.
 * - **stderr**, of any of them: what is said there is dropped. Somebody may still be reading the result.
 *
 * Any other failure of a stream is thrown as if nobody had listened.
 */
export function endWhenOutputCloses({ stdout, stderr, exit }: ClosingOutput): () => void {
  let outlives = false;
  stdout.on('error', (error) => {
    throwUnlessClosed(error);
    if (!outlives) exit(OUTPUT_CLOSED_EXIT_CODE);
  });
  stderr.on('error', throwUnlessClosed);
  return () => {
    outlives = true;
  };
}

function throwUnlessClosed(error: NodeJS.ErrnoException): void {
  if (!CLOSED.has(error.code)) throw error;
}
