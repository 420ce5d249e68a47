import { z } from 'zod';

import { canonicalJson, keyIdOf, preAuthenticationEncoding, signatureHolds } from '../signing/index.js';
import { nameSchema, versionSchema } from '../templates/index.js';
import { instantOf, instantSchema } from './act.js';
import { GovernanceError } from './errors.js';
import { checkPayload, openEnvelope } from './payload.js';
import { registerHead } from './register-head.js';
import type { StatedHead } from './register-head.js';
import type { Register } from './register.js';
import { rawKey } from './roster-keys.js';
import { fingerprintSchema, MAX_REGISTRARS } from './roster-schema.js';
import type { Registrar, SignedRoster } from './roster.js';

/**
 * A registrar's word, at least once a day, how far the register had got: without it, whoever hands it on could keep back a
 * revocation for as long as they like.
 */
export interface RegisterStatement extends StatedHead {
  readonly federation: string;
  /** Version of the roster in force. */
  readonly roster: number;
}

export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.tallystick.register-statement+json';
export const MAX_STATEMENT_BYTES = 4_096;

export const STATEMENT_KIND = {
  payloadType: STATEMENT_PAYLOAD_TYPE,
  what: 'a statement of the register',
  maxBytes: 4 * MAX_STATEMENT_BYTES,
  maxSignatures: MAX_REGISTRARS,
} as const;

/** A node that has heard nothing for so long answers nothing. */
export const REGISTER_FRESH_SECONDS = 86_400;
/** How far ahead of this computer's clock a registrar's may be. */
export const REGISTER_SKEW_SECONDS = 300;

const statementSchema: z.ZodType<RegisterStatement> = z.strictObject({
  federation: nameSchema,
  roster: versionSchema,
  size: z.int().min(1),
  root: fingerprintSchema,
  issued: instantSchema,
});

export function statementPayload(statement: RegisterStatement): Uint8Array {
  return canonicalJson(statement);
}

/** What a registrar who has gone through these entries, which gave the register, may sign now. */
export function stateRegister({ current }: Register, entries: readonly Uint8Array[], now: Date): RegisterStatement {
  const { federation, version } = current.roster;
  return { federation, roster: version, ...registerHead(entries), issued: instantOf(now) };
}

/** Who may sign statements, by the ids of their keys. */
export function registrarKeys({ roles }: SignedRoster): ReadonlyMap<string, Registrar> {
  return new Map(roles.registrars.map((registrar) => [keyIdOf(rawKey(registrar.publicKey)), registrar]));
}

/** What it says, whoever has signed it. Thrown when it is no statement: GovernanceError BAD_ENTRY, BAD_PAYLOAD. */
export function readRegisterStatement(bytes: Uint8Array): RegisterStatement {
  return fromPayload(openEnvelope(bytes, STATEMENT_KIND).payload);
}

/**
 * What a registrar of the roster has said. Whether it is fresh, `assertFresh` says; whether it fits what was said before,
 * `assertNotBehind`.
 * Thrown when it can't be believed: GovernanceError as `signedStatement` says; when it is of another roster: as `assertOfRoster`.
 */
export function verifyRegisterStatement(bytes: Uint8Array, roster: SignedRoster): RegisterStatement {
  const statement = signedStatement(bytes, roster);
  assertOfRoster(statement, roster);
  return statement;
}

/**
 * What a registrar of the roster has signed, of whichever roster it is.
 * Thrown when none has: GovernanceError BAD_ENTRY, BAD_PAYLOAD, WRONG_FEDERATION, TOO_FEW_SIGNERS, UNKNOWN_SIGNER, BAD_SIGNATURE.
 */
export function signedStatement(bytes: Uint8Array, roster: SignedRoster): RegisterStatement {
  const { payload, signatures } = openEnvelope(bytes, STATEMENT_KIND);
  const encoded = preAuthenticationEncoding(STATEMENT_PAYLOAD_TYPE, payload);
  if (signatures.length === 0) throw new GovernanceError('TOO_FEW_SIGNERS', 'No registrar has signed the statement.');
  const registrars = registrarKeys(roster);
  for (const signature of signatures) {
    const registrar = registrars.get(signature.keyid);
    if (registrar === undefined) {
      throw new GovernanceError('UNKNOWN_SIGNER', 'The statement is signed by somebody who is not a registrar.');
    }
    if (!signatureHolds(rawKey(registrar.publicKey), encoded, signature)) {
      throw new GovernanceError('BAD_SIGNATURE', "A registrar's signature is not one over this statement.");
    }
  }
  const statement = fromPayload(payload);
  if (statement.federation !== roster.federation) {
    throw new GovernanceError(
      'WRONG_FEDERATION',
      `This is a statement of another federation than ${roster.federation}.`,
    );
  }
  return statement;
}

/** Thrown when it is of a later roster: GovernanceError ROSTER_STALE; when of an earlier one: REGISTER_STALE. */
export function assertOfRoster(statement: RegisterStatement, roster: SignedRoster): void {
  if (statement.roster > roster.version) {
    throw new GovernanceError(
      'ROSTER_STALE',
      `Version ${statement.roster} of the roster is in force, and here is version ${roster.version}: fetch the rest.`,
    );
  }
  if (statement.roster < roster.version) {
    // Whoever lost a key to a thief is out of the newer roster, and what the thief says goes with them.
    throw new GovernanceError(
      'REGISTER_STALE',
      `The last word of the register is of version ${statement.roster} of the roster, and version ${roster.version} is in force: a registrar has to give a new one.`,
    );
  }
}

/** Thrown when it is older than REGISTER_FRESH_SECONDS, or of a time to come: GovernanceError REGISTER_STALE. */
export function assertFresh({ issued }: RegisterStatement, now: Date): void {
  const ageSeconds = (now.getTime() - Date.parse(issued)) / 1_000;
  if (ageSeconds > REGISTER_FRESH_SECONDS) {
    throw new GovernanceError(
      'REGISTER_STALE',
      `The last word of the register is of ${issued}, more than a day ago: templates may have been revoked since.`,
    );
  }
  if (isYetToCome({ issued }, now)) {
    throw new GovernanceError(
      'REGISTER_STALE',
      `The last word of the register is of ${issued}, which is yet to come: compare the clocks.`,
    );
  }
}

/** Whether it is of a time to come, by more than two clocks may differ: until then no later word could count beside it. */
export function isYetToCome({ issued }: Pick<RegisterStatement, 'issued'>, now: Date): boolean {
  return (now.getTime() - Date.parse(issued)) / 1_000 < -REGISTER_SKEW_SECONDS;
}

/** Thrown when it says less than an earlier one did, or something else: GovernanceError LOG_INCONSISTENT. */
export function assertNotBehind(statement: RegisterStatement, earlier: RegisterStatement): void {
  const goneBack =
    statement.size < earlier.size || statement.issued < earlier.issued || statement.roster < earlier.roster;
  if (goneBack || (statement.size === earlier.size && statement.root !== earlier.root)) {
    throw new GovernanceError(
      'LOG_INCONSISTENT',
      `The register had ${earlier.size} entries on ${earlier.issued}; what is said of it now does not follow from that.`,
    );
  }
}

function fromPayload(payload: Uint8Array): RegisterStatement {
  return checkPayload(payload, statementSchema, STATEMENT_KIND.what, MAX_STATEMENT_BYTES);
}
