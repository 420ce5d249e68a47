import type { Command } from 'commander';
import { loadCatalogue } from '../../coordinator/client.js';
import {
  addSignature,
  bindTemplate,
  canonicalTemplate,
  explainTemplate,
  parseRoster,
  signTemplate,
  templateDigest,
  type BoundTemplate,
} from '../../core/templates/index.js';
import type { CliContext } from '../context.js';
import { CliError, EXIT_CODES } from '../errors.js';
import { explainSection } from '../explain-section.js';
import { listFiles, readFile, readText, writeNewFile } from '../files.js';
import { lintOn } from '../lint-text.js';
import { PASSPHRASE_FILE_HELP, readSigningKey } from '../signing-key.js';
import { isEnvelope, readEnvelope, readTemplate, type TemplateText } from '../template-text.js';
import { wrapText } from '../text.js';
import { wholeNumber } from '../values.js';
import { addDraftCommands } from './template-drafts.js';
import { addProposalCommands } from './template-proposal.js';
import { addReviewCommands } from './template-review.js';

const DATASETS_HELP = 'folder of dataset definitions (*.yaml)';

/** `tally template check`, `explain`, `sign` and those of drafts: what authors and officers do with a file, without any coordinator. */
export function addTemplateCommands(program: Command, context: CliContext): void {
  const template = program
    .command('template')
    .description('write, check, compare and explain templates; propose, review, approve, publish and revoke them');
  const { printer } = context;
  addDraftCommands(template, context);
  addProposalCommands(template, context);
  addReviewCommands(template, context);

  template
    .command('check')
    .description('say everything that is wrong with a template, with its lines, and what it would give away')
    .argument('<file>', 'template (YAML), or the envelope of a signed one (JSON)')
    .option('--datasets <folder>', `${DATASETS_HELP}; without it, names of datasets and fields are not checked`)
    .option('--population <number>', 'about how many records there are to count', wholeNumber)
    .option('--templates <folder>', 'folder of signed templates (*.json) whose tables this one could be compared with')
    .action((file: string, { datasets, templates, population }: CheckOptions) => {
      const source = readTemplate(file);
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
      const others = templates === undefined ? [] : bindFolder(templates, datasets);
      const grounds = { lineOf, ...(population === undefined ? {} : { population }) };
      const { text, hasErrors } = lintOn(context.clock.now(), bound, others, grounds, printer.columns);
      if (text !== '') printer.result(text);
      if (hasErrors) context.exit(EXIT_CODES.wrongUse);
    });

  template
    .command('explain')
    .description('say in plain English what a template asks, of whom, and what can be published')
    .argument('<file>', 'template (YAML), or the envelope of a signed one (JSON)')
    .requiredOption('--datasets <folder>', DATASETS_HELP)
    .option('--roster <file>', 'roster, to name the agencies')
    .action((file: string, { datasets, roster }: { datasets: string; roster?: string }) => {
      const bound = bind(readTemplate(file), datasets);
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
    .requiredOption('--key <file>', "the officer's key file, or an Ed25519 private key in PKCS #8 PEM form")
    .option('--passphrase-file <file>', PASSPHRASE_FILE_HELP)
    .requiredOption('--out <file>', 'where the envelope goes; a new file')
    .option('--datasets <folder>', `${DATASETS_HELP}: check names before signing`)
    .action(async (file: string, options: SignOptions) => {
      const key = await readSigningKey(options.key, options.passphraseFile, context);
      const source = readTemplate(file);
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

interface CheckOptions {
  readonly datasets?: string;
  readonly templates?: string;
  readonly population?: number;
}

interface SignOptions {
  readonly officer: string;
  readonly key: string;
  readonly passphraseFile?: string;
  readonly out: string;
  readonly datasets?: string;
}

/** Every envelope of a folder. Whether their signatures are good is for those to check who have the roster. */
function bindFolder(templates: string, datasets: string): readonly BoundTemplate[] {
  const catalogue = loadCatalogue(datasets);
  return listFiles(templates, '.json').map((file) => bindTemplate(readEnvelope(file), catalogue));
}

function bind({ template, lineOf }: TemplateText, datasets: string): BoundTemplate {
  return bindTemplate(template, loadCatalogue(datasets), lineOf);
}
