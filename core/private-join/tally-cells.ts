import { inSteps, STEP_ITEMS } from '../base/index.js';
import type { Rng, Steps } from '../base/index.js';
import { noisyCells, shiftOf } from './dummies.js';
import { ELEMENT_WORDS, ElementIndex, TabulationHash, WORD_BYTES, wordsOf } from './element-index.js';
import type { Engine } from './engine.js';
import { JoinError } from './errors.js';
import { COORDINATOR, DISCARD_CELL, discardCells, optOutLists } from './plan.js';
import type { JoinPlan } from './plan.js';
import { NOWHERE } from './record-store.js';
import type { RecordStore } from './record-store.js';

/** Cell points made by one job, so that other work gets its turn. */
const CELLS_PER_JOB = 1024;

/** The points of cell numbers 0..cells-1, which have their cell's number in the index. */
export async function cellPoints(cells: number, engine: Engine, rng: Rng, signal: AbortSignal): Promise<ElementIndex> {
  const index = new ElementIndex(new TabulationHash(rng), cells);
  for (let from = 0; from < cells; from += CELLS_PER_JOB) {
    const to = Math.min(from + CELLS_PER_JOB, cells);
    const points = wordsOf(await engine.run({ kind: 'multiples', from, to, step: 1 }, { signal }));
    for (let at = 0; at < points.length; at += ELEMENT_WORDS) index.add(points, at);
  }
  return index;
}

/**
 * In which cell each record of the opened tally is: a record begins with its cell's point.
 * Thrown when one begins with no cell's point: JoinError CELL_OUT_OF_RANGE.
 */
export function* cellNumbers(tally: RecordStore, cells: ElementIndex): Steps<Uint32Array> {
  const numbers = new Uint32Array(tally.count);
  const width = tally.width / WORD_BYTES;
  for (let from = 0; from < tally.count; from += STEP_ITEMS) {
    const records = wordsOf(tally.read(from, Math.min(from + STEP_ITEMS, tally.count)));
    for (let at = 0; at < records.length; at += width) {
      const cell = cells.find(records, at);
      if (cell === NOWHERE) throw outOfRange();
      numbers[from + at / width] = cell;
    }
    yield;
  }
  return numbers;
}

/** How many records are in each of the cells 0..cells-1. @param numbers the cell of each record */
export function* countCells(numbers: Uint32Array, cells: number): Steps<Float64Array> {
  const counts = new Float64Array(cells);
  yield* inSteps(numbers.length, (index) => {
    const cell = numbers[index] ?? 0;
    counts[cell] = (counts[cell] ?? 0) + 1;
  });
  return counts;
}

/**
 * Takes off the counts what the mixers have added beside their noise, and what is in `discardCells`; returns them.
 * Thrown when a record is in a cell that no record can be in: JoinError CELL_OUT_OF_RANGE.
 */
export function removeShifts(plan: JoinPlan, counts: Float64Array): Float64Array {
  const possible = new Uint8Array(counts.length);
  for (const cell of plan.tableCells) possible[cell] = 1;
  const discarded = discardCells(plan);
  if (plan.decoys !== null) for (const cell of discarded) possible[cell] = 1;
  if (optOutLists(plan).length > 0) possible[DISCARD_CELL] = 1;
  if (counts.some((count, cell) => count > 0 && possible[cell] === 0)) throw outOfRange();
  for (const { law, cells } of noisyCells(plan)) {
    for (const cell of cells) counts[cell] = (counts[cell] ?? 0) - shiftOf(plan, law);
  }
  for (const cell of discarded) counts[cell] = 0;
  return counts;
}

function outOfRange(): JoinError {
  return new JoinError('CELL_OUT_OF_RANGE', COORDINATOR, 'a tallied record is in no cell of the table');
}
