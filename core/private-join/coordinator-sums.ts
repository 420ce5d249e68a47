import { concatBytes } from '../base/index.js';
import { findLogarithms } from './discrete-log.js';
import { JoinError } from './errors.js';
import { CIPHERTEXT_BYTES } from './messages.js';
import { COORDINATOR } from './plan.js';
import type { JoinPlan } from './plan.js';
import type { RecordStore } from './record-store.js';
import { addUpSums } from './sum-cells.js';
import { sumSharesHold, withoutShares } from './sum-shares.js';
import type { ShareOwner, SumShares } from './sum-shares.js';
import { partsOf, runParts, sumBounds, sumCount, sumsByCell } from './sums.js';
import type { SumsWork } from './sums.js';

export interface DecodedTally {
  /** Opened records: the cell's element, then a ciphertext for each column of sums. */
  readonly records: RecordStore;
  /** The cell number of each. */
  readonly cells: Uint32Array;
  /** How many are in each cell number, dummies among them. */
  readonly counts: Float64Array;
}

/** (Coordinator) The sums of Round 5, from the decoded tally to numbers. */
export class CoordinatorSums {
  readonly #plan: JoinPlan;
  readonly #work: SumsWork;
  readonly #tally: DecodedTally;
  #ciphertexts: Uint8Array = new Uint8Array(0);

  constructor(plan: JoinPlan, work: SumsWork, tally: DecodedTally) {
    this.#plan = plan;
    this.#work = work;
    this.#tally = tally;
  }

  /** For the next mixer: under its share of the key and those after it. */
  get ciphertexts(): Uint8Array {
    return this.#ciphertexts;
  }

  async addUp(jointKey: Uint8Array): Promise<void> {
    const { records, cells } = this.#tally;
    this.#ciphertexts = await addUpSums({ ...this.#work, jointKey }, this.#plan, records, cells);
  }

  /**
   * Checks a mixer's shares and takes them off.
   * Thrown when the proof doesn't hold: JoinError BAD_PROOF; when an element isn't one: GroupError.
   */
  async takeShares(owner: ShareOwner, shares: SumShares): Promise<void> {
    if (!(await sumSharesHold(this.#work, owner, shares))) {
      throw new JoinError('BAD_PROOF', owner.party, `the shares of sums of ${owner.party} come without a valid proof`);
    }
    this.#ciphertexts = await withoutShares(this.#work, shares);
  }

  /**
   * The sums of each column by cell number.
   * Thrown when one is larger than the records and the noise in it can make it: JoinError SUM_OUT_OF_RANGE.
   * @param secret y0
   */
  async open(secret: Uint8Array): Promise<readonly Float64Array[]> {
    const opened = await runParts(this.#work, partsOf(sumCount(this.#plan)), ({ from, to }) => ({
      kind: 'open',
      sums: 0,
      ciphertexts: this.#ciphertexts.slice(from * CIPHERTEXT_BYTES, to * CIPHERTEXT_BYTES),
      share: secret,
    }));
    const bounds = sumBounds(this.#plan, this.#tally.counts);
    const values = await findLogarithms(this.#work, concatBytes(...opened), bounds);
    if (values.some(Number.isNaN)) {
      const message = 'a sum is larger than the records in its cell can make it';
      throw new JoinError('SUM_OUT_OF_RANGE', COORDINATOR, message);
    }
    return sumsByCell(this.#plan, values);
  }
}
