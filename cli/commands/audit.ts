import type { Command } from 'commander';
import { logKey, openCheckpoint, parseCheckpointText, readNote, witnessKey } from '../../core/audit/index.js';
import {
  assertWitnessed,
  formatLogCopy,
  parseEntry,
  parseLogCopy,
  verifyCopy,
  verifyLedgers,
  witnessedOf,
  type AgencyLedger,
  type CopyGrounds,
  type LogCopy,
} from '../../core/audit-entries/index.js';
import { counted, fromBase64 } from '../../core/base/index.js';
import { rosterOf, type RegisterCopy } from '../../core/governance/index.js';
import type { ApiClient } from '../api-client.js';
import { auditEntriesText, verifiedCopyJson, verifiedCopyText } from '../audit-text.js';
import { clientOf, withConnection, type CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { readFile, readText, writeNewFile } from '../files.js';
import { pinnedCopy } from '../held-register.js';
import { contradictionError, verifiedLedgerJson, verifiedLedgersText } from '../ledger-text.js';
import { withRegister, type RegisterOptions } from '../register-options.js';
import { addVerifyRelease } from './verify-release.js';

const COPY_HELP = 'copy of the log, as `tally audit save` writes it';

interface VerifyOptions extends RegisterOptions {
  readonly earlier?: readonly string[];
  readonly ledger?: readonly string[];
  readonly json?: true;
}

interface ShowOptions {
  readonly run?: string;
  readonly json?: true;
}

/** `tally audit …`: the federation's audit log, for whoever wants to see for themselves that nothing was hidden or rewritten. */
export function addAuditCommands(program: Command, context: CliContext): void {
  const audit = program
    .command('audit')
    .description('the audit log: save a copy, verify it or a release without anybody’s help, and read what was asked')
    .addHelpText(
      'after',
      `
The coordinator writes every question into its log before it asks an agency, and signs what the log is; agencies sign that
it continues what they have seen. docs/audit-log.md says how, and how to verify it with other tools.`,
    );
  addSave(audit, context);
  addVerify(audit, context);
  addVerifyRelease(audit, context);
  addShow(audit, context);
}

function addSave(audit: Command, context: CliContext): void {
  withConnection(audit.command('save'))
    .description('save a copy of the whole log in one file')
    .requiredOption('--out <file>', 'where to; a new file')
    .addHelpText('after', '\nKeep copies: `tally audit verify --earlier` holds a newer one against them.')
    .action(async ({ out }: { readonly out: string }, command: Command) => {
      const copy = await download(clientOf(command, context), context);
      writeNewFile(out, formatLogCopy(copy));
      context.printer.note(
        `${out}: ${counted(copy.entries.length, 'entry', 'entries')}. Nothing is verified yet: \`tally audit verify ${out} --register FILE\`.`,
      );
    });
}

function addVerify(audit: Command, context: CliContext): void {
  const { printer } = context;
  withRegister(audit.command('verify'))
    .description('verify a copy of the log from its first entry, by the register of governance')
    .argument('<copy>', COPY_HELP)
    .option('--earlier <file...>', 'earlier copies, or checkpoints that a node keeps beside its ledger')
    .option('--ledger <file...>', 'ledgers of agencies’ nodes, or copies of them by `tally node ledger copy`')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Verifies that the entries are those that the log has signed, that they are in an order that can be, that the log tells of
this register and of no other, which agencies have cosigned, and that the log continues whatever --earlier names. Nobody is asked. The code says what is wrong:
LOG_COPY_DIFFERS, the copy is not what was signed; LOG_INCONSISTENT, LOG_FORKED, LOG_ROLLED_BACK, the log was rewritten;
REGISTER_DIFFERS, somebody was shown another register; LOG_NOT_WITNESSED, there are runs, and fewer agencies than the roster asks
for have cosigned any of it. Entries after the last cosignatures are named as not yet witnessed: agencies look at the log when they are asked something.

With --ledger: that the log continues what the node saw of it, and says of every run what the agency's ledger says. A ledger
may be that of a running node. Each contradiction has a code, which docs/audit-log.md explains; open questions are no error.`,
    )
    .action(async (file: string, { earlier = [], ledger = [], json, ...named }: VerifyOptions) => {
      const copy = parseLogCopy(readFile(file));
      const register = pinnedCopy(named, context);
      const grounds = groundsOf(register, earlier);
      const verified = verifyCopy(copy, grounds);
      const ledgers = verifyLedgers(copy, verified, grounds.federation, await readLedgers(ledger));
      const found = ledger.length === 0 ? {} : { ledgers: ledgers.map(verifiedLedgerJson) };
      const witnessed = witnessedOf(verified, register.register.current.roster.witnesses);
      if (json === true) printer.json({ ...verifiedCopyJson(verified, witnessed), ...found });
      else printer.result(verifiedCopyText(verified, witnessed, printer.columns));
      if (json !== true && ledger.length > 0) printer.result(verifiedLedgersText(ledgers, printer.columns));
      const contradiction = contradictionError(ledgers);
      if (contradiction !== undefined) throw contradiction;
      assertWitnessed(verified, witnessed);
    });
}

/** A node's code is loaded for those who have ledgers of nodes. */
async function readLedgers(files: readonly string[]): Promise<readonly AgencyLedger[]> {
  if (files.length === 0) return [];
  const { readAgencyLedger } = await import('../../node-agent/index.js');
  return files.map(readAgencyLedger);
}

function addShow(audit: Command, { printer }: CliContext): void {
  audit
    .command('show')
    .description('say in plain English what is in a copy of the log')
    .argument('<copy>', COPY_HELP)
    .option('--run <id>', 'what is about one run')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nIt shows what the file says; whether that is what was signed, `tally audit verify` says.')
    .action((file: string, { run, json }: ShowOptions) => {
      const entries = parseLogCopy(readFile(file)).entries.map((bytes, index) => ({ index, entry: parseEntry(bytes) }));
      const shown = entries.filter(({ entry }) => run === undefined || ('run' in entry && entry.run === run));
      if (run !== undefined && shown.length === 0) {
        throw new CliError('BAD_USAGE', 'This copy has no entry about that run: compare the id, or save a newer copy.');
      }
      if (json === true) printer.json(shown.map(({ index, entry }) => ({ index, ...entry })));
      else printer.result(auditEntriesText(shown, printer.columns));
    });
}

/** All entries under one checkpoint. Those that come meanwhile are for the next copy. */
async function download(client: ApiClient, { printer }: CliContext): Promise<LogCopy> {
  const { checkpoint, cosigned } = await client.auditCheckpoint();
  const { size } = parseCheckpointText(readNote(checkpoint).text);
  const entries: Uint8Array[] = [];
  while (entries.length < size) {
    const { entries: next } = await client.auditEntries(entries.length);
    if (next.length === 0) {
      throw new CliError('BAD_ANSWER', `The coordinator has signed ${size} entries and hands out ${entries.length}.`);
    }
    entries.push(...next.slice(0, size - entries.length).map(fromBase64));
    printer.status(`${entries.length} of ${counted(size, 'entry', 'entries')}`);
  }
  return { checkpoint, cosigned, entries };
}

function groundsOf({ register, entries }: RegisterCopy, earlier: readonly string[]): CopyGrounds {
  const { federation, coordinator, agencies } = rosterOf(register.current.roster);
  const log = logKey(federation, coordinator.identityKey);
  return {
    log,
    federation,
    witnesses: new Map(agencies.map(({ id, identityKey }) => [id, witnessKey(federation, id, identityKey)])),
    earlier: earlier.map((file) => earlierNote(file, log)),
    register: entries,
  };
}

/** Of an earlier copy its checkpoint; of anything else that it is one. */
function earlierNote(file: string, log: CopyGrounds['log']): string {
  const bytes = readFile(file);
  const note = bytes[0] === OPENING_BRACE ? parseLogCopy(bytes).checkpoint : readText(file);
  openCheckpoint(note, log);
  // With the cosignatures that it has: what is opened is the log's own.
  return note;
}

const OPENING_BRACE = 0x7b;
