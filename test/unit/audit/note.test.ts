import { describe, expect, it } from 'vitest';

import {
  cosign,
  cosignedAt,
  formatNote,
  formatNoteKey,
  formatSignatureLine,
  keyIdOf,
  MAX_KEY_NAME_CHARACTERS,
  MAX_NOTE_BYTES,
  MAX_NOTE_SIGNATURES,
  parseNote,
  parseNoteKey,
  parseSignatureLine,
  signNote,
  standingOf,
  withCosignature,
} from '../../../core/audit/index.js';
import type { NoteKey, SignedNote } from '../../../core/audit/index.js';
import { utf8Bytes } from '../../../core/base/index.js';
import { auditCode, coordinator, police, policeWitness, START, testKey, withOneBitChanged } from './audit-fixtures.js';

const TEXT = 'Nobody is in this.\n\nNobody at all.\n';
const NAME = 'tallystick/test/note';
const key: NoteKey = { name: NAME, algorithm: 'ed25519', publicKey: coordinator.publicKey };
const signed: SignedNote = { text: TEXT, signatures: [signNote(TEXT, NAME, coordinator)] };
const note = formatNote(signed);
const line = note.split('\n').at(-2) ?? '';

describe('a signed note', () => {
  it('is read as it was written, with empty lines in its text', () => {
    expect(parseNote(note)).toEqual(signed);
    expect(standingOf(parseNote(note), key)).toBe('signed');
  });

  it('is not signed any more with any bit of it changed', () => {
    for (const changed of withOneBitChanged(note)) {
      let standing: string;
      try {
        standing = standingOf(parseNote(changed), key);
      } catch {
        standing = 'not a note';
      }
      expect(standing, changed).not.toBe('signed');
    }
  });

  it.each([
    ['empty', ''],
    ['without signatures', `${TEXT}\n`],
    ['without an empty line', `text\n${line}\n`],
    ['without its last newline', note.slice(0, -1)],
    ['with a carriage return', note.replace('Nobody at', 'Nobody\rat')],
    ['with a tab', note.replace('Nobody at', 'Nobody\tat')],
    ['with half a character', note.replace('Nobody at', 'Nobody\ud800at')],
    ['with a hyphen for a dash', note.replace('— ', '- ')],
    ['with two spaces', note.replace(`— ${NAME} `, `— ${NAME}  `)],
    ['with a plus in the name', note.replace(NAME, 'a+b')],
    ['with a no-break space in the name', note.replace(NAME, 'a\u00a0b')],
    ['without padding', note.replace('=\n', '\n')],
    ['with base64 for the web', note.replace(line, `— ${NAME} ____________`)],
    ['with a key id and no signature', note.replace(line, `— ${NAME} AAAAAA==`)],
    ['with text after its signatures', `${note}text\n`],
  ])('is not one %s', (_, text) => {
    expect(auditCode(() => parseNote(text))).toBe('BAD_NOTE');
  });

  it('says in which line it goes wrong', () => {
    expect(() => parseNote(note.replace('— ', '- '))).toThrow(/line 5 is not a signature/);
  });

  it(`has up to ${MAX_NOTE_SIGNATURES} signatures and ${MAX_NOTE_BYTES} bytes, and not one more`, () => {
    const [signature] = signed.signatures;
    const many = (count: number): string => formatNote({ text: TEXT, signatures: Array(count).fill(signature) });
    expect(parseNote(many(MAX_NOTE_SIGNATURES)).signatures).toHaveLength(MAX_NOTE_SIGNATURES);
    expect(auditCode(() => parseNote(many(MAX_NOTE_SIGNATURES + 1)))).toBe('BAD_NOTE');
    const sized = (bytes: number): string => {
      const rest = utf8Bytes(`\n\n${line}\n`).length;
      return `${'x'.repeat(bytes - rest)}\n\n${line}\n`;
    };
    expect(utf8Bytes(sized(MAX_NOTE_BYTES))).toHaveLength(MAX_NOTE_BYTES);
    expect(parseNote(sized(MAX_NOTE_BYTES)).signatures).toHaveLength(1);
    expect(auditCode(() => parseNote(sized(MAX_NOTE_BYTES + 1)))).toBe('BAD_NOTE');
    // Two bytes a character.
    expect(auditCode(() => parseNote(sized(MAX_NOTE_BYTES).replace('xx', 'é')))).toBeUndefined();
    expect(auditCode(() => parseNote(sized(MAX_NOTE_BYTES).replace('x', 'é')))).toBe('BAD_NOTE');
  });

  it('is not signed by a key of another name, of another kind, or another key', () => {
    expect(standingOf(signed, { ...key, name: `${NAME}/2` })).toBe('absent');
    expect(standingOf(signed, { ...key, algorithm: 'cosignature' })).toBe('absent');
    expect(standingOf(signed, { ...key, publicKey: police.publicKey })).toBe('absent');
  });

  it('is worth nothing with one wrong signature in the name of the key, whatever else there is', () => {
    const forged = { ...signNote(TEXT, NAME, police), keyId: keyIdOf(key) };
    expect(standingOf({ text: TEXT, signatures: [forged] }, key)).toBe('wrong');
    expect(standingOf({ text: TEXT, signatures: [...signed.signatures, forged] }, key)).toBe('wrong');
    const stranger = signNote(TEXT, 'somebody/else', testKey(9));
    expect(standingOf({ text: TEXT, signatures: [stranger, ...signed.signatures] }, key)).toBe('signed');
  });

  it('has lines that can be handed on by themselves', () => {
    expect(formatSignatureLine(parseSignatureLine(line))).toBe(line);
    expect(auditCode(() => parseSignatureLine(`${line}\n`))).toBe('BAD_NOTE');
    expect(auditCode(() => parseSignatureLine(`${line}${'A'.repeat(MAX_NOTE_BYTES)}`))).toBe('BAD_NOTE');
  });
});

