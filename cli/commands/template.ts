import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import { z } from 'zod';
import { loadCatalogue } from '../../coordinator/index.js';
import {
  addSignature,
  bindTemplate,
  canonicalTemplate,
  explainTemplate,
  lintTemplate,
  parseRoster,
  parseTemplateSource,
  signTemplate,
  templateDigest,
  templateFromPayload,
  type BoundTemplate,
  type LineOf,
  type Template,
} from '../../core/templates/index.js';
import type { CliContext } from '../context.js';
import { CliError, EXIT_CODES } from '../errors.js';
import { listFiles, readFile, readText, writeNewFile } from '../files.js';
import { lintText } from '../lint-text.js';
import { wrapText } from '../text.js';
import { explainSection } from './federation.js';

const DATASETS_HELP = 'folder of dataset definitions (*.yaml)';

/** `tally template check`, `explain` and `sign`: what authors and officers do with a file, without any coordinator. */
export function addTemplateCommands(program: Command, context: CliContext): void {
  const template = program.command('template').description('check, explain and sign template files');
  const { printer } = context;

  template
    .command('check')
    .description('say everything that is wrong with a template, with its lines, and what it would give away')
    .argument('<file>', 'template (YAML), or the envelope of a signed one (JSON)')
    .option('--datasets <folder>', `${DATASETS_HELP}; without it, names of datasets and fields are not checked`)
    .option('--templates <folder>', 'folder of signed templates (*.json) whose tables this one could be compared with')
    .action((file: string, { datasets, templates }: { datasets?: string; templates?: string }) => {
      const source = read(file);
      const { template: parsed, lineOf } = source;
      if (templates !== undefined && datasets === undefined) {
        throw new CliError('BAD_USAGE', 'Templates are compared by their datasets: give --datasets with --templates.');
      }
      const bound = datasets === undefined ? null : bind(source, datasets);
      const digest = templateDigest(canonicalTemplate(parsed));
      const cells =
        bound === null
          ? 'Names, and what it gives away, are unchecked: give --datasets.'
          : `${bound.cells} cell numbers.`;
      printer.result(`${file}: the form of ${parsed.template} version ${parsed.version} is in order. ${cells}`);
      printer.result(`digest ${digest}`);
      if (bound === null || datasets === undefined) return;
      const findings = lintTemplate(bound, templates === undefined ? [] : bindFolder(templates, datasets));
      if (findings.length > 0) printer.result(lintText(findings, printer.columns, lineOf));
      if (findings.some(({ severity }) => severity === 'error')) context.exit(EXIT_CODES.wrongUse);
    });

  template
    .command('explain')
    .description('say in plain English what a template asks, of whom, and what can be published')
    .argument('<file>', 'template (YAML), or the envelope of a signed one (JSON)')
    .requiredOption('--datasets <folder>', DATASETS_HELP)
    .option('--roster <file>', 'roster, to name the agencies')
    .action((file: string, { datasets, roster }: { datasets: string; roster?: string }) => {
      const bound = bind(read(file), datasets);
      const known = roster === undefined ? undefined : parseRoster(readText(roster));
      const { question, sections } = explainTemplate(bound, undefined, known);
      const texts = sections.map((section) => explainSection(section, printer.columns));
      printer.result([...wrapText(question, printer.columns), '', ...texts].join('\n').trimEnd());
    });

  template
    .command('sign')
    .description('sign a template, or add a signature to a signed one')
    .argument('<file>', 'template (YAML), or its envelope (JSON) that others have signed')
    .requiredOption('--officer <id>', "the officer's id in the roster")
    .requiredOption('--key <file>', "the officer's Ed25519 private key (PKCS #8 PEM)")
    .requiredOption('--out <file>', 'where the envelope goes; a new file')
    .option('--datasets <folder>', `${DATASETS_HELP}: check names before signing`)
    .action((file: string, options: { officer: string; key: string; out: string; datasets?: string }) => {
      const key = readKey(options.key);
      const source = read(file);
      const { template: signed } = source;
      if (options.datasets !== undefined) bind(source, options.datasets);
      const payload = canonicalTemplate(signed);
      const envelope = isEnvelope(file)
        ? addSignature(readFile(file), options.officer, key)
        : signTemplate(payload, options.officer, key);
      writeNewFile(options.out, envelope);
      printer.note(`${options.officer} has signed ${signed.template} version ${signed.version}: ${options.out}`);
      printer.note(`digest ${templateDigest(payload)}`);
    });
}

interface Source {
  readonly template: Template;
  readonly lineOf?: LineOf;
}

function read(file: string): Source {
  return isEnvelope(file) ? { template: readEnvelope(file) } : parseTemplateSource(readText(file));
}

/** Every envelope of a folder. Whether their signatures are good is for those to check who have the roster. */
function bindFolder(templates: string, datasets: string): readonly BoundTemplate[] {
  const catalogue = loadCatalogue(datasets);
  return listFiles(templates, '.json').map((file) => bindTemplate(readEnvelope(file), catalogue));
}

function bind({ template, lineOf }: Source, datasets: string): BoundTemplate {
  return bindTemplate(template, loadCatalogue(datasets), lineOf);
}

/** What an envelope says. Whether its signatures are good is for those to check who have the roster. */
function readEnvelope(file: string): Template {
  const envelope = z.object({ payload: z.string() }).safeParse(parseJson(readText(file)));
  if (!envelope.success) throw new CliError('FILE_UNREADABLE', `${file} is not the envelope of a signed template.`);
  return templateFromPayload(new Uint8Array(Buffer.from(envelope.data.payload, 'base64')));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEnvelope(file: string): boolean {
  return file.endsWith('.json');
}

/** Thrown when it isn't an Ed25519 private key: CliError KEY_UNUSABLE. */
function readKey(file: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(readText(file));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw notAKey(file);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw notAKey(file);
  return key;
}

function notAKey(file: string): CliError {
  return new CliError(
    'KEY_UNUSABLE',
    `${file} is not an Ed25519 private key in PKCS #8 PEM form without a passphrase.`,
  );
}
