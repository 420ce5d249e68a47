import type { Command } from 'commander';

import type { ParameterValues } from '../../core/templates/index.js';
import { loadAgreements } from '../agreements.js';
import { loadConfig } from '../config.js';
import { NodeError } from '../errors.js';
import { loadPolicy } from '../policy/policy-file.js';
import { describePreview } from '../preview/preview-text.js';
import { previewTemplate } from '../preview/preview.js';
import { readTemplate } from '../preview/template-file.js';
import { openSnapshotStore } from '../snapshot/open-store.js';
import { report, withReport } from './context.js';
import type { CommandContext, ReportOptions } from './context.js';

interface PreviewOptions extends ReportOptions {
  readonly template: string;
  readonly param: readonly string[];
}

export function addPreview(node: Command, context: CommandContext): void {
  withReport(node.command('preview'))
    .description('what would leave this node for a template; nothing leaves')
    .requiredOption(
      '--template <file>',
      'the name of a template in your register, or the file (YAML) of one that is proposed',
    )
    .option('--param <name=value>', 'a value of a parameter; again for each, or with commas', collect, [])
    .addHelpText(
      'after',
      `
Works out on your own snapshots which lists would be made, which fields are read for them and what becomes of each, how
many records there are (in tens), which noise there would be, what it would cost, and what your policy says to it. A
parameter that you don't give is taken as widely as the template allows. The node may run meanwhile.`,
    )
    .action((options: PreviewOptions) => preview(options, context));
}

async function preview(options: PreviewOptions, context: CommandContext): Promise<void> {
  const config = loadConfig(options.config);
  const agreements = loadAgreements(config);
  const { policy } = loadPolicy(config.policy);
  const read = readTemplate(options.template, agreements.register, context.clock.now());
  const snapshots = await openSnapshotStore(config, agreements);
  try {
    const found = previewTemplate(read, parametersOf(options.param), { agreements, policy, snapshots });
    report(context, options, { text: describePreview(found), json: found });
  } finally {
    snapshots.close();
  }
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function parametersOf(given: readonly string[]): ParameterValues {
  const values = new Map<string, string[]>();
  for (const one of given) {
    const at = one.indexOf('=');
    if (at < 1) throw new NodeError('USAGE', 'A parameter is given as --param name=value, several values with commas.');
    const name = one.slice(0, at);
    values.set(name, [...(values.get(name) ?? []), ...one.slice(at + 1).split(',')]);
  }
  return Object.fromEntries(values);
}
