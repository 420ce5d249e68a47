import { Command, CommanderError } from 'commander';
import { describeProblems, messageOf } from '../core/base/index.js';
import { inheritSettings } from '../runtime/index.js';
import { addActCommands } from './commands/act.js';
import { addAuditCommands } from './commands/audit.js';
import { addFederationCommands } from './commands/federation.js';
import { addGrantCommands } from './commands/grant.js';
import { addOfficerCommands } from './commands/officer.js';
import { addProcessCommands } from './commands/processes.js';
import { addRegisterCommands } from './commands/register.js';
import { addRosterCommands } from './commands/roster.js';
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
  addRosterCommands(program, context);
  addOfficerCommands(program, context);
  addRegisterCommands(program, context);
  addActCommands(program, context);
  addGrantCommands(program, context);
  addAuditCommands(program, context);
  inheritSettings(program);
  // Last: `--help` is for these to answer, and they'd inherit an answer.
  addProcessCommands(program, context);
  return program;
}

/** `CODE: message`, then every problem that the message doesn't hold already. */
function describeError(thrown: unknown): string {
  if (!isCoded(thrown)) return `UNFORESEEN: ${messageOf(thrown)}`;
  const problems = thrown.problems.filter((problem) => !thrown.message.includes(describeProblems([problem])));
  return [`${thrown.code}: ${thrown.message}`, ...problemLines(problems)].join('\n');
}
