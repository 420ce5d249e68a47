/** The numbers of edwards25519 and ristretto255, computed from their definitions (RFC 9496 section 4.1). */

export const P = 2n ** 255n - 19n;
/** The group's order (RFC 9496 section 4.4). */
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

export function modulo(value: bigint, modulus: bigint = P): bigint {
  const remainder = value % modulus;
  return remainder < 0n ? remainder + modulus : remainder;
}

export function power(base: bigint, exponent: bigint, modulus: bigint = P): bigint {
  let result = 1n;
  let square = modulo(base, modulus);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

export function invert(value: bigint): bigint {
  return power(value, P - 2n);
}

/**
 * The even ("non-negative") square root.
 * @throws Error when there is none
 */
export function squareRoot(value: bigint): bigint {
  const square = modulo(value);
  const candidate = power(square, (P + 3n) / 8n);
  // p = 5 (mod 8): the candidate's square is the value or its negative; the second case wants a root of -1.
  const rootOfMinusOne = power(2n, (P - 1n) / 4n);
  for (const root of [candidate, modulo(candidate * rootOfMinusOne)]) {
    if (modulo(root * root) === square) return root % 2n === 0n ? root : P - root;
  }
  throw new Error('not a square');
}

const D = modulo(-121665n * invert(121666n));
const SQRT_M1 = squareRoot(-1n);
/** RFC 9496 prints the odd one of the two roots. */
const SQRT_AD_MINUS_ONE = P - squareRoot(-D - 1n);
const INVSQRT_A_MINUS_D = squareRoot(invert(-1n - D));

/** The generator's representative: Ed25519's base point, y = 4/5 and x even. */
const BASE_Y = modulo(4n * invert(5n));
const BASE_X = squareRoot((BASE_Y * BASE_Y - 1n) * invert(D * BASE_Y * BASE_Y + 1n));

/** Field elements that the curve code reads from memory, in the order in which they lie there. */
export const FIELD_CONSTANTS: Readonly<Record<string, bigint>> = {
  ZERO: 0n,
  ONE: 1n,
  MINUS_ONE: P - 1n,
  D,
  TWO_D: modulo(2n * D),
  SQRT_M1,
  INVSQRT_A_MINUS_D,
  TWO_INVSQRT_A_MINUS_D: modulo(2n * INVSQRT_A_MINUS_D),
  SQRT_A_MINUS_D: invert(INVSQRT_A_MINUS_D),
  ONE_MINUS_D_SQ: modulo(1n - D * D),
  D_MINUS_ONE_SQ: modulo((D - 1n) * (D - 1n)),
  /** sqrt(ad - 1) / sqrt(a - d): the one-way map's factor of t on the quartic. */
  MAP_FACTOR: modulo(SQRT_AD_MINUS_ONE * INVSQRT_A_MINUS_D),
  /** 2A = 2(1 - d)/(1 + d), the quartic's middle coefficient: t^2 = s^4 + 2A s^2 + 1. */
  TWO_A: modulo(2n * (1n - D) * invert(1n + D)),
  TWO: 2n,
  INVERSE_D: invert(D),
  BASE_X,
  BASE_Y,
};
