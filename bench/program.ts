import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Argument, Command, CommanderError } from 'commander';
import { format, resolveConfig } from 'prettier';

import type { Printer } from '../cli/index.js';
import { messageOf } from '../core/base/index.js';
import { MAX_OPT_OUT_LINES } from '../node-agent/consent/read-opt-outs.js';
import { MAX_SPOOL_MEMORY_MIB, MIN_SPOOL_MEMORY_MIB } from '../runtime/index.js';
import { runBench } from './bench.js';
import {
  FULL,
  MAX_ROWS,
  MAX_THREADS,
  MIN_ROWS,
  numberWithin,
  parseAgencies,
  parseKeys,
  parsePart,
  parsePeople,
  PARTS,
  QUICK,
  USUAL_PARTS,
} from './options.js';
import type { Part } from './options.js';
import type { KeyColumns } from './runs/study.js';
import { reportAsMarkdown } from './report/markdown.js';
import { isExact } from './report/report.js';
import type { Report } from './report/report.js';
import { targetsOf } from './report/targets.js';
import { reportAsText } from './report/text.js';

export const EXIT_CODES = { done: 0, wrong: 1, usage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

interface Options {
  readonly quick: boolean;
  readonly people?: readonly number[];
  readonly agencies?: readonly number[];
  readonly keys?: readonly KeyColumns[];
  readonly rows?: number;
  readonly optOuts?: number;
  readonly workers: number;
  readonly memory: number;
  readonly json?: string;
  readonly markdown?: string;
}

const HELP = `
Parts, all of them but \`people\` when none is named:
  kernel     operations on the curve: both of our modules, libsodium, @noble/curves and sodium-native, in turns
  two-party  two parties count what they have in common: our protocol code beside @openmined/psi.js
  runs       whole runs in processes of their own: processor time, memory, bytes, growth with people
  prepare    rows a second from a SQLite table into a snapshot, with and without hashing
  audit      a million entries in the audit log: entries a second, and how long proofs take
  people     a million rows about people from PostgreSQL into a snapshot, with an opt-out list and without:
             rows a second, and the most memory

Examples:
  npm run bench -- --quick                                      everything, in under two minutes
  npm run bench -- kernel                                       just the kernel
  npm run bench -- runs --people 1000000 --agencies 2 --keys 1  one large run
  npm run bench -- people --rows 200000 --json people.json      fewer people, all figures in a file
  npm run bench -- --json bench.json --markdown docs/performance.md

Nothing fails because it is slow. Exit codes:
  0  all counts were exact, whatever the figures are
  1  a count was not exact, two libraries disagreed, or a part could not be carried out
  2  an argument is not as it should be`;

/** Does what the arguments say and resolves with the exit code. */
export async function runProgram(
  args: readonly string[],
  printer: Printer,
  interrupted: AbortSignal,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.done;
  const program = createProgram(printer, async (parts, options) => {
    exitCode = await bench(parts, options, commandOf(args), printer, interrupted);
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    if (interrupted.aborted) return EXIT_CODES.interrupted;
    printer.note(messageOf(thrown));
    return EXIT_CODES.wrong;
  } finally {
    printer.done();
  }
}

function createProgram(printer: Printer, action: (parts: readonly Part[], options: Options) => Promise<void>): Command {
  return new Command('npm run bench --')
    .description(
      'Measures how fast the private join is, and how it compares. Run it on a machine that does nothing else.',
    )
    .addArgument(
      new Argument('[parts...]', `what to measure: ${PARTS.join(', ')} (default: all but people)`).argParser(parsePart),
    )
    .option('--quick', 'everything smaller: a first impression in under two minutes', false)
    .option('--people <list>', 'people of the runs, as in 10000,50000', parsePeople)
    .option('--agencies <list>', 'agencies of the runs, as in 2,3', parseAgencies)
    .option('--keys <list>', 'key columns of the base list of the runs: 1, 3 or 1,3', parseKeys)
    .option('--rows <number>', 'rows of `people`', numberWithin(MIN_ROWS, MAX_ROWS))
    .option('--opt-outs <number>', 'lines of the opt-out list of `people`', numberWithin(1, MAX_OPT_OUT_LINES))
    .option(
      '--workers <number>',
      'threads for the arithmetic in each process',
      numberWithin(1, MAX_THREADS),
      availableParallelism(),
    )
    .option(
      '--memory <MiB>',
      'memory for lists in each process; longer ones go to disk',
      numberWithin(MIN_SPOOL_MEMORY_MIB, MAX_SPOOL_MEMORY_MIB),
      256,
    )
    .option('--json <file>', 'write all figures to a file, after each part')
    .option('--markdown <file>', 'write the page docs/performance.md from this run')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => printer.result(text.trimEnd()),
      writeErr: (text) => printer.note(text.trimEnd()),
    })
    .action(async (parts: readonly Part[] | undefined, options: Options) => {
      await action(
        parts === undefined || parts.length === 0 ? USUAL_PARTS : PARTS.filter((part) => parts.includes(part)),
        options,
      );
    });
}

async function bench(
  parts: readonly Part[],
  { quick, people, agencies, keys, rows, optOuts, workers, memory, json, markdown }: Options,
  command: string,
  printer: Printer,
  interrupted: AbortSignal,
): Promise<ExitCode> {
  const extent = quick ? QUICK : FULL;
  const chosen = {
    ...{ people: people ?? extent.people, agencies: agencies ?? extent.agencies, keys: keys ?? extent.keys },
    ...{ peopleRows: rows ?? extent.peopleRows, optOutLines: optOuts ?? extent.optOutLines },
  };
  const write = async (report: Report): Promise<void> => {
    if (json !== undefined)
      writeFileSync(json, `${JSON.stringify({ ...report, targets: targetsOf(report) }, null, 2)}\n`);
    if (markdown !== undefined) writeFileSync(markdown, await formatted(reportAsMarkdown(report), markdown));
  };
  const report = await runBench(
    { parts, extent: { ...extent, ...chosen }, workers, spoolMiB: memory, command },
    printer,
    interrupted,
    write,
  );
  printer.result(reportAsText(report));
  return isExact(report) ? EXIT_CODES.done : EXIT_CODES.wrong;
}

/** As the project's formatter would write it. */
async function formatted(page: string, file: string): Promise<string> {
  return format(page, { ...(await resolveConfig(file)), parser: 'markdown' });
}

/** What to type to write the page again, wherever it was written this time. */
export function commandOf(args: readonly string[]): string {
  const files = ['--json', '--markdown'];
  const kept = args.filter((arg, place) => {
    const before = args[place - 1] ?? '';
    return !files.includes(arg) && !files.includes(before) && !files.some((file) => arg.startsWith(`${file}=`));
  });
  return ['npm run bench --', ...kept, '--markdown docs/performance.md'].join(' ');
}
