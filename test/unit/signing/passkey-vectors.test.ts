import { describe, expect, it } from 'vitest';

import { fromHex, toHex, utf8Bytes } from '../../../core/base/index.js';
import { passkeyChallenge, preAuthenticationEncoding, signatureHolds } from '../../../core/signing/index.js';

/*
 * What an officer's browser is asked for, and what its authenticator gives back, byte for byte: put together by hand from
 * the two standards, hashed and signed by OpenSSL 3. A page that asks for anything else has its signatures refused, and so
 * would every signature there is if what is asked for here were ever another.
 */

const SITE = { rpId: 'governance.example', origins: ['https://governance.example'] } as const;
const PAYLOAD = utf8Bytes('{"note":1}');
/** Lengths count bytes. */
const ENCODED = 'DSSEv1 11 text/x-note 10 {"note":1}';
/** `printf '%s' 'DSSEv1 …' | openssl dgst -sha256`. */
const CHALLENGE = 'edafa04c3a5aad9be1b9ebcb30f42e20b8b25689ab3716974d7bb44e35436d74';
const CLIENT_DATA =
  '{"type":"webauthn.get","challenge":"7a-gTDparZvhuevLMPQuILiyVomrNxaXTXu0TjVDbXQ","origin":"https://governance.example","crossOrigin":false}';
const AUTHENTICATOR_DATA = [
  // SHA-256 of the domain.
  '022ed7df1f12fa356c33c0d6cf0ed10cba3e5f812808d402b430702191fbbce8',
  // Flags: its user was there, and was recognised.
  '05',
  // Counter.
  '00000007',
].join('');

const VECTORS = [
  {
    algorithm: 'ES256',
    publicKey:
      '3059301306072a8648ce3d020106082a8648ce3d03010703420004' +
      '9c251794e8ef296fcb8b4b9740c411ffbde849314610defa6b828a0897b29773' +
      'bd850b1710bf0e9923653e870f13d65cdc62cab7e32222667e324660e8989ee0',
    sig:
      '3045' +
      '0221008c1d9a3600975d1b8a6f808babf3bf8a5c5c25922a3fafa4ecfe17a27a5b949d' +
      '0220180c4d9bf907502ec4990c62aaa1719d98c65cc47c2bce51740aa536967fee13',
  },
  {
    algorithm: 'EdDSA',
    publicKey: '302a300506032b6570032100c35ef8af051bc183e4b16d5e0bf593a291c3b4fc53b95df2ea1f1376e7e843ca',
    sig:
      '9bc64d746ca742254346f74a3a18aa091bb6eb7070198ee5d07aa22ff9fe9858' +
      '7a8dacb7a84903f1d887009886637b7f7e763e17c76b2262132cdba10962640f',
  },
] as const;

describe('what a passkey signs', () => {
  const encoded = preAuthenticationEncoding('text/x-note', PAYLOAD);

  it('is DSSE’s encoding of the payload and its type, by its hash', () => {
    expect(new TextDecoder().decode(encoded)).toBe(ENCODED);
    expect(toHex(passkeyChallenge(encoded))).toBe(CHALLENGE);
  });

  it.each(VECTORS)('holds as OpenSSL has signed it: $algorithm', ({ publicKey, sig }) => {
    const key = { kind: 'webauthn', publicKey: fromHex(publicKey) } as const;
    const webauthn = { authenticatorData: fromHex(AUTHENTICATOR_DATA), clientDataJson: utf8Bytes(CLIENT_DATA) };
    const signature = { keyid: 'any', sig: fromHex(sig), webauthn };
    expect(signatureHolds(key, encoded, signature, SITE)).toBe(true);
    const other = preAuthenticationEncoding('text/x-note', utf8Bytes('{"note":2}'));
    expect(signatureHolds(key, other, signature, SITE)).toBe(false);
  });
});
