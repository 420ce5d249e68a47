export { createAuthority, issueCertificate } from './certificates.js';
export type { Authority, AuthorityRequest, CertificateRequest, IssuedCertificate } from './certificates.js';
export { createFederationClient } from './client.js';
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
  MAX_DATASETS,
  MAX_ENVELOPE_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_PARAMETER_VALUES,
  MAX_PARAMETERS,
  MAX_PARTICIPANTS,
  MAX_REASON_CHARACTERS,
  MAX_REQUESTER_CHARACTERS,
} from './limits.js';
export { createMemoryNetwork } from './memory-network.js';
export type { Letter, MemoryNetwork, MemoryNetworkOptions, Parcel, Tamper } from './memory-network.js';
export type { CommonOptions, FederationClientOptions, FederationServerOptions, Tap, TlsMaterial } from './options.js';
export { identityOfCertificate, identityUri, partyOf } from './peer-identity.js';
export type { PeerIdentity } from './peer-identity.js';
export { createFederationServer } from './server.js';
export { FROZEN_PEER_MS, TIMINGS } from './timings.js';
export type { Timings } from './timings.js';
