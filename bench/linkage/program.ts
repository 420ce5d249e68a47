import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';

import type { Printer } from '../../cli/index.js';
import { messageOf } from '../../core/base/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../../core/noise/index.js';
import { DEFAULT_LINKAGE } from '../../core/templates/index.js';
import { systemRng } from '../../runtime/index.js';
import { tableAsText } from '../report/table.js';
import { CASES, LARGE_CASE, QUICK_CASES } from './cases.js';
import type { LinkageCase } from './cases.js';
import { LinkageFileError } from './errors.js';
import { mappingOf, parseFileMapping } from './file-mapping.js';
import { fileNoise } from './file-noise.js';
import { linkCase, schemeNamed, THRESHOLD } from './linked-case.js';
import type { LinkedCase } from './linked-case.js';
import { linkSides } from './link-sides.js';
import type { LinkedSides } from './link-sides.js';
import { columnsOf, parsePersonFile } from './person-file.js';
import { sideOf } from './side.js';
import { caseTable, describeLinkedFiles } from './text.js';

export const EXIT_CODES = { done: 0, wrong: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

interface Options {
  readonly mapping?: string;
  readonly scheme?: string;
  readonly threshold: number;
  readonly epsilon: number | 'none';
  readonly seed: number;
  readonly quick: boolean;
  readonly large: boolean;
  readonly json?: string;
}

/** Reference files beside a checkout, where somebody has put them; they are not ours to pass on. */
const REFERENCE_FOLDER = join('..', 'shared', 'data', 'linkage', 'febrl');
const REFERENCE_FILES = ['dataset4a.csv', 'dataset4b.csv'] as const;
/** What is measured where nobody names a scheme. */
const MEASURED_SCHEMES = ['light', 'standard', 'thorough'] as const;

const HELP = `
With two files: precision, recall and F1 of linking one to the other by the code that nodes and coordinator link by. Both need
a column that says who each row really is. Columns are named in a mapping, for instance

  truth: id
  identifiers:
    forename: first_name
    surname: [surname, birth_name]
    dateOfBirth: born
    postcode: postcode

FEBRL's files are understood without one, and so are files whose columns are called like the identifiers, and id.

Without files: the same over invented people, and over FEBRL's dataset 4 where it lies in ${REFERENCE_FOLDER}.

Examples:
  npm run linkage -- dataset4a.csv dataset4b.csv --scheme thorough
  npm run linkage -- --quick

Nothing fails because it links badly. Exit codes:
  0  done
  1  a file can't be read or is not as it should be; the message says where
  2  an argument is not as it should be`;

/** What is linked where no files are named. */
export interface InventedCases {
  readonly all: readonly LinkageCase[];
  readonly quick: readonly LinkageCase[];
  readonly large: LinkageCase;
}

const INVENTED: InventedCases = { all: CASES, quick: QUICK_CASES, large: LARGE_CASE };

/** Does what the arguments say and returns the exit code. `now` is monotonic, in seconds. */
export function runLinkage(
  args: readonly string[],
  printer: Printer,
  now: () => number,
  invented: InventedCases = INVENTED,
): ExitCode {
  const program = new Command('npm run linkage --')
    .description('Links two files of people whose truth is known, and says how well that went.')
    .argument('[file-a]', 'a CSV file with a header')
    .argument('[file-b]', 'another')
    .option('--mapping <file>', 'which columns say what, in YAML')
    .option('--scheme <name>', 'key scheme (default: standard for files; light, standard and thorough otherwise)')
    .option('--threshold <share>', 'posterior from which on a link is admitted', share, THRESHOLD)
    .option(
      '--epsilon <number>',
      'privacy loss of the statistics that decide on links, or none',
      epsilon,
      DEFAULT_LINKAGE.epsilon,
    )
    .option('--seed <number>', 'of the noise, and of the invented people', whole, 1)
    .option('--quick', 'invented people: fewer', false)
    .option('--large', 'invented people: a million and a million besides; takes some gigabytes', false)
    .option('--json <file>', 'write all figures to a file')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => printer.result(text.trimEnd()),
      writeErr: (text) => printer.note(text.trimEnd()),
    })
    .action((fileA: string | undefined, fileB: string | undefined, options: Options) => {
      const results =
        fileA === undefined
          ? measure(options, printer, now, invented)
          : linkFiles(fileA, fileB ?? missingFile(), options, printer);
      if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
    });
  try {
    program.parse([...args], { from: 'user' });
    return EXIT_CODES.done;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    printer.note(messageOf(thrown));
    return EXIT_CODES.wrong;
  } finally {
    printer.done();
  }
}

