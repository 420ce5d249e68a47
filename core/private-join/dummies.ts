import { inSteps } from '../base/index.js';
import type { Rng, Steps } from '../base/index.js';
import type { NoiseLaw, NoiseSource } from '../noise/index.js';
import { joinColumns } from './columns.js';
import type { Group } from './group.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, SCALAR_BYTES } from './messages.js';
import { CHUNK_RECORDS, DISCARD_CELL, discardCells } from './plan.js';
import type { JoinPlan } from './plan.js';

/**
 * Dummies: records of the tally that a mixer adds to every cell, `bound + X` of them, X being its noise on the cell
 * (SPEC, Round 4). The coordinator subtracts the bounds and is left with the count and everybody's X.
 */

/** Dummies under what remains of the key once this mixer has taken its share off. */
export interface DummiesJob {
  readonly kind: 'dummies';
  readonly sums: number;
  /** n scalars: the cell number of each. */
  readonly cells: Uint8Array;
  readonly remainingKey: Uint8Array;
  readonly jointKey: Uint8Array;
}

/** Cells that get dummies of one law. */
export interface NoisyCells {
  readonly law: NoiseLaw;
  readonly cells: readonly number[];
}

/**
 * Every cell of the table where counts are noisy, and the cells where decoys are counted where there are any: their counts
 * would tell how many there are, and with them the sizes that they hide.
 */
export function noisyCells(plan: JoinPlan): readonly NoisyCells[] {
  const { noise, decoys, tableCells } = plan;
  const table = noise === null ? [] : [{ law: noise, cells: tableCells }];
  return decoys === null ? table : [...table, { law: noise ?? decoys.law, cells: discardCells(plan) }];
}

/** What all mixers together add to a cell, their noise apart: the coordinator subtracts it. */
export function shiftOf({ mixers }: JoinPlan, law: NoiseLaw): number {
  return mixers.length * law.bound;
}

/** Records that one mixer adds to the tally, its noise apart. */
export function meanDummies(plan: JoinPlan): number {
  return noisyCells(plan).reduce((sum, { law, cells }) => sum + law.bound * cells.length, 0);
}

/** Records that one mixer adds to the tally at most. */
export function mostDummies(plan: JoinPlan): number {
  return 2 * meanDummies(plan);
}

/** One mixer's dummies of one run. */
export interface Dummies {
  readonly cells: Uint32Array;
  /** How many of each. */
  readonly counts: Uint32Array;
  readonly total: number;
}

/** (Mixer) Draws how many dummies of each cell it adds. */
export function* drawDummies(plan: JoinPlan, noise: NoiseSource): Steps<Dummies> {
  const drawn = noisyCells(plan);
  const cells = Uint32Array.from(drawn.flatMap((noisy) => noisy.cells));
  const counts = new Uint32Array(cells.length);
  let start = 0;
  let total = 0;
  for (const { law, cells: some } of drawn) {
    yield* inSteps(some.length, (index) => {
      const cell = some[index] ?? DISCARD_CELL;
      const count = law.bound + noise.draw(law, { kind: 'cell', cell });
      counts[start + index] = count;
      total += count;
    });
    start += some.length;
  }
  return { cells, counts, total };
}

/** Scalars of the cell numbers of all dummies, CHUNK_RECORDS at a time. */
export function* dummyChunks(group: Group, { cells, counts }: Dummies): Generator<Uint8Array> {
  let chunk = new Uint8Array(CHUNK_RECORDS * SCALAR_BYTES);
  let filled = 0;
  for (const [index, cell] of cells.entries()) {
    const scalar = group.scalar(cell);
    for (let left = counts[index] ?? 0; left > 0; left -= 1) {
      chunk.set(scalar, filled);
      filled += SCALAR_BYTES;
      if (filled < chunk.length) continue;
      yield chunk;
      // The engine has taken the other over.
      chunk = new Uint8Array(CHUNK_RECORDS * SCALAR_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.slice(0, filled);
}

/** The cell's number under what remains of the key; numbers to be added up are 0, under all of it. */
export function makeDummies(group: Group, rng: Rng, { sums, cells, remainingKey, jointKey }: DummiesJob): Uint8Array {
  const ciphertexts = group.encrypt(rng, remainingKey, group.multiplyBase(cells));
  if (sums === 0) return ciphertexts;
  const count = cells.length / SCALAR_BYTES;
  const zeros = group.encrypt(rng, jointKey, new Uint8Array(count * sums * ELEMENT_BYTES));
  return joinColumns(ciphertexts, CIPHERTEXT_BYTES, zeros, sums * CIPHERTEXT_BYTES);
}
