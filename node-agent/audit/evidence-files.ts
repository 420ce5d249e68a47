import { evidenceText } from '../../core/audit/index.js';
import type { Evidence } from '../../core/audit/index.js';
import { readStateFile, writeStateFile } from '../status/state-file.js';

/** A log that has broken its word can do so without end: the first times are kept. */
export const MAX_EVIDENCE_FILES = 16;
/** Of them those that an accusation may fill which the log can answer: a fault is enough for it, and proof needs room. */
export const MAX_OPEN_EVIDENCE_FILES = 8;

/** Beside the ledger. `number`: from 1. */
export function evidenceFile(ledger: string, number: number): string {
  return `${ledger}.evidence-${number}.json`;
}

/**
 * Keeps evidence against the audit log durably and says in which file; the same one where it is kept already. Undefined
 * where MAX_EVIDENCE_FILES are full; for LOG_INCONSISTENT, the first MAX_OPEN_EVIDENCE_FILES of them. Thrown when it can't be written: NodeError STATE_FILE_UNUSABLE.
 */
export function keepEvidence(ledger: string, evidence: Evidence): string | undefined {
  const text = evidenceText(evidence);
  const last = evidence.code === 'LOG_INCONSISTENT' ? MAX_OPEN_EVIDENCE_FILES : MAX_EVIDENCE_FILES;
  for (let number = 1; number <= last; number += 1) {
    const file = evidenceFile(ledger, number);
    const kept = readStateFile(file);
    if (kept === undefined) writeStateFile(file, text, true);
    if (kept === undefined || kept === text) return file;
  }
  return undefined;
}

/** For a line of the log or an entry of the ledger, which say nothing of it where there is none. */
export function evidenceNamed(file: string | undefined): { readonly evidence?: string } {
  return file === undefined ? {} : { evidence: file };
}
