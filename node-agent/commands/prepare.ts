import type { Command } from 'commander';

import { createWorkerEngine } from '../../runtime/index.js';
import { loadConfig } from '../config.js';
import type { PreparedOptOuts } from '../consent/prepare-opt-outs.js';
import { prepareAll } from '../prepare-all.js';
import type { PrepareDependencies } from '../prepare-all.js';
import { prepareProgress } from '../prepare-progress.js';
import { nextText, preparedText } from '../prepare-report.js';
import { ACCEPT_SHORTER_LISTS, saysWaiting, warnOfTrouble } from './opt-outs.js';
import { logOf, withConfig } from './context.js';
import type { CommandContext, ConfigOptions } from './context.js';

interface PrepareOptions extends ConfigOptions {
  readonly dataset?: string;
  readonly acceptShorterLists?: boolean;
}

export function addPrepare(node: Command, context: CommandContext): void {
  withConfig(node.command('prepare'))
    .description('make a new snapshot of each source, or of one')
    .option('--dataset <name>', 'of this dataset only')
    .option(...ACCEPT_SHORTER_LISTS)
    .addHelpText(
      'after',
      `
Reads your database, read-only, into a snapshot: the mapped fields, and match keys in place of names, dates and
postcodes, which are not kept. Opt-out lists are read first: whoever is on them stays out of every snapshot. Until it is done the old snapshot is in force, and a running node takes up the new one by
itself. Stopped or killed at any time, it goes on from what it has hashed when it is run again.

Its log goes to stdout, one JSON object a line; what came of it goes to stderr, in words, for each dataset as soon as its
snapshot is in force.`,
    )
    .action((options: PrepareOptions) => prepare(options, context));
}

async function prepare(
  { config: configFile, dataset, acceptShorterLists = false }: PrepareOptions,
  context: CommandContext,
): Promise<void> {
  const { clock, rng, stopping, stderr } = context;
  const config = loadConfig(configFile);
  const log = logOf(context, config);
  const engine = createWorkerEngine({ workers: config.workers });
  const optOutsRead = (prepared: PreparedOptOuts): void => warnOfTrouble(prepared, context);
  const logProgress = prepareProgress({ clock, log, stopping });
  const sayWaiting = saysWaiting(context);
  const progress: PrepareDependencies['progress'] = (one, step) => {
    sayWaiting(one, step);
    logProgress(one, step);
  };
  const inForce: PrepareDependencies['inForce'] = (prepared, before) => {
    stderr.write(`${preparedText(prepared, before)}\n`);
  };
  try {
    await prepareAll(config, { clock, rng, log, engine, acceptShorterLists, progress, optOutsRead, inForce }, dataset);
    stderr.write(nextText(configFile));
  } finally {
    await engine.stop();
  }
}
