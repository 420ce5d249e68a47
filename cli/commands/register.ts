import type { Command } from 'commander';
import { stringify } from 'yaml';
import { counted, equalBytes, utf8Bytes } from '../../core/base/index.js';
import {
  actsOf,
  assertFresh,
  assertInForce,
  assertStated,
  formatRegisterFile,
  GovernanceError,
  nameOf,
  registerView,
  verifyRegisterStatement,
  type RegisterView,
} from '../../core/governance/index.js';
import type { CliContext } from '../context.js';
import { readFile, readSigned, replaceFile, writeNewFile } from '../files.js';
import {
  foldOf,
  openRegister,
  parseRegister,
  proposalNamed,
  requiredPin,
  type HeldRegister,
} from '../held-register.js';
import { PIN_HELP, REGISTER_HELP, withName, type NamedOptions } from '../register-options.js';
import { registerText } from '../register-text.js';
import { assertTakes } from '../sign-act.js';
import { dayOf } from '../values.js';
import { addStatementCommand, statementText } from './register-statement.js';

interface PinOptions {
  readonly pin?: string;
}

interface VerifyOptions extends PinOptions {
  readonly copy?: string;
  readonly statement?: string;
  readonly json?: true;
}

interface ShowOptions extends PinOptions {
  readonly at?: string;
  readonly json?: true;
}

/** `tally register …`: the file of everything that officers have signed, which each of them has a copy of. */
export function addRegisterCommands(program: Command, context: CliContext): void {
  const register = program
    .command('register')
    .description('everything that officers have signed, in one file: add to it, show it, verify it')
    .addHelpText(
      'after',
      `
One signed entry a line, each checked against all before it, from the first roster on. Nobody's word for what it says is
taken, not even the file's: --pin names the fingerprint of a roster that an officer has told you.`,
    );
  addAdd(register, context);
  addReading(register, context);
  addStatementCommand(register, context);
}

function addAdd(register: Command, context: CliContext): void {
  const { printer } = context;
  register
    .command('add')
    .description('add signed acts, or a roster, to a register; it is made where there is none')
    .argument('<register>', REGISTER_HELP)
    .argument('<acts...>', 'signed acts or rosters (JSON), in the order in which they are to stand')
    .option('--pin <fingerprint>', PIN_HELP)
    .addHelpText(
      'after',
      `
All of them are taken or none: when one can't be, it says why and the register stays as it was.
The first entry of a new register is the first roster.`,
    )
    .action((file: string, acts: readonly string[], options: PinOptions) => {
      const pin = requiredPin(options, context);
      let after = 0;
      replaceFile(file, (before) => {
        const entries = before === undefined ? [] : parseRegister(file, before);
        const fold = foldOf(file, entries, pin);
        const added = acts.map((act) => {
          const entry = readSigned(act);
          naming(act, () => {
            formatRegisterFile([entry]);
            assertTakes(entry, { fold });
          });
          return entry;
        });
        naming(file, () => fold.register());
        after = entries.length + added.length;
        return formatRegisterFile([...entries, ...added]);
      });
      printer.note(`${file}: ${counted(after, 'entry', 'entries')}. Hand it to everybody who keeps a copy.`);
    });
}

