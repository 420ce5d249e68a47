export { addCumulants, NO_ERROR, noiseCumulants, scaleCumulants } from './cumulants.js';
export type { Cumulants } from './cumulants.js';
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
export { MAXIMUM_COPIES, STEPS_PER_DEVIATION, SUM_LAW_ERROR, sumLaw } from './sum-law.js';
export type { SumLaw } from './sum-law.js';
