import type { Command } from 'commander';
import { toBase64 } from '../../core/base/index.js';
import { createKeyFile, keyIdOf, openKeyFile, readKeyFile } from '../../core/signing/index.js';
import type { CliContext } from '../context.js';
import { readFile, SECRET_FILE_MODE, writeNewFile } from '../files.js';
import { PASSPHRASE_FILE_HELP, readNewPassphrase, readPassphrase } from '../passphrase.js';

/** `tally officer new-key` and `show`: the key that an officer signs with, made on the officer's own computer. */
export function addOfficerCommands(program: Command, context: CliContext): void {
  const officer = program.command('officer').description("an officer's key: make one, show what of it is public");
  const { printer } = context;

  officer
    .command('new-key')
    .description('make a key that only its passphrase opens')
    .requiredOption('--out <file>', 'where the key goes; a new file')
    .option('--passphrase-file <file>', PASSPHRASE_FILE_HELP)
    .action(async ({ out, passphraseFile }: { out: string; passphraseFile?: string }) => {
      const passphrase = await readNewPassphrase(passphraseFile, context);
      const file = createKeyFile(passphrase, context.rng);
      writeNewFile(out, file, SECRET_FILE_MODE);
      printer.result(publicPart(file));
      printer.note(`${out} is the only copy. Without it, or without its passphrase, the key is lost.`);
    });

  officer
    .command('show')
    .description('show what of a key is public, to put into the roster')
    .argument('<file>', 'key file')
    .option('--check', 'open it with its passphrase: then what is shown is known to be true')
    .option('--passphrase-file <file>', PASSPHRASE_FILE_HELP)
    .action(async (file: string, { check, passphraseFile }: { check?: true; passphraseFile?: string }) => {
      const bytes = readFile(file);
      const shown = publicPart(bytes);
      if (check === true) {
        openKeyFile(bytes, await readPassphrase(passphraseFile, `Passphrase of ${file} (it does not show):`, context));
        printer.note('The passphrase opens it.');
      }
      printer.result(shown);
    });
}

function publicPart(bytes: Uint8Array): string {
  const { publicKey } = readKeyFile(bytes);
  return [
    `fingerprint  ${keyIdOf({ kind: 'ed25519', publicKey })}`,
    `for the roster  { kind: ed25519, publicKey: ${toBase64(publicKey)} }`,
  ].join('\n');
}
