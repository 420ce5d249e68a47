import type { Command } from 'commander';
import { describeInitialised, initCoordinator, runCoordinator } from '../../coordinator/index.js';
import { EXIT_CODES as NODE_EXIT_CODES, runCommand } from '../../node-agent/index.js';
import type { CliContext } from '../context.js';
import { EXIT_CODES } from '../errors.js';

const CONFIG = '--config <file>';

/** `tally coordinator` and `tally node`: the two programs, for those who run them. */
export function addProcessCommands(program: Command, context: CliContext): void {
  const { clock, rng, stdout, stderr } = context;

  const coordinator = program.command('coordinator').description('set up and run a coordinator');
  coordinator
    .command('init')
    .description('make a configuration, an identity key and an API token, which is shown once')
    .requiredOption('--directory <folder>', 'a new folder')
    .action(({ directory }: { directory: string }) => {
      context.printer.result(describeInitialised(initCoordinator(directory, rng)));
    });
  coordinator
    .command('start')
    .description('run until told to stop; the log goes to stdout, one JSON object a line')
    .requiredOption(CONFIG, 'configuration')
    .action(async ({ config }: { config: string }) => {
      await runCoordinator(config, { clock, rng, stdout, stopping: context.stopping() });
    });

  const node = program.command('node').description("run an agency's node");
  const runNode = async (...words: string[]): Promise<void> => {
    const code = await runCommand(words, { clock, rng, stdout, stderr, stopping: context.stopping() });
    if (code === NODE_EXIT_CODES.usage) context.exit(EXIT_CODES.wrongUse);
    else if (code !== NODE_EXIT_CODES.done) context.exit(EXIT_CODES.unforeseen);
  };
  node
    .command('prepare')
    .description('make a new snapshot of each source, or of one')
    .requiredOption(CONFIG, 'configuration')
    .option('--dataset <name>', 'of this dataset only')
    .action(({ config, dataset }: { config: string; dataset?: string }) =>
      runNode('prepare', '--config', config, ...(dataset === undefined ? [] : ['--dataset', dataset])),
    );
  node
    .command('start')
    .description('answer offers until told to stop; the log goes to stdout, one JSON object a line')
    .requiredOption(CONFIG, 'configuration')
    .action(({ config }: { config: string }) => runNode('start', '--config', config));
  node
    .command('budget')
    .description('say what is left of the privacy budget of each snapshot')
    .requiredOption(CONFIG, 'configuration')
    .action(({ config }: { config: string }) => runNode('budget', '--config', config));
  node
    .command('ledger')
    .description('look after the ledger of what was spent')
    .command('verify')
    .description('check that no entry of the ledger was changed, taken out or put in')
    .requiredOption(CONFIG, 'configuration')
    .action(({ config }: { config: string }) => runNode('ledger', 'verify', '--config', config));
}
