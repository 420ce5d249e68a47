import {
  GovernanceError,
  openEnvelope,
  parseRegisterFile,
  RegisterFold,
  registerHead,
  ROSTER_KIND,
  rosterFingerprint,
  type Proposal,
  type Register,
  type RegisterCopy,
} from '../core/governance/index.js';
import type { CliContext } from './context.js';
import { CliError } from './errors.js';
import { readFile } from './files.js';
import type { RegisterOptions } from './register-options.js';

/** A register's file, gone through from its first line. */
export interface HeldRegister {
  readonly file: string;
  readonly entries: readonly Uint8Array[];
  readonly register: Register;
  /** Takes what comes next, to see whether it can come. */
  readonly fold: RegisterFold;
}

/** The fingerprint that was given; undefined where none was. Thrown when it is none: CliError BAD_USAGE. */
export function pinOf(
  { pin }: { readonly pin?: string },
  { environment }: Pick<CliContext, 'environment'>,
): string | undefined {
  const given = pin ?? environment['TALLY_PIN'];
  if (given === undefined || /^[0-9a-f]{64}$/.test(given)) return given;
  throw new CliError('BAD_USAGE', 'A fingerprint is 64 hexadecimal digits, in small letters: see tally roster verify.');
}

/** Thrown when there is none: CliError BAD_USAGE. */
export function requiredPin(options: { readonly pin?: string }, context: Pick<CliContext, 'environment'>): string {
  const pin = pinOf(options, context);
  if (pin !== undefined) return pin;
  throw new CliError(
    'BAD_USAGE',
    'Name the fingerprint of a roster that an officer has told you, with --pin or in TALLY_PIN: nothing else is believed.',
  );
}

/**
 * Reads a register and checks every entry. Where nothing is pinned, the first roster is believed, and that is said.
 * Thrown when an entry can't be taken: GovernanceError, with its line.
 */
export function openRegister({ register: file, ...given }: RegisterOptions, context: CliContext): HeldRegister {
  const pin = pinOf(given, context);
  const entries = parseRegister(file, readFile(file));
  const believed = pin ?? firstFingerprint(file, entries);
  const fold = foldOf(file, entries, believed);
  const held = { file, entries, fold, register: naming(file, () => fold.register()) };
  const { roster } = held.register.current;
  if (context.clock.now().toISOString().slice(0, 10) > roster.expires) {
    context.printer.note(
      `Version ${roster.version} of its roster expired on ${roster.expires}: no node answers anything.`,
    );
  }
  if (pin === undefined) {
    context.printer.note(`Nobody's word was taken for ${file}: compare its first roster with an officer: ${believed}`);
  }
  return held;
}

/**
 * The same for what is verified by it: nobody's word is taken for the first roster. Thrown when nothing is pinned: CliError
 * BAD_USAGE; else as by `openRegister`.
 */
export function pinnedCopy(options: RegisterOptions, context: CliContext): RegisterCopy {
  const pin = requiredPin(options, context);
  const { entries, register } = openRegister({ ...options, pin }, context);
  return { entries, register, head: registerHead(entries) };
}

/** A fold that has taken all of the entries. Thrown when one can't be taken: GovernanceError, with its line. */
export function foldOf(file: string, entries: readonly Uint8Array[], pin: string): RegisterFold {
  const fold = new RegisterFold(pin);
  return naming(file, () => {
    for (const entry of entries) fold.take(entry);
    return fold;
  });
}

export function parseRegister(file: string, bytes: Uint8Array): readonly Uint8Array[] {
  return naming(file, () => parseRegisterFile(bytes));
}

/** The proposal of this version. Thrown when there is none: CliError BAD_USAGE, naming what there is. */
export function proposalNamed({ file, register }: HeldRegister, name: string, version: number): Proposal {
  const found = register.proposals.find(({ template }) => template.template === name && template.version === version);
  if (found !== undefined) return found;
  const there = register.proposals.map(({ template }) => `${template.template} version ${template.version}`);
  throw new CliError(
    'BAD_USAGE',
    `${file} has no ${name} version ${version}; ${there.length === 0 ? 'nothing has been proposed' : `it has ${there.join(', ')}`}.`,
  );
}

/** Says in which file and line something is wrong. */
function naming<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GovernanceError)) throw error;
    const { entry, cause } = error;
    const [where, why] =
      entry !== undefined && cause instanceof Error
        ? [`${file}, line ${entry + 1}`, cause.message]
        : [file, error.message];
    throw new GovernanceError(error.code, `${where}: ${why}`, { cause, ...(entry === undefined ? {} : { entry }) });
  }
}

function firstFingerprint(file: string, [first = new Uint8Array()]: readonly Uint8Array[]): string {
  try {
    return rosterFingerprint(openEnvelope(first, ROSTER_KIND).payload);
  } catch (cause) {
    throw new GovernanceError('NO_ROSTER', `${file}, line 1: the first entry must be a roster.`, { cause });
  }
}
