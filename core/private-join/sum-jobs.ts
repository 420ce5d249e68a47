import { concatBytes, wipe } from '../base/index.js';
import type { Rng } from '../base/index.js';
import { joinColumns, splitColumns } from './columns.js';
import { compositeScalars, weightedSum } from './dleq.js';
import type { CompositesInput } from './dleq.js';
import { segmentSums } from './element-sums.js';
import type { Group } from './group.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES } from './messages.js';

/** The arithmetic of Round 5, in jobs like the rest of it (jobs.ts). */
export type SumJob = AddUpJob | NoiseSumsJob | CompositesJob | TakeSharesJob | WalkJob;

/** (Coordinator) Adds up the ciphertexts of a cell's records. */
export interface AddUpJob {
  readonly kind: 'add-up';
  /** Each of `width` bytes, a whole number of ciphertexts, those of one cell in a row. */
  readonly rows: Uint8Array;
  readonly width: number;
  /** Rows of each cell, 1 or more; the result has one for each. */
  readonly lengths: Uint32Array;
}

/** (Mixer) Adds its noise and takes its share: n times a ciphertext with the noise in it and the share of that. */
export interface NoiseSumsJob {
  readonly kind: 'noise-sums';
  /** n, under `key`. */
  readonly ciphertexts: Uint8Array;
  /** n scalars. */
  readonly noise: Uint8Array;
  /** What is left of the joint key, this mixer's own share in it. */
  readonly key: Uint8Array;
  readonly share: Uint8Array;
}

/** Part of a proof that shares are right (dleq.ts): M, and Z where it is asked for, of some of its elements. */
export interface CompositesJob extends CompositesInput {
  readonly kind: 'composites';
  /** Whoever knows the secret makes Z from M. */
  readonly withZ: boolean;
}

/** (Coordinator) Takes a mixer's shares off: n times (c1, c2 - share). */
export interface TakeSharesJob {
  readonly kind: 'take-shares';
  readonly ciphertexts: Uint8Array;
  /** n elements. */
  readonly shares: Uint8Array;
}

/** Looking for logarithms: start + (from + i) * step for i = 0..count-1. */
export interface WalkJob {
  readonly kind: 'walk';
  /** May be the identity. */
  readonly start: Uint8Array;
  readonly step: Uint8Array;
  readonly from: number;
  readonly count: number;
}

/** Bytes of a result of a `noise-sums` job for each ciphertext. */
export const NOISED_BYTES = CIPHERTEXT_BYTES + ELEMENT_BYTES;

/** Same errors as `runJob`. */
export function runSumJob(group: Group, rng: Rng, job: SumJob): Uint8Array {
  switch (job.kind) {
    case 'add-up':
      return segmentSums(group, job.rows, job.width, job.lengths);
    case 'noise-sums':
      return noiseSums(group, rng, job);
    case 'composites': {
      const scalars = compositeScalars(group, job);
      const M = weightedSum(group, scalars, job.inputs);
      return job.withZ ? concatBytes(M, weightedSum(group, scalars, job.outputs)) : M;
    }
    case 'take-shares': {
      const [first, second] = splitColumns(job.ciphertexts, ELEMENT_BYTES, ELEMENT_BYTES);
      return joinColumns(first, ELEMENT_BYTES, group.subtract(second, job.shares), ELEMENT_BYTES);
    }
    case 'walk': {
      const first = group.add(job.start, group.multiply(group.scalar(job.from), job.step));
      return group.walk(first, job.step, job.count);
    }
  }
}

/** As `bulkOf`. */
export function bulkOfSumJob(job: SumJob): readonly Uint8Array[] {
  switch (job.kind) {
    case 'add-up':
      return [job.rows];
    case 'noise-sums':
      return [job.ciphertexts, job.noise];
    case 'composites':
      return [job.inputs, job.outputs];
    case 'take-shares':
      return [job.ciphertexts, job.shares];
    case 'walk':
      return [];
  }
}

function noiseSums(group: Group, rng: Rng, { ciphertexts, noise, key, share }: NoiseSumsJob): Uint8Array {
  // Fresh randomness comes with the noise: without it the share would be of what the coordinator could make without noise.
  group.check(ciphertexts);
  const elements = group.multiplyBase(noise);
  const added = group.encrypt(rng, key, elements);
  const noised = group.add(ciphertexts, added);
  wipe(elements, added);
  return joinColumns(noised, CIPHERTEXT_BYTES, sharesOf(group, share, noised), ELEMENT_BYTES);
}

function sharesOf(group: Group, share: Uint8Array, ciphertexts: Uint8Array): Uint8Array {
  return group.multiply(share, firstHalves(ciphertexts));
}

/** c1 of each ciphertext. */
export function firstHalves(ciphertexts: Uint8Array): Uint8Array {
  return splitColumns(ciphertexts, ELEMENT_BYTES, ELEMENT_BYTES)[0];
}
