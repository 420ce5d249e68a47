import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { CodedError, describeProblems, messageOf } from '../../core/base/index.js';
import { createCommandProgram, inheritSettings } from '../../runtime/index.js';
import { EXIT_CODES, EXIT_CODES_HELP, type CommandMeans, type ExitCode } from './context.js';
import { addCorrectClock } from './correct-clock.js';
import { addEnrolToken } from './enrol-token.js';
import { addEnrolments } from './enrolments.js';
import { addInit } from './init.js';
import { addRenew } from './renew.js';
import { addRosterDraft } from './roster-draft.js';
import { addStart } from './start.js';

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
    await program(name, means).parseAsync([...words], { from: 'user' });
    return EXIT_CODES.done;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    means.stderr.write(`${describeError(thrown)}\n`);
    return thrown instanceof CodedError ? EXIT_CODES.usage : EXIT_CODES.failed;
  }
}

function program(name: string, means: CommandMeans): Command {
  const coordinator = createCommandProgram({
    ...means,
    name,
    description: 'The coordinator of a federation: hands on what governance has signed, and relays what it can’t open.',
    helpAfter: EXIT_CODES_HELP,
  });
  addInit(coordinator, means);
  addEnrolToken(coordinator, means);
  addEnrolments(coordinator, means);
  addRosterDraft(coordinator, means);
  addRenew(coordinator, means);
  addCorrectClock(coordinator, means);
  addStart(coordinator, means);
  return inheritSettings(coordinator);
}

/** `CODE: message`, then every problem that the message doesn't hold already. */
function describeError(thrown: unknown): string {
  if (!(thrown instanceof CodedError)) return `INTERNAL: ${messageOf(thrown)}`;
  const problems = thrown.problems.map((problem) => describeProblems([problem]));
  const unsaid = problems.filter((problem) => !thrown.message.includes(problem)).map((problem) => `  ${problem}`);
  return [`${thrown.code}: ${thrown.message}`, ...unsaid].join('\n');
}
