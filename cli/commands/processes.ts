import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { EXIT_CODES } from '../errors.js';

/** What both programs touch of the process they run in. */
type Means = Pick<CliContext, 'clock' | 'rng' | 'stdout' | 'stderr' | 'outliveOutput'> & {
  readonly stopping: AbortSignal;
};

/** A program's commands. */
interface ProgramCommands<Code extends number> {
  readonly runCommand: (words: readonly string[], means: Means, name: string) => Promise<Code>;
  readonly EXIT_CODES: { readonly done: Code; readonly usage: Code };
}

/** `tally coordinator` and `tally node`: the two programs, for those who run them; each knows its own commands. */
export function addProcessCommands(program: Command, context: CliContext): void {
  program.enablePositionalOptions();
  addProgram('coordinator', 'set up and run a coordinator', () => import('../../coordinator/commands/index.js'));
  addProgram('node', "set up and run an agency's node", () => import('../../node-agent/commands/index.js'));

  function addProgram<Code extends number>(
    name: string,
    description: string,
    load: () => Promise<ProgramCommands<Code>>,
  ): void {
    program
      .command(name)
      .description(`${description}: \`tally ${name} --help\``)
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .argument('[words...]')
      .action(async (words: readonly string[]) => {
        const { clock, rng, stdout, stderr } = context;
        const outliveOutput = (): void => context.outliveOutput?.();
        const means = { clock, rng, stdout, stderr, outliveOutput, stopping: context.stopping() };
        const { runCommand, EXIT_CODES: codes } = await load();
        const code = await runCommand(words.length === 0 ? ['--help'] : words, means, `tally ${name}`);
        if (code === codes.usage) context.exit(EXIT_CODES.wrongUse);
        else if (code !== codes.done) context.exit(EXIT_CODES.unforeseen);
      });
  }
}
