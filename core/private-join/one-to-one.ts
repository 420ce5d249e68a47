import { inSteps, STEP_ITEMS } from '../base/index.js';
import type { Steps } from '../base/index.js';
import type { KeySet } from '../linkage/index.js';
import type { PairTable } from './pair-table.js';
import { NOWHERE } from './record-store.js';

/** Who links to whom, one to one. */
export interface OneToOne {
  /** For each left person the pair that it links by, or NOWHERE. */
  readonly pairOf: Uint32Array;
  /** By KeySet how many pairs link. */
  readonly links: Float64Array;
}

/**
 * Links pairs set after set: of the pairs of a set whose both people are still free, those link whose people have no
 * other such pair. Ambiguous ones stay free for a later set. Its memory serves one pass after the other, at most 9 bytes
 * for each pair and person: 4 for each pair, 5 for each left person, 1 for each right one.
 */
export class OneToOneLinker {
  readonly #pairs: PairTable;
  readonly #sets: number;
  readonly #ordered: Uint32Array;
  readonly #pairOf: Uint32Array;
  /** How many pairs of the set in hand a person has, at most SEVERAL; or TAKEN. */
  readonly #left: Uint8Array;
  readonly #right: Uint8Array;

  /** @param sets how many KeySets there are, the empty one among them */
  constructor(pairs: PairTable, people: { readonly left: number; readonly right: number }, sets: number) {
    this.#pairs = pairs;
    this.#sets = sets;
    this.#ordered = new Uint32Array(pairs.count);
    this.#pairOf = new Uint32Array(people.left);
    this.#left = new Uint8Array(people.left);
    this.#right = new Uint8Array(people.right);
  }

  /** One pass; what it returns is overwritten by the next. @param order all sets that a pair has, each once */
  *link(order: readonly KeySet[]): Steps<OneToOne> {
    this.#pairOf.fill(NOWHERE);
    this.#left.fill(0);
    this.#right.fill(0);
    const ends = yield* this.#putInOrder(order);
    const links = new Float64Array(this.#sets);
    let from = 0;
    // Sets can be tiny and many: a step is so many pairs, of one set or several.
    let sinceStep = 0;
    for (const [rank, set] of order.entries()) {
      const to = ends[rank] ?? from;
      for (const work of [this.#count, this.#take, this.#forget]) {
        for (let start = from; start < to; start += STEP_ITEMS) {
          const end = Math.min(start + STEP_ITEMS, to);
          const taken = work.call(this, start, end);
          links[set] = (links[set] ?? 0) + taken;
          sinceStep += end - start;
          if (sinceStep < STEP_ITEMS) continue;
          sinceStep = 0;
          yield;
        }
      }
      from = to;
    }
    return { pairOf: this.#pairOf, links };
  }

  /** Counting sort; for each rank where its pairs end. */
  *#putInOrder(order: readonly KeySet[]): Steps<Uint32Array> {
    const { sets, count } = this.#pairs;
    const ranks = new Uint32Array(this.#sets);
    order.forEach((set, rank) => (ranks[set] = rank));
    const next = new Uint32Array(order.length + 1);
    const after = (pair: number): number => (ranks[sets[pair] ?? 0] ?? 0) + 1;
    yield* inSteps(count, (pair) => (next[after(pair)] = (next[after(pair)] ?? 0) + 1));
    for (let rank = 0; rank < order.length; rank += 1) next[rank + 1] = (next[rank + 1] ?? 0) + (next[rank] ?? 0);
    yield* inSteps(count, (pair) => {
      const rank = after(pair) - 1;
      const at = next[rank] ?? 0;
      next[rank] = at + 1;
      this.#ordered[at] = pair;
    });
    return next;
  }

  #count(from: number, to: number): number {
    for (let at = from; at < to; at += 1) {
      const pair = this.#ordered[at] ?? 0;
      const left = this.#pairs.left[pair] ?? 0;
      const right = this.#pairs.right[pair] ?? 0;
      const ofLeft = this.#left[left] ?? TAKEN;
      const ofRight = this.#right[right] ?? TAKEN;
      if (ofLeft === TAKEN || ofRight === TAKEN) continue;
      this.#left[left] = Math.min(ofLeft + 1, SEVERAL);
      this.#right[right] = Math.min(ofRight + 1, SEVERAL);
    }
    return 0;
  }

  #take(from: number, to: number): number {
    let taken = 0;
    for (let at = from; at < to; at += 1) {
      const pair = this.#ordered[at] ?? 0;
      const left = this.#pairs.left[pair] ?? 0;
      const right = this.#pairs.right[pair] ?? 0;
      if (this.#left[left] !== 1 || this.#right[right] !== 1) continue;
      this.#left[left] = TAKEN;
      this.#right[right] = TAKEN;
      this.#pairOf[left] = pair;
      taken += 1;
    }
    return taken;
  }

  #forget(from: number, to: number): number {
    for (let at = from; at < to; at += 1) {
      const pair = this.#ordered[at] ?? 0;
      const left = this.#pairs.left[pair] ?? 0;
      const right = this.#pairs.right[pair] ?? 0;
      if (this.#left[left] !== TAKEN) this.#left[left] = 0;
      if (this.#right[right] !== TAKEN) this.#right[right] = 0;
    }
    return 0;
  }
}

const SEVERAL = 2;
const TAKEN = 3;
