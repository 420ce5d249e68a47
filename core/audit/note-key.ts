import { createHash } from 'node:crypto';

import { concatBytes, fromBase64, toBase64, toHex, utf8Bytes } from '../base/index.js';
import { AuditError } from './errors.js';

/** How a key signs notes, and the byte that C2SP's signed-note gives it. */
const ALGORITHM_BYTES = { ed25519: 0x01, cosignature: 0x04 } as const;
/** `ed25519`: the text as it is. `cosignature`: the text with a time, as witnesses do (c2sp.org/tlog-cosignature). */
export type NoteAlgorithm = keyof typeof ALGORITHM_BYTES;

/** The public half of a key that signs notes. */
export interface NoteKey {
  readonly name: string;
  readonly algorithm: NoteAlgorithm;
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

export const KEY_ID_BYTES = 4;
export const MAX_KEY_NAME_CHARACTERS = 255;
const RAW_KEY_BYTES = 32;

/** A name, 8 hexadecimal digits and base64, with a plus between. */
const KEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/;

/** Neither a space of any kind, nor a plus, nor a control character. */
export function isKeyName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= MAX_KEY_NAME_CHARACTERS &&
    !/[\p{White_Space}\p{Control}\p{Surrogate}+]/u.test(name)
  );
}

/** The first 4 bytes of SHA-256 of name, newline, algorithm and key. Thrown when the name can't be one: AuditError BAD_NOTE_KEY. */
export function keyIdOf({ name, algorithm, publicKey }: NoteKey): Uint8Array {
  if (!isKeyName(name)) {
    throw new AuditError(
      'BAD_NOTE_KEY',
      `A key's name has 1 to ${MAX_KEY_NAME_CHARACTERS} characters, without spaces and plus signs.`,
    );
  }
  const named = concatBytes(utf8Bytes(`${name}\n`), Uint8Array.of(ALGORITHM_BYTES[algorithm]), publicKey);
  return new Uint8Array(createHash('sha256').update(named).digest().subarray(0, KEY_ID_BYTES));
}

/** As other programs that verify notes take it: `name+id+base64` (a vkey, in their words). */
export function formatNoteKey(key: NoteKey): string {
  const material = concatBytes(Uint8Array.of(ALGORITHM_BYTES[key.algorithm]), key.publicKey);
  return `${key.name}+${toHex(keyIdOf(key))}+${toBase64(material)}`;
}

/** Thrown when it isn't one, or has another algorithm: AuditError BAD_NOTE_KEY. */
export function parseNoteKey(text: string): NoteKey {
  const [, name = '', id = '', encoded = ''] = KEY.exec(text) ?? [];
  const key = keyOf(name, encoded);
  if (key === undefined || toHex(keyIdOf(key)) !== id) {
    throw new AuditError(
      'BAD_NOTE_KEY',
      'This is not the public key of a note: name, plus, 8 hexadecimal digits that fit it, plus, base64 of an Ed25519 key.',
    );
  }
  return key;
}

function keyOf(name: string, encoded: string): NoteKey | undefined {
  try {
    const [byte, ...publicKey] = fromBase64(encoded);
    const algorithm = (Object.keys(ALGORITHM_BYTES) as NoteAlgorithm[]).find((each) => ALGORITHM_BYTES[each] === byte);
    if (algorithm === undefined || publicKey.length !== RAW_KEY_BYTES || !isKeyName(name)) return undefined;
    return { name, algorithm, publicKey: Uint8Array.from(publicKey) };
  } catch {
    return undefined;
  }
}
