import { CodedError } from '../base/index.js';

/**
 * Why a witness doesn't cosign a checkpoint. Every code is safe to show to anybody. Those that begin with LOG_ come with
 * evidence: two checkpoints that the log has signed and that don't go together.
 */
export const WITNESS_REFUSAL_CODES = [
  'BAD_CHECKPOINT',
  'OTHER_LOG',
  'BAD_CHECKPOINT_SIGNATURE',
  'CHECKPOINT_AHEAD',
  'CHECKPOINT_OLD',
  'LOG_FORKED',
  'LOG_ROLLED_BACK',
  'LOG_INCONSISTENT',
] as const;
export type WitnessRefusalCode = (typeof WITNESS_REFUSAL_CODES)[number];

export function isWitnessRefusalCode(code: string): code is WitnessRefusalCode {
  return (WITNESS_REFUSAL_CODES as readonly string[]).includes(code);
}

/** In what an agency's ledger and a log contradict each other. A ledger is not signed: whoever kept it has to vouch for it. */
export const CONTRADICTION_CODES = [
  /** The log had other entries when the agency's node saw it. */
  'LOG_NOT_AS_SEEN',
  /** It had more entries before the copy's checkpoint was signed than the copy has. */
  'LOG_SHORTER_THAN_SEEN',
  /** A run stood in the log, and doesn't any more. */
  'RUN_NOT_IN_LOG',
  /** The log says that something else was asked. */
  'OFFER_NOT_AS_ASKED',
  /** The log says that something else was answered. */
  'ANSWER_NOT_AS_GIVEN',
  /** The log has an answer in the agency's name that the agency doesn't know. */
  'ANSWER_NOT_IN_LEDGER',
  /** The log has a table of a run for which the agency's share of the key was never used. */
  'TABLE_NOT_OPENED',
] as const;
export type ContradictionCode = (typeof CONTRADICTION_CODES)[number];

export const AUDIT_ERROR_CODES = [
  ...WITNESS_REFUSAL_CODES,
  ...CONTRADICTION_CODES,
  /** Of another federation than the log. */
  'OTHER_LEDGER',
  /** Not a signed note, or not a line of one. */
  'BAD_NOTE',
  /** Not a public key as it is written for verifiers of notes. */
  'BAD_NOTE_KEY',
  'BAD_COSIGNATURE',
  'BAD_EVIDENCE',
  /** Not an entry of the kinds that a log holds. */
  'BAD_ENTRY',
  /** Not a copy of a log in one file. */
  'BAD_LOG_COPY',
  /** Its entries are not those that its log has signed. */
  'LOG_COPY_DIFFERS',
  /** Fewer agencies have cosigned it than the roster asks for. */
  'LOG_NOT_WITNESSED',
  /** The log tells of another register of governance. */
  'REGISTER_DIFFERS',
] as const;
export type AuditErrorCode = (typeof AUDIT_ERROR_CODES)[number];

/** Thrown by everything in this folder that reads what somebody else wrote. */
export class AuditError extends CodedError<AuditErrorCode> {}
