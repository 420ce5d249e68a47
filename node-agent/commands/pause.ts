import type { Command } from 'commander';

import { loadConfig } from '../config.js';
import { NodeError } from '../errors.js';
import { MAX_PAUSE_REASON_CHARACTERS, removePause, readPause, writePause } from '../status/pause.js';
import { report, withReport } from './context.js';
import type { CommandContext, ReportOptions } from './context.js';

interface PauseOptions extends ReportOptions {
  readonly reason?: string;
}

export function addPause(node: Command, context: CommandContext): void {
  withReport(node.command('pause'))
    .description('stop answering, at once and until `resume`')
    .option('--reason <text>', 'why, for your own ledger; nobody outside hears it')
    .addHelpText(
      'after',
      `
Within a second a running node refuses every offer (PAUSED) and ends the runs whose tally it has had no part in opening
yet; nothing can be learnt from those. It stays connected. The pause outlives the process and the computer: a node that
is started while it is paused stays so. Neither policy nor snapshots change.`,
    )
    .action((options: PauseOptions) => pause(options, context));
}

export function addResume(node: Command, context: CommandContext): void {
  withReport(node.command('resume'))
    .description('answer again after `pause`')
    .addHelpText('after', '\nWhat was refused meanwhile is not made up for: whoever asked has to ask again.')
    .action((options: ReportOptions) => resume(options, context));
}

function pause({ reason, ...options }: PauseOptions, context: CommandContext): void {
  const { ledger } = loadConfig(options.config);
  if (reason !== undefined && reason.length > MAX_PAUSE_REASON_CHARACTERS) {
    throw new NodeError('USAGE', `A reason has at most ${MAX_PAUSE_REASON_CHARACTERS} characters.`);
  }
  const paused = { since: context.clock.now().toISOString(), reason: reason ?? null };
  const isKept = writePause(ledger, paused);
  report(context, options, {
    text: pausedText(isKept),
    json: { paused: isKept ? paused : (readPause(ledger) ?? null) },
  });
}

function pausedText(isKept: boolean): string {
  const paused = 'Paused: the node refuses every offer from now on, also when it is started anew.';
  return isKept
    ? `${paused} \`tally node status\` shows it.\n`
    : `${paused} Since when, and why, could not be written down: make room on the disk, then pause again.\n`;
}

function resume(options: ReportOptions, context: CommandContext): void {
  const wasPaused = removePause(loadConfig(options.config).ledger);
  report(context, options, {
    text: wasPaused ? 'Resumed: the node answers again, as its policy says.\n' : 'The node was not paused.\n',
    json: { paused: null, wasPaused },
  });
}
