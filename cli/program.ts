import { Command, CommanderError } from 'commander';
import { describeProblems, messageOf } from '../core/base/index.js';
import { inheritSettings } from '../runtime/index.js';
import { addProcessCommands } from './commands/processes.js';
import { CONNECTION_HELP } from './connection-help.js';
import type { CliContext, CliMeans } from './context.js';
import { EXIT_CODES, EXIT_CODES_HELP, exitCodeOf, isCoded, problemLines, type ExitCode } from './errors.js';

type AddCommands = (program: Command, context: CliContext) => void;

/**
 * Where the commands are, in the order of `tally --help`. Only those of the command that was asked for are loaded,
 * because loading all takes longer than most commands do.
 */
const COMMANDS: readonly { readonly names: readonly string[]; readonly load: () => Promise<AddCommands> }[] = [
  {
    names: ['run', 'runs', 'results', 'export', 'cancel'],
    load: async () => (await import('./commands/runs.js')).addRunCommands,
  },
  {
    names: ['templates', 'agencies'],
    load: async () => (await import('./commands/federation.js')).addFederationCommands,
  },
  {
    names: ['login', 'logout', 'whoami'],
    load: async () => (await import('./commands/login.js')).addLoginCommands,
  },
  { names: ['template'], load: async () => (await import('./commands/template.js')).addTemplateCommands },
  { names: ['roster'], load: async () => (await import('./commands/roster.js')).addRosterCommands },
  { names: ['officer'], load: async () => (await import('./commands/officer.js')).addOfficerCommands },
  { names: ['register'], load: async () => (await import('./commands/register.js')).addRegisterCommands },
  { names: ['act'], load: async () => (await import('./commands/act.js')).addActCommands },
  { names: ['grant'], load: async () => (await import('./commands/grant.js')).addGrantCommands },
  { names: ['audit'], load: async () => (await import('./commands/audit.js')).addAuditCommands },
];
const PROCESSES = ['coordinator', 'node'];

/**
 * Does what the arguments say (without the program's own name) and resolves with the exit code. It never rejects:
 * whatever goes wrong is printed as its code and what to do about it.
 */
export async function runCli(args: readonly string[], means: CliMeans): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.done;
  const { printer } = means;
  const context: CliContext = { ...means, exit: (code) => (exitCode = code) };
  try {
    const program = await createProgram(args[0], context);
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.wrongUse;
    printer.note(describeError(thrown));
    return exitCodeOf(thrown);
  } finally {
    printer.done();
  }
}

/** With the commands of the first word, and with all of them where it names none. */
async function createProgram(word: string | undefined, context: CliContext): Promise<Command> {
  const { printer } = context;
  const program = new Command('tally')
    .description('Count people across agencies that may not show each other their records.')
    .addHelpText('after', `\n${CONNECTION_HELP}\n\n${EXIT_CODES_HELP}`);
  program.exitOverride().configureOutput({
    writeOut: (text) => printer.result(text.trimEnd()),
    writeErr: (text) => printer.note(text.trimEnd()),
  });
  const named = COMMANDS.filter(({ names }) => word !== undefined && names.includes(word));
  const isProcess = word !== undefined && PROCESSES.includes(word);
  for (const { load } of named.length === 0 && !isProcess ? COMMANDS : named) (await load())(program, context);
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
