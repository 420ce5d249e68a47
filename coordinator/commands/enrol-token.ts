import type { Command } from 'commander';
import { DEFAULT_TOKEN_HOURS, MAX_TOKEN_HOURS } from '../enrolment/enrolment-token.js';
import { tokenForAgency } from '../enrolment/token-for-agency.js';
import { say, withConfig, type CommandMeans, type ConfigOptions } from './context.js';

interface TokenOptions extends ConfigOptions {
  readonly agency: string;
  readonly validHours: string;
}

export function addEnrolToken(coordinator: Command, means: CommandMeans): void {
  withConfig(coordinator.command('enrol-token'))
    .description('make a one-time token by which an agency’s node gets its certificate; it is shown once')
    .requiredOption('--agency <id>', 'the agency that may use it')
    .option('--valid-hours <hours>', `how long it is good for, at most ${MAX_TOKEN_HOURS}`, String(DEFAULT_TOKEN_HOURS))
    .addHelpText(
      'after',
      `
Works beside a running coordinator. The coordinator keeps only a hash of the token's secret: make a new token for whoever
loses theirs. The agency's operator hands it to \`tally node enrol\`, and reads you the fingerprints that it shows.`,
    )
    .action(({ config, agency, validHours }: TokenOptions) =>
      say(means, tokenForAgency(config, { agency, validHours: Number(validHours) }, means).text),
    );
}
