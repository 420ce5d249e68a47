/** SHA-512's constants, computed from their definitions (FIPS 180-4 sections 4.2.3 and 5.3.5). */

const WORD_BITS = 64n;
const WORD_MASK = (1n << WORD_BITS) - 1n;
const ROUNDS = 80;
const STATE_WORDS = 8;

/** The first 64 bits of the fractional part of the cube root of each of the first 80 primes. */
export const ROUND_CONSTANTS: readonly bigint[] = primes(ROUNDS).map((prime) => fraction(prime, 3n));
/** The first 64 bits of the fractional part of the square root of each of the first 8 primes. */
export const INITIAL_STATE: readonly bigint[] = primes(STATE_WORDS).map((prime) => fraction(prime, 2n));

function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let candidate = 2n; found.length < count; candidate += 1n) {
    if (found.every((prime) => candidate % prime !== 0n)) found.push(candidate);
  }
  return found;
}

function fraction(value: bigint, degree: bigint): bigint {
  return integerRoot(value << (degree * WORD_BITS), degree) & WORD_MASK;
}

/** The largest whole number whose power is at most `value`. */
function integerRoot(value: bigint, degree: bigint): bigint {
  let low = 0n;
  let high = 1n << (WORD_BITS + 8n);
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= value) low = middle;
    else high = middle;
  }
  return low;
}
