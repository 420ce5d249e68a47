import { timingSafeEqual } from 'node:crypto';

const utf8 = new TextEncoder();

export function utf8Bytes(text: string): Uint8Array {
  return utf8.encode(text);
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts);
}

/** For lists that can be long: as arguments of one call, some ten thousands are too many. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Big-endian, 4 bytes. Thrown when `value` is not a whole number in 0..2^32-1: RangeError. */
export function uint32Bytes(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw new RangeError('not a 32-bit number');
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/**
 * An injective encoding of a sequence of byte strings: each is preceded by its length in 4 bytes. What is hashed or
 * signed goes through here, so that no two different sequences give the same bytes.
 */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts.flatMap((part) => [uint32Bytes(part.length), part]));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Thrown when `hex` is not an even number of hexadecimal digits: RangeError. */
export function fromHex(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new RangeError('not hexadecimal');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Thrown when `text` is not padded standard base64: RangeError. */
export function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new RangeError('not base64');
  return new Uint8Array(bytes);
}

/** Without the white space of JSON (space, tab, line feed, carriage return) that stands before and after it. */
export function withoutSpaceAround(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex(isNoSpace);
  return first === -1 ? new Uint8Array() : bytes.subarray(first, bytes.findLastIndex(isNoSpace) + 1);
}

function isNoSpace(byte: number): boolean {
  return ![0x20, 0x09, 0x0a, 0x0d].includes(byte);
}

/** Takes as long whatever the bytes are; only the lengths may show. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Overwrites a secret. JavaScript can't promise more: the engine may have copied the bytes when it moved them, and
 * strings and BigInts can't be overwritten at all, so secrets are kept in Uint8Arrays.
 */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
