import { concatBytes, wipe } from '../base/index.js';
import type { Engine } from './engine.js';
import { CHUNK_RECORDS } from './plan.js';
import type { JoinPlan } from './plan.js';
import { ciphertextsOf } from './records.js';
import type { TransferSteps } from './transfer-steps.js';

/** Encryptions of zero that one pool holds at most: 16 MiB of them at 256 bytes each, the most a group makes of them. */
export const MAX_ZEROS = 65_536;

export interface ZeroPoolOptions {
  readonly engine: Engine;
  /** The key under which they encrypt. */
  readonly jointKey: Uint8Array;
  /** Aborts when the run has ended. */
  readonly signal: AbortSignal;
  /** Told what kept the engine from making them. */
  readonly failed: (thrown: unknown) => void;
}

/**
 * Encryptions of zero made while the engine has nothing else to do, for they don't depend on the lists that are to
 * come. Whoever could tell which of them re-randomised a record could follow it, so they are secret: each is handed out
 * once, and all are wiped when the pool is closed or the run ends.
 */
export class ZeroPool {
  readonly #options: ZeroPoolOptions;
  /** Each a chunk's worth. */
  readonly #batches: Uint8Array[] = [];
  readonly #closed = new AbortController();
  #underWay = 0;
  #wanted = 0;

  constructor(options: ZeroPoolOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.close(), { once: true });
  }

  /** Ciphertexts that the pool could re-randomise now. */
  get size(): number {
    return this.#batches.length * CHUNK_RECORDS;
  }

  /** Makes them up to this number, whole chunks only and MAX_ZEROS at most, whenever the engine is idle. */
  fill(wanted: number): void {
    this.#wanted = Math.min(wanted, MAX_ZEROS);
    while (this.#underWay < this.#options.engine.parallelism && this.#isShort()) void this.#make();
  }

  /**
   * A job's `zeros`, when it has whole chunks of ciphertexts and there are enough for all of them. They are the caller's
   * then, who uses them once.
   */
  take(ciphertexts: number): { readonly zeros?: Uint8Array } {
    const wanted = ciphertexts / CHUNK_RECORDS;
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > this.#batches.length) return {};
    const batches = this.#batches.splice(-wanted);
    const [only] = batches;
    if (only !== undefined && wanted === 1) return { zeros: only };
    const zeros = concatBytes(...batches);
    wipe(...batches);
    return { zeros };
  }

  /** Wipes what is left; nothing more is made. May be called twice. */
  close(): void {
    this.#wanted = 0;
    this.#closed.abort();
    wipe(...this.#batches.splice(0));
  }

  #isShort(): boolean {
    return !this.#closed.signal.aborted && this.size + (this.#underWay + 1) * CHUNK_RECORDS <= this.#wanted;
  }

  async #make(): Promise<void> {
    const { engine, jointKey, failed } = this.#options;
    this.#underWay += 1;
    try {
      const { signal } = this.#closed;
      const zeros = await engine.run({ kind: 'zeros', jointKey, count: CHUNK_RECORDS }, { signal, idle: true });
      if (signal.aborted) wipe(zeros);
      else this.#batches.push(zeros);
    } catch (thrown) {
      if (!this.#closed.signal.aborted) failed(thrown);
      return;
    } finally {
      this.#underWay -= 1;
    }
    this.fill(this.#wanted);
  }
}

/**
 * How many a node has use for: of the lists on their way to it, what is still to come; of those it awaits, whose size it
 * can't know, as much as it had to send itself. More would be work for nobody.
 * @param own records of the longest list that the node has made itself
 */
export function zerosOfUse({ lists }: JoinPlan, steps: TransferSteps, own: number): number {
  return lists.reduce((sum, { id, sums }) => {
    const step = steps.get(id);
    const records = step?.at === 'receiving' ? step.count - step.received : step?.at === 'awaited' ? own : 0;
    return sum + records * ciphertextsOf(sums);
  }, 0);
}
