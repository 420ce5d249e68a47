import type { Command } from 'commander';

import { createNode } from '../app.js';
import { loadConfig } from '../config.js';
import { aborted, logOf, withConfig } from './context.js';
import type { CommandContext, ConfigOptions } from './context.js';

export function addStart(node: Command, context: CommandContext): void {
  withConfig(node.command('start'))
    .description('answer offers until told to stop')
    .addHelpText(
      'after',
      `
Connects to the coordinator, from here outwards only, and answers what the policy allows from the snapshots that
\`prepare\` made. The log goes to stdout, one JSON object a line; nobody's data are ever in it. Ctrl-C, or SIGTERM, ends
every run that is under way and stops the node; the second time at once.`,
    )
    .action(({ config }: ConfigOptions) => start(config, context));
}

async function start(configFile: string, context: CommandContext): Promise<void> {
  const { clock, rng, stopping } = context;
  const config = loadConfig(configFile);
  const log = logOf(context, config);
  const node = createNode(config, { clock, rng, log });
  await node.start();
  await aborted(stopping);
  log.info({ event: 'stopping' }, 'the node is stopping');
  await node.stop();
  log.info({ event: 'stopped' }, 'the node has stopped');
}
