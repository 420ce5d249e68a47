import type { Places } from './match.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES } from './messages.js';
import type { JoinPlan, ListId } from './plan.js';
import { NOWHERE } from './record-store.js';
import type { RecordStore } from './record-store.js';
import { recordWidth } from './records.js';

/**
 * Round 3, what the records from..to-1 of `places` bring into the tally: a ciphertext for the label and one for each
 * column of sums; zero bytes, the identity twice, for columns of other datasets and where there is no record.
 */
export function gatherForTally(
  plan: JoinPlan,
  storeOf: (list: ListId) => RecordStore,
  places: Places,
  from: number,
  to: number,
): Uint8Array {
  const tallyWidth = recordWidth(0, plan.sums.length);
  const ciphertexts = new Uint8Array((to - from) * tallyWidth);
  for (const [number, indexes] of byList(places, from, to)) {
    const list = plan.lists[number];
    if (list === undefined) throw new RangeError('no list of that number');
    const width = recordWidth(list.keys.length, list.sums);
    const rows = Uint32Array.from(indexes, (index) => places.rows[index] ?? NOWHERE);
    const records = storeOf(list.id).gather(rows);
    tallyColumns(plan, list.dataset).forEach((column, own) => {
      const start = list.keys.length * ELEMENT_BYTES + own * CIPHERTEXT_BYTES;
      indexes.forEach((index, place) => {
        const at = place * width + start;
        const target = (index - from) * tallyWidth + column * CIPHERTEXT_BYTES;
        ciphertexts.set(records.subarray(at, at + CIPHERTEXT_BYTES), target);
      });
    });
  }
  return ciphertexts;
}

/** Where a dataset's ciphertexts go in a record of the tally: its label's, which all share, and those of its numbers. */
function tallyColumns({ sums }: JoinPlan, dataset: string): number[] {
  return [0, ...sums.flatMap((column, index) => (column.dataset === dataset ? [1 + index] : []))];
}

/** Which of places from..to-1 are records of which list; those of no record are left out. */
function byList({ lists, rows }: Places, from: number, to: number): Map<number, number[]> {
  const indexes = new Map<number, number[]>();
  for (let index = from; index < to; index += 1) {
    if (rows[index] === NOWHERE) continue;
    const list = lists[index] ?? NOWHERE;
    const there = indexes.get(list);
    if (there === undefined) indexes.set(list, [index]);
    else there.push(index);
  }
  return indexes;
}
