import type { Command } from 'commander';
import { loadCatalogue } from '../../coordinator/client.js';
import { rosterOf } from '../../core/governance/index.js';
import {
  bindTemplate,
  canonicalTemplate,
  explainTemplate,
  templateDigest,
  type BoundTemplate,
} from '../../core/templates/index.js';
import type { CliContext } from '../context.js';
import { CliError, EXIT_CODES } from '../errors.js';
import { explainSection } from '../explain-section.js';
import { lintOn } from '../lint-text.js';
import { openRegister } from '../held-register.js';
import { PIN_HELP, REGISTER_HELP, type RegisterOptions } from '../register-options.js';
import { readTemplate, type TemplateText } from '../template-text.js';
import { wrapText } from '../text.js';
import { wholeNumber } from '../values.js';
import { addDraftCommands } from './template-drafts.js';
import { addProposalCommands } from './template-proposal.js';
import { addReviewCommands } from './template-review.js';

const DATASETS_HELP = 'folder of dataset definitions (*.yaml)';

/** `tally template check`, `explain` and all the others: what authors and officers do with files, without any coordinator. */
export function addTemplateCommands(program: Command, context: CliContext): void {
  const template = program
    .command('template')
    .description('write, check, compare and explain templates; propose, review, approve, publish and revoke them')
    .addHelpText('after', '\nWhat takes more signatures than one is signed by the others with tally act sign.');
  const { printer } = context;
  addDraftCommands(template, context);
  addProposalCommands(template, context);
  addReviewCommands(template, context);

  template
    .command('check')
    .description('say everything that is wrong with a template, with its lines, and what it would give away')
    .argument('<file>', 'template (YAML)')
    .option('--datasets <folder>', `${DATASETS_HELP}; without it, names of datasets and fields are not checked`)
    .option('--population <number>', 'about how many records there are to count', wholeNumber)
    .option('--register <file>', `${REGISTER_HELP}: tables of what is live there could be compared with this one's`)
    .option('--pin <fingerprint>', PIN_HELP)
    .action((file: string, { datasets, register, pin, population }: CheckOptions) => {
      const source = readTemplate(file);
      const { template: parsed, lineOf } = source;
      if (register !== undefined && datasets === undefined) {
        throw new CliError('BAD_USAGE', 'Templates are compared by their datasets: give --datasets with --register.');
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
      const live = { ...(register === undefined ? {} : { register }), ...(pin === undefined ? {} : { pin }) };
      const others = isGiven(live) ? bindLive(live, datasets, context) : [];
      const grounds = { lineOf, ...(population === undefined ? {} : { population }) };
      const { text, hasErrors } = lintOn(context.clock.now(), bound, others, grounds, printer.columns);
      if (text !== '') printer.result(text);
      if (hasErrors) context.exit(EXIT_CODES.wrongUse);
    });

  template
    .command('explain')
    .description('say in plain English what a template asks, of whom, and what can be published')
    .argument('<file>', 'template (YAML)')
    .requiredOption('--datasets <folder>', DATASETS_HELP)
    .option('--register <file>', `${REGISTER_HELP}: its roster names the agencies`)
    .option('--pin <fingerprint>', PIN_HELP)
    .action((file: string, { datasets, ...named }: ExplainOptions) => {
      const bound = bind(readTemplate(file), datasets);
      const known = isGiven(named) ? rosterOf(openRegister(named, context).register.current.roster) : undefined;
      const { question, sections } = explainTemplate(bound, undefined, known);
      const texts = sections.map((section) => explainSection(section, printer.columns));
      printer.result([...wrapText(question, printer.columns), '', ...texts].join('\n').trimEnd());
    });
}

interface CheckOptions extends Partial<RegisterOptions> {
  readonly datasets?: string;
  readonly population?: number;
}

interface ExplainOptions extends Partial<RegisterOptions> {
  readonly datasets: string;
}

function isGiven(options: Partial<RegisterOptions>): options is RegisterOptions {
  return options.register !== undefined;
}

/** Those that are live now. */
function bindLive(options: RegisterOptions, datasets: string, context: CliContext): readonly BoundTemplate[] {
  const catalogue = loadCatalogue(datasets);
  const { register } = openRegister(options, context);
  return register.live(context.clock.now()).map(({ template }) => bindTemplate(template, catalogue));
}

function bind({ template, lineOf }: TemplateText, datasets: string): BoundTemplate {
  return bindTemplate(template, loadCatalogue(datasets), lineOf);
}
