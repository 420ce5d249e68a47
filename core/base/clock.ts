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
