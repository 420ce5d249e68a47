import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  EXPORT_FORMATS,
  EXPORT_KINDS,
  EXPORT_PARTS,
  isEnded,
  MAX_RUNS_LISTED,
  type ExportFormat,
  type ExportPart,
  type RunDetailView,
} from '../../coordinator/client.js';
import type { ApiClient } from '../api-client.js';
import { clientOf, withConnection, type CliContext } from '../context.js';
import { describeRun, describeRuns, outcome } from '../describe-run.js';
import { CliError, EXIT_CODES, type ExitCode } from '../errors.js';
import { assertPrintable, exportRun, PROVENANCE_PART } from '../export.js';
import { writeNewFile } from '../files.js';
import { RunProgressView } from '../progress.js';

type Parameters = Readonly<Record<string, readonly string[]>>;

interface ListOptions {
  readonly limit: number;
  readonly linkage?: true;
  readonly json?: true;
}

interface ExportOptions {
  readonly format: ExportFormat;
  readonly part?: ExportPart | typeof PROVENANCE_PART;
  readonly out?: string;
}

const FORMATS_HELP = EXPORT_FORMATS.map((format) => `${format}: ${EXPORT_KINDS[format].title}`).join('; ');

/** `tally run`, `tally runs`, `tally export`, `tally cancel`. */
export function addRunCommands(program: Command, context: CliContext): void {
  withConnection(program.command('run'))
    .description('ask an approved template and wait for its table')
    .argument('<template>', 'name of the template; `tally templates` lists them')
    .option('-p, --param <name=values>', 'choose a parameter: name=a,b (repeat for each)', collectParameter, {})
    .option('--json', 'print the run and its table as JSON')
    .action(async (template: string, options: { param: Parameters; json?: true }, command: Command) => {
      const run = await carryOut(clientOf(command, context), template, options.param, context);
      show(run, options.json === true, context);
      context.exit(exitCodeOfRun(run));
    });

  withConnection(program.command('runs'))
    .description('list runs, newest first, or show one')
    .argument('[run]', 'id of a run')
    .option('--limit <number>', 'how many to list', wholeNumber, 20)
    .option('--linkage', 'with every match key, and what each agency says of the people it holds')
    .option('--json', 'print as JSON')
    .action(async (id: string | undefined, options: ListOptions, command: Command) => {
      const client = clientOf(command, context);
      const { printer } = context;
      if (id !== undefined) {
        const run = await client.run(id);
        if (options.json === true) printer.json(run);
        else printer.result(describeRun(run, printer.columns, { detail: options.linkage === true }));
        return;
      }
      if (options.linkage === true) throw new CliError('BAD_USAGE', 'Name the run whose linkage you want to see.');
      const runs = await client.runs(options.limit);
      if (options.json === true) printer.json(runs);
      else printer.result(describeRuns(runs));
    });

  withConnection(program.command('export'))
    .description("write a run's table for another program")
    .argument('<run>', 'id of a run that has finished')
    .addOption(new Option('--format <format>', FORMATS_HELP).choices(EXPORT_FORMATS).default('csv'))
    .addOption(
      new Option(
        '--part <part>',
        'of csv and json, what: its table, or how people were linked; JSON without it has both. provenance: what the release came ' +
          'from, signed, in a form of its own; `tally audit verify-release` verifies it',
      ).choices([...EXPORT_PARTS, PROVENANCE_PART]),
    )
    .option('--out <file>', 'where it goes, a new file; stdout when not given')
    .action(async (id: string, { format, part, out }: ExportOptions, command: Command) => {
      const client = clientOf(command, context);
      if (part === PROVENANCE_PART && command.getOptionValueSource('format') === 'cli') {
        throw new CliError('BAD_USAGE', 'The provenance of a release has one form: leave --format out.');
      }
      if (out === undefined) assertPrintable(format);
      const exported =
        part === PROVENANCE_PART ? await client.provenance(id) : await exportRun(await client.run(id), format, part);
      if (out === undefined) context.printer.data(new TextDecoder().decode(exported));
      else writeNewFile(out, exported);
    });

  withConnection(program.command('cancel'))
    .description('call off a run that has not ended')
    .argument('<run>', 'id of the run')
    .action(async (id: string, _options: unknown, command: Command) => {
      await clientOf(command, context).cancel(id);
      context.printer.note('cancelled; nothing of it was released');
    });
}

async function carryOut(
  client: ApiClient,
  template: string,
  parameters: Parameters,
  { printer }: CliContext,
): Promise<RunDetailView> {
  const submitted = await client.submit({ template, parameters: mutable(parameters) });
  printer.note(`run ${submitted.id} (Ctrl-C leaves it going; \`tally cancel ${submitted.id}\` ends it)`);
  const view = new RunProgressView(printer);
  for await (const followed of client.follow(submitted.id)) {
    if (followed.kind === 'event') view.event(followed.event);
    else view.progress(followed.progress);
  }
  printer.done();
  return client.run(submitted.id);
}

function show(run: RunDetailView, asJson: boolean, { printer }: CliContext): void {
  if (asJson) {
    printer.json(run);
    return;
  }
  printer.result(`\n${outcome(run, printer.columns).join('\n')}`);
  if (run.release !== null)
    printer.note(`\nKept as run ${run.id}: \`tally runs ${run.id}\` shows it again, --json for a program.`);
}

function exitCodeOfRun({ state }: RunDetailView): ExitCode {
  if (!isEnded(state)) return EXIT_CODES.unforeseen;
  if (state === 'refused') return EXIT_CODES.refused;
  if (state === 'cancelled') return EXIT_CODES.cancelled;
  return state === 'finished' ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** `name=a,b`. Thrown when it isn't that, or names a parameter twice: InvalidArgumentError. */
export function collectParameter(text: string, previous: Parameters): Parameters {
  const [, name, values] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || values === undefined) throw new InvalidArgumentError('Write it as name=value,value.');
  if (Object.hasOwn(previous, name)) throw new InvalidArgumentError(`${name} is chosen twice; write name=value,value.`);
  return Object.fromEntries([...Object.entries(previous), [name, values.split(',').map((value) => value.trim())]]);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MAX_RUNS_LISTED) {
    throw new InvalidArgumentError(`A whole number from 1 to ${MAX_RUNS_LISTED} is needed.`);
  }
  return number;
}

function mutable(parameters: Parameters): Record<string, string[]> {
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]]));
}
