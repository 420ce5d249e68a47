import type { Clock, Log } from '../core/base/index.js';
import type { ClockMarks } from './budget/memory.js';
import { CLOCK_CORRECTION_MS } from './consent/lists-freshness.js';
import { Refusal } from './offers/refusal.js';

const DAY_MS = 86_400_000;

export interface ClockGuardOptions {
  readonly self: string;
  readonly clock: Clock;
  /** What the ledger says of the time. */
  readonly marks: () => ClockMarks;
  readonly snapshots: () => readonly { readonly dataset: string; readonly asAt: string }[];
  readonly log: Log;
}

/**
 * Whether this computer's clock can be right. Whoever sets it back would make expired templates, stale opt-out lists and
 * spent budgets good again, so nothing is answered while it says less than it has said before. A clock that is ahead can't
 * be told from a node that was away; what is spent then is not forgotten when it is set right (`LedgerMemory`).
 */
export class ClockGuard {
  readonly #options: ClockGuardOptions;
  /** The latest time that this process has seen, and how often the operator had confirmed the clock by then. */
  #seen: { readonly ms: number; readonly confirmations: number } | undefined;
  #trouble: string | undefined;

  constructor(options: ClockGuardOptions) {
    this.#options = options;
  }

  /** Why the clock can't be right, as at the last look; undefined where nothing speaks against it. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Looks at the clock; true when something else is to be said of it than at the last look. */
  look(): boolean {
    const before = this.#trouble;
    this.#trouble = this.#find();
    if (this.#trouble === before) return false;
    const { log } = this.#options;
    if (this.#trouble === undefined) log.info({ event: 'clock-right' }, 'the clock may be right again');
    else log.error({ event: 'clock-wrong', reason: this.#trouble }, 'THE CLOCK IS WRONG: nothing is answered');
    return true;
  }

  /** Thrown when the clock can't be right: Refusal CLOCK_WRONG. */
  assertPlausible(): void {
    this.look();
    if (this.#trouble !== undefined) throw new Refusal('CLOCK_WRONG', `${this.#options.self}: ${this.#trouble}`);
  }

  #find(): string | undefined {
    const { clock, marks, snapshots } = this.#options;
    const nowMs = clock.now().getTime();
    const { latestMs, confirmations } = marks();
    const isConfirmed = this.#seen !== undefined && confirmations > this.#seen.confirmations;
    const seenMs = isConfirmed ? nowMs : Math.max(nowMs, this.#seen?.ms ?? nowMs);
    this.#seen = { ms: seenMs, confirmations };
    if (nowMs < (latestMs ?? nowMs) - CLOCK_CORRECTION_MS)
      return `the ledger has an entry of a later time than ${REMEDY}`;
    if (nowMs < seenMs - CLOCK_CORRECTION_MS) return `the node has seen a later time than ${REMEDY}`;
    // A day of grace: agencies may mean their own day, which begins before that of UTC.
    const ahead = snapshots().find(({ asAt }) => Date.parse(asAt) > nowMs + DAY_MS);
    if (ahead === undefined) return undefined;
    return (
      `its snapshot of ${ahead.dataset} is as at a later day than its clock says it is: its operator sets the clock ` +
      'right, or corrects `asAt` and runs `tally node prepare`'
    );
  }
}

const REMEDY =
  'its clock says it is: its operator sets the clock right or, where it is right by now, runs `tally node pause` and ' +
  '`tally node resume`';
