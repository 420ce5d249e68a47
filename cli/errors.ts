import { CodedError, describeProblems, type Problem } from '../core/base/index.js';
import { OUTPUT_CLOSED_EXIT_HELP } from '../runtime/index.js';

/** What the command says no with by itself; what the coordinator says no with keeps the coordinator's code. */
export const CLI_ERROR_CODES = [
  'BAD_USAGE',
  'FILE_UNREADABLE',
  'FILE_EXISTS',
  'FILE_UNWRITABLE',
  'KEY_UNUSABLE',
  'NO_PASSPHRASE',
  'BAD_REVIEW',
  'TEMPLATE_HAS_ERRORS',
  'NO_RELEASE',
  'NO_TOKEN',
  'COORDINATOR_UNREACHABLE',
  'BAD_ANSWER',
] as const;
export type CliErrorCode = (typeof CLI_ERROR_CODES)[number];

/** Thrown when the command can't do what it was told. */
export class CliError extends CodedError<CliErrorCode> {}

/** Thrown when the coordinator answered with an error: its code, its message, its problems. */
export class RemoteError extends CodedError {
  readonly status: number;

  constructor(status: number, code: string, message: string, problems: readonly Problem[]) {
    super(code, message, { problems });
    this.status = status;
  }
}

/** What a program that calls `tally` can tell from its exit code. */
export const EXIT_CODES = {
  done: 0,
  unforeseen: 1,
  wrongUse: 2,
  unreachable: 3,
  declined: 4,
  refused: 5,
  failed: 6,
  cancelled: 7,
} as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const EXIT_CODES_HELP = `Exit codes:
  0  done
  1  an unforeseen error
  2  wrong use: an argument, a file or a configuration is not as it should be
  3  the coordinator can't be reached, or doesn't know the token
  4  the coordinator declined the request: unknown template, values out of bounds, agencies not connected, budget spent,
     queue full
  5  an agency refused the run
  6  the run failed
  7  the run was cancelled
${OUTPUT_CLOSED_EXIT_HELP}`;

const unreachable: ReadonlySet<string> = new Set(['NO_TOKEN', 'COORDINATOR_UNREACHABLE', 'BAD_ANSWER', 'UNAUTHORISED']);

/** The exit code for whatever ended a command. */
export function exitCodeOf(thrown: unknown): ExitCode {
  if (!isCoded(thrown)) return EXIT_CODES.unforeseen;
  if (unreachable.has(thrown.code)) return EXIT_CODES.unreachable;
  if (thrown instanceof RemoteError)
    return thrown.status >= 500 && thrown.code === 'INTERNAL' ? EXIT_CODES.unforeseen : EXIT_CODES.declined;
  return EXIT_CODES.wrongUse;
}

export function isCoded(thrown: unknown): thrown is CodedError {
  return thrown instanceof CodedError;
}

/** The problems of an error, one a line; nothing where it has none. */
export function problemLines(problems: readonly Problem[]): string[] {
  if (problems.length === 0) return [];
  return describeProblems(problems)
    .split('\n')
    .map((line) => `  ${line}`);
}
