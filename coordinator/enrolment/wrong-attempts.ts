import { Elapsed, type Clock } from '../../core/base/index.js';

/** Wrong tokens that one address may show in WRONG_ATTEMPTS_WINDOW_MS before it is not listened to. */
export const MAX_WRONG_ATTEMPTS_AN_ADDRESS = 20;
export const WRONG_ATTEMPTS_WINDOW_MS = 600_000;
/** Addresses that are remembered; the one that was wrong longest ago goes first. */
export const MAX_REMEMBERED_ADDRESSES = 10_000;

/** Who has shown wrong tokens of late. A secret of 32 bytes isn't guessed; this keeps those who try off the database. */
export class WrongAttempts {
  readonly #elapsed: Elapsed;
  /** Times in milliseconds by address, oldest first; addresses in the order of their latest. */
  readonly #times = new Map<string, readonly number[]>();

  constructor(clock: Clock) {
    this.#elapsed = new Elapsed(clock);
  }

  isTooMany(address: string): boolean {
    return this.#recent(address).length >= MAX_WRONG_ATTEMPTS_AN_ADDRESS;
  }

  add(address: string): void {
    const times = [...this.#recent(address), this.#elapsed.ms].slice(-MAX_WRONG_ATTEMPTS_AN_ADDRESS);
    this.#times.delete(address);
    this.#times.set(address, times);
    const [oldest] = this.#times.keys();
    if (this.#times.size > MAX_REMEMBERED_ADDRESSES && oldest !== undefined) this.#times.delete(oldest);
  }

  #recent(address: string): readonly number[] {
    const since = this.#elapsed.ms - WRONG_ATTEMPTS_WINDOW_MS;
    return (this.#times.get(address) ?? []).filter((time) => time > since);
  }
}
