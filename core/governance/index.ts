export {
  ACT_KIND,
  ACT_PAYLOAD_TYPE,
  actDigest,
  actFromPayload,
  actPayload,
  instantOf,
  MAX_ACT_BYTES,
  PRINCIPLES,
} from './act.js';
export type {
  Act,
  ActName,
  Approve,
  CommitReview,
  Grant,
  Mark,
  Principle,
  Propose,
  Publish,
  Review,
  Revoke,
  WithdrawGrant,
} from './act.js';
export type { Authors } from './authors.js';
export { standsAside } from './authors.js';
export { diffRosters } from './diff-rosters.js';
export { GOVERNANCE_ERROR_CODES, GOVERNANCE_REFUSAL_CODES, GovernanceError } from './errors.js';
export type { GovernanceErrorCode, GovernanceRefusalCode } from './errors.js';
export { explainAct, markLines, PRINCIPLE_QUESTIONS, PRINCIPLE_WORDS, verdictText } from './explain-act.js';
export { explainRoster, rosterWarnings } from './explain-roster.js';
export type { RosterSection } from './explain-roster.js';
export type { GrantRecord, Requester } from './grants.js';
export { openEnvelope } from './payload.js';
export { nameOf, REVIEWS } from './proposal.js';
export type { Commitment, Proposal, ReviewRecord, Standing } from './proposal.js';
export type { Register } from './register.js';
export { assertPutsRight, commonEntries } from './put-right.js';
export { assertGoesOn, assertHolds, heardOf, registerAsOf, registerCopy } from './register-copy.js';
export type { Heard, RegisterCopy } from './register-copy.js';
export {
  formatRegisterFile,
  MAX_REGISTER_ENTRIES,
  MAX_REGISTER_FILE_BYTES,
  parseRegisterFile,
} from './register-file.js';
export { assertUnder, RegisterFold, registerOf } from './register-fold.js';
export { actsOf } from './register-history.js';
export type { RecordedAct } from './register-history.js';
export { assertStated, registerHead } from './register-head.js';
export type { RegisterHead, StatedHead } from './register-head.js';
export { registerView } from './register-view.js';
export type { GrantStanding, RegisterView, ReviewStanding, TemplateStanding } from './register-view.js';
export {
  assertFresh,
  assertNotBehind,
  isYetToCome,
  readRegisterStatement,
  REGISTER_FRESH_SECONDS,
  registrarKeys,
  STATEMENT_KIND,
  STATEMENT_PAYLOAD_TYPE,
  statementPayload,
  stateRegister,
  verifyRegisterStatement,
} from './register-statement.js';
export type { RegisterStatement } from './register-statement.js';
export { firstRosterText, nextRosterText } from './roster-draft.js';
export type { EnrolledAgency, KnownParties } from './roster-draft.js';
export { requesterOf, requesterText } from './requester.js';
export {
  assertInForce,
  foundingRoster,
  nextRoster,
  pinnedRoster,
  ROSTER_KIND,
  ROSTER_PAYLOAD_TYPE,
  verifyRosterChain,
} from './roster-chain.js';
export type { TrustedRoster } from './roster-chain.js';
export { officerKeys, signerKey } from './roster-keys.js';
export { addSignature, MAX_SIGNATURES, signPayload } from './sign.js';
export { parseRosterDraft, rosterFingerprint, rosterFromPayload, rosterOf, rosterPayload } from './signed-roster.js';
export type {
  Organisation,
  Purpose,
  Registrar,
  Roles,
  RosterKey,
  RosterOfficer,
  SignedAgency,
  SignedRoster,
  Threshold,
} from './roster.js';
export { signersOf } from './signers.js';
export type { Signer } from './signers.js';
export { TEMPLATE_EVENTS, TEMPLATE_STATES, transition, TRANSITIONS } from './states.js';
export type { TemplateEvent, TemplateState } from './states.js';
export { completeAct } from './unmade-act.js';
export type { ActOrigin, UnmadeAct } from './unmade-act.js';
