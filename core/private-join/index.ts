export { computeContext, computeRequest } from './context.js';
export type { ContextInput, ContextParticipant, ListSnapshot, RequestInput, RequestParticipant } from './context.js';
export { CoordinatorJoin } from './coordinator-join.js';
export type { Tallies } from './comparison.js';
export type { CoordinatorJoinOptions, JoinResult } from './coordinator-join.js';
export type { CoordinatorPhase } from './coordinator-rounds.js';
export { matchKeyDomain, PROTOCOL } from './domains.js';
export { bulkOf, EngineError, inlineEngine, watchedEngine } from './engine.js';
export type { Engine, JobOptions } from './engine.js';
export { FAILURE_CODES, isFailureCode, isRefusalCode, JoinError, REFUSAL_CODES } from './errors.js';
export type { FailureCode, RefusalCode } from './errors.js';
export { GroupError } from './group-error.js';
export { createGroup } from './group.js';
export { KERNEL_ERROR_CODES } from './kernel/kernel-error.js';
export type { Group } from './group.js';
export { rawPublicKey, SIGNATURE_BYTES, signingKey, signingKeyFromPem, verifySignature } from '../signing/index.js';
export type { SigningKey } from '../signing/index.js';
export { runJob } from './jobs.js';
export type { Job } from './jobs.js';
export type { Link, LinkReceiver } from './link.js';
export type { ListRows, ListSource, RowChunk } from './list-source.js';
export {
  CIPHERTEXT_BYTES,
  ELEMENT_BYTES,
  PROOF_BYTES,
  SCALAR_BYTES,
  SEALING_KEY_BYTES,
  TALLY,
  WORKING_SECONDS,
} from './messages.js';
export type { ProtocolMessage, Share, TransferHeader, TransferSubject } from './messages.js';
export { assertNoiseFits } from './mixer-noise.js';
export { NodeJoin } from './node-join.js';
export type { NodeJoinOptions } from './node-join.js';
export type { NodePhase } from './node-rounds.js';
export {
  AGREEMENT_CLASSES,
  CHUNK_RECORDS,
  COORDINATOR,
  DISCARD_CELL,
  discardCells,
  listId,
  MAX_CELLS,
  MAX_DUMMIES,
  MAX_KEY_COLUMNS,
  MAX_LIST_RECORDS,
  MAX_LIST_SUMS,
  MAX_LISTS_WITH_DECOYS,
  MAX_LOGARITHM,
  MAX_MAGNITUDE,
  MAX_SUMS,
  optOutLists,
} from './plan.js';
export type {
  BasePlan,
  DecoyMember,
  DecoyPattern,
  DecoyPlan,
  JoinPlan,
  KeyColumn,
  LinkagePlan,
  LinkOn,
  LinkPlan,
  ListId,
  ListPlan,
  PartyId,
  SumColumn,
} from './plan.js';
export { RecordMemory } from './record-memory.js';
export { memoryStores, NOWHERE } from './record-store.js';
export type { RecordStore, RecordStores } from './record-store.js';
export { recordWidth } from './records.js';
export { route } from './route.js';
