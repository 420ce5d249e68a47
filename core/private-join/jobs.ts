import type { Rng } from '../base/index.js';
import { copyColumn, joinColumns, splitColumns } from './columns.js';
import { makeDecoys } from './decoys.js';
import type { DecoysJob } from './decoys.js';
import { makeDummies } from './dummies.js';
import type { DummiesJob } from './dummies.js';
import type { Group } from './group.js';
import { isIdentity } from './group.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, SCALAR_BYTES } from './messages.js';
import { interleave, separate } from './records.js';
import { runSumJob } from './sum-jobs.js';
import type { SumJob } from './sum-jobs.js';

/**
 * The bulk arithmetic of the protocol, chunk by chunk. A job is plain data, so that it can be sent to a worker; it has
 * no state and no order. Jobs carry secrets: whoever runs one in another thread wipes its copy.
 */
export type Job =
  | HashJob
  | MultiplesJob
  | ZerosJob
  | PrepareJob
  | HopJob
  | DecoysJob
  | CheckJob
  | CombineJob
  | TallyJob
  | DummiesJob
  | OpenJob
  | SumJob;

/** HashToGroup of each input: n elements. Done once per snapshot. */
export interface HashJob {
  readonly kind: 'hash';
  readonly domain: string;
  readonly inputs: readonly Uint8Array[];
}