describe('the name of a key', () => {
  it(`has up to ${MAX_KEY_NAME_CHARACTERS} characters, and not one more`, () => {
    const named = (count: number): NoteKey => ({ ...key, name: 'n'.repeat(count) });
    const most = named(MAX_KEY_NAME_CHARACTERS);
    expect(parseNoteKey(formatNoteKey(most))).toEqual(most);
    expect(auditCode(() => formatNoteKey(named(MAX_KEY_NAME_CHARACTERS + 1)))).toBe('BAD_NOTE_KEY');
  });

  it.each(['', 'a b', 'a+b', 'a\nb', 'a\u2003b'])('is not %j', (name) => {
    expect(auditCode(() => keyIdOf({ ...key, name }))).toBe('BAD_NOTE_KEY');
  });
});

describe('a cosignature', () => {
  const cosignature = cosign(TEXT, policeWitness.name, police, new Date('2026-11-23T09:30:00.999Z'));
  const cosigned: SignedNote = { text: TEXT, signatures: [...signed.signatures, cosignature] };

  it('says when it was given, to the second', () => {
    expect(cosignedAt(cosigned, policeWitness)).toEqual(START);
    expect(parseNote(formatNote(cosigned))).toEqual(cosigned);
    expect(cosignedAt(signed, policeWitness)).toBeUndefined();
  });

  it('is none with any bit of it changed, its time too', () => {
    const { signature } = cosignature;
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const changed = Uint8Array.from(signature);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const forged = { text: TEXT, signatures: [{ ...cosignature, signature: changed }] };
      expect(cosignedAt(forged, policeWitness)).toBeUndefined();
    }
    for (const text of withOneBitChanged(TEXT)) {
      if (text !== TEXT) expect(cosignedAt({ ...cosigned, text }, policeWitness)).toBeUndefined();
    }
    const short = { ...cosignature, signature: signature.slice(0, -1) };
    expect(cosignedAt({ text: TEXT, signatures: [short] }, policeWitness)).toBeUndefined();
  });

  it('is not a plain signature, nor the other way round', () => {
    expect(standingOf(cosigned, { ...policeWitness, algorithm: 'ed25519' })).toBe('absent');
    const plain = signNote(TEXT, policeWitness.name, police);
    const passedOff = { ...plain, keyId: keyIdOf(policeWitness) };
    expect(cosignedAt({ text: TEXT, signatures: [passedOff] }, policeWitness)).toBeUndefined();
    const key_: NoteKey = { ...policeWitness, algorithm: 'ed25519' };
    expect(standingOf({ text: TEXT, signatures: [{ ...cosignature, keyId: keyIdOf(key_) }] }, key_)).toBe('wrong');
  });

  it('goes into a note once, the newest one', () => {
    const later = cosign(TEXT, policeWitness.name, police, new Date('2026-11-23T09:31:00Z'));
    const twice = withCosignature(withCosignature(signed, cosignature, policeWitness), later, policeWitness);
    expect(twice).toEqual({ text: TEXT, signatures: [...signed.signatures, later] });
    expect(cosignedAt({ text: TEXT, signatures: [later, cosignature] }, policeWitness)).toEqual(
      new Date('2026-11-23T09:31:00Z'),
    );
  });

  it('doesn’t go into a note when it is somebody else’s, or of another note', () => {
    const other = cosign(TEXT, policeWitness.name, testKey(9), START);
    expect(auditCode(() => withCosignature(signed, other, policeWitness))).toBe('BAD_COSIGNATURE');
    const elsewhere = cosign('another text\n', policeWitness.name, police, START);
    expect(auditCode(() => withCosignature(signed, elsewhere, policeWitness))).toBe('BAD_COSIGNATURE');
  });

  it('has no time before 1970 and none that is no time', () => {
    for (const at of [new Date(-1), new Date(Number.NaN)]) {
      expect(() => cosign(TEXT, policeWitness.name, police, at)).toThrow(RangeError);
    }
  });
});
