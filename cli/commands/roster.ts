import type { Command } from 'commander';
import {
  addSignature,
  diffRosters,
  firstRosterText,
  nextRosterText,
  explainRoster,
  officerKeys,
  openEnvelope,
  parseRosterDraft,
  ROSTER_KIND,
  rosterFingerprint,
  rosterFromPayload,
  rosterPayload,
  rosterWarnings,
  signPayload,
  verifyRosterChain,
  type SignedRoster,
} from '../../core/governance/index.js';
import { utf8Bytes } from '../../core/base/index.js';
import { keyIdOf, rawPublicKey } from '../../core/signing/index.js';
import type { CliContext } from '../context.js';
import { explainSection } from '../explain-section.js';
import { readSigned, readText, writeNewFile } from '../files.js';
import { PASSPHRASE_FILE_HELP, readSigningKey } from '../signing-key.js';
import { wrapText } from '../text.js';

const FILE_HELP = 'draft of a roster (YAML), or a signed one (JSON)';

interface SignOptions {
  readonly key: string;
  readonly out: string;
  readonly passphraseFile?: string;
}

/** `tally roster …`: what officers do with rosters, on their own computers and on files only. */
export function addRosterCommands(program: Command, context: CliContext): void {
  const roster = program.command('roster').description('draft, explain, compare, sign and verify rosters');
  addReadingCommands(roster, context);
  addSigningCommands(roster, context);
}

function addReadingCommands(roster: Command, { printer, clock }: CliContext): void {
  roster
    .command('explain')
    .description('say in plain English what a roster makes true')
    .argument('<file>', FILE_HELP)
    .action((file: string) => {
      const sections = explainRoster(read(file)).map((section) => explainSection(section, printer.columns));
      printer.result(sections.join('\n').trimEnd());
    });

  roster
    .command('diff')
    .description('say in plain English what changes from one version to the next')
    .argument('<before>', FILE_HELP)
    .argument('<after>', FILE_HELP)
    .action((before: string, after: string) => {
      const next = read(after);
      const changes = diffRosters(read(before), next);
      const lines = changes.length === 0 ? ['Nothing but its version.'] : changes;
      const warnings = rosterWarnings(next).map((warning) => `Before you sign: ${warning}`);
      printer.result([...lines, ...warnings].flatMap((line) => wrapText(line, printer.columns, '  ', '- ')).join('\n'));
    });

  roster
    .command('verify')
    .description('check signed rosters: the first one, and each that followed it')
    .argument('<files...>', 'signed rosters (JSON), in the order of their versions')
    .option('--pin <fingerprint>', 'fingerprint of the first file, as an officer has told you')
    .action((files: readonly string[], { pin }: { pin?: string }) => {
      const [first = ''] = files;
      const pinned = pin ?? rosterFingerprint(payloadOf(first));
      const { roster: current, fingerprint } = verifyRosterChain(pinned, files.map(readSigned), clock.now());
      if (pin === undefined) {
        printer.note(`Nobody's word was taken for ${first}: compare its fingerprint with an officer: ${pinned}`);
      }
      printer.result(
        `${current.federation} version ${current.version} is in force until ${current.expires}.\nfingerprint ${fingerprint}`,
      );
    });
}

function addSigningCommands(roster: Command, context: CliContext): void {
  const { printer } = context;
  roster
    .command('draft')
    .description('write the draft of a first roster, or of the version after a signed one')
    .requiredOption('--out <file>', 'where the draft (YAML) goes; a new file')
    .option('--from <file>', 'signed roster (JSON) that the new one is to follow')
    .action(({ out, from }: { out: string; from?: string }) => {
      writeNewFile(out, utf8Bytes(from === undefined ? firstRosterText() : nextDraft(from)));
      printer.note(`${out}: change it, then tally roster explain, diff and sign it.`);
    });

  roster
    .command('sign')
    .description("sign a roster's draft, or add a signature to a signed one")
    .argument('<file>', FILE_HELP)
    .requiredOption('--key <file>', "the officer's key file, or an Ed25519 private key in PKCS #8 PEM form")
    .option('--passphrase-file <file>', PASSPHRASE_FILE_HELP)
    .requiredOption('--out <file>', 'where the signed roster goes; a new file')
    .action(async (file: string, options: SignOptions) => {
      const signed = read(file);
      const payload = rosterPayload(signed);
      const key = await readSigningKey(options.key, options.passphraseFile, context);
      const envelope = isEnvelope(file)
        ? addSignature(ROSTER_KIND, readSigned(file), key)
        : signPayload(ROSTER_KIND, payload, key);
      writeNewFile(options.out, envelope);
      const officer = officerKeys(signed).get(keyIdOf({ kind: 'ed25519', publicKey: rawPublicKey(key) }))?.officer;
      const name = officer?.id ?? 'A key that this version does not name (it counts if the version before has it)';
      printer.note(`${name} has signed ${signed.federation} version ${signed.version}: ${options.out}`);
      printer.note(`fingerprint ${rosterFingerprint(payload)}`);
    });
}

/** What a file says. Whether its signatures are good, `verify` says. */
function read(file: string): SignedRoster {
  return isEnvelope(file) ? rosterFromPayload(payloadOf(file)) : parseRosterDraft(readText(file));
}

function payloadOf(file: string): Uint8Array {
  return openEnvelope(readSigned(file), ROSTER_KIND).payload;
}

function nextDraft(file: string): string {
  const payload = payloadOf(file);
  return nextRosterText(rosterFromPayload(payload), rosterFingerprint(payload));
}

function isEnvelope(file: string): boolean {
  return file.endsWith('.json');
}
