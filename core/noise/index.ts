export { keyedNoise, NOISE_KEY_BYTES } from './keyed-noise.js';
export type { NoiseSource, NoiseTarget } from './keyed-noise.js';
export {
  geometricLaw,
  MAXIMUM_EPSILON,
  MAXIMUM_SENSITIVITY,
  MINIMUM_EPSILON,
  NOISE_DELTA,
  noiseVariance,
  probability,
  revealed,
} from './law.js';
export type { NoiseLaw, NoiseStrength } from './law.js';
