import type { NoiseSource } from '../noise/index.js';
import { NO_ADDITIONS } from './additions.js';
import type { Additions, Batch } from './additions.js';
import { carryOut } from './carry-out.js';
import { decoyChunks, decoysOf, drawDecoys, groupsIn, mostDecoys } from './decoys.js';
import { drawDummies, dummyChunks, mostDummies } from './dummies.js';
import type { Dummies } from './dummies.js';
import type { Group } from './group.js';
import { SCALAR_BYTES } from './messages.js';
import { MAX_DUMMIES, MAX_LISTS_WITH_DECOYS, optOutLists } from './plan.js';
import type { JoinPlan, ListPlan } from './plan.js';

export interface MixerNoiseOptions {
  readonly plan: JoinPlan;
  readonly group: Group;
  /** Null where the plan asks for no noise. */
  readonly source: NoiseSource | null;
  /** DECOY_SEED_BYTES, secret. Stays the caller's, who wipes it. */
  readonly seed: Uint8Array;
  /** Aborts when the run has ended. */
  readonly signal: AbortSignal;
}

/** Keys under which a mixer's own records are encrypted. */
export interface MixerKeys {
  readonly jointKey: Uint8Array;
  /** What remains of it once this mixer and those before it have taken their shares off. */
  readonly remainingKey: Uint8Array;
}

/** (Mixer) What it adds of its own in one run: decoys to every list, dummies to the tally. */
export class MixerNoise {
  readonly #options: MixerNoiseOptions;
  readonly #groups: Uint32Array;

  /** Thrown when the plan asks for noise and there is none, or for more than `assertNoiseFits` lets pass: RangeError. */
  constructor(options: MixerNoiseOptions) {
    const { plan, source } = options;
    assertNoiseFits(plan);
    this.#options = options;
    if (source === null && asksForNoise(plan)) throw new RangeError('the plan asks for noise and there is none');
    this.#groups = source === null ? new Uint32Array(0) : drawDecoys(plan, source);
  }

  /** @param generator of the list as this mixer sends it on */
  decoys(list: ListPlan, generator: Uint8Array, { jointKey }: Pick<MixerKeys, 'jointKey'>): Additions {
    const { plan, seed } = this.#options;
    const groups = this.#groups;
    return {
      count: decoysOf(plan, list, groups),
      *batches(): Generator<Batch> {
        for (const chunk of decoyChunks(plan, list, groups)) {
          const shape = { keyColumns: list.keys.length, sums: list.sums };
          yield { count: groupsIn(chunk), job: { kind: 'decoys', ...shape, groups: chunk, seed, generator, jointKey } };
        }
      },
    };
  }

  async dummies(keys: MixerKeys): Promise<Additions> {
    const { plan, group, source, signal } = this.#options;
    if (source === null) return NO_ADDITIONS;
    const dummies: Dummies = await carryOut(drawDummies(plan, source), signal);
    return {
      count: dummies.total,
      *batches(): Generator<Batch> {
        for (const cells of dummyChunks(group, dummies)) {
          yield {
            count: cells.length / SCALAR_BYTES,
            job: { kind: 'dummies', sums: plan.sums.length, cells, ...keys },
          };
        }
      },
    };
  }
}

/** Whether any mixer adds anything in this run. */
export function asksForNoise({ noise, decoys, sums }: JoinPlan): boolean {
  return noise !== null || decoys !== null || sums.some((column) => column.noise !== null);
}

/**
 * Thrown when a mixer might have to add more than MAX_DUMMIES to the tally or to a list, or there are decoys and more
 * than MAX_LISTS_WITH_DECOYS lists beside those of opt-outs: RangeError. No plan of a signed template is like that.
 */
export function assertNoiseFits(plan: JoinPlan): void {
  if (plan.decoys !== null && plan.lists.length - optOutLists(plan).length > MAX_LISTS_WITH_DECOYS) {
    throw new RangeError(`decoys for more than ${MAX_LISTS_WITH_DECOYS} lists`);
  }
  const most = Math.max(mostDummies(plan), ...plan.lists.map((list) => mostDecoys(plan, list)));
  if (most > MAX_DUMMIES) throw new RangeError(`noise that may take more than ${MAX_DUMMIES} records`);
}
