import type { Command } from 'commander';

import { loadConfig } from '../config.js';
import { budgetReport } from '../ledger-report.js';
import { report, withReport } from './context.js';
import type { CommandContext, ReportOptions } from './context.js';

export function addBudget(node: Command, context: CommandContext): void {
  withReport(node.command('budget'))
    .description('what of the privacy budget was spent, on what, and what is left')
    .addHelpText(
      'after',
      `
Every answer gives away a little of what is known of people; epsilon says how much. A snapshot may give away so much, a
dataset so much in a calendar quarter; then offers are refused until there is a new snapshot or a new quarter.`,
    )
    .action((options: ReportOptions) =>
      report(context, options, budgetReport(loadConfig(options.config), context.clock)),
    );
}
