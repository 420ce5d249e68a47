import type { Command } from 'commander';
import { runCoordinator } from '../process.js';
import { withConfig, type CommandMeans, type ConfigOptions } from './context.js';

export function addStart(coordinator: Command, means: CommandMeans): void {
  withConfig(coordinator.command('start'))
    .description('run until told to stop; the log goes to stdout, one JSON object a line')
    .action(({ config }: ConfigOptions) => runCoordinator(config, means));
}
