import type { Command } from 'commander';
import { describeEnrolments, enrolments } from '../enrolment/enrolments.js';
import { say, withConfig, type CommandMeans, type ConfigOptions } from './context.js';

interface EnrolmentsOptions extends ConfigOptions {
  readonly json?: boolean;
}

export function addEnrolments(coordinator: Command, means: CommandMeans): void {
  withConfig(coordinator.command('enrolments'))
    .description('which agencies enrolled: identity keys for the roster, and serial numbers of certificates')
    .option('--json', 'as one JSON document, for programs')
    .action(({ config, json }: EnrolmentsOptions) => {
      const agencies = enrolments(config, means.clock);
      say(means, json === true ? JSON.stringify({ agencies }, null, 2) : describeEnrolments(agencies));
    });
}
