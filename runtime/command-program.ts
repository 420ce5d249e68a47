import type { Writable } from 'node:stream';
import { Command } from 'commander';

export interface CommandProgramOptions {
  /** How whoever asks calls the program. */
  readonly name: string;
  readonly description: string;
  readonly helpAfter: string;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/**
 * A program without its commands yet: it writes to the streams that it is given, never ends the process, and says what
 * is wrong with its words as `USAGE: …` and its help.
 */
export function createCommandProgram({ name, description, helpAfter, stdout, stderr }: CommandProgramOptions): Command {
  return new Command(name)
    .description(description)
    .addHelpText('after', `\n${helpAfter}`)
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError()
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'USAGE: ')),
    });
}

/** Commands have copied the settings of their parent as they were when they were made; nested ones too. */
export function inheritSettings(program: Command): Command {
  for (const command of program.commands) inheritSettings(command.copyInheritedSettings(program));
  return program;
}