function missingFile(): never {
  throw new LinkageFileError('BAD_CSV', 'Name two files, or none.');
}

function linkFiles(fileA: string, fileB: string, options: Options, printer: Printer): LinkedSides {
  const scheme = schemeNamed(options.scheme ?? 'standard').id;
  printer.note(`Linking ${basename(fileA)} with ${basename(fileB)} by ${scheme}`);
  const linked = linkedFiles(fileA, fileB, scheme, options);
  printer.result(describeLinkedFiles(linked));
  return linked;
}

function linkedFiles(fileA: string, fileB: string, schemeName: string, options: Options): LinkedSides {
  const scheme = schemeNamed(schemeName);
  const [a = '', b = ''] = [fileA, fileB].map((file) => readFileSync(file, 'utf8'));
  const mapping = options.mapping === undefined ? undefined : parseFileMapping(readFileSync(options.mapping, 'utf8'));
  const [first, second] = [a, b].map((text, index) => {
    const { held, rows } = parsePersonFile(text, mapping ?? mappingOf(columnsOf(text)));
    const { epsilon: loss, seed } = options;
    return sideOf(rows, { scheme, held, epsilon: loss, noise: fileNoise(seed, index), rng: systemRng });
  });
  if (first === undefined || second === undefined) throw new RangeError('two files are two sides');
  return linkSides(first, second, { scheme, threshold: options.threshold, admission: true, rng: systemRng });
}

interface Measured {
  readonly cases: readonly LinkedCase[];
  readonly reference: readonly { readonly scheme: string; readonly linked: LinkedSides }[];
}

function measure(options: Options, printer: Printer, now: () => number, invented: InventedCases): Measured {
  const named = options.scheme === undefined ? MEASURED_SCHEMES : [schemeNamed(options.scheme).id];
  const cases = [...(options.quick ? invented.quick : invented.all), ...(options.large ? [invented.large] : [])];
  const measured = cases.flatMap((each, place) =>
    named.map((name) => {
      printer.note(`Linking case ${place + 1} of ${cases.length} by ${name}: ${each.name}`);
      const { seed, epsilon: loss } = options;
      return linkCase(each, { scheme: schemeNamed(name), seed, epsilon: loss, rng: systemRng, now });
    }),
  );
  printer.result(tableAsText(caseTable(measured)));
  const [fileA = '', fileB = ''] = REFERENCE_FILES.map((file) => join(REFERENCE_FOLDER, file));
  const present = existsSync(fileA) && existsSync(fileB);
  const reference = (present ? named : []).map((name) => {
    printer.note(`Linking FEBRL dataset 4 by ${name}`);
    return { scheme: name, linked: linkedFiles(fileA, fileB, name, options) };
  });
  for (const { scheme, linked } of reference) {
    printer.result(`\nFEBRL dataset 4, scheme ${scheme}\n\n${describeLinkedFiles(linked)}`);
  }
  return { cases: measured, reference };
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= THRESHOLD && value < 1)) throw new InvalidArgumentError(`Give a share from ${THRESHOLD} to below 1.`);
  return value;
}

function epsilon(text: string): number | 'none' {
  if (text === 'none') return text;
  const value = Number(text);
  if (value >= MINIMUM_EPSILON && value <= MAXIMUM_EPSILON) return value;
  throw new InvalidArgumentError(`Give none, or a number from ${MINIMUM_EPSILON} to ${MAXIMUM_EPSILON}.`);
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw new InvalidArgumentError('Give a whole number from 0 to 4294967295.');
}
