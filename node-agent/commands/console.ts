import type { Command } from 'commander';

import { listen } from '../../web/index.js';
import { loadConfig } from '../config.js';
import { ConsoleSecret, createConsoleSecret } from '../console/console-secret.js';
import { createConsole } from '../console/console.js';
import { NodeView } from '../console/node-view.js';
import { aborted, logOf, withConfig } from './context.js';
import type { CommandContext, ConfigOptions } from './context.js';

/** Nothing outside this computer can reach it. */
const LOOPBACK = '127.0.0.1';

export function addConsole(node: Command, context: CommandContext): void {
  withConfig(node.command('console'))
    .description('pages that show the node, and pause it, for a browser on this computer')
    .addHelpText(
      'after',
      `
Status, your data, what you answer, the privacy budget and the ledger, in a browser on this very computer; nobody else
can reach the pages. Sign in with the secret in the file that \`console.secret\` in the configuration names, console.secret
where it names none; it is made when it isn't there. Remove the file and start the console anew for another secret. The
node runs without the console, and the console without the node. Ctrl-C ends it.`,
    )
    .action(({ config }: ConfigOptions) => serve(config, context));
}

async function serve(configFile: string, context: CommandContext): Promise<void> {
  const { clock, rng, stopping, stderr } = context;
  const config = loadConfig(configFile);
  const log = logOf(context, config);
  const isNew = createConsoleSecret(config.console.secret, rng);
  let port = config.console.port;
  const app = createConsole({
    node: new NodeView(config, clock),
    secret: new ConsoleSecret(config.console.secret, clock),
    names: () => [`${LOOPBACK}:${port}`, `localhost:${port}`],
    clock,
    rng,
    log,
  });
  const server = await listen(app, LOOPBACK, port, 'console.port');
  port = server.port;
  log.info({ event: 'console-started', port }, 'the console is open');
  stderr.write(
    `The console is open: http://${LOOPBACK}:${port}\n` +
      `Sign in with the secret in ${config.console.secret}${isNew ? ', which has just been made' : ''}.\n`,
  );
  await aborted(stopping);
  await server.stop(config.deadlines.stopSeconds * 1_000);
}
