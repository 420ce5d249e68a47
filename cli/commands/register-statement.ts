import type { Command } from 'commander';
import { counted } from '../../core/base/index.js';
import {
  assertInForce,
  assertNotBehind,
  assertStated,
  GovernanceError,
  readRegisterStatement,
  REGISTER_FRESH_SECONDS,
  registrarKeys,
  signPayload,
  STATEMENT_KIND,
  statementPayload,
  stateRegister,
  type RegisterStatement,
} from '../../core/governance/index.js';
import type { CliContext } from '../context.js';
import { replaceFile } from '../files.js';
import { openRegister, requiredPin, type HeldRegister } from '../held-register.js';
import { PASSPHRASE_FILE_HELP } from '../passphrase.js';
import { PIN_HELP, REGISTER_HELP } from '../register-options.js';
import { readKeyId, readSigningKey } from '../signing-key.js';

interface StatementOptions {
  readonly pin?: string;
  readonly key: string;
  readonly passphraseFile?: string;
  readonly out: string;
}

const FRESH_HOURS = REGISTER_FRESH_SECONDS / 3_600;

/** `tally register statement`: a registrar's word, at least once a day, how far the register has got. */
export function addStatementCommand(register: Command, context: CliContext): void {
  register
    .command('statement')
    .description('for registrars: sign how far the register has got, at least once a day')
    .argument('<register>', REGISTER_HELP)
    .option('--pin <fingerprint>', PIN_HELP)
    .requiredOption('--key <file>', "the registrar's key file, or an Ed25519 private key in PKCS #8 PEM form")
    .option('--passphrase-file <file>', PASSPHRASE_FILE_HELP)
    .requiredOption('--out <file>', 'your statement; the last one, where it is there, is gone on from and replaced')
    .addHelpText(
      'after',
      `
Who has a register can't see what is missing at its end: a revocation, above all. Your statement says how many entries there
are, and it holds for ${FRESH_HOURS} hours. Take the register from the officers, not from the coordinator, and sign anew whenever something
is added. A register that does not begin with all that your last statement said is refused, and nothing is signed.`,
    )
    .action(async (file: string, options: StatementOptions) => {
      const held = openRegister({ register: file, pin: requiredPin(options, context) }, context);
      const now = context.clock.now();
      assertInForce(held.register.current.roster, now);
      assertRegistrar(options.key, held);
      const key = await readSigningKey(options.key, options.passphraseFile, context);
      const statement = stateRegister(held.register, held.entries, now);
      replaceFile(options.out, (last) => {
        if (last !== undefined) assertGoesOn(statement, readRegisterStatement(last), held);
        return signPayload(STATEMENT_KIND, statementPayload(statement), key);
      });
      const { printer } = context;
      printer.note(`${options.out}: ${statementText(statement)}`);
      printer.note(`It holds for ${FRESH_HOURS} hours. Hand it to everybody who keeps a copy of the register.`);
    });
}

/** As in `demo had 12 entries on 2026-11-23T09:30:00Z, under version 1 of the roster.` */
export function statementText({ federation, size, issued, roster }: RegisterStatement): string {
  return `${federation} had ${counted(size, 'entry', 'entries')} on ${issued}, under version ${roster} of the roster.`;
}

/** Thrown when the register was set back or changed since: GovernanceError REGISTER_STALE, LOG_INCONSISTENT. */
function assertGoesOn(statement: RegisterStatement, last: RegisterStatement, { file, entries }: HeldRegister): void {
  try {
    assertStated(entries, last);
    assertNotBehind(statement, last);
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
    throw new GovernanceError(error.code, `${file}, beside your last statement: ${error.message}`, { cause: error });
  }
}

/** Thrown when the roster names no registrar with this key: GovernanceError UNKNOWN_SIGNER. */
function assertRegistrar(keyFile: string, { file, register }: HeldRegister): void {
  const { roster } = register.current;
  if (registrarKeys(roster).has(readKeyId(keyFile))) return;
  throw new GovernanceError(
    'UNKNOWN_SIGNER',
    `${keyFile} is no registrar's key by version ${roster.version} of the roster in ${file}: no node would believe it.`,
  );
}
