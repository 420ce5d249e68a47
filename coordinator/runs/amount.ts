/** Places behind the point of a privacy loss that is shown. */
const PLACES = 4;

/**
 * A privacy loss (epsilon) for people, without the noise of binary fractions. What is left is rounded down and what
 * something costs up, so that no message says that enough is left where it isn't.
 */
export function amountLeft(epsilon: number): string {
  return shown(epsilon, Math.floor);
}

export function amountCost(epsilon: number): string {
  return shown(epsilon, Math.ceil);
}

/** Sums of fractions differ from what they should be by less than this. */
export const EPSILON_TOLERANCE = 1e-9;

function shown(epsilon: number, round: (value: number) => number): string {
  const scaled = epsilon * 10 ** PLACES;
  const nearest = Math.round(scaled);
  const whole = Math.abs(scaled - nearest) < EPSILON_TOLERANCE * 10 ** PLACES ? nearest : round(scaled);
  return String(whole / 10 ** PLACES);
}
