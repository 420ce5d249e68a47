import { SIGNATURE_BYTES } from '../core/private-join/index.js';
import { fixedBytes, someBytes } from './check.js';
import type { EnrolmentReply, EnrolmentRequest } from './enrolment.js';
import { TOKEN_ID_BYTES, TOKEN_SECRET_BYTES } from './enrolment-token.js';
import { agency } from './fields.js';
import { MAX_CERTIFICATE_BYTES, MAX_SIGNING_REQUEST_BYTES } from './limits.js';
import type {
  EnrolmentReply as WireReply,
  EnrolmentReply__Output,
  EnrolmentRequest as WireRequest,
  EnrolmentRequest__Output,
  RenewalReply__Output,
  RenewalRequest__Output,
} from './wire.js';

/** Wire ⇄ domain for what gives certificates. Whatever is not as the proto files say: TransportError BAD_MESSAGE. */

const IDENTITY_KEY_BYTES = 32;

export function toEnrolmentRequest(wire: EnrolmentRequest__Output): EnrolmentRequest {
  return {
    agency: agency(wire.agency, 'agency'),
    tokenId: fixedBytes(wire.tokenId, 'token_id', TOKEN_ID_BYTES),
    secret: fixedBytes(wire.secret, 'secret', TOKEN_SECRET_BYTES),
    signingRequest: someBytes(wire.signingRequest, 'signing_request', MAX_SIGNING_REQUEST_BYTES),
    identityKey: fixedBytes(wire.identityKey, 'identity_key', IDENTITY_KEY_BYTES),
    proof: fixedBytes(wire.proof, 'proof', SIGNATURE_BYTES),
  };
}

export function fromEnrolmentRequest(request: EnrolmentRequest): WireRequest {
  return { ...request };
}

export function toEnrolmentReply({ certificate }: EnrolmentReply__Output): EnrolmentReply {
  return { certificate: someBytes(certificate, 'certificate', MAX_CERTIFICATE_BYTES) };
}

export function fromEnrolmentReply({ certificate }: EnrolmentReply): WireReply {
  return { certificate };
}

/** The signing request. */
export function toRenewalRequest({ signingRequest }: RenewalRequest__Output): Uint8Array {
  return someBytes(signingRequest, 'signing_request', MAX_SIGNING_REQUEST_BYTES);
}

/** The certificate. */
export function toRenewalReply({ certificate }: RenewalReply__Output): Uint8Array {
  return someBytes(certificate, 'certificate', MAX_CERTIFICATE_BYTES);
}
