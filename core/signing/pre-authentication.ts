import { concatBytes, utf8Bytes } from '../base/index.js';

/**
 * DSSE's pre-authentication encoding: the type is signed with the bytes, so that bytes signed as one thing are never
 * taken for another. Lengths count bytes, not characters.
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8Bytes(payloadType);
  return concatBytes(utf8Bytes(`DSSEv1 ${type.length} `), type, utf8Bytes(` ${payload.length} `), payload);
}
