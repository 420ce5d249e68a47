import { NOWHERE } from './record-store.js';

/** Records of the lists in hand, in two columns, because an object for each would cost more than the record. */
export interface Places {
  /** Lists in plan order, from 0. */
  readonly lists: Uint32Array;
  /** Records of that list, from 0; NOWHERE where there is none, whatever `lists` says then. */
  readonly rows: Uint32Array;
}

export function nowhere(count: number): Places {
  return { lists: new Uint32Array(count).fill(NOWHERE), rows: new Uint32Array(count).fill(NOWHERE) };
}

export function firstOf({ lists, rows }: Places, count: number): Places {
  return { lists: lists.subarray(0, count), rows: rows.subarray(0, count) };
}

export function copyPlace(from: Places, index: number, to: Places, target: number): void {
  to.lists[target] = from.lists[index] ?? NOWHERE;
  to.rows[target] = from.rows[index] ?? NOWHERE;
}