/** (from * step)*B, … up to `to - 1`: what labels and cell numbers look like in the exponent. */
export interface MultiplesJob {
  readonly kind: 'multiples';
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/**
 * Encryptions of zero, `group.zeroBytes` each, made while there is nothing else to do. They are secret, each serves
 * once, and only under this key.
 */
export interface ZerosJob {
  readonly kind: 'zeros';
  readonly jointKey: Uint8Array;
  readonly count: number;
}

/** Round 1: rows become records. */
export interface PrepareJob {
  readonly kind: 'prepare';
  readonly keyColumns: number;
  /** Numbers of a row; null in an opt-out list, whose records have no label either. */
  readonly sums: number | null;
  /** rows * keyColumns elements; the identity where a key is absent. */
  readonly keys: Uint8Array;
  /** rows elements: label * stride * B; none in an opt-out list. */
  readonly labels: Uint8Array;
  /** rows * sums scalars. */
  readonly numbers: Uint8Array;
  readonly blinding: Uint8Array;
  readonly jointKey: Uint8Array;
}

/** Round 2: one mixer's work on records of another provider's list. */
export interface HopJob {
  readonly kind: 'hop';
  readonly keyColumns: number;
  readonly sums: number | null;
  readonly records: Uint8Array;
  readonly blinding: Uint8Array;
  readonly jointKey: Uint8Array;
  /** As many as ciphertexts, of a `zeros` job under the same key; without them randomness is drawn. */
  readonly zeros?: Uint8Array;
}

/** Round 3: refuses what isn't canonical or is the identity; returns what it was given. */
export interface CheckJob {
  readonly kind: 'check';
  readonly elements: Uint8Array;
}

/** Round 3: adds up what each kept base record linked to, and re-randomises so that no mixer knows the result again. */
export interface CombineJob {
  readonly kind: 'combine';
  /**
   * n records of the tally: for each its base record's label ciphertext and the ciphertexts of all sums, 64 zero bytes
   * (which add nothing) for those of other datasets.
   */
  readonly base: Uint8Array;
  /** For each link the same of what was linked; zero bytes altogether where the base record did not link. */
  readonly linked: readonly Uint8Array[];
  readonly jointKey: Uint8Array;
  /** As for a hop. */
  readonly zeros?: Uint8Array;
}

/**
 * Round 4: one mixer takes its share off the cell ciphertexts and re-randomises them under what remains of the key, those
 * of sums, from which no share is taken yet, under all of it.
 */
export interface TallyJob {
  readonly kind: 'tally';
  readonly sums: number;
  readonly ciphertexts: Uint8Array;
  readonly share: Uint8Array;
  readonly remainingKey: Uint8Array;
  readonly jointKey: Uint8Array;
}

/**
 * Round 4, last step: the coordinator takes its own share off the cell ciphertexts. n times an element cell * B and the
 * checked ciphertexts of sums remain.
 */
export interface OpenJob {
  readonly kind: 'open';
  readonly sums: number;
  readonly ciphertexts: Uint8Array;
  readonly share: Uint8Array;
}

/**
 * The result shares no memory with the job, whose bytes may be wiped as soon as it is done.
 * Thrown when the input holds an element that isn't canonical or is the identity: GroupError.
 */
export function runJob(group: Group, rng: Rng, job: Job): Uint8Array {
  switch (job.kind) {
    case 'hash':
      return group.hashToGroup(job.domain, job.inputs);
    case 'multiples':
      return multiples(group, job);
    case 'zeros':
      return group.zeros(rng, job.jointKey, job.count);
    case 'prepare':
      return prepare(group, rng, job);
    case 'hop':
      return hop(group, rng, job);
    case 'decoys':
      return makeDecoys(group, rng, job);
    case 'check':
      group.check(job.elements);
      return job.elements.slice();
    case 'combine': {
      const sums = job.linked.reduce((sum, linked) => group.add(sum, linked), job.base);
      return group.rerandomiseSums(rng, job.jointKey, sums, job.zeros);
    }
    case 'tally':
      return tally(group, rng, job);
    case 'dummies':
      return makeDummies(group, rng, job);
    case 'open':
      return open(group, job);
    case 'add-up':
    case 'noise-sums':
    case 'composites':
    case 'take-shares':
    case 'walk':
      return runSumJob(group, rng, job);
  }
}

function multiples(group: Group, { from, to, step }: MultiplesJob): Uint8Array {
  const scalars = new Uint8Array((to - from) * SCALAR_BYTES);
  for (let index = 0; index < to - from; index += 1) {
    scalars.set(group.scalar((from + index) * step), index * SCALAR_BYTES);
  }
  return group.multiplyBase(scalars);
}

function prepare(group: Group, rng: Rng, { keyColumns, sums, ...job }: PrepareJob): Uint8Array {
  const keys = group.multiply(job.blinding, withoutAbsences(group, rng, job.keys));
  if (sums === null) return keys;
  const numbers = group.multiplyBase(job.numbers);
  const elements = joinColumns(job.labels, ELEMENT_BYTES, numbers, sums * ELEMENT_BYTES);
  return interleave(keyColumns, sums, { keys, ciphertexts: group.encrypt(rng, job.jointKey, elements) });
}

/** An absent key becomes an element that nobody else can have, so that its absence doesn't show. */
function withoutAbsences(group: Group, rng: Rng, keys: Uint8Array): Uint8Array {
  const filled = keys.slice();
  const absences: number[] = [];
  for (let offset = 0; offset < keys.length; offset += ELEMENT_BYTES) {
    if (isIdentity(keys.subarray(offset, offset + ELEMENT_BYTES))) absences.push(offset);
  }
  const elements = group.randomElements(rng, absences.length);
  absences.forEach((offset, index) => {
    filled.set(elements.subarray(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES), offset);
  });
  return filled;
}

function hop(group: Group, rng: Rng, { keyColumns, sums, ...job }: HopJob): Uint8Array {
  if (sums === null) return group.multiply(job.blinding, job.records);
  const { keys, ciphertexts } = separate(keyColumns, sums, job.records);
  return interleave(keyColumns, sums, {
    keys: group.multiply(job.blinding, keys),
    ciphertexts: group.rerandomise(rng, job.jointKey, ciphertexts, job.zeros),
  });
}

function tally(group: Group, rng: Rng, { sums, ...job }: TallyJob): Uint8Array {
  const [cells, numbers] = splitColumns(job.ciphertexts, CIPHERTEXT_BYTES, sums * CIPHERTEXT_BYTES);
  const lighter = group.removeShareAndRerandomise(rng, job.share, job.remainingKey, cells);
  if (sums === 0) return lighter;
  const fresh = group.rerandomise(rng, job.jointKey, numbers);
  return joinColumns(lighter, CIPHERTEXT_BYTES, fresh, sums * CIPHERTEXT_BYTES);
}

function open(group: Group, { sums, ...job }: OpenJob): Uint8Array {
  const [cells, numbers] = splitColumns(job.ciphertexts, CIPHERTEXT_BYTES, sums * CIPHERTEXT_BYTES);
  group.check(numbers);
  const points = secondHalves(group.removeShare(job.share, cells));
  return joinColumns(points, ELEMENT_BYTES, numbers, sums * CIPHERTEXT_BYTES);
}

function secondHalves(ciphertexts: Uint8Array): Uint8Array {
  const halves = new Uint8Array(ciphertexts.length / 2);
  copyColumn(
    { records: ciphertexts, width: CIPHERTEXT_BYTES, start: ELEMENT_BYTES },
    { records: halves, width: ELEMENT_BYTES, start: 0 },
    ELEMENT_BYTES,
    halves.length / ELEMENT_BYTES,
  );
  return halves;
}
