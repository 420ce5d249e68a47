export { certificateFacts, fingerprintOf, pemOfCertificate, spelledOut } from './certificate-facts.js';
export type { CertificateFacts } from './certificate-facts.js';
export { createAuthority, issueCertificate } from './certificates.js';
export type { Authority, AuthorityRequest, CertificateRequest, IssuedCertificate } from './certificates.js';
export { createFederationClient } from './client.js';
export { enrolmentStatement } from './enrolment.js';
export type { EnrolmentReply, EnrolmentRequest } from './enrolment.js';
export { enrol } from './enrolment-client.js';
export type { Enrolled, EnrolmentOptions } from './enrolment-client.js';
export { createEnrolmentServer } from './enrolment-server.js';
export type { Enrol, EnrolmentServer, EnrolmentServerOptions } from './enrolment-server.js';
export {
  formatToken,
  MAX_TOKEN_CHARACTERS,
  parseToken,
  TOKEN_ID_BYTES,
  TOKEN_SECRET_BYTES,
} from './enrolment-token.js';
export type { EnrolmentToken } from './enrolment-token.js';
export { isTransportErrorCode, TRANSPORT_ERROR_CODES, TransportError } from './errors.js';
export type { TransportErrorCode } from './errors.js';
export type {
  ClientHandlers,
  FederationClient,
  FederationServer,
  FromNode,
  HeldSnapshot,
  Hello,
  NodeConnection,
  RelayedTransfer,
  RelayObserver,
  RunLink,
  ServerHandlers,
  ToNode,
} from './federation.js';
export {
  MAX_CHUNK_BYTES,
  MAX_CONSISTENCY_PROOFS,
  MAX_DATASETS,
  MAX_LOG_SIZE,
  MAX_MESSAGE_BYTES,
  MAX_PARAMETER_VALUES,
  MAX_PARAMETERS,
  MAX_PARTICIPANTS,
  MAX_REASON_CHARACTERS,
  MAX_REQUESTER_CHARACTERS,
} from './limits.js';
export { createMemoryNetwork } from './memory-network.js';
export type { Letter, MemoryNetwork, MemoryNetworkOptions, Parcel, Tamper } from './memory-network.js';
export type {
  CommonOptions,
  FederationClientOptions,
  FederationServerOptions,
  Renew,
  Tap,
  TlsMaterial,
} from './options.js';
export { checkOwnCertificate } from './mtls.js';
export { identityIn, identityOfCertificate, identityUri, partyOf } from './peer-identity.js';
export type { PeerIdentity } from './peer-identity.js';
export { partsOf, RegisterParts } from './register-update.js';
export type { RegisterPart, RegisterUpdate } from './register-update.js';
export { createFederationServer } from './server.js';
export { AGENCY_VALID_DAYS, certifyRequest, createSigningRequest } from './signing-requests.js';
export type { SigningRequest } from './signing-requests.js';
export { FROZEN_PEER_MS, TIMINGS } from './timings.js';
export type { Timings } from './timings.js';
