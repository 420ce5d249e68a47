import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import type { Verdict } from './self-link-rules.js';
import { HEAVY_STEP_ITEMS } from './step-items.js';

const FIRST_PAIRS = 1_024;
/** Strengths are 0..STRENGTHS-1. */
const STRENGTHS = 64;

type OnPair = (one: number, other: number, verdict: Verdict) => void;

/** Pairs of items with what was said of them: ten bytes a pair and no object. */
export class PairColumn {
  #ones = new Uint32Array(FIRST_PAIRS);
  #others = new Uint32Array(FIRST_PAIRS);
  #verdicts = new Uint8Array(FIRST_PAIRS);
  #strengths = new Uint8Array(FIRST_PAIRS);
  #pairs = 0;

  push(one: number, other: number, verdict: Verdict, strength: number): void {
    if (this.#pairs === this.#ones.length) this.#grow();
    this.#ones[this.#pairs] = one;
    this.#others[this.#pairs] = other;
    this.#verdicts[this.#pairs] = verdict;
    this.#strengths[this.#pairs] = strength;
    this.#pairs += 1;
  }

  *each(onPair: OnPair): Steps<void> {
    yield* inSteps(this.#pairs, (pair) => this.#tell(pair, onPair), HEAVY_STEP_ITEMS * 4);
  }

  /** Pairs of the same strength as they came. */
  *strongestFirst(onPair: OnPair): Steps<void> {
    const order = yield* this.#order();
    yield* inSteps(order.length, (place) => this.#tell(order[place] ?? 0, onPair), HEAVY_STEP_ITEMS);
  }

  *#order(): Steps<Uint32Array> {
    const order = new Uint32Array(this.#pairs);
    const starts = new Uint32Array(STRENGTHS + 1);
    const weakness = (pair: number): number => STRENGTHS - 1 - (this.#strengths[pair] ?? 0);
    yield* inSteps(this.#pairs, (pair) => {
      const place = weakness(pair) + 1;
      starts[place] = (starts[place] ?? 0) + 1;
    });
    for (let place = 1; place <= STRENGTHS; place += 1) {
      starts[place] = (starts[place] ?? 0) + (starts[place - 1] ?? 0);
    }
    yield* inSteps(this.#pairs, (pair) => {
      const place = starts[weakness(pair)] ?? 0;
      order[place] = pair;
      starts[weakness(pair)] = place + 1;
    });
    return order;
  }

  #tell(pair: number, onPair: OnPair): void {
    onPair(this.#ones[pair] ?? 0, this.#others[pair] ?? 0, (this.#verdicts[pair] ?? 0) as Verdict);
  }

  #grow(): void {
    const room = this.#pairs * 2;
    const grown = <Numbers extends Uint32Array | Uint8Array>(from: Numbers, to: Numbers): Numbers => {
      to.set(from);
      return to;
    };
    this.#ones = grown(this.#ones, new Uint32Array(room));
    this.#others = grown(this.#others, new Uint32Array(room));
    this.#verdicts = grown(this.#verdicts, new Uint8Array(room));
    this.#strengths = grown(this.#strengths, new Uint8Array(room));
  }
}
