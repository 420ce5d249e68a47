import type { Command } from 'commander';
import { renewCoordinator } from '../enrolment/init-authority.js';
import { say, withConfig, type CommandMeans, type ConfigOptions } from './context.js';

export function addRenew(coordinator: Command, means: CommandMeans): void {
  withConfig(coordinator.command('renew'))
    .description('make the coordinator itself a new key and certificate; then start it again')
    .action(async ({ config }: ConfigOptions) => {
      const validTo = await renewCoordinator(config, means.clock);
      say(means, `The coordinator’s certificate is good until ${validTo.toISOString()}: start it again to use it.`);
    });
}
