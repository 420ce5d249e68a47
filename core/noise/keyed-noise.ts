import { createHmac } from 'node:crypto';

import { lengthPrefixed, uint32Bytes, utf8Bytes, wipe } from '../base/index.js';
import type { NoiseLaw } from './law.js';

/** What a number of noise is for. No two of a run, or of a snapshot's linkage statistics, are the same. */
export type NoiseTarget =
  /** Dummies of a cell of the tally. */
  | { readonly kind: 'cell'; readonly cell: number }
  /** Decoys of a pattern of the plan. */
  | { readonly kind: 'decoys'; readonly pattern: number }
  /** What is added to a column's sum of one cell. */
  | { readonly kind: 'sum'; readonly column: number; readonly cell: number }
  /** A number of the linkage statistics: the place-th of those that `of` names. */
  | { readonly kind: 'linkage'; readonly of: string; readonly place: number };

/** One agency's noise on one request. The same target gives the same number, however often it is asked. */
export interface NoiseSource {
  /** A whole number in -bound..bound. */
  draw(law: NoiseLaw, target: NoiseTarget): number;
}

/** Bytes of a noise key and of a request's digest. */
export const NOISE_KEY_BYTES = 32;

const DOMAIN = 'tallystick-v1/noise';
/** Bits of a uniform number in (0, 1): as many as a double holds. */
const UNIFORM_BITS = 53;
const UNIFORM_BYTES = 8;

/**
 * Noise that is a function of the agency's key and of what is asked, so that asking again gives the same answer and
 * averaging gains nothing. Whoever hasn't the key can't tell it from fresh noise (HMAC-SHA-256 as a pseudo-random
 * function). The key stays the caller's; it is read at each draw.
 * Thrown when key or request is not NOISE_KEY_BYTES long: RangeError.
 * @param request digest of template, dataset definitions, parameters, participants and their snapshots (SPEC, Request);
 *   of linkage statistics, what they are of (`linkageRequest`)
 */
export function keyedNoise(key: Uint8Array, request: Uint8Array): NoiseSource {
  if (key.length !== NOISE_KEY_BYTES || request.length !== NOISE_KEY_BYTES)
    throw new RangeError('not a key and a digest');
  return {
    draw(law, target) {
      const seed = new Uint8Array(
        createHmac('sha256', key)
          .update(lengthPrefixed(utf8Bytes(DOMAIN), request, utf8Bytes(target.kind), ...numbersOf(target)))
          .digest(),
      );
      try {
        return drawFrom(law, seed);
      } finally {
        wipe(seed);
      }
    },
  };
}

function numbersOf(target: NoiseTarget): Uint8Array[] {
  switch (target.kind) {
    case 'cell':
      return [uint32Bytes(target.cell)];
    case 'decoys':
      return [uint32Bytes(target.pattern)];
    case 'sum':
      return [uint32Bytes(target.column), uint32Bytes(target.cell)];
    case 'linkage':
      return [utf8Bytes(target.of), uint32Bytes(target.place)];
  }
}

/**
 * The difference of two geometric numbers is two-sided geometric; what lies beyond the bound is drawn again.
 * The time this takes depends on the number, by nanoseconds and, about once in 10^9 draws, by one draw more.
 */
function drawFrom({ alpha, bound }: NoiseLaw, seed: Uint8Array): number {
  const scale = Math.log(alpha);
  for (let attempt = 0; ; attempt += 1) {
    const block = new Uint8Array(createHmac('sha256', seed).update(uint32Bytes(attempt)).digest());
    const x = Math.floor(Math.log(uniform(block, 0)) / scale) - Math.floor(Math.log(uniform(block, 1)) / scale);
    wipe(block);
    if (Math.abs(x) <= bound) return x;
  }
}

/** In (0, 1), each of the 2^53 middles of its intervals as likely. */
function uniform(block: Uint8Array, place: number): number {
  const view = new DataView(block.buffer, block.byteOffset + place * UNIFORM_BYTES, UNIFORM_BYTES);
  const whole = view.getBigUint64(0) >> BigInt(64 - UNIFORM_BITS);
  return (Number(whole) + 0.5) / 2 ** UNIFORM_BITS;
}
