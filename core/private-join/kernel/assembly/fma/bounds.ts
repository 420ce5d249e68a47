/** Assertions of the checked build: they trap when an operand of a product is outside the bounds of docs/kernel.md. */
import { CARRIED, LOOSE, PRODUCT } from './limits';

/** The largest magnitude of the element's limbs; traps at a limb that isn't a whole number. */
function largest(a: usize): f64 {
  let result: f64 = 0;
  for (let i: usize = 0; i < 80; i += 8) {
    const limb = load<f64>(a + i);
    if (limb != Math.floor(limb)) unreachable();
    result = Math.max(result, Math.abs(limb));
  }
  return result;
}

export function requireCarried(a: usize): void {
  if (!(largest(a) <= CARRIED)) unreachable();
}

export function requireLoose(a: usize): void {
  if (!(largest(a) <= LOOSE)) unreachable();
}

/** One of the two may be lazy. */
export function requireProduct(a: usize, b: usize): void {
  if (!(largest(a) * largest(b) <= PRODUCT)) unreachable();
}
