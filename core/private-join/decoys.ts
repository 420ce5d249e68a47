import { lengthPrefixed, uint32Bytes, uniformBelow, utf8Bytes, wipe } from '../base/index.js';
import type { Rng } from '../base/index.js';
import type { NoiseSource } from '../noise/index.js';
import { DOMAINS } from './domains.js';
import type { Group } from './group.js';
import { ELEMENT_BYTES, SCALAR_BYTES } from './messages.js';
import { CHUNK_RECORDS } from './plan.js';
import type { JoinPlan, ListPlan } from './plan.js';
import { ciphertextsWidth, interleave } from './records.js';

/**
 * Decoys: records of nobody that a mixer adds to every list at its own hop, so that what the coordinator sees of the
 * lists' sizes and overlaps is noisy (SPEC, Decoys).
 */

/** Records of decoys for one list. */
export interface DecoysJob {
  readonly kind: 'decoys';
  readonly keyColumns: number;
  /** Null of an opt-out list: its decoys are keys alone, as its records are. */
  readonly sums: number | null;
  /** Which, in order. */
  readonly groups: readonly DecoyGroups[];
  /** The mixer's secret of this run, from which the decoys' scalars follow. */
  readonly seed: Uint8Array;
  /** Of the list as the mixer sends it on. */
  readonly generator: Uint8Array;
  readonly jointKey: Uint8Array;
}

/** Groups from..to-1 of one pattern of the plan. */
export interface DecoyGroups {
  readonly pattern: number;
  readonly from: number;
  readonly to: number;
  /** For each key column of the list its name where the group shares a key of that name, else null. */
  readonly shared: readonly (string | null)[];
}

/** Bytes of the secret from which a mixer's decoys follow. */
export const DECOY_SEED_BYTES = 32;

/** (Mixer) How many groups of each pattern it adds: the law's bound and its noise. */
export function drawDecoys({ decoys }: JoinPlan, noise: NoiseSource): Uint32Array {
  if (decoys === null) return new Uint32Array(0);
  const { law, patterns } = decoys;
  return Uint32Array.from(patterns, (_, pattern) => law.bound + noise.draw(law, { kind: 'decoys', pattern }));
}

/** Records that a mixer which drew `groups` adds to the list: one of each group of every pattern with the list in it. */
export function decoysOf(plan: JoinPlan, list: ListPlan, groups: Uint32Array): number {
  return membershipsOf(plan, list).reduce((sum, { pattern }) => sum + (groups[pattern] ?? 0), 0);
}

/** Records that a mixer adds to the list at most. */
export function mostDecoys(plan: JoinPlan, list: ListPlan): number {
  return plan.decoys === null ? 0 : membershipsOf(plan, list).length * 2 * plan.decoys.law.bound;
}

/** Those records' groups, CHUNK_RECORDS at a time. */
export function* decoyChunks(plan: JoinPlan, list: ListPlan, groups: Uint32Array): Generator<readonly DecoyGroups[]> {
  let chunk: DecoyGroups[] = [];
  let room = CHUNK_RECORDS;
  for (const { pattern, shared } of membershipsOf(plan, list)) {
    const count = groups[pattern] ?? 0;
    for (let from = 0; from < count;) {
      const to = Math.min(from + room, count);
      chunk.push({ pattern, from, to, shared });
      room -= to - from;
      from = to;
      if (room > 0) continue;
      yield chunk;
      chunk = [];
      room = CHUNK_RECORDS;
    }
  }
  if (chunk.length > 0) yield chunk;
}

export function groupsIn(chunk: readonly DecoyGroups[]): number {
  return chunk.reduce((sum, { from, to }) => sum + to - from, 0);
}

interface Membership {
  readonly pattern: number;
  readonly shared: readonly (string | null)[];
}

/** The patterns that have a record in the list. */
function membershipsOf({ decoys }: JoinPlan, { id, keys }: ListPlan): Membership[] {
  return (decoys?.patterns ?? []).flatMap((members, pattern) =>
    members
      .filter(({ list }) => list === id)
      .map(({ shared }) => ({ pattern, shared: keys.map(({ name }) => (shared.includes(name) ? name : null)) })),
  );
}

/**
 * r·generator for each key that the group shares, r being the same in every list; a random element in every other column.
 * Of several columns of one name one has it, any of them: a person's first value stands in no certain one either. The
 * label and all numbers are 0.
 */
export function makeDecoys(group: Group, rng: Rng, job: DecoysJob): Uint8Array {
  const { keyColumns, sums } = job;
  const names = job.groups.flatMap(({ pattern, from, to, shared }) => {
    const place = placing(rng, shared);
    return Array.from({ length: to - from }, (_, index) =>
      place().map((name) => (name === null ? null : { pattern, group: from + index, name })),
    );
  });
  const columns = names.flat();
  const scalars = columns.flatMap((column) => (column === null ? [] : [decoyScalar(group, job.seed, column)]));
  const shared = sharedElements(group, job.generator, scalars);
  const others = group.randomElements(rng, columns.length - scalars.length);
  const keys = new Uint8Array(columns.length * ELEMENT_BYTES);
  const taken = { shared: 0, others: 0 };
  columns.forEach((column, index) => {
    const from = column === null ? others : shared;
    const start = ELEMENT_BYTES * (column === null ? taken.others++ : taken.shared++);
    keys.set(from.subarray(start, start + ELEMENT_BYTES), index * ELEMENT_BYTES);
  });
  if (sums === null) return keys;
  const zeros = new Uint8Array((names.length * ciphertextsWidth(sums)) / 2);
  return interleave(keyColumns, sums, { keys, ciphertexts: group.encrypt(rng, job.jointKey, zeros) });
}

/** Says, each time it is called, of each name in which one of its columns it stands; null elsewhere. */
function placing(rng: Rng, shared: readonly (string | null)[]): () => readonly (string | null)[] {
  const columns = new Map<string, number[]>();
  shared.forEach((name, column) => {
    if (name !== null) columns.set(name, [...(columns.get(name) ?? []), column]);
  });
  const copied = [...columns.values()].filter(({ length }) => length > 1);
  return () => {
    const names = [...shared];
    for (const places of copied) {
      const kept = uniformBelow(rng, places.length);
      places.forEach((column, place) => {
        if (place !== kept) names[column] = null;
      });
    }
    return names;
  };
}

interface SharedColumn {
  readonly pattern: number;
  readonly group: number;
  readonly name: string;
}

function decoyScalar(group: Group, seed: Uint8Array, { pattern, group: number, name }: SharedColumn): Uint8Array {
  const input = lengthPrefixed(seed, uint32Bytes(pattern), uint32Bytes(number), utf8Bytes(name));
  try {
    return group.hashToScalar(DOMAINS.decoy, input);
  } finally {
    wipe(input);
  }
}

/** Each scalar times the generator. The scalars are wiped. */
function sharedElements(group: Group, generator: Uint8Array, scalars: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(scalars.length * SCALAR_BYTES);
  const generators = new Uint8Array(scalars.length * ELEMENT_BYTES);
  scalars.forEach((scalar, index) => {
    all.set(scalar, index * SCALAR_BYTES);
    generators.set(generator, index * ELEMENT_BYTES);
  });
  try {
    return group.multiplyEach(all, generators);
  } finally {
    wipe(all, ...scalars);
  }
}
