export { PROVENANCE_ERROR_CODES, ProvenanceError } from './errors.js';
export type { ProvenanceErrorCode } from './errors.js';
export * from './limits.js';
export {
  openProvenance,
  PROVENANCE_FORMAT,
  PROVENANCE_PAYLOAD_TYPE,
  readProvenance,
  signProvenance,
} from './provenance.js';
export type { Provenance } from './provenance.js';
export { verifyProvenance } from './verify-provenance.js';
export type { ProvenanceGrounds, VerifiedProvenance } from './verify-provenance.js';
