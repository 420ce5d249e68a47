import { resolve } from 'node:path';

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { loadConfig } from '../config.js';
import { entriesReport, ledgerCopyReport, ledgerReport } from '../ledger-report.js';
import { report, withReport } from './context.js';
import type { CommandContext, ReportOptions } from './context.js';

export function addLedger(node: Command, context: CommandContext): void {
  const ledger = node.command('ledger').description('look after the ledger of what was asked, answered and spent');
  withReport(ledger.command('verify'))
    .description('check that no entry was changed, taken out or put in')
    .option('--contains <hash>', 'and that it has the entry with this hash', hashOf)
    .addHelpText(
      'after',
      `
Reads it from the first entry to the last, also while the node runs. An older copy of a ledger is whole, too: give the
hash that \`ledger copy\`, \`ledger verify\` or the log line \`ledger\` said last to find out whether this is one.`,
    )
    .action((options: VerifyOptions) =>
      report(context, options, ledgerReport(loadConfig(options.config), options.contains)),
    );
  withReport(ledger.command('copy'))
    .description('write a copy of it, for a backup')
    .requiredOption('--to <file>', 'a new file')
    .addHelpText(
      'after',
      `
Also while the node runs: one file, of one moment, read through before it gets its name, mode 0600. Don't copy the file
itself with \`cp\` while the node runs, for its newest entries may be in the journal beside it. Keep the hash that this says.`,
    )
    .action((options: CopyOptions) =>
      report(context, options, ledgerCopyReport(loadConfig(options.config), resolve(options.to))),
    );
  withReport(ledger.command('show'))
    .description('what was asked, answered, refused and changed, in plain words')
    .option('--last <number>', 'only so many, the newest', wholeNumber)
    .addHelpText(
      'after',
      `
Oldest first, times in UTC; also while the node runs. Whoever asked and why is as the coordinator said. There is nothing
of anybody's data in it.`,
    )
    .action((options: ShowOptions) =>
      report(context, options, entriesReport(loadConfig(options.config), options.last)),
    );
}

interface VerifyOptions extends ReportOptions {
  readonly contains?: string;
}

interface CopyOptions extends ReportOptions {
  readonly to: string;
}

interface ShowOptions extends ReportOptions {
  readonly last?: number;
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 up.');
  return Number(text);
}

function hashOf(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new InvalidArgumentError('It must be 64 hexadecimal digits, in small letters.');
  return text;
}
