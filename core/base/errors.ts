/**
 * An error that a program can act on by its code and a person by its message.
 *
 * Each folder has its own closed union of codes (`docs/errors.md` lists them all). The message is safe to show to
 * anybody: it names fields, lines, files and limits, never an identifier, an attribute's value or a secret. What only
 * the operator of this process may see goes into `cause`, which is logged here and sent nowhere.
 */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  /** Each thing that is wrong, where there can be several. */
  readonly problems: readonly Problem[];

  constructor(code: Code, message: string, { cause, problems = [] }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.problems = problems;
  }
}

export interface ErrorDetails {
  readonly cause?: unknown;
  readonly problems?: readonly Problem[];
}

/** A message that lists its problems, one a line, for errors about documents. */
export function withProblems(summary: string, problems: readonly Problem[]): string {
  return problems.length === 0 ? summary : `${summary}\n${describeProblems(problems)}`;
}

/** A place in a document that is wrong, in words that say what would be right. */
export interface Problem {
  /** Path of the field, in the document's own words: `population.where[0].field`. Empty for the whole document. */
  readonly path: string;
  readonly message: string;
  /** Line in the document, counted from 1, where it is known. */
  readonly line?: number;
}

/** One problem a line, as a person reads them: `line 12: population.dataset: …`. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems
    .map(({ path, message, line }) => {
      const where = [line === undefined ? '' : `line ${line}`, path].filter((part) => part !== '').join(': ');
      return where === '' ? message : `${where}: ${message}`;
    })
    .join('\n');
}

/** The message of anything that was thrown, for a log line of this process. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
