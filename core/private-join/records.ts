import { CIPHERTEXT_BYTES, ELEMENT_BYTES } from './messages.js';

/**
 * Bytes of one record on the wire and in a store: its keys in column order, then its label ciphertext.
 * The ciphertexts of measures will follow the label's. A record of the tally is a ciphertext without keys.
 */
export function recordWidth(keyColumns: number): number {
  return keyColumns * ELEMENT_BYTES + CIPHERTEXT_BYTES;
}