function addReading(register: Command, context: CliContext): void {
  const { printer, clock } = context;

  register
    .command('show')
    .description(
      'say where each template stands, who has written, reviewed and approved it, and which grants are in force',
    )
    .argument('<register>', REGISTER_HELP)
    .option('--pin <fingerprint>', PIN_HELP)
    .option('--at <day>', 'as of another day than today: what has expired by then. By what has been signed up to now')
    .option('--json', 'print as JSON')
    .action((file: string, { at, json, ...options }: ShowOptions) => {
      const day = at === undefined ? clock.now() : dayOf(at);
      const view = viewOf(openRegister({ register: file, ...options }, context), day);
      if (json === true) printer.json(view);
      else printer.result(registerText(view, printer.columns));
    });

  register
    .command('verify')
    .description('check every entry of a register, from a roster whose fingerprint an officer has told you')
    .argument('<register>', REGISTER_HELP)
    .option('--pin <fingerprint>', PIN_HELP)
    .option('--copy <file>', 'another copy: one of the two has to begin with all of the other')
    .option('--statement <file>', "a registrar's statement of today: nothing that it has seen may be missing")
    .option('--json', 'print as JSON')
    .action((file: string, { copy, statement, json, ...options }: VerifyOptions) => {
      const pin = requiredPin(options, context);
      const held = openRegister({ register: file, pin }, context);
      const now = clock.now();
      assertInForce(held.register.current.roster, now);
      if (copy !== undefined) printer.note(comparedWith(copy, held));
      if (statement !== undefined) printer.note(statedBy(statement, held, now));
      const { federation, entries, roster, templates } = viewOf(held, now);
      const live = templates.filter(({ state }) => state === 'live').length;
      if (json === true) printer.json({ federation, entries, roster, live });
      else {
        printer.result(
          `${federation}: ${counted(entries, 'entry holds', 'entries hold')}; ${live} live; version ${roster.version} of the roster is in force until ${roster.expires}.`,
        );
        printer.result(`fingerprint ${roster.fingerprint}`);
      }
    });

  withName(register.command('template'))
    .description('write a proposed template to a file, to explain, check or compare it')
    .argument('<register>', REGISTER_HELP)
    .option('--pin <fingerprint>', PIN_HELP)
    .requiredOption('--out <file>', 'where the template (YAML) goes; a new file')
    .action((file: string, { template, version, out, ...options }: PinOptions & NamedOptions & { out: string }) => {
      const proposal = proposalNamed(openRegister({ register: file, ...options }, context), template, version);
      const json: unknown = JSON.parse(new TextDecoder().decode(proposal.templatePayload));
      const text = `# ${nameOf(proposal)}, as it was proposed. Its digest: ${proposal.templateDigest}\n${stringify(json, { lineWidth: 120 })}`;
      writeNewFile(out, utf8Bytes(text));
      printer.note(`${out}: ${nameOf(proposal)}; digest ${proposal.templateDigest}`);
    });
}

function viewOf({ register, entries }: HeldRegister, now: Date): RegisterView {
  return registerView(register, actsOf(entries), now);
}

/**
 * What a registrar has said, and that it is so. Thrown when it can't be believed, is older than a day, or the register isn't
 * as it says: GovernanceError, as by `verifyRegisterStatement`, `assertFresh` and `assertStated`.
 */
function statedBy(file: string, { register, entries }: HeldRegister, now: Date): string {
  const bytes = readFile(file);
  return naming(file, () => {
    const statement = verifyRegisterStatement(bytes, register.current.roster);
    assertFresh(statement, now);
    assertStated(entries, statement);
    return `${file}: ${statementText(statement)} Nothing of that is missing.`;
  });
}

/** How another copy differs. Thrown when neither begins with all of the other: GovernanceError LOG_INCONSISTENT. */
function comparedWith(copy: string, { file, entries }: HeldRegister): string {
  const others = parseRegister(copy, readFile(copy));
  const apart = entries.slice(0, others.length).findIndex((entry, index) => !equalBytes(entry, others[index] ?? entry));
  if (apart >= 0) {
    throw new GovernanceError(
      'LOG_INCONSISTENT',
      `${file} and ${copy} part at line ${apart + 1}: acts were added to both alone, or one of them was changed.`,
    );
  }
  const more = entries.length - others.length;
  if (more === 0) return `${copy} is the same.`;
  const count = counted(Math.abs(more), 'entry', 'entries');
  return more > 0
    ? `${copy} is the same but for the last ${count}, which it lacks.`
    : `${copy} goes on with ${count} more.`;
}

function naming<Result>(file: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
    throw new GovernanceError(error.code, `${file}: ${error.message}`, { cause: error });
  }
}
