import { createHash } from 'node:crypto';
import { lengthPrefixed, utf8Bytes } from '../core/base/index.js';
import type { PartyId } from '../core/private-join/index.js';

/** What a node says to be let in for the first time; proto/tallystick/v1/enrolment.proto says what is what. */
export interface EnrolmentRequest {
  readonly agency: PartyId;
  readonly tokenId: Uint8Array;
  readonly secret: Uint8Array;
  /** PKCS #10, DER. */
  readonly signingRequest: Uint8Array;
  /** Raw Ed25519 public key. */
  readonly identityKey: Uint8Array;
  /** By the identity key, over `enrolmentStatement`. */
  readonly proof: Uint8Array;
}

export interface EnrolmentReply {
  /** X.509, DER. */
  readonly certificate: Uint8Array;
}

/** What the identity key signs: that its holder, for this agency and with this token, asks for that certificate. */
export function enrolmentStatement(
  federation: string,
  { agency, tokenId, signingRequest }: Pick<EnrolmentRequest, 'agency' | 'tokenId' | 'signingRequest'>,
): Uint8Array {
  return lengthPrefixed(
    utf8Bytes('tallystick enrolment 1'),
    utf8Bytes(federation),
    utf8Bytes(agency),
    tokenId,
    new Uint8Array(createHash('sha256').update(signingRequest).digest()),
  );
}
