import { createPublicKey, generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import {
  isPasskeyPublicKey,
  keyIdOf,
  preAuthenticationEncoding,
  rawPublicKey,
  readEnvelope,
  signatureHolds,
  signWith,
  writeEnvelope,
} from '../../../core/signing/index.js';
import type { EnvelopeSignature } from '../../../core/signing/index.js';
import { MAX_AUTHENTICATOR_DATA_BYTES, MAX_CLIENT_DATA_BYTES } from '../../../core/signing/passkey.js';
import { Authenticator, FLAGS, SITE } from './passkeys.js';
import type { AssertionChange } from './passkeys.js';

const KIND = { payloadType: 'text/x-note', what: 'a note', maxBytes: 10_000, maxSignatures: 3 } as const;
const payload = new TextEncoder().encode('{"note":1}');
const encoded = preAuthenticationEncoding(KIND.payloadType, payload);
const es256 = new Authenticator('es256');

describe.each(['es256', 'eddsa'] as const)('a passkey (%s)', (algorithm) => {
  const authenticator = new Authenticator(algorithm);
  const holds = (signature: EnvelopeSignature, site: Parameters<typeof signatureHolds>[3] = SITE): boolean =>
    signatureHolds(authenticator.key, encoded, signature, site);

  it('signs the payload and its type, through an envelope', () => {
    const envelope = writeEnvelope(KIND.payloadType, { payload, signatures: [authenticator.sign(encoded)] });
    const [signature] = readEnvelope(envelope, KIND).signatures;
    expect(signature && holds(signature)).toBe(true);
    const other = preAuthenticationEncoding('text/x-other', payload);
    expect(signature && signatureHolds(authenticator.key, other, signature, SITE)).toBe(false);
  });

  it.each<[string, AssertionChange]>([
    ['for another site', { rpId: 'governance.example.evil' }],
    ['without its owner being there', { flags: FLAGS.verified }],
    ['without knowing who is there', { flags: FLAGS.present }],
    ['with attested data, as when a passkey is made', { flags: FLAGS.present | FLAGS.verified | FLAGS.attested }],
    ['with bytes that no flag announces', { more: new Uint8Array(1) }],
    ['when a passkey is made', { clientData: { type: 'webauthn.create' } }],
    ['on another page', { clientData: { origin: 'https://evil.example' } }],
    ['on a page in a page', { clientData: { crossOrigin: true } }],
    ['below another page', { clientData: { topOrigin: 'https://evil.example' } }],
    ['for another challenge', { clientData: { challenge: Buffer.alloc(32).toString('base64url') } }],
    ['for a challenge in another base64', { clientData: { challenge: Buffer.from(encoded).toString('base64') } }],
    ['with data past the limit', { flags: 0x85, more: new Uint8Array(MAX_AUTHENTICATOR_DATA_BYTES - 36) }],
    ['with a browser’s data past the limit', { clientData: { x: 'x'.repeat(MAX_CLIENT_DATA_BYTES) } }],
  ])('does not sign %s', (_, change) => {
    expect(holds(authenticator.sign(encoded, change))).toBe(false);
  });

  it('may say more, up to the limits', () => {
    expect(holds(authenticator.sign(encoded, { clientData: { other_keys_can_be_added_here: 'yes' } }))).toBe(true);
    const more = new Uint8Array(MAX_AUTHENTICATOR_DATA_BYTES - 37);
    expect(holds(authenticator.sign(encoded, { flags: 0x85, more }))).toBe(true);
  });

  it('signs for nobody where no site is named, and not without its data', () => {
    const signature = authenticator.sign(encoded);
    expect(signatureHolds(authenticator.key, encoded, signature)).toBe(false);
    expect(holds({ keyid: signature.keyid, sig: signature.sig })).toBe(false);
  });

  it('is refused with an altered signature, data or browser’s data', () => {
    const signature = authenticator.sign(encoded);
    const flip = (bytes: Uint8Array, at: number): Uint8Array =>
      bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
    const { sig, webauthn } = signature;
    if (webauthn === undefined) throw new Error('no passkey');
    const { authenticatorData, clientDataJson } = webauthn;
    expect(holds({ ...signature, sig: flip(sig, sig.length - 1) })).toBe(false);
    expect(holds({ ...signature, sig: new Uint8Array(73) })).toBe(false);
    // The counter, which nobody looks at, is signed too.
    expect(holds({ ...signature, webauthn: { clientDataJson, authenticatorData: flip(authenticatorData, 36) } })).toBe(
      false,
    );
    expect(holds({ ...signature, webauthn: { authenticatorData, clientDataJson: flip(clientDataJson, 4) } })).toBe(
      false,
    );
  });
});

describe('kinds of keys', () => {
  it('are not taken for each other', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = { kind: 'ed25519', publicKey: rawPublicKey(privateKey) } as const;
    const plain = signWith(privateKey, encoded);
    expect(signatureHolds(key, encoded, plain)).toBe(true);
    const { webauthn } = es256.sign(encoded);
    if (webauthn === undefined) throw new Error('no passkey');
    expect(signatureHolds(key, encoded, { ...plain, webauthn })).toBe(false);
    const spki = new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
    expect(signatureHolds({ kind: 'webauthn', publicKey: spki }, encoded, plain, SITE)).toBe(false);
    expect(keyIdOf({ kind: 'webauthn', publicKey: spki })).toBe(keyIdOf(key));
  });

  it('have one form each', () => {
    expect(isPasskeyPublicKey(es256.key.publicKey)).toBe(true);
    expect(isPasskeyPublicKey(new Authenticator('eddsa').key.publicKey)).toBe(true);
    const spki = (curve: string): Uint8Array =>
      new Uint8Array(
        generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ type: 'spki', format: 'der' }),
      );
    expect(isPasskeyPublicKey(spki('P-384'))).toBe(false);
    expect(isPasskeyPublicKey(spki('secp256k1'))).toBe(false);
    const off = es256.key.publicKey.slice();
    off[90] = (off[90] ?? 0) ^ 1;
    expect(isPasskeyPublicKey(off)).toBe(false);
    expect(isPasskeyPublicKey(es256.key.publicKey.subarray(1))).toBe(false);
    expect(isPasskeyPublicKey(new Uint8Array())).toBe(false);
  });
});
