import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';

import { utf8Bytes } from '../base/index.js';

/**
 * RFC 8785 bytes of a JSON value: equal values have equal bytes, whoever writes them.
 * Thrown when the value isn't JSON (undefined, NaN, a lone surrogate, a cycle): TypeError.
 */
export function canonicalJson(value: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (error) {
    throw new TypeError('not a JSON value', { cause: error });
  }
  if (text === undefined) throw new TypeError('not a JSON value');
  return utf8Bytes(text);
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
