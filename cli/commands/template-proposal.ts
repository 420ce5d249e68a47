import type { Command } from 'commander';
import { loadCatalogue } from '../../coordinator/client.js';
import { toBase64 } from '../../core/base/index.js';
import { nameOf } from '../../core/governance/index.js';
import { bindTemplate, canonicalTemplate } from '../../core/templates/index.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { openRegister, proposalNamed, type HeldRegister } from '../held-register.js';
import { lintOn } from '../lint-text.js';
import { withName, withSigning, type NamedOptions, type SignOptions } from '../register-options.js';
import { signAndWrite } from '../sign-act.js';
import { readTemplate } from '../template-text.js';
import { collect, trimmed, wholeNumber } from '../values.js';

interface ProposeOptions extends SignOptions {
  readonly datasets: string;
  readonly population?: number;
  readonly author?: readonly string[];
  readonly organisation?: readonly string[];
}

type NamedSignOptions = SignOptions & NamedOptions;

/** `tally template propose`, `approve`, `publish`, `revoke`: what officers sign about a template, beside its reviews. */
export function addProposalCommands(template: Command, context: CliContext): void {
  addPropose(template, context);

  withName(withSigning(template.command('approve')))
    .description('sign that you have read a template and both its reviews, and that it may be asked')
    .addHelpText(
      'after',
      `
Each approver may sign an act of their own, or add a signature to another's with tally act sign.
Read what you approve first: tally register template writes it to a file, for tally template explain.`,
    )
    .action(async (options: NamedSignOptions) => {
      const held = openRegister(options, context);
      const proposal = proposalNamed(held, options.template, options.version);
      const reviews = [...proposal.reviews.values()].map(({ digest }) => digest).toSorted();
      await signAndWrite({ act: 'approve', proposal: proposal.digest, reviews }, options, held, context);
    });

  withName(withSigning(template.command('publish')))
    .description('make an approved template live: any one officer may')
    .action(async (options: NamedSignOptions) => {
      const held = openRegister(options, context);
      await signAndWrite({ act: 'publish', proposal: digestOf(held, options) }, options, held, context);
    });

  withName(withSigning(template.command('revoke')))
    .description('stop a template at once and for good: any one officer may')
    .requiredOption('--reason <text>', 'why, for everybody to read', trimmed)
    .action(async ({ reason, ...options }: NamedSignOptions & { readonly reason: string }) => {
      const held = openRegister(options, context);
      await signAndWrite({ act: 'revoke', proposal: digestOf(held, options), reason }, options, held, context);
    });
}

function addPropose(template: Command, context: CliContext): void {
  withSigning(template.command('propose'))
    .description('put a template up for review and approval, or an edited one in its place')
    .argument('<file>', 'template (YAML)')
    .requiredOption('--datasets <folder>', 'folder of dataset definitions (*.yaml), to check it before it is signed')
    .option('--population <number>', 'about how many records there are to count', wholeNumber)
    .option('--author <id>', 'an officer who has written it too; may be given again', collect)
    .option('--organisation <id>', 'organisation of anybody else who has; may be given again', collect)
    .addHelpText(
      'after',
      `
It is checked as by tally template check, beside what is live in the register; errors are refused.
Authors, and all officers of their organisations, neither review nor approve it: name everybody.
An edit is proposed in the same way, under the same version; its reviews and approvals begin anew.`,
    )
    .action(async (file: string, options: ProposeOptions) => {
      const held = openRegister(options, context);
      const source = readTemplate(file);
      assertSound(file, source, options, held, context);
      const template = toBase64(canonicalTemplate(source.template));
      const { author: authors = [], organisation: organisations = [] } = options;
      await signAndWrite({ act: 'propose', template, authors, organisations }, options, held, context);
    });
}

/** Shows what the lint finds. Thrown when an error is among it: CliError TEMPLATE_HAS_ERRORS. */
function assertSound(
  file: string,
  { template, lineOf }: ReturnType<typeof readTemplate>,
  { datasets, population }: ProposeOptions,
  { register }: HeldRegister,
  { printer, clock }: CliContext,
): void {
  const catalogue = loadCatalogue(datasets);
  const now = clock.now();
  const live = register.live(now).map((other) => bindTemplate(other.template, catalogue));
  const grounds = { lineOf, ...(population === undefined ? {} : { population }) };
  const bound = bindTemplate(template, catalogue, lineOf);
  const { text, hasErrors } = lintOn(now, bound, live, grounds, printer.columns);
  if (text !== '') printer.note(text);
  if (!hasErrors) return;
  throw new CliError('TEMPLATE_HAS_ERRORS', `${file}: ${nameOf({ template })} has errors, which nobody should sign.`);
}

function digestOf(held: HeldRegister, { template, version }: NamedOptions): string {
  return proposalNamed(held, template, version).digest;
}
