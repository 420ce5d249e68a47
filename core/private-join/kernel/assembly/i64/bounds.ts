/** Assertions of the checked build: they trap when an operand of a product is outside the bounds of docs/kernel.md. */
import { CARRIED_EVEN, CARRIED_ODD } from './limits';

function require(a: usize, times: i64): void {
  for (let i: usize = 0; i < 80; i += 16) {
    const even = load<i64>(a + i);
    const odd = load<i64>(a + i, 8);
    if (even > times * CARRIED_EVEN || even < -times * CARRIED_EVEN) unreachable();
    if (odd > times * CARRIED_ODD || odd < -times * CARRIED_ODD) unreachable();
  }
}

export function requireCarried(a: usize): void {
  require(a, 1);
}

export function requireLazy(a: usize): void {
  require(a, 2);
}

export function requireLoose(a: usize): void {
  require(a, 4);
}
