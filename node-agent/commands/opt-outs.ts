import type { Command } from 'commander';

import { silentLog } from '../../core/base/index.js';
import { createWorkerEngine } from '../../runtime/index.js';
import { loadConfig } from '../config.js';
import type { PreparedOptOuts } from '../consent/prepare-opt-outs.js';
import { describeTrouble, refreshOptOuts } from '../consent/refresh-opt-outs.js';
import { OPT_OUTS } from '../../core/templates/index.js';
import { prepareProgress } from '../prepare-progress.js';
import { PREPARE_WAIT_MS } from '../snapshot/prepare-lock.js';
import type { PrepareStep } from '../snapshot/prepare.js';
import { report, withReport } from './context.js';
import type { CommandContext, CommandMeans, ReportOptions } from './context.js';

/** An option of every command that puts lists in force. */
export const ACCEPT_SHORTER_LISTS = [
  '--accept-shorter-lists',
  'also opt-out lists that are empty or have lost most of their lines since they were last read',
] as const;

interface OptOutsOptions extends ReportOptions {
  readonly acceptShorterLists?: boolean;
}

export function addOptOuts(node: Command, context: CommandContext): void {
  withReport(node.command('opt-outs'))
    .description('read the opt-out lists anew, and nothing else')
    .option(...ACCEPT_SHORTER_LISTS)
    .addHelpText(
      'after',
      `
Reads the lists that \`optOuts\` in the configuration names, read-only, and puts them in force; a running node takes them up
by itself. Whoever is on them is left out of every run that joins people by its match keys from then on, and of your snapshots from the
next \`prepare\` on, which reads the lists too. It takes seconds: have it run every hour, as from cron. When it fails, the
lists read before stay in force until they are older than \`maximumAgeHours\`; then every offer is refused with OPT_OUTS_STALE.`,
    )
    .action((options: OptOutsOptions) => optOuts(options, context));
}

async function optOuts(options: OptOutsOptions, context: CommandContext): Promise<void> {
  const { clock, rng, stopping } = context;
  const config = loadConfig(options.config);
  const engine = createWorkerEngine({ workers: config.workers });
  const progress = prepareProgress({ clock, log: silentLog, stopping });
  try {
    const acceptShorterLists = options.acceptShorterLists === true;
    const means = { clock, rng, log: silentLog, engine, acceptShorterLists };
    const sayWaiting = saysWaiting(context);
    const prepared = await refreshOptOuts(config, {
      ...means,
      progress: (step) => {
        sayWaiting(OPT_OUTS, step);
        progress(OPT_OUTS, step);
      },
    });
    report(context, options, { text: describe(prepared), json: prepared });
    warnOfTrouble(prepared, context);
  } finally {
    await engine.stop();
  }
}

/** What it returns says once of each dataset on stderr that another prepare is waited for: else it would seem to hang. */
export function saysWaiting({
  stderr,
}: Pick<CommandMeans, 'stderr'>): (dataset: string, step: Pick<PrepareStep, 'phase'>) => void {
  const said = new Set<string>();
  return (dataset, { phase }) => {
    if (phase !== 'waiting' || said.has(dataset)) return;
    said.add(dataset);
    stderr.write(
      `Another prepare is at work on ${dataset}: waiting for it, ${PREPARE_WAIT_MS / 60_000} minutes at most.\n`,
    );
  };
}

/** On stderr, where a person sees it: somebody who has asked to be left out is not. */
export function warnOfTrouble(prepared: PreparedOptOuts, { stderr }: Pick<CommandMeans, 'stderr'>): void {
  for (const line of describeTrouble(prepared)) stderr.write(`WARNING: ${line}\n`);
}

function describe({ lines, readAt }: PreparedOptOuts): string {
  return `The opt-out lists were read at ${readAt} and are in force: ${lines} ${lines === 1 ? 'line' : 'lines'}.\n`;
}
