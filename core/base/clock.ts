/** The time, as a parameter: tests bring their own. */
export interface Clock {
  now(): Date;
}

/** A clock that can also wake somebody. */
export interface AlarmClock extends Clock {
  /** Calls `ring` once, `seconds` from now, unless the alarm is stopped before. */
  alarm(seconds: number, ring: () => void): Alarm;
}

/** A call to come. */
export interface Alarm {
  /** Counts the same time again, from now. */
  restart(): void;
  stop(): void;
}

/**
 * How long a clock has gone on, for what lasts a while. Whoever sets the clock back neither takes anything of it away nor
 * stops it.
 */
export class Elapsed {
  readonly #clock: Clock;
  #lastMs: number;
  #ms = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastMs = clock.now().getTime();
  }

  /** Milliseconds since it was made; never less than before. */
  get ms(): number {
    const nowMs = this.#clock.now().getTime();
    this.#ms += Math.max(0, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    return this.#ms;
  }
}
