import type { Command } from 'commander';
import {
  ACT_KIND,
  ACT_PAYLOAD_TYPE,
  actDigest,
  actFromPayload,
  explainAct,
  GovernanceError,
  openEnvelope,
  signersOf,
} from '../../core/governance/index.js';
import type { CliContext } from '../context.js';
import { explainSection } from '../explain-section.js';
import { readSigned } from '../files.js';
import { openRegister, type HeldRegister } from '../held-register.js';
import { PIN_HELP, REGISTER_HELP, withSigning, type SignOptions } from '../register-options.js';
import { assertTakes, openAct, signAgain } from '../sign-act.js';

interface ExplainOptions {
  readonly register?: string;
  readonly pin?: string;
  readonly json?: true;
}

/** `tally act explain` and `sign`: what officers do with an act that another has signed and passed on. */
export function addActCommands(program: Command, context: CliContext): void {
  const act = program.command('act').description('an act that officers have signed: explain it, add a signature');

  act
    .command('explain')
    .description('say in plain English what an act does, and who has signed it')
    .argument('<act>', 'signed act (JSON)')
    .option('--register <file>', `${REGISTER_HELP}; without it, proposals are digests, and signatures are not checked`)
    .option('--pin <fingerprint>', PIN_HELP)
    .option('--json', 'print as JSON')
    .action((file: string, options: ExplainOptions) => {
      explain(file, options, context);
    });

  withSigning(act.command('sign'))
    .description('add a signature to an act, after saying in plain English what is signed')
    .argument('<act>', 'act (JSON) that others have signed')
    .addHelpText('after', "\nRosters are signed with tally roster sign, which shows the roster's fingerprint.")
    .action(async (file: string, options: SignOptions) => {
      await signAgain(file, readSigned(file), options, context);
    });
}

function explain(file: string, { register, json, ...given }: ExplainOptions, context: CliContext): void {
  const { printer } = context;
  const bytes = readSigned(file);
  const payload = openAct(file, bytes);
  const act = actFromPayload(payload);
  const digest = actDigest(payload);
  const held = register === undefined ? undefined : openRegister({ register, ...given }, context);
  const signers = held === undefined ? undefined : signerIds(bytes, held);
  const refusal = held === undefined ? undefined : refusalOf(bytes, held);
  if (json === true) {
    printer.json({ digest, act, signers: signers ?? null, refusal: refusal?.code ?? null });
    return;
  }
  const sections = explainAct(act, { register: held?.register });
  printer.result(sections.map((section) => explainSection(section, printer.columns)).join('\n'));
  printer.result(`digest ${digest}`);
  if (signers === undefined) return;
  printer.result(`signed by ${signers.join(', ')}`);
  printer.result(
    refusal === undefined ? 'The register can take it.' : `The register can't take it: ${refusal.message}`,
  );
}

/** Thrown when one of the signatures doesn't hold: GovernanceError. */
function signerIds(bytes: Uint8Array, { register }: HeldRegister): readonly string[] {
  const signers = signersOf(ACT_PAYLOAD_TYPE, openEnvelope(bytes, ACT_KIND), register.current.roster);
  return signers.map(({ officer }) => `${officer.id} of ${officer.organisation}`);
}

function refusalOf(bytes: Uint8Array, held: HeldRegister): GovernanceError | undefined {
  try {
    assertTakes(bytes, held);
    return undefined;
  } catch (error) {
    if (error instanceof GovernanceError) return error;
    throw error;
  }
}
