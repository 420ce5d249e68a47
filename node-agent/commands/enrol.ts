import { readFileSync } from 'node:fs';

import type { Command } from 'commander';

import { loadConfig } from '../config.js';
import { enrolmentReport } from '../enrolment/enrolment-report.js';
import { ENROLMENT_PORT, enrolNode } from '../enrolment/enrol-node.js';
import { readSecretFile } from '../key-files.js';
import { report, withReport } from './context.js';
import type { CommandContext, ReportOptions } from './context.js';

interface EnrolOptions extends ReportOptions {
  readonly tokenFile: string;
  readonly address?: string;
}

const STANDARD_INPUT = 0;

export function addEnrol(node: Command, context: CommandContext): void {
  withReport(node.command('enrol'))
    .description('get this node its certificate, against a one-time token')
    .requiredOption('--token-file <file>', 'the token, mode 0600; - for standard input')
    .option('--address <host:port>', `where nodes enrol; port ${ENROLMENT_PORT} of the coordinator when left out`)
    .addHelpText(
      'after',
      `
Makes the TLS key, and the identity key if there is none, here; keys never leave. Looks whether the server is of the
authority that the token names, and only then sends: the token, a signing request, and the public half of the identity
key. Shows fingerprints to compare by telephone. Also for a certificate that has expired, with a new token.`,
    )
    .action(async (options: EnrolOptions) => {
      const { config: configFile, tokenFile, address } = options;
      const token = tokenFile === '-' ? readFileSync(STANDARD_INPUT) : readSecretFile(tokenFile);
      const text = new TextDecoder().decode(token);
      const enrolled = await enrolNode(loadConfig(configFile), { token: text, address }, context.clock);
      report(context, options, enrolmentReport(configFile, enrolled));
    });
}
