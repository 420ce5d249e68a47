import { describe, expect, it } from 'vitest';

import { MAX_NOTE_BYTES } from '../../../core/audit/index.js';
import { MAX_ENTRY_PARTICIPANTS } from '../../../core/audit-entries/index.js';
import { concatBytes, toBase64, utf8Bytes } from '../../../core/base/index.js';
import {
  MAX_PROVENANCE_BYTES,
  MAX_PROVENANCE_HASHES,
  PROVENANCE_PAYLOAD_TYPE,
  readProvenance,
  signProvenance,
} from '../../../core/provenance/index.js';
import type { Provenance } from '../../../core/provenance/index.js';
import {
  canonicalJson,
  keyIdOf,
  preAuthenticationEncoding,
  readEnvelope,
  writeEnvelope,
} from '../../../core/signing/index.js';
import { ACT_KIND } from '../../../core/governance/index.js';
import { coordinator, testKey } from '../audit/audit-fixtures.js';
import { codeOf, signed, thrownCode, told } from './provenance-fixtures.js';

const { provenance } = told();
const HASH = toBase64(new Uint8Array(32));

/** Signed as it is, whatever it is; `signedAs`: the payload's type that is under the signature. */
function envelopeOf(payload: Uint8Array, key = coordinator, signedAs = PROVENANCE_PAYLOAD_TYPE): Uint8Array {
  return writeEnvelope(PROVENANCE_PAYLOAD_TYPE, {
    payload,
    signatures: [
      {
        keyid: keyIdOf({ kind: 'ed25519', publicKey: coordinator.publicKey }),
        sig: key.sign(preAuthenticationEncoding(signedAs, payload)),
      },
    ],
  });
}

const saying = (value: unknown): Uint8Array => envelopeOf(canonicalJson(value));

describe('the file', () => {
  const bytes = signed(provenance);

  it('is read as it was written, and is the same each time', () => {
    expect(readProvenance(bytes)).toEqual(provenance);
    expect(signed(readProvenance(bytes))).toEqual(bytes);
  });

  it('is a DSSE envelope of RFC 8785 JSON with one signature', () => {
    const kind = { payloadType: PROVENANCE_PAYLOAD_TYPE, what: 'it', maxBytes: 1_000_000, maxSignatures: 1 };
    const { payload, signatures } = readEnvelope(bytes, kind);
    expect(payload).toEqual(canonicalJson(provenance));
    expect(signatures).toHaveLength(1);
  });

  it('is refused when any part of it was altered after it was signed', () => {
    const step = 11;
    for (let place = 0; place < bytes.length; place += step) {
      const altered = Uint8Array.from(bytes);
      altered[place] = (altered[place] ?? 0) ^ 1;
      // With which key it must be signed, the register says as it was then; that, too, can have been altered.
      expect([place, codeOf(altered)]).toEqual([
        place,
        expect.stringMatching(/^(BAD_PROVENANCE(_SIGNATURE)?|REGISTER_STALE|LOG_INCONSISTENT)$/) as string,
      ]);
    }
  });

  it('is refused when another key has signed it, or it was signed as something else', () => {
    const payload = canonicalJson(provenance);
    expect(codeOf(envelopeOf(payload))).toBeUndefined();
    expect(codeOf(signProvenance(provenance, testKey(9)))).toBe('BAD_PROVENANCE_SIGNATURE');
    expect(codeOf(envelopeOf(payload, testKey(9)))).toBe('BAD_PROVENANCE_SIGNATURE');
    expect(codeOf(envelopeOf(payload, coordinator, ACT_KIND.payloadType))).toBe('BAD_PROVENANCE_SIGNATURE');
    expect(codeOf(writeEnvelope(PROVENANCE_PAYLOAD_TYPE, { payload, signatures: [] }))).toBe(
      'BAD_PROVENANCE_SIGNATURE',
    );
  });

  it('begins what is signed with letters that nothing else begins with that an identity key signs', () => {
    const bare = { publicKey: coordinator.publicKey, sign: (under: Uint8Array) => under.slice(0, 64) };
    const json = JSON.parse(new TextDecoder().decode(signProvenance(provenance, bare))) as {
      readonly signatures: readonly { readonly sig: string }[];
    };
    const under = Buffer.from(json.signatures[0]?.sig ?? '', 'base64').toString();
    expect(under.startsWith(`DSSEv1 ${PROVENANCE_PAYLOAD_TYPE.length} ${PROVENANCE_PAYLOAD_TYPE}`)).toBe(true);
    // Checkpoints and cosignatures; all else begins with a length, whose first byte is 0.
    expect(provenance.checkpoint.startsWith('tallystick/')).toBe(true);
  });

  it.each<readonly [string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['no envelope', utf8Bytes('{}')],
    [
      'an envelope of something else',
      writeEnvelope(ACT_KIND.payloadType, { payload: utf8Bytes('{}'), signatures: [] }),
    ],
    [
      'two signatures',
      writeEnvelope(PROVENANCE_PAYLOAD_TYPE, {
        payload: canonicalJson(provenance),
        signatures: ['a', 'b'].map((keyid) => ({ keyid, sig: new Uint8Array(64) })),
      }),
    ],
    ['what is not JSON', envelopeOf(utf8Bytes('x'))],
    ['what is not UTF-8', envelopeOf(Uint8Array.of(0xff))],
    ['what is not RFC 8785', envelopeOf(utf8Bytes(JSON.stringify(provenance, null, 1)))],
    ['another format', saying({ ...provenance, format: 'tallystick-provenance/v2' })],
    ['a field more', saying({ ...provenance, more: 1 })],
    ['a field more in the offer', saying({ ...provenance, offer: { ...provenance.offer, digest: 'x' } })],
    ['a template’s digest that is none', saying({ ...provenance, template: { ...provenance.template, digest: 'x' } })],
    ['a register of nothing', saying(withRegister({ size: 0 }))],
    ['a register’s root that is none', saying(withRegister({ root: 'x' }))],
    [
      'a template in it',
      saying({ ...provenance, template: { ...provenance.template, envelope: toBase64(new Uint8Array(1)) } }),
    ],
    ['a field less', saying({ ...provenance, run: undefined })],
    ['half of a character', envelopeOf(withHalfCharacter())],
  ])('is not %s', (_, wrong) => {
    expect(codeOf(wrong)).toBe('BAD_PROVENANCE');
    expect(thrownCode(() => readProvenance(wrong))).toBe('BAD_PROVENANCE');
  });

  it('names the field that is wrong', () => {
    expect(() => readProvenance(saying({ ...provenance, release: { ...provenance.release, index: -1 } }))).toThrow(
      /: release\.index: not as a provenance has it\.$/,
    );
  });

  function withRegister(change: Partial<Provenance['offer']['register']>): Provenance {
    return { ...provenance, offer: { ...provenance.offer, register: { ...provenance.offer.register, ...change } } };
  }

  function withHalfCharacter(): Uint8Array {
    const text = new TextDecoder().decode(canonicalJson(provenance));
    return utf8Bytes(text.replace('"analyst@justice"', String.raw`"\ud800"`));
  }
});

