import { createHash } from 'node:crypto';

import { keyedNoise } from '../../core/noise/index.js';
import type { NoiseSource } from '../../core/noise/index.js';

/** The noise that the agency with this file would add to its statistics: the same again for the same seed. */
export function fileNoise(seed: number, file: number): NoiseSource {
  const digest = (what: string): Uint8Array =>
    new Uint8Array(createHash('sha256').update(`${what} ${seed} ${file}`).digest());
  return keyedNoise(digest('key'), digest('request'));
}
