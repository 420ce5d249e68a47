import { Option } from 'commander';
import type { Command } from 'commander';

import { loadConfig } from '../config.js';
import { checkAll } from '../quality/check-all.js';
import { checkOptOuts } from '../quality/check-opt-outs.js';
import { checkProgress } from '../quality/check-progress.js';
import { qualityJson, qualityText, wouldDo } from '../quality/quality-report.js';
import { EXIT_CODES, report, withReport } from './context.js';
import type { CommandContext, ReportOptions } from './context.js';

interface CheckOptions extends ReportOptions {
  readonly dataset?: string;
  readonly showCodes?: boolean;
}

export function addCheck(node: Command, context: CommandContext): void {
  withReport(node.command('check'))
    .description('say how good your data are for a snapshot, before one is made')
    .option('--dataset <name>', 'of this dataset only')
    .addOption(
      new Option('--show-codes', 'show codes that the mapping doesn’t name; look who sees your screen').conflicts(
        'json',
      ),
    )
    .addHelpText(
      'after',
      `
Reads your database as \`prepare\` does, read-only, and counts: rows that can't be used and why, codes that the mapping
doesn't name, dates that can't be, identifiers that are missing, rows that can't be linked. Opt-out lists are read too, and lines
by which nobody would be left out are named by their numbers. Nothing is written and nothing leaves. It shows counts and
row numbers, no value; --show-codes shows unmapped codes, which may be free text.

Exit code 0: \`prepare\` would make a snapshot of every source; 1: not yet, and what to put right is in the report.`,
    )
    .action((options: CheckOptions) => check(options, context));
}

async function check(options: CheckOptions, context: CommandContext): Promise<void> {
  const { config: configFile, dataset, showCodes = false } = options;
  const { clock, rng, stderr, stopping } = context;
  const progress = checkProgress({ clock, stderr, stopping });
  const config = loadConfig(configFile);
  const optOuts = await checkOptOuts(config, { clock, rng, progress });
  const checks = await checkAll(config, { clock, progress }, dataset);
  const found = { checks, optOuts };
  report(context, options, { text: qualityText(found, { configFile, showCodes }), json: qualityJson(found) });
  if (!wouldDo(found)) context.exit(EXIT_CODES.failed);
}
