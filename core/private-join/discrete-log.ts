import { equalBytes } from '../base/index.js';
import { ELEMENT_WORDS, wordsOf } from './element-index.js';
import { IDENTITY } from './group.js';
import { ELEMENT_BYTES } from './messages.js';
import { MAX_LOGARITHM } from './plan.js';
import { runJobOf } from './sums.js';
import type { SumsWork } from './sums.js';

/**
 * Small discrete logarithms: v from v*B, for v within ± a bound, by baby steps and giant steps (Shanks, 1971). One table
 * of baby steps, -h*B..h*B, serves all of them; an element is looked up itself first, then moved up and down by giant
 * steps of 2h + 1, nearest first, so that a small value is found soon however wide its bound.
 *
 * The steps are walked in the engine, the table stays with the caller. Nothing here is secret to whoever does it: the
 * values are what the coordinator is to learn.
 */

/** Elements of one walk: some milliseconds. */
export const WALK_ELEMENTS = 16_384;
/** Baby steps, one less: 64 MiB of table. */
export const MAX_BABY_STEPS = 2 ** 22;
const MIN_BABY_STEPS = 2 ** 10;
/** What it costs to have a walk done elsewhere, in steps. */
const WALK_OVERHEAD = 512;

/**
 * The logarithm of each element, NaN where it is not within ± its bound.
 * Thrown when a bound is no whole number in 0..MAX_LOGARITHM, or there aren't as many as elements: RangeError; otherwise as
 * by `runJobOf`.
 * @param elements checked encodings; the identity is the logarithm 0's
 */
export async function findLogarithms(
  work: SumsWork,
  elements: Uint8Array,
  bounds: Float64Array,
): Promise<Float64Array> {
  const count = elements.length / ELEMENT_BYTES;
  if (bounds.length !== count) throw new RangeError('not as many bounds as elements');
  if (bounds.some((bound) => !Number.isInteger(bound) || bound < 0 || bound > MAX_LOGARITHM)) {
    throw new RangeError('a bound that is no whole number, or too large');
  }
  const logarithms = new Float64Array(count).fill(NaN);
  if (count === 0) return logarithms;
  const search = new Search(work, halfOfTable(bounds));
  await search.fillTable();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next; index < count; index = next) {
      next += 1;
      const element = elements.slice(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES);
      logarithms[index] = (await search.logarithmOf(element, bounds[index] ?? 0)) ?? NaN;
    }
  };
  await Promise.all(Array.from({ length: work.engine.parallelism }, lane));
  return logarithms;
}

/**
 * h: the size of table with which all searches together, at their worst, take the fewest steps. It is never larger than
 * the largest bound asks for.
 */
export function halfOfTable(bounds: Float64Array): number {
  const largest = bounds.reduce((most, bound) => Math.max(most, bound), 0);
  let best = 0;
  let least = Infinity;
  for (let most = MIN_BABY_STEPS; most <= MAX_BABY_STEPS; most *= 2) {
    const own = Math.min(most / 2 - 1, largest);
    const table = 2 * own + 1;
    let steps = table;
    for (const bound of bounds) if (bound > own) steps += (2 * (bound - own)) / table + 2 * WALK_OVERHEAD;
    if (steps < least) [best, least] = [own, steps];
    if (own === largest) break;
  }
  return best;
}

class Search {
  readonly #work: SumsWork;
  readonly #half: number;
  readonly #table: BabySteps;
  readonly #base: Uint8Array;
  /** half * B, and the giant step up and down. */
  readonly #shift: Uint8Array;
  readonly #up: Uint8Array;
  readonly #down: Uint8Array;

  constructor(work: SumsWork, half: number) {
    const { group } = work;
    const multiple = (value: number): Uint8Array => group.multiplyBase(group.scalar(value));
    this.#work = work;
    this.#half = half;
    this.#table = new BabySteps(2 * half + 1);
    this.#base = multiple(1);
    this.#shift = multiple(half);
    this.#up = multiple(this.#giant);
    this.#down = multiple(-this.#giant);
  }

