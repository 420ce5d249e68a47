import type { webcrypto } from 'node:crypto';

/** Names that the HPKE library's types take from the browser's library; here they are Node's. */
declare global {
  type CryptoKey = webcrypto.CryptoKey;
  type CryptoKeyPair = webcrypto.CryptoKeyPair;
}
