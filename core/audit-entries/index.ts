export { AUDIT_ENTRY_SCHEMAS, AUDIT_LOG_FORMAT, entryBytes, parseEntry } from './entry.js';
export type { AuditEntry, AuditEntryOf, AuditEntryType, UnknownEntry } from './entry.js';
export * from './limits.js';
export {
  formatLogCopy,
  LOG_COPY_FORMAT,
  MAX_LOG_COPY_BYTES,
  MAX_LOG_COPY_HEADER_BYTES,
  parseLogCopy,
} from './log-copy.js';
export type { LogCopy } from './log-copy.js';
export { verifyCopy } from './verify-copy.js';
export type { CopyGrounds, VerifiedCopy } from './verify-copy.js';
export { assertWitnessed, witnessedOf } from './witnessed.js';
export type { Witnessed } from './witnessed.js';
export type { AgencyLedger, AskedOfAgency, LedgerClaim, LedgerRunEnd, LogHead } from './agency-ledger.js';
export { OPEN_QUESTION_CODES } from './ledger-findings.js';
export type { Contradiction, OpenQuestion, OpenQuestionCode } from './ledger-findings.js';
export { verifyLedgers } from './verify-ledger.js';
export type { VerifiedLedger } from './verify-ledger.js';
export { registerLogged, RegisterInLog } from './register-in-log.js';
export { isLogged } from './log-evidence.js';
export type { ConsistencyProof, LogEvidence } from './log-evidence.js';
export { offerDigest, offerEntry, offerEntryBytes, releaseDigest } from './offer-entry.js';
export type { LoggedTemplate } from './offer-entry.js';
