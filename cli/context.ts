import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import type { AlarmClock, Rng } from '../core/base/index.js';
import { connect, type ConnectionOptions } from './connection.js';
import type { ApiClient } from './api-client.js';
import type { ExitCode } from './errors.js';
import type { Printer } from './printer.js';

/** What the command touches of the process it runs in. */
export interface CliMeans {
  readonly printer: Printer;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: AlarmClock;
  readonly rng: Rng;
  /** For the programs that `tally` can start: their log, and what their operator has to read. */
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Where a passphrase is typed, or comes from another program. */
  readonly stdin: PassphraseInput;
  /** From the first call on, a signal to stop doesn't end the process but aborts this. */
  stopping(): AbortSignal;
  /** From this call on, a stdout that nobody reads any more doesn't end the process. Not there where it never does. */
  outliveOutput?(): void;
}

/** A process's stdin, which may be a terminal. */
export interface PassphraseInput extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
}

/** What a command acts with. */
export interface CliContext extends CliMeans {
  /** The exit code of the command, when it isn't `done`. */
  exit(code: ExitCode): void;
}

/** The coordinator's API, by the options that every such command shares. */
export function clientOf(command: Command, { environment }: CliContext): ApiClient {
  return connect(command.optsWithGlobals<ConnectionOptions>(), environment);
}

/** The options by which a command finds the coordinator. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <address>', "address of the coordinator's API")
    .option('--token-file <file>', 'file with the bearer token');
}
