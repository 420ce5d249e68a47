import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';

import { CodedError, messageOf } from '../core/base/index.js';
import type { AlarmClock, Log, Rng } from '../core/base/index.js';
import { createLog, createWorkerEngine } from '../runtime/index.js';
import { createNode } from './app.js';
import { loadConfig } from './config.js';
import type { NodeConfig } from './config.js';
import { NodeError } from './errors.js';
import { NODE_LOG_FIELDS } from './log-fields.js';
import { prepareAll } from './prepare-all.js';
import { prepareProgress } from './prepare-progress.js';
import { describeBudget, describeLedger } from './ledger-report.js';

/** What a command touches of the process it runs in. */
export interface CommandMeans {
  readonly clock: AlarmClock;
  readonly rng: Rng;
  /** Log lines, JSON, one each. */
  readonly stdout: Writable;
  /** What a person has to read. */
  readonly stderr: Writable;
  /** Aborted when the process is asked to stop. */
  readonly stopping: AbortSignal;
}

/** All went well; something failed; the command or the configuration is wrong. */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const USAGE = `Usage:
  start --config FILE                      answer offers until stopped
  prepare --config FILE [--dataset NAME]   make a new snapshot of each source, or of one
  budget --config FILE                     show what privacy loss was spent, and what is left
  ledger verify --config FILE              read the ledger through; fails when an entry was changed or is missing
`;

const USAGE_CODES: ReadonlySet<string> = new Set(['USAGE', 'CONFIG_UNREADABLE', 'CONFIG_INVALID']);

/** Runs one command of the node's program. What goes wrong is written to `stderr` as its code and what to do. */
export async function runCommand(words: readonly string[], means: CommandMeans): Promise<ExitCode> {
  try {
    const { command, configFile, dataset } = parseWords(words);
    const config = loadConfig(configFile);
    const log = createLog({
      name: 'node',
      level: config.logLevel,
      destination: means.stdout,
      fields: NODE_LOG_FIELDS,
    });
    if (command === 'start') await startNode(config, log, means);
    else if (command === 'prepare') await prepare(config, log, means, dataset);
    else means.stdout.write(command === 'budget' ? describeBudget(config, means.clock) : describeLedger(config));
    return EXIT_CODES.done;
  } catch (thrown) {
    const code = isCoded(thrown) ? thrown.code : 'INTERNAL';
    means.stderr.write(`${code}: ${messageOf(thrown)}\n${code === 'USAGE' ? USAGE : ''}`);
    return USAGE_CODES.has(code) ? EXIT_CODES.usage : EXIT_CODES.failed;
  }
}

function isCoded(thrown: unknown): thrown is CodedError {
  return thrown instanceof CodedError;
}

async function startNode(config: NodeConfig, log: Log, { clock, rng, stopping }: CommandMeans): Promise<void> {
  const node = createNode(config, { clock, rng, log });
  await node.start();
  await aborted(stopping);
  log.info({ event: 'stopping' }, 'the node is stopping');
  await node.stop();
  log.info({ event: 'stopped' }, 'the node has stopped');
}

async function prepare(
  config: NodeConfig,
  log: Log,
  { clock, rng, stopping }: CommandMeans,
  dataset?: string,
): Promise<void> {
  const engine = createWorkerEngine({ workers: config.workers });
  const progress = prepareProgress({ clock, log, stopping });
  try {
    await prepareAll(config, { clock, rng, log, engine, progress }, dataset);
  } finally {
    await engine.stop();
  }
}

const COMMANDS = ['start', 'prepare', 'budget', 'ledger verify'] as const;
type Command = (typeof COMMANDS)[number];

interface Words {
  readonly command: Command;
  readonly configFile: string;
  readonly dataset?: string;
}

/** Thrown when they don't make a command: NodeError USAGE. */
function parseWords(words: readonly string[]): Words {
  const { positionals, values } = parsed(words);
  const asked = positionals.join(' ');
  const command = COMMANDS.find((one) => one === asked);
  const { config: configFile, dataset } = values;
  if (command === undefined) throw new NodeError('USAGE', `Name one command: ${COMMANDS.join(', ')}.`);
  if (configFile === undefined) throw new NodeError('USAGE', `${command} needs --config FILE.`);
  if (command !== 'prepare' && dataset !== undefined) throw new NodeError('USAGE', `${command} has no --dataset.`);
  return { command, configFile, ...(dataset === undefined ? {} : { dataset }) };
}

function parsed(words: readonly string[]): {
  readonly positionals: readonly string[];
  readonly values: { readonly config?: string | undefined; readonly dataset?: string | undefined };
} {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { config: { type: 'string' }, dataset: { type: 'string' } },
    });
  } catch (cause) {
    throw new NodeError('USAGE', messageOf(cause), { cause });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
