import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import { OUTPUT_CLOSED_EXIT_HELP } from '../../runtime/index.js';
import type { CoordinatorMeans } from '../process.js';

/** What a command touches of the process it runs in. */
export interface CommandMeans extends CoordinatorMeans {
  /** What a person has to read when something goes wrong. */
  readonly stderr: Writable;
}

/** All went well; an unforeseen error; the command, the configuration or a file is wrong. */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const EXIT_CODES_HELP = `Exit codes:
  0  done
  1  an unforeseen error
  2  the command, the configuration or another file is not as it should be; the code and what to do are on stderr
${OUTPUT_CLOSED_EXIT_HELP}`;

/** Options of every command that a configuration is needed for. */
export interface ConfigOptions {
  readonly config: string;
}

export function withConfig(command: Command): Command {
  return command.requiredOption('--config <file>', 'the coordinator’s configuration');
}

export function say({ stdout }: CommandMeans, text: string): void {
  stdout.write(`${text}\n`);
}
