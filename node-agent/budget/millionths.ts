/** Privacy loss is kept in whole millionths of epsilon: sums of them are exact, whatever the order. */
export const MILLIONTHS = 1_000_000;
/** Epsilons are written with a few decimals; what is beyond these is the arithmetic's. */
const DECIMALS_OF_A_MILLIONTH = 3;

/** Rounded up: no budget is overspent by what rounding drops. Thrown when it isn't a number from 0 up: RangeError. */
export function toMillionths(epsilon: number): number {
  const millionths = Math.ceil(Number((epsilon * MILLIONTHS).toFixed(DECIMALS_OF_A_MILLIONTH)));
  if (!(Number.isSafeInteger(millionths) && millionths >= 0)) throw new RangeError('not a privacy loss');
  return millionths;
}

export function fromMillionths(millionths: number): number {
  return millionths / MILLIONTHS;
}
