import { describe, expect, it } from 'vitest';

import { fromHex } from '../../../core/base/index.js';
import { preAuthenticationEncoding, readEnvelope, signatureHolds, writeEnvelope } from '../../../core/signing/index.js';
import { canonicalEcdsa } from '../../../core/signing/ecdsa-signature.js';
import { Authenticator, derOf, formsOf, SITE } from './passkeys.js';

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const HALF = ORDER / 2n;
const KIND = { payloadType: 'text/x-note', what: 'a note', maxBytes: 10_000, maxSignatures: 3 } as const;
const payload = new TextEncoder().encode('{"note":1}');
const encoded = preAuthenticationEncoding(KIND.payloadType, payload);

describe('the one form of an ECDSA signature', () => {
  it.each([
    ['1 and 1', 1n, 1n, 1n],
    ['numbers with their first bit set', 0x80n, 0xffn, 0xffn],
    ['the largest s that stays', 7n, HALF, HALF],
    ['the smallest s that doesn’t', 7n, HALF + 1n, HALF],
    ['the largest numbers there are', ORDER - 1n, ORDER - 1n, 1n],
  ])('is that with the smaller s, of %s', (_, r, s, kept) => {
    expect(canonicalEcdsa(derOf({ r, s }))).toEqual(derOf({ r, s: kept }));
    expect(canonicalEcdsa(derOf({ r, s: kept }))).toEqual(derOf({ r, s: kept }));
  });

  it.each([
    ['nothing', ''],
    ['another tag', '3106020101020101'],
    ['more than its length says', '300602010102010100'],
    ['less than its length says', '3007020101020101'],
    ['a length in two bytes', '308106020101020101'],
    ['one number', '3003020101'],
    ['three numbers', '3009020101020101020101'],
    ['no integer', '3006040101020101'],
    ['an integer that goes on after the end', '3006020101020201'],
    ['an integer without a byte', '30050200020101'],
    ['a negative one', '3006020181020101'],
    ['a zero byte that isn’t needed', '300702020001020101'],
    ['an r of 0', '3006020100020101'],
    ['an s of 0', '3006020101020100'],
    ['an s as large as the order', Buffer.from(derOf({ r: 1n, s: ORDER })).toString('hex')],
    ['an r as large as the order', Buffer.from(derOf({ r: ORDER, s: 1n })).toString('hex')],
  ])('is none of %s', (_, hex) => {
    expect(canonicalEcdsa(fromHex(hex))).toBeUndefined();
  });
});

describe('a passkey’s signature in an envelope', () => {
  it('is written in one form, whichever the authenticator has made, and both hold', () => {
    const authenticator = new Authenticator('es256');
    const made = authenticator.sign(encoded);
    const { low, high } = formsOf(made.sig);
    const written = [low, high].map((sig) => {
      expect(signatureHolds(authenticator.key, encoded, { ...made, sig }, SITE)).toBe(true);
      return writeEnvelope(KIND.payloadType, { payload, signatures: [{ ...made, sig }] });
    });
    expect(written[1]).toEqual(written[0]);
    const [read] = readEnvelope(written[0] ?? new Uint8Array(), KIND).signatures;
    expect(read?.sig).toEqual(low);
    expect(read && signatureHolds(authenticator.key, encoded, read, SITE)).toBe(true);
  });

  it('is left as it is where it is another’s, and where it isn’t one', () => {
    const eddsa = new Authenticator('eddsa').sign(encoded);
    const longer = { ...eddsa, sig: fromHex('3007020200010201ff') };
    for (const signature of [eddsa, longer]) {
      const envelope = writeEnvelope(KIND.payloadType, { payload, signatures: [signature] });
      expect(readEnvelope(envelope, KIND).signatures[0]?.sig).toEqual(signature.sig);
    }
  });

  it('doesn’t hold in looser DER', () => {
    const authenticator = new Authenticator('es256');
    const made = authenticator.sign(encoded);
    const { low } = formsOf(made.sig);
    const [tag = 0, length = 0, ...contents] = low;
    const loose = [
      [tag, 0x81, length, ...contents],
      [tag, length, ...contents, 0],
      // A zero byte before r that it doesn't need.
      [tag, length + 1, 0x02, (contents[1] ?? 0) + 1, 0, ...contents.slice(2)],
    ];
    for (const sig of loose.map((bytes) => Uint8Array.from(bytes))) {
      expect(signatureHolds(authenticator.key, encoded, { ...made, sig }, SITE)).toBe(false);
    }
  });
});
