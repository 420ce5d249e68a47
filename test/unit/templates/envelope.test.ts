import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { rawPublicKey } from '../../../core/private-join/index.js';
import {
  addSignature,
  canonicalTemplate,
  signTemplate,
  TEMPLATE_PAYLOAD_TYPE,
  verifyEnvelope,
} from '../../../core/templates/index.js';
import type { Governance } from '../../../core/templates/index.js';
import { preAuthenticationEncoding } from '../../../core/signing/index.js';
import { MAX_ENVELOPE_BYTES } from '../../../core/templates/envelope.js';
import { MAX_OFFICERS } from '../../../core/templates/roster.js';
import { codeOf, errorOf, FULL_BODY, template } from './fixtures.js';

/** An Ed25519 key from a seed that the name gives, so that a failure can be repeated. */
function keyOf(name: string): KeyObject {
  const seed = createHash('sha256').update(name).digest();
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
}

const payload = canonicalTemplate(template(FULL_BODY));
const officers = ['ada', 'ben', 'cyd'];
const [ada, ben, cyd, eve] = ['ada', 'ben', 'cyd', 'eve'].map(keyOf) as [KeyObject, KeyObject, KeyObject, KeyObject];

function governance(threshold: number): Governance {
  return {
    threshold,
    officers: officers.map((id) => ({ id, name: id, organisation: 'Board', publicKey: rawPublicKey(keyOf(id)) })),
  };
}

interface EnvelopeJson {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
}

/** The envelope with something changed that its signatures don't know of. */
function altered(envelope: Uint8Array, change: (json: EnvelopeJson) => void): Uint8Array {
  const json = JSON.parse(new TextDecoder().decode(envelope)) as EnvelopeJson;
  change(json);
  return new TextEncoder().encode(JSON.stringify(json));
}

const signedByAda = signTemplate(payload, 'ada', ada);
const signedByBoth = addSignature(signedByAda, 'ben', ben);

