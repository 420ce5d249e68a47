import { CommanderError } from 'commander';
import type { Command } from 'commander';

import { CodedError, messageOf } from '../../core/base/index.js';
import { createCommandProgram, inheritSettings } from '../../runtime/index.js';
import { addBudget } from './budget.js';
import { addConsole } from './console.js';
import { addCheck } from './check.js';
import { EXIT_CODES, EXIT_CODES_HELP } from './context.js';
import type { CommandContext, CommandMeans, ExitCode } from './context.js';
import { addEnrol } from './enrol.js';
import { addInit } from './init.js';
import { addLedger } from './ledger.js';
import { addPause, addResume } from './pause.js';
import { addPolicy } from './policy.js';
import { addOptOuts } from './opt-outs.js';
import { addPrepare } from './prepare.js';
import { addPreview } from './preview.js';
import { addStart } from './start.js';
import { addStatus } from './status.js';

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
    await program(name, { ...means, exit: (code) => (exit = code) }).parseAsync([...words], { from: 'user' });
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

function program(name: string, context: CommandContext): Command {
  const node = createCommandProgram({
    ...context,
    name,
    description: 'An agency’s node: holds its data and answers what its policy allows. No record ever leaves.',
    helpAfter: EXIT_CODES_HELP,
  });
  addInit(node, context);
  addEnrol(node, context);
  addCheck(node, context);
  addPrepare(node, context);
  addOptOuts(node, context);
  addStart(node, context);
  addStatus(node, context);
  addPause(node, context);
  addResume(node, context);
  addPolicy(node, context);
  addPreview(node, context);
  addConsole(node, context);
  addBudget(node, context);
  addLedger(node, context);
  return inheritSettings(node);
}
