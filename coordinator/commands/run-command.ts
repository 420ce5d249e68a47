import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { CodedError, describeProblems, messageOf } from '../../core/base/index.js';
import { createCommandProgram, inheritSettings } from '../../runtime/index.js';
import { EXIT_CODES, EXIT_CODES_HELP, type CommandMeans, type ExitCode } from './context.js';

type AddCommand = (coordinator: Command, means: CommandMeans) => void;

/** In the order of `--help`. Only the command that was asked for is loaded: loading all takes longer than most do. */
const COMMANDS = new Map<string, () => Promise<AddCommand>>([
  ['init', async () => (await import('./init.js')).addInit],
  ['enrol-token', async () => (await import('./enrol-token.js')).addEnrolToken],
  ['enrolments', async () => (await import('./enrolments.js')).addEnrolments],
  ['roster-draft', async () => (await import('./roster-draft.js')).addRosterDraft],
  ['renew', async () => (await import('./renew.js')).addRenew],
  ['correct-clock', async () => (await import('./correct-clock.js')).addCorrectClock],
  ['start', async () => (await import('./start.js')).addStart],
]);

/**
 * Runs one command of the coordinator's program. What goes wrong is written to `stderr` as its code and what to do.
 * @param name how whoever asks calls the program
 */
export async function runCommand(
  words: readonly string[],
  means: CommandMeans,
  name = 'coordinator',
): Promise<ExitCode> {
  try {
    const coordinator = await program(name, words[0], means);
    await coordinator.parseAsync([...words], { from: 'user' });
    return EXIT_CODES.done;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    means.stderr.write(`${describeError(thrown)}\n`);
    return thrown instanceof CodedError ? EXIT_CODES.usage : EXIT_CODES.failed;
  }
}

/** With the command of the first word, and with all of them where it names none. */
async function program(name: string, word: string | undefined, means: CommandMeans): Promise<Command> {
  const coordinator = createCommandProgram({
    ...means,
    name,
    description: 'The coordinator of a federation: hands on what governance has signed, and relays what it can’t open.',
    helpAfter: EXIT_CODES_HELP,
  });
  const named = COMMANDS.get(word ?? '');
  for (const load of named === undefined ? COMMANDS.values() : [named]) (await load())(coordinator, means);
  return inheritSettings(coordinator);
}

/** `CODE: message`, then every problem that the message doesn't hold already. */
function describeError(thrown: unknown): string {
  if (!(thrown instanceof CodedError)) return `INTERNAL: ${messageOf(thrown)}`;
  const problems = thrown.problems.map((problem) => describeProblems([problem]));
  const unsaid = problems.filter((problem) => !thrown.message.includes(problem)).map((problem) => `  ${problem}`);
  return [`${thrown.code}: ${thrown.message}`, ...unsaid].join('\n');
}
