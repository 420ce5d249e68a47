import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { openRegister } from '../held-register.js';
import { withSigning, type SignOptions } from '../register-options.js';
import { signAndWrite } from '../sign-act.js';
import { trimmed } from '../values.js';

interface GiveOptions extends SignOptions {
  readonly organisation: string;
  readonly analyst?: string;
  readonly purpose: string;
  readonly until: string;
}

interface WithdrawOptions extends SignOptions {
  readonly grant: string;
  readonly reason: string;
}

/** `tally grant give` and `withdraw`: who may ask for which purpose, signed by the roster's grantors. */
export function addGrantCommands(program: Command, context: CliContext): void {
  const grant = program.command('grant').description('let an organisation, or one analyst of it, ask for a purpose');

  withSigning(grant.command('give'))
    .description('grant a purpose; as many grantors sign it as the roster says')
    .requiredOption('--organisation <id>', 'whose analysts may ask; one that the roster opens the purpose to')
    .option('--analyst <name>', 'one analyst of it, as the coordinator knows them; all of them where absent', trimmed)
    .requiredOption('--purpose <code>', "code of the purpose, as in a template's purpose")
    .requiredOption('--until <day>', 'the last day, as in 2027-01-31')
    .addHelpText('after', '\nThe other grantors add their signatures with tally act sign.')
    .action(async ({ organisation, analyst, purpose, until, ...options }: GiveOptions) => {
      const held = openRegister(options, context);
      const whose = analyst === undefined ? { organisation } : { organisation, analyst };
      await signAndWrite({ act: 'grant', ...whose, purpose, until }, options, held, context);
    });

  withSigning(grant.command('withdraw'))
    .description('take a grant back at once: any one grantor may')
    .requiredOption('--grant <digest>', 'digest of the grant, as tally register show has it')
    .requiredOption('--reason <text>', 'why, for everybody to read', trimmed)
    .action(async ({ grant: digest, reason, ...options }: WithdrawOptions) => {
      const held = openRegister(options, context);
      await signAndWrite({ act: 'withdraw-grant', grant: digest, reason }, options, held, context);
    });
}
