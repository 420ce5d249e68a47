import { Command, CommanderError } from 'commander';
import { describeProblems, messageOf } from '../core/base/index.js';
import { addFederationCommands } from './commands/federation.js';
import { addProcessCommands } from './commands/processes.js';
import { addRunCommands } from './commands/runs.js';
import { addTemplateCommands } from './commands/template.js';
import { CONNECTION_HELP } from './connection.js';
import type { CliContext, CliMeans } from './context.js';
import { problemLines } from './describe-run.js';
import { EXIT_CODES, EXIT_CODES_HELP, exitCodeOf, isCoded, type ExitCode } from './errors.js';

/**
 * Does what the arguments say (without the program's own name) and resolves with the exit code. It never rejects:
 * whatever goes wrong is printed as its code and what to do about it.
 */
export async function runCli(args: readonly string[], means: CliMeans): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.done;
  const { printer } = means;
  const context: CliContext = { ...means, exit: (code) => (exitCode = code) };
  try {
    await createProgram(context).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.wrongUse;
    printer.note(describeError(thrown));
    return exitCodeOf(thrown);
  } finally {
    printer.done();
  }
}

function createProgram(context: CliContext): Command {
  const { printer } = context;
  const program = new Command('tally')
    .description('Count people across agencies that may not show each other their records.')
    .addHelpText('after', `\n${CONNECTION_HELP}\n\n${EXIT_CODES_HELP}`);
  program.exitOverride().configureOutput({
    writeOut: (text) => printer.result(text.trimEnd()),
    writeErr: (text) => printer.note(text.trimEnd()),
  });
  addRunCommands(program, context);
  addFederationCommands(program, context);
  addTemplateCommands(program, context);
  addProcessCommands(program, context);
  for (const command of program.commands) inherit(command, program);
  return program;
}

/** Commands made with `command()` have copied the settings of their parent as they were then; nested ones too. */
function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
}

/** `CODE: message`, then every problem that the message doesn't hold already. */
function describeError(thrown: unknown): string {
  if (!isCoded(thrown)) return `UNFORESEEN: ${messageOf(thrown)}`;
  const problems = thrown.problems.filter((problem) => !thrown.message.includes(describeProblems([problem])));
  return [`${thrown.code}: ${thrown.message}`, ...problemLines(problems)].join('\n');
}
