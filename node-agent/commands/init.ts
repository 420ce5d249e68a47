import { Option } from 'commander';
import type { Command } from 'commander';

import { initNode } from '../enrolment/init-node.js';
import type { NodePlan } from '../enrolment/init-node.js';
import { NodeError } from '../errors.js';
import { BLANK } from '../source/blanks.js';
import { SOURCE_KINDS } from '../source/source-config.js';
import type { SourceKind } from '../source/source-config.js';
import type { CommandContext } from './context.js';

interface InitOptions {
  readonly directory: string;
  readonly agency: string;
  readonly coordinator: string;
  readonly dataset: readonly string[];
  readonly definitions?: string;
  readonly source?: SourceKind;
}

export function addInit(node: Command, context: CommandContext): void {
  node
    .command('init')
    .description('make a folder for a node: a configuration with every key explained, and a storage key')
    .requiredOption('--directory <folder>', 'a new folder')
    .requiredOption('--agency <id>', 'your agency, as the roster writes it')
    .requiredOption('--coordinator <host:port>', 'where the coordinator listens for nodes')
    .option('--dataset <name>', 'a dataset that you offer; may be given again', collect, [])
    .option('--definitions <folder>', 'dataset definitions, as governance sent them; with --dataset and --source')
    .addOption(new Option('--source <kind>', 'where your records are').choices(SOURCE_KINDS))
    .addHelpText(
      'after',
      `
Writes over nothing, and asks nobody. The configuration answers no question until you allow templates in it. With
--definitions it has a blank, ${BLANK}, for every column that your datasets need, beside what the definition says of it,
and an opt-out list with nobody on it; without them its columns are those of an example. The next command is \`enrol\`.`,
    )
    .action((options: InitOptions) => {
      const configFile = initNode(planOf(options), context.rng);
      context.stdout.write(`${nextSteps(configFile, options.definitions !== undefined)}\n`);
    });
}

function planOf({ dataset: datasets, definitions, source, ...plan }: InitOptions): NodePlan {
  if (definitions === undefined && source === undefined) return { ...plan, datasets };
  if (definitions === undefined || source === undefined || datasets.length === 0) {
    throw new NodeError(
      'USAGE',
      '--definitions and --source go together, and with --dataset: the dataset that you offer.',
    );
  }
  return { ...plan, datasets, skeleton: { definitions, source } };
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

function nextSteps(configFile: string, hasBlanks: boolean): string {
  return [
    `Made ${configFile}: read it, every key is explained there. Also storage.key, which seals what \`prepare\` writes:`,
    'back it up apart from the snapshots.',
    ...(hasBlanks
      ? [
          '',
          `Put your own in the place of each ${BLANK} in \`sources\`: \`tally node check\` says what is still missing. Whoever has`,
          'opted out goes into opt-outs.csv.',
        ]
      : []),
    '',
    'Next: ask the coordinator’s operator for a token, save it to a file that only you can read, and',
    `  tally node enrol --config ${configFile} --token-file FILE`,
  ].join('\n');
}
