import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import type { EnvelopeSignature, Passkey } from '../../../core/signing/index.js';
import { keyIdOf, passkeyChallenge } from '../../../core/signing/index.js';

export const SITE = { rpId: 'governance.example', origins: ['https://governance.example'] } as const;

export const FLAGS = { present: 0x01, verified: 0x04, attested: 0x40, extensions: 0x80 } as const;

export interface AssertionChange {
  readonly rpId?: string;
  readonly flags?: number;
  readonly clientData?: object;
  /** After the 37 bytes that every authenticator writes. */
  readonly more?: Uint8Array;
}

/** An authenticator and its browser, as they sign: W3C Web Authentication level 2, sections 6.1 and 5.8.1. */
export class Authenticator {
  readonly key: Passkey;
  readonly #privateKey: KeyObject;
  readonly #hash: string | null;

  constructor(algorithm: 'es256' | 'eddsa') {
    const { privateKey, publicKey } =
      algorithm === 'es256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
    this.#privateKey = privateKey;
    this.#hash = algorithm === 'es256' ? 'sha256' : null;
    this.key = { kind: 'webauthn', publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) };
  }

  sign(encoded: Uint8Array, change: AssertionChange = {}): EnvelopeSignature {
    const { rpId = SITE.rpId, flags = FLAGS.present | FLAGS.verified, clientData, more = new Uint8Array() } = change;
    const counter = Buffer.alloc(4);
    const rpIdHash = createHash('sha256').update(rpId).digest();
    const authenticatorData = new Uint8Array(Buffer.concat([rpIdHash, Buffer.of(flags), counter, more]));
    const clientDataJson = new TextEncoder().encode(
      JSON.stringify({
        type: 'webauthn.get',
        challenge: Buffer.from(passkeyChallenge(encoded)).toString('base64url'),
        origin: SITE.origins[0],
        crossOrigin: false,
        ...clientData,
      }),
    );
    const hash = createHash('sha256').update(clientDataJson).digest();
    const sig = new Uint8Array(sign(this.#hash, Buffer.concat([authenticatorData, hash]), this.#privateKey));
    return { keyid: keyIdOf(this.key), sig, webauthn: { authenticatorData, clientDataJson } };
  }
}

const P256_ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** The numbers of an ECDSA signature in DER, as it stands. */
export function numbersOf(sig: Uint8Array): { readonly r: bigint; readonly s: bigint } {
  const end = 4 + (sig[3] ?? 0);
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return { r: number(sig.subarray(4, end)), s: number(sig.subarray(end + 2)) };
}

/** The same in DER, by way of the tag and length of each. */
export function derOf({ r, s }: { readonly r: bigint; readonly s: bigint }): Uint8Array {
  const integer = (value: bigint): Buffer => {
    const digits = value.toString(16);
    const even = digits.length % 2 === 0 ? digits : `0${digits}`;
    const bytes = Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
    return Buffer.concat([Buffer.of(0x02, bytes.length), bytes]);
  };
  const both = Buffer.concat([integer(r), integer(s)]);
  return new Uint8Array(Buffer.concat([Buffer.of(0x30, both.length), both]));
}

/** The two forms of an ECDSA signature, both of which hold: the one with the smaller s, and the other. */
export function formsOf(sig: Uint8Array): { readonly low: Uint8Array; readonly high: Uint8Array } {
  const { r, s } = numbersOf(sig);
  const one = derOf({ r, s });
  const other = derOf({ r, s: P256_ORDER - s });
  return s <= P256_ORDER / 2n ? { low: one, high: other } : { low: other, high: one };
}
