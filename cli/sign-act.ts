import {
  ACT_KIND,
  actDigest,
  actFromPayload,
  actPayload,
  addSignature,
  assertUnder,
  completeAct,
  explainAct,
  GovernanceError,
  instantOf,
  officerKeys,
  openEnvelope,
  signPayload,
  type Act,
  type RosterOfficer,
  type UnmadeAct,
} from '../core/governance/index.js';
import type { CliContext } from './context.js';
import { explainSection } from './explain-section.js';
import { writeNewFile } from './files.js';
import { openRegister, type HeldRegister } from './held-register.js';
import type { SignOptions } from './register-options.js';
import { readKeyId, readSigningKey } from './signing-key.js';

/**
 * Says in plain English what is signed, opens the key and signs. `unmade` gives the acts that one opening of the key is
 * for: `complete` adds what every act says alike.
 * Thrown when the key is no officer's: GovernanceError UNKNOWN_SIGNER; when it can't be opened: see `readSigningKey`.
 */
export async function signActs(
  unmade: (officer: RosterOfficer, complete: (unmade: UnmadeAct) => Act) => readonly Act[],
  options: Pick<SignOptions, 'key' | 'passphraseFile'>,
  held: HeldRegister,
  context: CliContext,
): Promise<readonly Uint8Array[]> {
  const officer = officerWith(options.key, held);
  const { roster, fingerprint } = held.register.current;
  const origin = { federation: roster.federation, roster: fingerprint, made: instantOf(context.clock.now()) };
  const acts = unmade(officer, (act) => completeAct(act, origin));
  const payloads = acts.map(actPayload);
  // As the register reads them: what it would refuse is not explained as if it could be.
  explainTo(context, payloads.map(actFromPayload), held, officer);
  const key = await readSigningKey(options.key, options.passphraseFile, context);
  return payloads.map((payload) => signPayload(ACT_KIND, payload, key));
}

/** One act, which the register could take or which waits for more signatures, written. Thrown when neither is so. */
export async function signAndWrite(
  unmade: UnmadeAct,
  options: SignOptions,
  held: HeldRegister,
  context: CliContext,
): Promise<void> {
  const [bytes = new Uint8Array()] = await signActs((_, complete) => [complete(unmade)], options, held, context);
  writeAct(bytes, options.out, held, context);
}

/** One signature more on an act that others have signed. */
export async function signAgain(
  file: string,
  bytes: Uint8Array,
  options: SignOptions,
  context: CliContext,
): Promise<void> {
  const held = openRegister(options, context);
  const act = actFromPayload(openAct(file, bytes));
  // What no signature can help is said before anybody reads it and opens a key.
  assertUnder(held.register.current, act);
  explainTo(context, [act], held, officerWith(options.key, held));
  const key = await readSigningKey(options.key, options.passphraseFile, context);
  writeAct(addSignature(ACT_KIND, bytes, key), options.out, held, context);
}

/** The payload of an act. Thrown when the file has none: GovernanceError BAD_ENTRY. */
export function openAct(file: string, bytes: Uint8Array): Uint8Array {
  try {
    return openEnvelope(bytes, ACT_KIND).payload;
  } catch (cause) {
    // An act, but not as it was signed: the message says so.
    if (cause instanceof GovernanceError && cause.cause === undefined) {
      throw new GovernanceError(cause.code, `${file}: ${cause.message}`, { cause });
    }
    const message = `${file} is not a signed act: rosters are for tally roster, templates for tally template.`;
    throw new GovernanceError('BAD_ENTRY', message, { cause });
  }
}

/** Written only when the register could take it now, or once others have signed it too. */
export function writeAct(bytes: Uint8Array, out: string, held: HeldRegister, { printer }: CliContext): void {
  const waits = whatItWaitsFor(bytes, held);
  writeNewFile(out, bytes);
  printer.note(`${out}: signed; digest ${actDigest(openEnvelope(bytes, ACT_KIND).payload)}`);
  printer.note(
    waits === undefined
      ? `Next: tally register add ${held.file} ${out}, and hand it to whoever keeps a copy.`
      : `${waits} Next: the others sign it with tally act sign ${out}.`,
  );
}

/** Thrown when the register can't take it as it is: GovernanceError, without a number, since it is no entry yet. */
export function assertTakes(bytes: Uint8Array, { fold }: Pick<HeldRegister, 'fold'>): void {
  try {
    fold.take(bytes);
  } catch (error) {
    throw error instanceof GovernanceError && error.entry !== undefined ? error.cause : error;
  }
}

/** That it has too few signatures, which can be helped; undefined when the register takes it. Thrown when it can't be. */
function whatItWaitsFor(bytes: Uint8Array, held: HeldRegister): string | undefined {
  try {
    assertTakes(bytes, held);
    return undefined;
  } catch (error) {
    if (error instanceof GovernanceError && error.code === 'TOO_FEW_SIGNERS') return error.message;
    throw error;
  }
}

function explainTo(
  { printer }: CliContext,
  acts: readonly Act[],
  { register }: HeldRegister,
  signer: RosterOfficer,
): void {
  const sections = acts
    .flatMap((act) => explainAct(act, { register, signer }))
    .map((section) => explainSection(section, printer.columns));
  printer.note(`You are about to sign:\n\n${sections.join('\n')}`);
}

function officerWith(keyFile: string, { file, register }: HeldRegister): RosterOfficer {
  const { roster } = register.current;
  const known = officerKeys(roster).get(readKeyId(keyFile));
  if (known !== undefined) return known.officer;
  throw new GovernanceError(
    'UNKNOWN_SIGNER',
    `${keyFile} is no officer's key by version ${roster.version} of the roster in ${file}: what it signs counts for nothing.`,
  );
}