  get #giant(): number {
    return 2 * this.#half + 1;
  }

  async fillTable(): Promise<void> {
    const size = this.#giant;
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let from = next; from < size; from = next) {
        const count = Math.min(WALK_ELEMENTS, size - from);
        next += count;
        const steps = wordsOf(await this.#walk(IDENTITY, this.#base, from, count));
        for (let index = 0; index < count; index += 1) this.#table.add(steps, index * ELEMENT_WORDS, from + index);
      }
    };
    await Promise.all(Array.from({ length: this.#work.engine.parallelism }, lane));
  }

  /** null when it isn't within ±bound. */
  async logarithmOf(element: Uint8Array, bound: number): Promise<number | null> {
    const shifted = this.#work.group.add(element, this.#shift);
    const nearest = this.#lookUp(wordsOf(shifted), element, bound, () => 0);
    if (nearest !== null) return nearest;
    const farthest = Math.ceil((bound - this.#half) / this.#giant);
    for (let from = 1; from <= farthest; from += WALK_ELEMENTS) {
      const count = Math.min(WALK_ELEMENTS, farthest + 1 - from);
      // What is above has to come down.
      const [above, below] = await Promise.all([
        this.#walk(shifted, this.#down, from, count),
        this.#walk(shifted, this.#up, from, count),
      ]);
      const found =
        this.#lookUp(wordsOf(above), element, bound, (index) => from + index) ??
        this.#lookUp(wordsOf(below), element, bound, (index) => -(from + index));
      if (found !== null) return found;
    }
    return null;
  }

  /** @param giants how many giant steps the element of that number has been moved by */
  #lookUp(elements: Uint32Array, element: Uint8Array, bound: number, giants: (index: number) => number): number | null {
    const { group } = this.#work;
    for (let at = 0; at < elements.length; at += ELEMENT_WORDS) {
      for (const baby of this.#table.candidates(elements, at)) {
        const value = giants(at / ELEMENT_WORDS) * this.#giant + baby - this.#half;
        // Others whose encodings are alike in the words that the table keeps; about one in 2^32 is.
        if (Math.abs(value) <= bound && equalBytes(group.multiplyBase(group.scalar(value)), element)) return value;
      }
    }
    return null;
  }

  #walk(start: Uint8Array, step: Uint8Array, from: number, count: number): Promise<Uint8Array> {
    return runJobOf(this.#work, { kind: 'walk', start, step, from, count });
  }
}

const NONE: readonly number[] = [];

/**
 * Which baby steps an element may be: two words of the encoding are compared, and one says where to look. They are as
 * good as random: an encoding is nobody's choice here.
 */
class BabySteps {
  /** Two words a slot: part of the encoding; the baby step's number plus 1, or 0 when it is free. */
  readonly #slots: Uint32Array;
  readonly #lastSlot: number;

  constructor(count: number) {
    let slots = 2;
    while (slots < 2 * count) slots *= 2;
    this.#slots = new Uint32Array(2 * slots);
    this.#lastSlot = slots - 1;
  }

  add(elements: Uint32Array, at: number, number: number): void {
    let slot = this.#slotOf(elements, at);
    while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#lastSlot;
    this.#slots[2 * slot] = markOf(elements, at);
    this.#slots[2 * slot + 1] = number + 1;
  }

  candidates(elements: Uint32Array, at: number): readonly number[] {
    const mark = markOf(elements, at);
    let found = NONE;
    for (let slot = this.#slotOf(elements, at); ; slot = (slot + 1) & this.#lastSlot) {
      const taken = this.#slots[2 * slot + 1] ?? 0;
      if (taken === 0) return found;
      if (this.#slots[2 * slot] === mark) found = [...found, taken - 1];
    }
  }

  #slotOf(elements: Uint32Array, at: number): number {
    return (elements[at + 1] ?? 0) & this.#lastSlot;
  }
}

function markOf(elements: Uint32Array, at: number): number {
  return elements[at + 2] ?? 0;
}
