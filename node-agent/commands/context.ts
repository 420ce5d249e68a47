import type { Writable } from 'node:stream';

import type { Command } from 'commander';

import type { AlarmClock, Log, Rng } from '../../core/base/index.js';
import { createLog, OUTPUT_CLOSED_EXIT_HELP } from '../../runtime/index.js';
import type { NodeConfig } from '../config.js';
import { NODE_LOG_FIELDS } from '../log-fields.js';

/** What a command touches of the process it runs in. */
export interface CommandMeans {
  readonly clock: AlarmClock;
  readonly rng: Rng;
  /** Results, or log lines, JSON, one each. */
  readonly stdout: Writable;
  /** What a person has to read. */
  readonly stderr: Writable;
  /** Aborted when the process is asked to stop. */
  readonly stopping: AbortSignal;
  /** From this call on, a stdout that nobody reads any more doesn't end the process. Not there where it never does. */
  outliveOutput?(): void;
}

/** All went well; something failed; the command or the configuration is wrong. */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const EXIT_CODES_HELP = `Exit codes:
  0  done
  1  it failed; the code and what to do are on stderr
  2  the command, the configuration or another file of yours is not as it should be
${OUTPUT_CLOSED_EXIT_HELP}`;

/** What a command acts with. */
export interface CommandContext extends CommandMeans {
  /** The exit code of the command where it isn't `done`. */
  exit(code: ExitCode): void;
}

/** Options of every command that a configuration is needed for. */
export interface ConfigOptions {
  readonly config: string;
}

/** Options of every command that says what it found. */
export interface ReportOptions extends ConfigOptions {
  readonly json?: boolean;
}

export function withConfig(command: Command): Command {
  return command.requiredOption('--config <file>', 'the node’s configuration');
}

export function withReport(command: Command): Command {
  return withConfig(command).option('--json', 'as one JSON document, for programs');
}

/** What a command found, in words or, with `--json`, for a program. `text` ends with a line break. */
export function report(
  { stdout }: CommandMeans,
  { json }: Pick<ReportOptions, 'json'>,
  found: { readonly text: string; readonly json: unknown },
): void {
  stdout.write(json === true ? `${JSON.stringify(found.json, null, 2)}\n` : found.text);
}

/** The log of a command that works for long: on stdout. From then on the command outlives whoever reads it. */
export function logOf(means: CommandMeans, { logLevel }: Pick<NodeConfig, 'logLevel'>): Log {
  means.outliveOutput?.();
  return createLog({ name: 'node', level: logLevel, destination: means.stdout, fields: NODE_LOG_FIELDS });
}

/** Resolves when the process is asked to stop. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
