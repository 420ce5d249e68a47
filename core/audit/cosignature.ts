import { concatBytes, utf8Bytes } from '../base/index.js';
import { verifySignature } from '../private-join/index.js';
import type { SigningKey } from '../private-join/index.js';
import { AuditError } from './errors.js';
import { signaturesOf } from './note.js';
import type { NoteSignature, SignedNote } from './note.js';
import { keyIdOf } from './note-key.js';
import type { NoteKey } from './note-key.js';

/*
 * What a witness puts under a checkpoint: that of all it has seen of this log this is the largest, and that it begins with
 * all the others. The signature is over a header, a time and the checkpoint's text (C2SP, c2sp.org/tlog-cosignature, its
 * Ed25519 form). The header's first byte is a letter, while everything else that a node's identity key signs begins with
 * a length, whose first byte is 0: neither can be passed off as the other.
 */

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
const MS = 1_000;

/** `name` and `key` are the witness's, `text` the checkpoint's; `at` is kept to the second. */
export function cosign(text: string, name: string, key: SigningKey, at: Date): NoteSignature {
  const seconds = Math.floor(at.getTime() / MS);
  if (!Number.isSafeInteger(seconds) || seconds < 0) throw new RangeError('not a time after 1970');
  const time = new Uint8Array(TIME_BYTES);
  new DataView(time.buffer).setBigUint64(0, BigInt(seconds));
  return {
    name,
    keyId: keyIdOf({ name, algorithm: 'cosignature', publicKey: key.publicKey }),
    signature: concatBytes(time, key.sign(message(seconds, text))),
  };
}

/** When a witness cosigned a checkpoint: of several cosignatures the latest; undefined where there is none of its own. */
export function cosignedAt(note: SignedNote, witness: NoteKey): Date | undefined {
  return signaturesOf(note, witness)
    .map(({ signature }) => verified(note.text, signature, witness))
    .filter((at) => at !== undefined)
    .toSorted((one, other) => other.getTime() - one.getTime())
    .at(0);
}

/**
 * The note with a witness's cosignature in it, in the place of an earlier one of the same witness.
 * Thrown when it isn't that witness's of this checkpoint: AuditError BAD_COSIGNATURE.
 */
export function withCosignature(note: SignedNote, line: NoteSignature, witness: NoteKey): SignedNote {
  if (cosignedAt({ text: note.text, signatures: [line] }, witness) === undefined) {
    throw new AuditError('BAD_COSIGNATURE', "This is not the named witness's cosignature of this checkpoint.");
  }
  const earlier = new Set(signaturesOf(note, witness));
  return { text: note.text, signatures: [...note.signatures.filter((each) => !earlier.has(each)), line] };
}

function verified(text: string, signature: Uint8Array, { algorithm, publicKey }: NoteKey): Date | undefined {
  if (algorithm !== 'cosignature' || signature.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined;
  const seconds = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
  if (!Number.isSafeInteger(seconds * MS)) return undefined;
  const isValid = verifySignature(publicKey, message(seconds, text), signature.subarray(TIME_BYTES));
  return isValid ? new Date(seconds * MS) : undefined;
}

function message(seconds: number, text: string): Uint8Array {
  return utf8Bytes(`cosignature/v1\ntime ${seconds}\n${text}`);
}
