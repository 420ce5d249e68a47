export { MAX_CLOCK_CORRECTIONS, sameCorrections } from './clock-correction.js';
export type { ClockCorrection } from './clock-correction.js';
export { checkpointText, openCheckpoint, parseCheckpointText, readNote, signCheckpoint } from './checkpoint.js';
export type { Checkpoint, SignedCheckpoint } from './checkpoint.js';
export { compareCheckpoints } from './compare-checkpoints.js';
export type { CheckpointDifference } from './compare-checkpoints.js';
export { cosign, cosignedAt, withCosignature } from './cosignature.js';
export { AUDIT_ERROR_CODES, AuditError, CONTRADICTION_CODES, WITNESS_REFUSAL_CODES } from './errors.js';
export type { AuditErrorCode, ContradictionCode, WitnessRefusalCode } from './errors.js';
export {
  contradiction,
  EVIDENCE_CODES,
  EVIDENCE_FORMAT,
  evidenceText,
  isAnswered,
  isOlder,
  MAX_EVIDENCE_BYTES,
  verifyEvidence,
} from './evidence.js';
export type { Evidence, EvidenceCode } from './evidence.js';
export { logKey, logOrigin, witnessKey } from './names.js';
export {
  formatNote,
  formatSignatureLine,
  MAX_NOTE_BYTES,
  MAX_NOTE_SIGNATURES,
  parseNote,
  parseSignatureLine,
  signaturesOf,
  signNote,
  standingOf,
} from './note.js';
export type { NoteSignature, SignedNote, Standing } from './note.js';
export { formatNoteKey, keyIdOf, MAX_KEY_NAME_CHARACTERS, parseNoteKey } from './note-key.js';
export type { NoteAlgorithm, NoteKey } from './note-key.js';
export { consistencyProof, inclusionProof } from './prove.js';
export { append, EMPTY_FRONTIER, frontierOf, frontierRoot, hashesBefore, hashPosition, rootOf } from './tree.js';
export type { Appended, Frontier, SubtreeHashes } from './tree.js';
export { emptyRoot, HASH_BYTES, leafHash, MAX_ENTRY_BYTES, nodeHash } from './tree-hash.js';
export { verifyConsistency, verifyInclusion } from './verify-proof.js';
export type { TreeHead } from './verify-proof.js';
export { MAX_AHEAD_SECONDS, witness } from './witness.js';
export type { WitnessDecision, Witnessing } from './witness.js';
