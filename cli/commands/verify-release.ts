import type { Command } from 'commander';
import { parseLogCopy } from '../../core/audit-entries/index.js';
import { verifyProvenance } from '../../core/provenance/index.js';
import type { CliContext } from '../context.js';
import { readFile } from '../files.js';
import { pinnedCopy } from '../held-register.js';
import { verifiedProvenanceJson, verifiedProvenanceText } from '../provenance-text.js';
import { withRegister, type RegisterOptions } from '../register-options.js';

interface VerifyReleaseOptions extends RegisterOptions {
  readonly release?: string;
  readonly log?: string;
  readonly json?: true;
}

/** `tally audit verify-release`: where a release came from, for whoever wants to see for themselves that it is what it says. */
export function addVerifyRelease(audit: Command, context: CliContext): void {
  const { printer } = context;
  withRegister(audit.command('verify-release'))
    .description('verify where a release came from, by the register of governance')
    .argument('<provenance>', 'provenance of the release, as `tally export RUN --part provenance` writes it')
    .option('--release <file>', 'the release that you have, as `tally export RUN --format json` writes it')
    .option('--log <copy>', 'copy of the log, as `tally audit save` writes it, at least as new as the provenance')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Verifies that the coordinator has signed the provenance and the log's checkpoint, that governance had approved the
template and granted its purpose to whoever asked, that offer, answers and release stand in the log, that all who were asked took part; with --release that this is the
release, with --log the whole log. It says what was not verified. Nobody is asked, and no token is needed.

Exit code 0: all of that holds. 2: something doesn't, or a file can't be read; nothing is printed but a code, which says
what: BAD_PROVENANCE_SIGNATURE, ENTRY_NOT_LOGGED, RELEASE_DIFFERS and others; docs/errors.md has all.`,
    )
    .action((file: string, { release, log, json, ...named }: VerifyReleaseOptions) => {
      const verified = verifyProvenance(readFile(file), {
        register: pinnedCopy(named, context),
        release: release === undefined ? undefined : readFile(release),
        log: log === undefined ? undefined : parseLogCopy(readFile(log)),
      });
      if (json === true) printer.json(verifiedProvenanceJson(verified));
      else printer.result(verifiedProvenanceText(verified, printer.columns));
    });
}
