export { canonicalJson, sha256 } from './canonical-json.js';
export {
  RAW_KEY_BYTES,
  rawPublicKey,
  SIGNATURE_BYTES,
  signingKey,
  signingKeyFromPem,
  verifySignature,
} from './ed25519.js';
export type { SigningKey } from './ed25519.js';
export { payloadTypeOf, readEnvelope, writeEnvelope } from './envelope.js';
export type { Envelope, EnvelopeKind, EnvelopeSignature } from './envelope.js';
export { SIGNING_ERROR_CODES, SigningError } from './errors.js';
export type { SigningErrorCode } from './errors.js';
export {
  createKeyFile,
  isKeyFile,
  MAX_KEY_FILE_BYTES,
  MAX_PASSPHRASE_LENGTH,
  MIN_PASSPHRASE_LENGTH,
  openKeyFile,
  readKeyFile,
} from './key-file.js';
export type { OfficerKeyFile } from './key-file.js';
export { isPasskeyPublicKey, passkeyChallenge } from './passkey.js';
export type { PasskeyAssertion, RelyingParty } from './passkey.js';
export { preAuthenticationEncoding } from './pre-authentication.js';
export { keyIdOf, signatureHolds, signWith } from './signer-key.js';
export type { Ed25519Key, Passkey, SignerKey } from './signer-key.js';
