import { concatBytes, equalBytes, fromBase64, toBase64, utf8Bytes } from '../base/index.js';
import { verifySignature } from '../private-join/index.js';
import type { SigningKey } from '../private-join/index.js';
import { AuditError } from './errors.js';
import { isKeyName, KEY_ID_BYTES, keyIdOf } from './note-key.js';
import type { NoteKey } from './note-key.js';

/*
 * Signed notes (C2SP, c2sp.org/signed-note): a text that people can read, an empty line, and lines of signatures:
 * em dash, name of the key, base64 of the key's id and the signature.
 */

/** A note is read whole: one with a cosignature of every agency that a roster may have is far below this. */
export const MAX_NOTE_BYTES = 131_072;
/** The log's own, and one of every agency that a roster may have. */
export const MAX_NOTE_SIGNATURES = 256;

export interface NoteSignature {
  /** Of the key. */
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

export interface SignedNote {
  /** With the newline at its end. */
  readonly text: string;
  /** In the order of their lines. */
  readonly signatures: readonly NoteSignature[];
}

/** What a note's signatures say of a key: it has signed, it hasn't, or what stands there in its name is not its own. */
export type Standing = 'signed' | 'absent' | 'wrong';

const SIGNATURE_LINE = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/u;
/** All below U+0020 but the newline; and halves of characters, which have no UTF-8. */
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u;

/** Thrown when it isn't one, is too long or has too many signatures: AuditError BAD_NOTE. */
export function parseNote(note: string): SignedNote {
  if (note.length > MAX_NOTE_BYTES || utf8Bytes(note).length > MAX_NOTE_BYTES) {
    throw badNote(`it has more than ${MAX_NOTE_BYTES} bytes`);
  }
  if (FORBIDDEN.test(note)) throw badNote('it has a control character');
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw badNote('a text, an empty line and a signature are expected');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_NOTE_SIGNATURES) throw badNote(`it has more than ${MAX_NOTE_SIGNATURES} signatures`);
  const before = note.slice(0, end + 1).split('\n').length;
  return {
    text: note.slice(0, end + 1),
    signatures: lines.map((line, place) => parseLine(line, `line ${before + 1 + place}`)),
  };
}

export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map((signature) => `${formatSignatureLine(signature)}\n`).join('')}`;
}

/** One line, without a newline. Thrown when it isn't a signature's: AuditError BAD_NOTE. */
export function parseSignatureLine(line: string): NoteSignature {
  if (line.length > MAX_NOTE_BYTES) throw badNote(`the line has more than ${MAX_NOTE_BYTES} characters`);
  return parseLine(line, 'the line');
}

export function formatSignatureLine({ name, keyId, signature }: NoteSignature): string {
  return `— ${name} ${toBase64(concatBytes(keyId, signature))}`;
}

/** Thrown when the name can't be that of a key: AuditError BAD_NOTE_KEY. */
export function signNote(text: string, name: string, key: SigningKey): NoteSignature {
  const keyId = keyIdOf({ name, algorithm: 'ed25519', publicKey: key.publicKey });
  return { name, keyId, signature: key.sign(utf8Bytes(text)) };
}

/** Lines in the name of the key, as far as name and id say. */
export function signaturesOf({ signatures }: SignedNote, key: NoteKey): readonly NoteSignature[] {
  const id = keyIdOf(key);
  return signatures.filter(({ name, keyId }) => name === key.name && equalBytes(keyId, id));
}

/** Of a key for whole notes. One wrong signature in its name is enough for `wrong`, whatever else is there. */
export function standingOf(note: SignedNote, key: NoteKey): Standing {
  const found = signaturesOf(note, key);
  const bytes = utf8Bytes(note.text);
  if (!found.every(({ signature }) => verifySignature(key.publicKey, bytes, signature))) return 'wrong';
  return found.length === 0 ? 'absent' : 'signed';
}

function parseLine(line: string, where: string): NoteSignature {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = decoded(encoded);
  if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw badNote(`${where} is not a signature: em dash, space, name, space, base64 of key id and signature`);
  }
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

function decoded(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}

function badNote(why: string): AuditError {
  return new AuditError('BAD_NOTE', `This is not a signed note: ${why}.`);
}