describe('a signed template', () => {
  it('gives back exactly the bytes that were signed, and who signed', () => {
    const verified = verifyEnvelope(signedByBoth, governance(2));
    expect(verified.payload).toEqual(payload);
    expect(verified.signers).toEqual(['ada', 'ben']);
    expect(verified.digest).toBe(createHash('sha256').update(payload).digest('hex'));
  });

  it('may have more signatures than it needs', () => {
    expect(verifyEnvelope(addSignature(signedByBoth, 'cyd', cyd), governance(1)).signers).toHaveLength(3);
  });

  it('is a DSSE envelope in JSON', () => {
    const json = JSON.parse(new TextDecoder().decode(signedByAda)) as EnvelopeJson;
    expect(Object.keys(json)).toEqual(['payloadType', 'payload', 'signatures']);
    expect(json.payloadType).toBe('application/vnd.tallystick.template+json');
    expect(Buffer.from(json.payload, 'base64')).toEqual(Buffer.from(payload));
    expect(json.signatures.map(({ keyid }) => keyid)).toEqual(['ada']);
  });

  it('does not reach the threshold with too few signatures', () => {
    expect(codeOf(() => verifyEnvelope(signedByAda, governance(2)))).toBe('TOO_FEW_SIGNERS');
    const unsigned = altered(signedByAda, (json) => void json.signatures.pop());
    expect(codeOf(() => verifyEnvelope(unsigned, governance(1)))).toBe('TOO_FEW_SIGNERS');
  });

  it('does not reach the threshold with one officer twice', () => {
    const twice = altered(signedByAda, (json) => void json.signatures.push(...json.signatures));
    expect(codeOf(() => verifyEnvelope(twice, governance(2)))).toBe('DUPLICATE_SIGNER');
    expect(codeOf(() => verifyEnvelope(twice, governance(1)))).toBe('DUPLICATE_SIGNER');
    expect(codeOf(() => addSignature(signedByAda, 'ada', ada))).toBe('DUPLICATE_SIGNER');
  });

  it('does not reach the threshold with one signature under two names', () => {
    const renamed = altered(signedByAda, (json) => {
      json.signatures.push({ keyid: 'ben', sig: json.signatures[0]?.sig ?? '' });
    });
    expect(codeOf(() => verifyEnvelope(renamed, governance(2)))).toBe('BAD_SIGNATURE');
  });

  it('is refused when its payload was altered', () => {
    const flipped = altered(signedByBoth, (json) => {
      const bytes = Buffer.from(json.payload, 'base64');
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      json.payload = bytes.toString('base64');
    });
    expect(codeOf(() => verifyEnvelope(flipped, governance(2)))).toBe('BAD_SIGNATURE');
  });

  it('is refused when it is said to be something else, even signed as that', () => {
    const other = altered(signedByAda, (json) => {
      json.payloadType = 'application/vnd.tallystick.roster+json';
    });
    expect(codeOf(() => verifyEnvelope(other, governance(1)))).toBe('WRONG_PAYLOAD_TYPE');
    expect(codeOf(() => addSignature(other, 'ben', ben))).toBe('WRONG_PAYLOAD_TYPE');
  });

  it('is refused when anybody else signed, enough officers or not', () => {
    const withEve = addSignature(signedByBoth, 'eve', eve);
    expect(codeOf(() => verifyEnvelope(withEve, governance(2)))).toBe('UNKNOWN_SIGNER');
    expect(codeOf(() => verifyEnvelope(signTemplate(payload, 'ada', eve), governance(1)))).toBe('BAD_SIGNATURE');
  });

  it.each<[string, (sig: Buffer) => Buffer]>([
    ['truncated', (sig) => sig.subarray(0, -1)],
    ['too long', (sig) => Buffer.concat([sig, Buffer.of(0)])],
    ['empty', () => Buffer.of()],
    ['altered', (sig) => Buffer.concat([sig.subarray(0, -1), Buffer.of((sig.at(-1) ?? 0) ^ 0x80)])],
  ])('is refused when a signature is %s', (_, change) => {
    const bad = altered(signedByBoth, (json) => {
      const [, second] = json.signatures;
      if (second !== undefined) second.sig = change(Buffer.from(second.sig, 'base64')).toString('base64');
    });
    expect(codeOf(() => verifyEnvelope(bad, governance(1)))).toBe('BAD_SIGNATURE');
  });

  it.each<[string, Uint8Array]>([
    ['no JSON', new TextEncoder().encode('payloadType: x')],
    ['a list', new TextEncoder().encode('[]')],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['an entry too many', altered(signedByAda, (json) => Object.assign(json, { comment: 'x' }))],
    ['an entry too few', altered(signedByAda, (json) => Object.assign(json, { payload: undefined }))],
    [
      'a payload that is not base64',
      altered(signedByAda, (json) => Object.assign(json, { payload: `${json.payload}=` })),
    ],
    [
      'a signature that is not base64',
      altered(signedByAda, (json) => Object.assign(json.signatures[0] ?? {}, { sig: '**' })),
    ],
    ['a signer without a name', altered(signedByAda, (json) => Object.assign(json.signatures[0] ?? {}, { keyid: '' }))],
  ])('is refused when it is %s', (_, envelope) => {
    expect(codeOf(() => verifyEnvelope(envelope, governance(1)))).toBe('BAD_ENVELOPE');
  });

  it('has at most as many signatures as there may be officers', () => {
    const names = Array.from({ length: MAX_OFFICERS + 1 }, (_, index) => `officer-${index}`);
    const signed = names
      .slice(1, -1)
      .reduce(
        (envelope, name) => addSignature(envelope, name, keyOf(name)),
        signTemplate(payload, 'officer-0', keyOf('officer-0')),
      );
    const everybody: Governance = {
      threshold: MAX_OFFICERS,
      officers: names.map((id) => ({ id, name: id, organisation: 'Board', publicKey: rawPublicKey(keyOf(id)) })),
    };
    expect(verifyEnvelope(signed, everybody).signers).toHaveLength(MAX_OFFICERS);
    const last = names.at(-1) ?? '';
    expect(codeOf(() => verifyEnvelope(addSignature(signed, last, keyOf(last)), everybody))).toBe('BAD_ENVELOPE');
  });

  it('has at most so many bytes', () => {
    const padded = (length: number): Uint8Array => new Uint8Array(length).fill(0x20);
    const filled = padded(MAX_ENVELOPE_BYTES);
    filled.set(signedByAda);
    expect(verifyEnvelope(filled, governance(1)).signers).toEqual(['ada']);
    const tooMuch = padded(MAX_ENVELOPE_BYTES + 1);
    tooMuch.set(signedByAda);
    expect(codeOf(() => verifyEnvelope(tooMuch, governance(1)))).toBe('TOO_LARGE');
  });

  it('is signed with Ed25519 and nothing else', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => signTemplate(payload, 'ada', privateKey)).toThrow(TypeError);
  });

  it('names the officer whose signature does not hold', () => {
    expect(errorOf(() => verifyEnvelope(signTemplate(payload, 'ben', eve), governance(1))).message).toContain('ben');
  });
});

describe('what is signed', () => {
  it('is the type and the bytes, each with its length', () => {
    const encoded = preAuthenticationEncoding('http://example.com/HelloWorld', new TextEncoder().encode('hello world'));
    // The test vector of the DSSE protocol.
    expect(Buffer.from(encoded).toString('latin1')).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes, not characters', () => {
    const word = 'Zoë 🜁';
    expect(word).toHaveLength(6);
    const encoded = preAuthenticationEncoding(word, new TextEncoder().encode(word));
    expect(Buffer.from(encoded).toString('utf8')).toBe(`DSSEv1 9 ${word} 9 ${word}`);
  });

  it('can not be read in two ways', () => {
    const first = preAuthenticationEncoding('a', new TextEncoder().encode('1 b'));
    const second = preAuthenticationEncoding('a 3 1', new TextEncoder().encode('b'));
    expect(first).not.toEqual(second);
  });

  it('holds for templates with letters beyond ASCII', () => {
    const text = canonicalTemplate({ ...template(FULL_BODY), title: 'Zoë’s question 🜁' });
    expect(verifyEnvelope(signTemplate(text, 'ada', ada), governance(1)).payload).toEqual(text);
    expect(TEMPLATE_PAYLOAD_TYPE).toMatch(/^[\x20-\x7e]+$/);
  });
});
