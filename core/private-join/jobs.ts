import type { Rng } from '../base/index.js';
import type { Group } from './group.js';
import { isIdentity } from './group.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES } from './messages.js';
import { recordWidth } from './records.js';

/**
 * The bulk arithmetic of the protocol, chunk by chunk. A job is plain data, so that it can be sent to a worker; it has
 * no state and no order. Jobs carry secrets: whoever runs one in another thread wipes its copy.
 */
export type Job = HashJob | MultiplesJob | PrepareJob | HopJob | CheckJob | CombineJob | TallyJob | OpenJob;

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

/** Round 1: rows become records. */
export interface PrepareJob {
  readonly kind: 'prepare';
  readonly keyColumns: number;
  /** rows * keyColumns elements; the identity where a key is absent. */
  readonly keys: Uint8Array;
  /** rows elements: label * stride * B. */
  readonly labels: Uint8Array;
  readonly blinding: Uint8Array;
  readonly jointKey: Uint8Array;
}

/** Round 2: one mixer's work on records of another provider's list. */
export interface HopJob {
  readonly kind: 'hop';
  readonly keyColumns: number;
  readonly records: Uint8Array;
  readonly blinding: Uint8Array;
  readonly jointKey: Uint8Array;
}

/** Round 3: refuses what isn't canonical or is the identity; returns what it was given. */
export interface CheckJob {
  readonly kind: 'check';
  readonly elements: Uint8Array;
}

/** Round 3: adds up what each kept base record linked to, and re-randomises so that no mixer knows the result again. */
export interface CombineJob {
  readonly kind: 'combine';
  /** n ciphertexts. */
  readonly base: Uint8Array;
  /** For each link n ciphertexts, 64 zero bytes where the base record did not link. */
  readonly linked: readonly Uint8Array[];
  readonly jointKey: Uint8Array;
}

/** Round 4: one mixer takes its share off and re-randomises under what remains of the key. */
export interface TallyJob {
  readonly kind: 'tally';
  readonly ciphertexts: Uint8Array;
  readonly share: Uint8Array;
  readonly remainingKey: Uint8Array;
}

/** Round 4, last step: the coordinator takes its own share off; n elements cell * B remain. */
export interface OpenJob {
  readonly kind: 'open';
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
    case 'prepare':
      return prepare(group, rng, job);
    case 'hop':
      return hop(group, rng, job);
    case 'check':
      group.check(job.elements);
      return job.elements.slice();
    case 'combine':
      return combine(group, rng, job);
    case 'tally':
      return group.rerandomise(rng, job.remainingKey, group.removeShare(job.share, job.ciphertexts));
    case 'open':
      return secondHalves(group.removeShare(job.share, job.ciphertexts));
  }
}

function multiples(group: Group, { from, to, step }: MultiplesJob): Uint8Array {
  const elements = new Uint8Array((to - from) * ELEMENT_BYTES);
  const increment = group.multiplyBase(group.scalar(step));
  let element = group.multiplyBase(group.scalar(from * step));
  for (let index = 0; index < to - from; index += 1) {
    elements.set(element, index * ELEMENT_BYTES);
    element = group.add(element, increment);
  }
  return elements;
}

function prepare(group: Group, rng: Rng, job: PrepareJob): Uint8Array {
  const keys = job.keys.slice();
  for (let offset = 0; offset < keys.length; offset += ELEMENT_BYTES) {
    // An absent key becomes an element that nobody else can have, so that its absence doesn't show.
    if (isIdentity(keys.subarray(offset, offset + ELEMENT_BYTES))) keys.set(group.randomElements(rng, 1), offset);
  }
  return interleave(job.keyColumns, group.multiply(job.blinding, keys), group.encrypt(rng, job.jointKey, job.labels));
}

function hop(group: Group, rng: Rng, job: HopJob): Uint8Array {
  const { keys, ciphertexts } = separate(job.keyColumns, job.records);
  return interleave(
    job.keyColumns,
    group.multiply(job.blinding, keys),
    group.rerandomise(rng, job.jointKey, ciphertexts),
  );
}

function combine(group: Group, rng: Rng, job: CombineJob): Uint8Array {
  const sums = job.base.slice();
  for (const linked of job.linked) {
    for (let offset = 0; offset < linked.length; offset += CIPHERTEXT_BYTES) {
      const ciphertext = linked.subarray(offset, offset + CIPHERTEXT_BYTES);
      if (isIdentity(ciphertext)) continue;
      sums.set(group.add(sums.subarray(offset, offset + CIPHERTEXT_BYTES), ciphertext), offset);
    }
  }
  return group.rerandomise(rng, job.jointKey, sums);
}

function secondHalves(ciphertexts: Uint8Array): Uint8Array {
  const halves = new Uint8Array(ciphertexts.length / 2);
  for (let offset = 0; offset < ciphertexts.length; offset += CIPHERTEXT_BYTES) {
    halves.set(ciphertexts.subarray(offset + ELEMENT_BYTES, offset + CIPHERTEXT_BYTES), offset / 2);
  }
  return halves;
}

/** A record is its keys in column order, then its ciphertext. */
function interleave(keyColumns: number, keys: Uint8Array, ciphertexts: Uint8Array): Uint8Array {
  const width = recordWidth(keyColumns);
  const keyBytes = keyColumns * ELEMENT_BYTES;
  const count = ciphertexts.length / CIPHERTEXT_BYTES;
  const records = new Uint8Array(count * width);
  for (let index = 0; index < count; index += 1) {
    records.set(keys.subarray(index * keyBytes, (index + 1) * keyBytes), index * width);
    records.set(
      ciphertexts.subarray(index * CIPHERTEXT_BYTES, (index + 1) * CIPHERTEXT_BYTES),
      index * width + keyBytes,
    );
  }
  return records;
}

export function separate(
  keyColumns: number,
  records: Uint8Array,
): { readonly keys: Uint8Array; readonly ciphertexts: Uint8Array } {
  const width = recordWidth(keyColumns);
  const keyBytes = keyColumns * ELEMENT_BYTES;
  const count = records.length / width;
  const keys = new Uint8Array(count * keyBytes);
  const ciphertexts = new Uint8Array(count * CIPHERTEXT_BYTES);
  for (let index = 0; index < count; index += 1) {
    keys.set(records.subarray(index * width, index * width + keyBytes), index * keyBytes);
    ciphertexts.set(records.subarray(index * width + keyBytes, (index + 1) * width), index * CIPHERTEXT_BYTES);
  }
  return { keys, ciphertexts };
}
