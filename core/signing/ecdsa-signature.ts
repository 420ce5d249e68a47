/** Order of the curve P-256 (SEC 2, section 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** A number below the order, with a zero byte before it where its first bit is set. */
const MAX_INTEGER_BYTES = 33;
/** Longer contents have a length of several bytes; those of two such numbers never are. */
const MAX_SHORT_LENGTH = 0x7f;

/**
 * An ECDSA signature over P-256 in the one form that is kept of it: with (r, s) also (r, n - s) holds, for whoever sees it,
 * and of the two the one with the smaller s is meant.
 * @param der as RFC 3279, section 2.2.3, has it, in DER (X.690, section 8.3: no byte more than a number needs)
 * @returns undefined where it is no such signature
 */
export function canonicalEcdsa(der: Uint8Array): Uint8Array | undefined {
  const contents = elementAt(der, 0, SEQUENCE);
  if (contents === undefined || contents.end !== der.length) return undefined;
  const first = elementAt(der, contents.start, INTEGER);
  const second = first && elementAt(der, first.end, INTEGER);
  if (first === undefined || second?.end !== der.length) return undefined;
  const r = numberOf(der.subarray(first.start, first.end));
  const s = numberOf(der.subarray(second.start, second.end));
  if (r === undefined || s === undefined) return undefined;
  return encoded(r, s > P256_ORDER / 2n ? P256_ORDER - s : s);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the contents of an element of that tag are; undefined where there is none, or it goes on after the bytes' end. */
function elementAt(bytes: Uint8Array, offset: number, tag: number): Span | undefined {
  const length = bytes[offset + 1];
  if (bytes[offset] !== tag || length === undefined || length > MAX_SHORT_LENGTH) return undefined;
  const start = offset + 2;
  return start + length <= bytes.length ? { start, end: start + length } : undefined;
}

/** From 1 to below the order, in as few bytes as it needs; else undefined. */
function numberOf(bytes: Uint8Array): bigint | undefined {
  const [first, second] = bytes;
  if (first === undefined || bytes.length > MAX_INTEGER_BYTES || first >= 0x80) return undefined;
  if (first === 0 && (second ?? 0) < 0x80) return undefined;
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return value > 0n && value < P256_ORDER ? value : undefined;
}

function encoded(r: bigint, s: bigint): Uint8Array {
  const integers = [r, s].flatMap((value) => {
    const bytes = bytesOf(value);
    return [INTEGER, bytes.length, ...bytes];
  });
  return Uint8Array.from([SEQUENCE, integers.length, ...integers]);
}

function bytesOf(value: bigint): readonly number[] {
  const hex = value.toString(16);
  const bytes = [...Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')];
  return (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes;
}
