import { seededRng } from './seeded-rng.js';

/** Whole numbers and shares by chance, from a seed. For simulations. */
export interface SeededDice {
  /** In 0..bound-1. */
  below(bound: number): number;
  chance(probability: number): boolean;
  /** 32 bytes, for a key. */
  key(): Uint8Array;
}

export function seededDice(seed: number | string): SeededDice {
  const rng = seededRng(seed);
  const unit = (): number => new DataView(rng.bytes(4).buffer).getUint32(0) / 2 ** 32;
  return {
    below: (bound) => Math.floor(unit() * bound),
    chance: (probability) => unit() < probability,
    key: () => rng.bytes(32),
  };
}
