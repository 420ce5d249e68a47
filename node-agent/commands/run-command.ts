import { CommanderError } from 'commander';
import type { Command } from 'commander';

import { CodedError, messageOf } from '../../core/base/index.js';
import { createCommandProgram, inheritSettings } from '../../runtime/index.js';
import { EXIT_CODES, EXIT_CODES_HELP } from './context.js';
import type { CommandContext, CommandMeans, ExitCode } from './context.js';

type AddCommand = (node: Command, context: CommandContext) => void;

/** In the order of `--help`. Only the command that was asked for is loaded: loading all takes longer than most do. */
const COMMANDS = new Map<string, () => Promise<AddCommand>>([
  ['init', async () => (await import('./init.js')).addInit],
  ['enrol', async () => (await import('./enrol.js')).addEnrol],
  ['check', async () => (await import('./check.js')).addCheck],
  ['prepare', async () => (await import('./prepare.js')).addPrepare],
  ['opt-outs', async () => (await import('./opt-outs.js')).addOptOuts],
  ['start', async () => (await import('./start.js')).addStart],
  ['status', async () => (await import('./status.js')).addStatus],
  ['pause', async () => (await import('./pause.js')).addPause],
  ['resume', async () => (await import('./pause.js')).addResume],
  ['policy', async () => (await import('./policy.js')).addPolicy],
  ['preview', async () => (await import('./preview.js')).addPreview],
  ['console', async () => (await import('./console.js')).addConsole],
  ['budget', async () => (await import('./budget.js')).addBudget],
  ['ledger', async () => (await import('./ledger.js')).addLedger],
]);

const USAGE_CODES: ReadonlySet<string> = new Set([
  'USAGE',
  'CONFIG_UNREADABLE',
  'CONFIG_INVALID',
  'POLICY_MISSING',
  'POLICY_INVALID',
]);

/**
 * Runs one command of the node's program. What goes wrong is written to `stderr` as its code and what to do.
 * @param name how whoever asks calls the program
 */
export async function runCommand(words: readonly string[], means: CommandMeans, name = 'node'): Promise<ExitCode> {
  let exit: ExitCode = EXIT_CODES.done;
  try {
    const node = await program(name, words[0], { ...means, exit: (code) => (exit = code) });
    await node.parseAsync([...words], { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    const code = isCoded(thrown) ? thrown.code : 'INTERNAL';
    means.stderr.write(`${code}: ${messageOf(thrown)}\n`);
    return USAGE_CODES.has(code) ? EXIT_CODES.usage : EXIT_CODES.failed;
  }
}

function isCoded(thrown: unknown): thrown is CodedError {
  return thrown instanceof CodedError;
}

/** With the command of the first word, and with all of them where it names none. */
async function program(name: string, word: string | undefined, context: CommandContext): Promise<Command> {
  const node = createCommandProgram({
    ...context,
    name,
    description: 'An agency’s node: holds its data and answers what its policy allows. No record ever leaves.',
    helpAfter: EXIT_CODES_HELP,
  });
  const named = COMMANDS.get(word ?? '');
  for (const load of named === undefined ? COMMANDS.values() : [named]) (await load())(node, context);
  return inheritSettings(node);
}
