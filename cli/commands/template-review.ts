import { rmSync } from 'node:fs';
import type { Command } from 'commander';
import { loadCatalogue } from '../../coordinator/client.js';
import { toHex, utf8Bytes } from '../../core/base/index.js';
import { actDigest, actFromPayload, actPayload } from '../../core/governance/index.js';
import { bindTemplate, explainTemplate } from '../../core/templates/index.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { explainSection } from '../explain-section.js';
import { readSigned, readText, SECRET_FILE_MODE, writeNewFile } from '../files.js';
import { openRegister, proposalNamed } from '../held-register.js';
import { lintOn } from '../lint-text.js';
import { readReviewForm, reviewForm } from '../review-form.js';
import {
  withName,
  withRegister,
  withSigning,
  type NamedOptions,
  type RegisterOptions,
  type SignOptions,
} from '../register-options.js';
import { assertTakes, openAct, signActs, writeAct } from '../sign-act.js';
import { wrapText } from '../text.js';

/** Of the salt in a review: nobody guesses it, and so nobody guesses the review. */
const SALT_BYTES = 32;

type FormOptions = RegisterOptions & NamedOptions & { readonly datasets: string; readonly out: string };
type CommitOptions = SignOptions & { readonly keep: string };
type ShowOptions = RegisterOptions & { readonly out: string };

/** `tally template review-form`, `commit-review` and `review`: the four principles, each reviewer blind to the other. */
export function addReviewCommands(template: Command, context: CliContext): void {
  const { printer, clock } = context;

  withName(withRegister(template.command('review-form')))
    .description('explain a proposed template, say what check finds, and write the form of a review of it')
    .requiredOption('--datasets <folder>', 'folder of dataset definitions (*.yaml)')
    .requiredOption('--out <file>', 'where the form (YAML) goes; a new file, for you alone')
    .action((options: FormOptions) => {
      const held = openRegister(options, context);
      const proposal = proposalNamed(held, options.template, options.version);
      const catalogue = loadCatalogue(options.datasets);
      const bound = bindTemplate(proposal.template, catalogue);
      const live = held.register.live(clock.now()).map((other) => bindTemplate(other.template, catalogue));
      const { question, sections } = explainTemplate(bound);
      const texts = sections.map((section) => explainSection(section, printer.columns));
      printer.result([...wrapText(question, printer.columns), '', ...texts].join('\n').trimEnd());
      const { text } = lintOn(clock.now(), bound, live, {}, printer.columns);
      printer.result(text === '' ? '\nThe lint finds nothing.' : text);
      writeNewFile(options.out, utf8Bytes(reviewForm(proposal)), SECRET_FILE_MODE);
      printer.note(`${options.out}: answer all four principles, then tally template commit-review ${options.out}`);
    });

  withSigning(template.command('commit-review'))
    .description(
      'sign a review, and the word that it is written; the review is kept until the other one is written too',
    )
    .argument('<form>', 'form of tally template review-form, filled in')
    .requiredOption('--keep <file>', 'where the review goes until then; a new file, for you alone')
    .addHelpText(
      'after',
      `
--out is the commitment: hand it on. It says nothing of what you found, and nobody can change a review that is committed to.
--keep is the review: show it to nobody before tally template review says that both commitments are in. Without it the
template has to be proposed anew.`,
    )
    .action(async (file: string, options: CommitOptions) => {
      const held = openRegister(options, context);
      const { proposal, principles } = readReviewForm(file, readText(file));
      const [review = new Uint8Array(), commitment = new Uint8Array()] = await signActs(
        ({ id: officer }, complete) => {
          const salt = toHex(context.rng.bytes(SALT_BYTES));
          const kept = complete({ act: 'review', proposal, officer, salt, principles });
          const digest = actDigest(actPayload(kept));
          return [kept, complete({ act: 'commit-review', proposal, officer, review: digest })];
        },
        options,
        held,
        context,
      );
      // First what can't be made again.
      writeNewFile(options.keep, review, SECRET_FILE_MODE);
      try {
        writeAct(commitment, options.out, held, context);
      } catch (error) {
        rmSync(options.keep, { force: true });
        throw error;
      }
      printer.note(`${options.keep}: your review. Keep it to yourself until both reviewers have committed to theirs.`);
    });

  withRegister(template.command('review'))
    .description('show the review that you have committed to, once both reviewers have')
    .argument('<kept>', 'what tally template commit-review has kept')
    .requiredOption('--out <file>', 'where the review goes that everybody may read; a new file')
    .action((file: string, options: ShowOptions) => {
      const held = openRegister(options, context);
      const bytes = readSigned(file);
      const act = actFromPayload(openAct(file, bytes));
      if (act.act !== 'review') {
        throw new CliError('BAD_REVIEW', `${file} is no review: name the file that commit-review has kept.`);
      }
      assertTakes(bytes, held);
      writeNewFile(options.out, bytes);
      printer.note(`${options.out}: the review, for everybody. Next: tally register add ${held.file} ${options.out}`);
    });
}
