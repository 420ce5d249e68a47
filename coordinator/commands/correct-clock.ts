import type { Command } from 'commander';
import { correctClock } from '../audit/correct-clock.js';
import { say, withConfig, type CommandMeans, type ConfigOptions } from './context.js';

interface CorrectClockOptions extends ConfigOptions {
  readonly write?: true;
}

export function addCorrectClock(coordinator: Command, means: CommandMeans): void {
  withConfig(coordinator.command('correct-clock'))
    .description('say in the audit log that this computer’s clock had been ahead; stop the coordinator first')
    .option('--write', 'write it; without, it only says what is wrong')
    .addHelpText(
      'after',
      `
For AUDIT_CLOCK_BACK where the clock is right now and was far ahead when the last checkpoint was signed: without it nothing can
be written until the time has caught up. It can't be taken back, and whoever verifies the log is told.`,
    )
    .action(({ config, write }: CorrectClockOptions) => say(means, correctClock(config, write === true, means.clock)));
}
