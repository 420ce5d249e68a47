import { joinColumns, splitColumns } from './columns.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES } from './messages.js';

/**
 * Bytes of one record on the wire and in a store: its keys in column order, then its label ciphertext, then one
 * ciphertext for each column of sums of its dataset. A record of the tally has no keys and a ciphertext for each column
 * of sums of the plan. One of an opt-out list has keys alone: its `sums` are null.
 */
export function recordWidth(keyColumns: number, sums: number | null): number {
  return keyColumns * ELEMENT_BYTES + ciphertextsWidth(sums);
}

/** Bytes of a record's ciphertexts: its label's and its numbers'. */
export function ciphertextsWidth(sums: number | null): number {
  return ciphertextsOf(sums) * CIPHERTEXT_BYTES;
}

/** Ciphertexts of a record. */
export function ciphertextsOf(sums: number | null): number {
  return sums === null ? 0 : 1 + sums;
}

export interface SeparateRecords {
  readonly keys: Uint8Array;
  /** Record by record the label ciphertext and those of its numbers. */
  readonly ciphertexts: Uint8Array;
}

export function separate(keyColumns: number, sums: number | null, records: Uint8Array): SeparateRecords {
  const [keys, ciphertexts] = splitColumns(records, keyColumns * ELEMENT_BYTES, ciphertextsWidth(sums));
  return { keys, ciphertexts };
}

/** The opposite of `separate`. */
export function interleave(
  keyColumns: number,
  sums: number | null,
  { keys, ciphertexts }: SeparateRecords,
): Uint8Array {
  return joinColumns(keys, keyColumns * ELEMENT_BYTES, ciphertexts, ciphertextsWidth(sums));
}