describe('the limits of the file', () => {
  const bytes = signed(provenance);
  const padded = (length: number): Uint8Array => concatBytes(bytes, new Uint8Array(length - bytes.length).fill(0x20));
  const withOffer = (changes: Partial<Provenance['offer']>): Provenance => ({
    ...provenance,
    offer: { ...provenance.offer, ...changes },
  });
  const [first] = provenance.answers;
  if (first === undefined) throw new RangeError('an answer');
  const answers = (count: number): Provenance['answers'] => Array.from({ length: count }, () => first);
  const [asked] = provenance.offer.participants;
  if (asked === undefined) throw new RangeError('a participant');
  const participants = (count: number): Provenance['offer']['participants'] =>
    Array.from({ length: count }, () => asked);
  const withCheckpoint = (length: number): Provenance => ({ ...provenance, checkpoint: 'x'.repeat(length) });
  const hashes = (count: number): string[] => Array.from({ length: count }, () => HASH);

  it.each<readonly [string, () => Uint8Array, () => Uint8Array, string | undefined]>([
    ['bytes', () => padded(MAX_PROVENANCE_BYTES), () => padded(MAX_PROVENANCE_BYTES + 1), undefined],
    [
      'hashes of a proof',
      () => saying(withOffer({ inclusion: hashes(MAX_PROVENANCE_HASHES) })),
      () => saying(withOffer({ inclusion: hashes(MAX_PROVENANCE_HASHES + 1) })),
      'ENTRY_NOT_LOGGED',
    ],
    [
      'bytes of a hash',
      () => saying(withOffer({ inclusion: [HASH] })),
      () => saying(withOffer({ inclusion: [toBase64(new Uint8Array(31))] })),
      'ENTRY_NOT_LOGGED',
    ],
    [
      'answers',
      () => saying({ ...provenance, answers: answers(MAX_ENTRY_PARTICIPANTS) }),
      () => saying({ ...provenance, answers: answers(MAX_ENTRY_PARTICIPANTS + 1) }),
      'ENTRIES_OUT_OF_ORDER',
    ],
    [
      'participants',
      () => saying(withOffer({ participants: participants(MAX_ENTRY_PARTICIPANTS) })),
      () => saying(withOffer({ participants: participants(MAX_ENTRY_PARTICIPANTS + 1) })),
      'ENTRY_NOT_LOGGED',
    ],
    [
      'participants at the least',
      () => saying(withOffer({ participants: participants(1) })),
      () => saying(withOffer({ participants: [] })),
      'ENTRY_NOT_LOGGED',
    ],
    [
      'characters of the checkpoint',
      () => saying(withCheckpoint(MAX_NOTE_BYTES)),
      () => saying(withCheckpoint(MAX_NOTE_BYTES + 1)),
      'BAD_CHECKPOINT',
    ],
  ])('%s', (_, atLimit, past, code) => {
    expect(codeOf(atLimit())).toBe(code);
    expect(codeOf(past())).toBe('BAD_PROVENANCE');
  });

  it('leave room for all that there may be at once', () => {
    const largest = {
      ...provenance,
      answers: answers(MAX_ENTRY_PARTICIPANTS).map((answer) => ({
        ...answer,
        agency: 'a'.repeat(64),
        inclusion: hashes(MAX_PROVENANCE_HASHES),
      })),
      offer: withOffer({ parameters: { p: Array.from({ length: 512 }, () => 'x'.repeat(124)) } }).offer,
      checkpoint: '\n'.repeat(MAX_NOTE_BYTES),
    };
    expect(signed(largest).length).toBeLessThanOrEqual(MAX_PROVENANCE_BYTES);
    const parameters = Object.fromEntries(
      Array.from({ length: 64 }, (__, name) => [`p${name}`, Array.from({ length: 1_024 }, () => 'x'.repeat(128))]),
    );
    expect(thrownCode(() => signed(withOffer({ parameters })))).toBe('BAD_PROVENANCE');
    expect(thrownCode(() => signed({ ...provenance, run: 'x' }))).toBe('BAD_PROVENANCE');
  });
});
