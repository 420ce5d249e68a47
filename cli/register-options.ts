import type { Command } from 'commander';
import { PASSPHRASE_FILE_HELP } from './passphrase.js';
import { wholeNumber } from './values.js';

export const REGISTER_HELP = "the register's file (JSON Lines), a copy of which every officer has";
export const PIN_HELP =
  'fingerprint of any of its rosters, as an officer has told you; or in the environment as TALLY_PIN';

export interface RegisterOptions {
  readonly register: string;
  readonly pin?: string;
}

export interface SignOptions extends RegisterOptions {
  readonly key: string;
  readonly passphraseFile?: string;
  readonly out: string;
}

/** Which version of which template. */
export interface NamedOptions {
  readonly template: string;
  readonly version: number;
}

/** The options that every command has which signs an act. */
export function withSigning(command: Command): Command {
  return withRegister(command)
    .requiredOption('--key <file>', "the officer's key file, or an Ed25519 private key in PKCS #8 PEM form")
    .option('--passphrase-file <file>', PASSPHRASE_FILE_HELP)
    .requiredOption('--out <file>', 'where the signed act goes; a new file');
}

export function withRegister(command: Command): Command {
  return command.requiredOption('--register <file>', REGISTER_HELP).option('--pin <fingerprint>', PIN_HELP);
}

/** The options that say which proposal is meant. */
export function withName(command: Command): Command {
  return command
    .requiredOption('--template <name>', 'name of the template')
    .requiredOption('--version <number>', 'its version', wholeNumber);
}
