import type { Command } from 'commander';

import { loadConfig } from '../config.js';
import { statusReport } from '../status/status-report.js';
import { EXIT_CODES, report, withReport } from './context.js';
import type { CommandContext, ReportOptions } from './context.js';

export function addStatus(node: Command, context: CommandContext): void {
  withReport(node.command('status'))
    .description('how the running node is')
    .addHelpText(
      'after',
      `
Reads what the node writes down every few seconds: whether it is connected and since when, the policy and the snapshots
in force with their age and what is left of their budget, whether it is paused, and the runs under way. Exits with 1 when
no node is running, or none has said anything for a while.`,
    )
    .action((options: ReportOptions) => {
      const found = statusReport(loadConfig(options.config), context.clock);
      report(context, options, found);
      if (found.presence !== 'running') context.exit(EXIT_CODES.failed);
    });
}
