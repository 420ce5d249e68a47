import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';

import { Printer } from '../../../cli/index.js';
import { CodedError, messageOf } from '../../../core/base/index.js';
import { MAX_PEOPLE, MAX_SEED } from '../limits.js';
import { makeComposeFolders } from './compose.js';
import { runDemo } from './demo.js';
import type { DemoOptions } from './demo.js';

const DEFAULT_PEOPLE = 20_000;
const DEFAULT_SEED = 1;
const DEFAULT_PORT = 7401;

const printer = new Printer(process.stdout, process.stderr);
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort(new CodedError('INTERRUPTED', 'stopped before the end')));
}

const program = new Command('npm run demo --')
  .description(
    'Runs the whole system on this computer, on invented people: six agencies, one coordinator, four questions.',
  )
  .option('--people <number>', 'people in the hidden population', within(1, MAX_PEOPLE), DEFAULT_PEOPLE)
  .option('--seed <number>', 'the same seed gives the same people', within(0, MAX_SEED), DEFAULT_SEED)
  .option(
    '--port <number>',
    'where the pages are; 0: any free one, then without passkeys and trials',
    within(0, 65_535),
    DEFAULT_PORT,
  )
  .option('--exit', 'stop when the questions are answered', false)
  .option('--json <file>', 'write tables, true counts, seconds, bytes and processor time to a file')
  .option('--directory <folder>', 'keep everything in this folder (default: a temporary one, removed at the end)')
  .option('--workers <number>', 'threads for the arithmetic in each process', within(1, 64), availableParallelism())
  .option('--compose <folder>', 'only make the folders that docker-compose.yml mounts')
  .action(async (options: DemoOptions & { readonly compose?: string }) => {
    if (options.compose !== undefined) {
      await makeComposeFolders(options.compose, options, (text) => printer.note(text));
      return;
    }
    const right = await runDemo(options, printer, interruption.signal);
    process.exitCode = right ? 0 : 1;
  });

function within(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

try {
  await program.parseAsync();
} catch (thrown) {
  const code = thrown instanceof CodedError ? `${thrown.code}: ` : '';
  if (!interruption.signal.aborted) printer.note(`${code}${messageOf(thrown)}`);
  process.exitCode = interruption.signal.aborted ? 130 : 1;
}
