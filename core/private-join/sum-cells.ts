import { concatBytes } from '../base/index.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES } from './messages.js';
import type { JoinPlan } from './plan.js';
import { CHUNK_RECORDS } from './plan.js';
import type { RecordStore } from './record-store.js';
import { partsOf, runJobOf, runParts, sumBytes } from './sums.js';
import type { SumsWork } from './sums.js';

/** Index among the plan's `tableCells` of cells that are none of them. */
const NO_ROW = -1;

/**
 * (Coordinator) Round 5, first step: the ciphertexts of every column added up within every cell of the table, and
 * re-randomised so that no mixer knows its own again. A sum of nothing encrypts 0.
 * Thrown as by `runParts`.
 * @param tally opened records: the cell's element, then a ciphertext for each column
 * @param cells the cell number of each record
 */
export async function addUpSums(
  work: SumsWork & { readonly jointKey: Uint8Array },
  plan: JoinPlan,
  tally: RecordStore,
  cells: Uint32Array,
): Promise<Uint8Array> {
  const width = plan.sums.length * CIPHERTEXT_BYTES;
  const rowOf = new Int32Array(plan.cells).fill(NO_ROW);
  plan.tableCells.forEach((cell, row) => (rowOf[cell] = row));
  // As many totals as there are lanes: each takes the next records, with what it has so far in their cells.
  const totals = Array.from({ length: work.engine.parallelism }, () => new Uint8Array(sumBytes(plan)));
  let next = 0;
  const lane = async (total: Uint8Array): Promise<void> => {
    for (let from = next; from < tally.count; from = next) {
      const to = Math.min(from + CHUNK_RECORDS, tally.count);
      next = to;
      const rows = rowsByCell(cells.subarray(from, to), rowOf);
      await addChunk(work, total, tally.read(from, to), rows, width);
    }
  };
  await Promise.all(totals.map(lane));
  const sums = await runParts(work, partsOf(plan.tableCells.length), ({ from, to }) => ({
    kind: 'combine',
    base: (totals[0] ?? new Uint8Array(0)).slice(from * width, to * width),
    linked: totals.slice(1).map((total) => total.slice(from * width, to * width)),
    jointKey: work.jointKey,
  }));
  return concatBytes(...sums);
}

/** Which records of a chunk are in which row of the table. */
function rowsByCell(cells: Uint32Array, rowOf: Int32Array): ReadonlyMap<number, readonly number[]> {
  const records = new Map<number, number[]>();
  cells.forEach((cell, index) => {
    const row = rowOf[cell] ?? NO_ROW;
    if (row === NO_ROW) return;
    const there = records.get(row);
    if (there === undefined) records.set(row, [index]);
    else there.push(index);
  });
  return records;
}

/** Adds records to the totals of their rows. */
async function addChunk(
  work: SumsWork,
  total: Uint8Array,
  records: Uint8Array,
  rows: ReadonlyMap<number, readonly number[]>,
  width: number,
): Promise<void> {
  const added: Uint8Array[] = [];
  for (const [row, indexes] of rows) {
    added.push(total.subarray(row * width, (row + 1) * width));
    for (const index of indexes) {
      const end = (index + 1) * (ELEMENT_BYTES + width);
      added.push(records.subarray(end - width, end));
    }
  }
  if (added.length === 0) return;
  const lengths = Uint32Array.from(rows.values(), (indexes) => indexes.length + 1);
  const sums = await runJobOf(work, { kind: 'add-up', rows: concatBytes(...added), width, lengths });
  let place = 0;
  for (const row of rows.keys()) {
    total.set(sums.subarray(place, place + width), row * width);
    place += width;
  }
}
