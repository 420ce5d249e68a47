import { resolve } from 'node:path';

import type { Command } from 'commander';

import { loadConfig } from '../config.js';
import { loadPolicy } from '../policy/policy-file.js';
import { describePolicy } from '../policy/policy-text.js';
import { statusReport } from '../status/status-report.js';
import { readStatus } from '../status/node-status.js';
import { report, withReport } from './context.js';
import type { CommandContext, ReportOptions } from './context.js';

interface PolicyOptions extends ReportOptions {
  readonly check?: string;
}

export function addPolicy(node: Command, context: CommandContext): void {
  withReport(node.command('policy'))
    .description('what your policy says, in plain English')
    .option('--check <file>', 'of this file instead, without its coming into force')
    .addHelpText(
      'after',
      `
The policy is a file of its own (\`policy\` in the configuration). A running node takes it up within seconds of its being
changed: whole, or not at all when anything in it is wrong. So write a new one elsewhere, look at it with --check, then
move it to its place. Exits with 2 when there is none or something in it is wrong; every problem is named with its line.`,
    )
    .action((options: PolicyOptions) => showPolicy(options, context));
}

function showPolicy({ check, ...options }: PolicyOptions, context: CommandContext): void {
  const config = loadConfig(options.config);
  const file = check === undefined ? config.policy : resolve(check);
  const { policy, digest } = loadPolicy(file);
  const isRunning = statusReport(config, context.clock).presence === 'running';
  const inForce = isRunning ? readStatus(config.ledger)?.policy.digest : undefined;
  report(context, options, {
    text: `${[`${file} (SHA-256 ${digest}):`, '', ...describePolicy(policy), ...describeForce(digest, inForce)].join('\n')}\n`,
    json: { file, digest, inForce: inForce ?? null, policy },
  });
}

/** Of the node that runs now, where one does. */
function describeForce(digest: string, inForce: string | undefined): string[] {
  if (inForce === undefined) return [];
  return [
    '',
    digest === inForce ? 'It is in force at the running node.' : 'The running node has another one in force.',
  ];
}
