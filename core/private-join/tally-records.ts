import type { Matches } from './match.js';
import { nowhere } from './places.js';
import type { Places } from './places.js';
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

/** Those matches and as many more of nothing, which end in DISCARD_CELL, as make `count`. */
export function filledUp({ base, linked, agreements, ...found }: Matches, count: number): Matches {
  const longer = ({ lists, rows }: Places): Places => {
    const places = nowhere(count);
    places.lists.set(lists);
    places.rows.set(rows);
    return places;
  };
  const classes = agreements.map((agreed) => {
    const all = new Uint8Array(count);
    all.set(agreed);
    return all;
  });
  return { base: longer(base), linked: linked.map(longer), agreements: classes, ...found };
}

/** The link whose agreement the table shows, and by how much a class of it moves a cell number; null where it shows none. */
export function shownAgreement({ links }: JoinPlan): { readonly link: number; readonly stride: number } | null {
  const link = links.findIndex(({ agreementStride }) => agreementStride !== null);
  const stride = links[link]?.agreementStride ?? null;
  return stride === null ? null : { link, stride };
}

export interface TalliedAgreement {
  /** Of every record of the tally, below AGREEMENT_CLASSES. */
  readonly classes: Uint8Array;
  /** The element of each class: it times the stride, times the generator. */
  readonly points: Uint8Array;
}

/**
 * What the agreement of records from..to-1 brings into the tally: a multiple of the generator in the second half of the
 * cell's ciphertext and nothing in its first, which is what everybody could make who knows the class.
 */
export function agreementForTally(
  plan: JoinPlan,
  { classes, points }: TalliedAgreement,
  from: number,
  to: number,
): Uint8Array {
  const tallyWidth = recordWidth(0, plan.sums.length);
  const ciphertexts = new Uint8Array((to - from) * tallyWidth);
  for (let index = from; index < to; index += 1) {
    const agreed = classes[index] ?? 0;
    const point = points.subarray(agreed * ELEMENT_BYTES, (agreed + 1) * ELEMENT_BYTES);
    ciphertexts.set(point, (index - from) * tallyWidth + ELEMENT_BYTES);
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
