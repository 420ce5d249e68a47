import type { ConsistencyProof, LogEvidence } from '../core/audit-entries/index.js';
import { distinct, fixedBytes, items, text, wholeNumber, wholeNumberWithin } from './check.js';
import type { ConsistencyProof__Output } from './generated/tallystick/v1/ConsistencyProof.js';
import type { Cosignature__Output } from './generated/tallystick/v1/Cosignature.js';
import type { LogEvidence as WireLogEvidence, LogEvidence__Output } from './generated/tallystick/v1/LogEvidence.js';
import {
  MAX_CHECKPOINT_CHARACTERS,
  MAX_CONSISTENCY_PROOFS,
  MAX_COSIGNATURE_CHARACTERS,
  MAX_LOG_SIZE,
  MAX_PROOF_HASHES,
  MAX_TEMPLATE_CHARACTERS,
  MAX_TEMPLATE_VERSION,
} from './limits.js';

/**
 * Wire ⇄ domain for what is said of the audit log. Whatever is not as the proto file says: TransportError BAD_MESSAGE with
 * the field's name.
 */

/** SHA-256. */
const HASH_BYTES = 32;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const TIME_CHARACTERS = 24;

export function fromLogEvidence({ checkpoint, index, logged, inclusion, consistency }: LogEvidence): WireLogEvidence {
  const { template, version, at } = logged;
  return {
    checkpoint,
    index,
    inclusion: [...inclusion],
    consistency: consistency.map(({ first, hashes }) => ({ first, hashes: [...hashes] })),
    template,
    version,
    at,
  };
}

export function toLogEvidence(evidence: LogEvidence__Output, field: string): LogEvidence {
  return {
    checkpoint: text(evidence.checkpoint, `${field}.checkpoint`, { max: MAX_CHECKPOINT_CHARACTERS }),
    index: logSize(evidence.index, `${field}.index`),
    inclusion: hashes(evidence.inclusion, `${field}.inclusion`),
    consistency: distinct(
      items(evidence.consistency, `${field}.consistency`, { max: MAX_CONSISTENCY_PROOFS }, toConsistencyProof),
      `${field}.consistency`,
      ({ first }) => String(first),
    ),
    logged: {
      template: text(evidence.template, `${field}.template`, { max: MAX_TEMPLATE_CHARACTERS }),
      version: wholeNumberWithin(evidence.version, `${field}.version`, 1, MAX_TEMPLATE_VERSION),
      at: text(evidence.at, `${field}.at`, { max: TIME_CHARACTERS, pattern: TIME, expected: 'a UTC time' }),
    },
  };
}

function toConsistencyProof(proof: ConsistencyProof__Output, field: string): ConsistencyProof {
  return { first: logSize(proof.first, `${field}.first`), hashes: hashes(proof.hashes, `${field}.hashes`) };
}

export function toCosignature({ size, line }: Cosignature__Output): { readonly size: number; readonly line: string } {
  return {
    size: logSize(size, 'cosignature.size'),
    line: text(line, 'cosignature.line', { max: MAX_COSIGNATURE_CHARACTERS }),
  };
}

/** A number of entries, or an entry's index. */
export function logSize(value: number, field: string): number {
  return wholeNumber(value, field, MAX_LOG_SIZE);
}

function hashes(values: readonly Uint8Array[], field: string): readonly Uint8Array[] {
  return items(values, field, { max: MAX_PROOF_HASHES }, (hash, place) => fixedBytes(hash, place, HASH_BYTES));
}
