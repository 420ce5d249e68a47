import type { Alarm, AlarmClock } from '../core/base/index.js';

/** Barks once when nothing has happened for too long. It sleeps until `watch`, from `rest` on, and after it has barked. */
export class Watchdog {
  readonly #clock: AlarmClock;
  readonly #deadlineSeconds: number;
  readonly #bark: () => void;
  #alarm: Alarm | undefined;

  constructor(clock: AlarmClock, deadlineSeconds: number, bark: () => void) {
    this.#clock = clock;
    this.#deadlineSeconds = deadlineSeconds;
    this.#bark = bark;
  }

  watch(): void {
    this.rest();
    this.#alarm = this.#clock.alarm(this.#deadlineSeconds, () => {
      this.#alarm = undefined;
      this.#bark();
    });
  }

  /** Something has happened: the deadline counts from now. */
  touch(): void {
    this.#alarm?.restart();
  }

  rest(): void {
    this.#alarm?.stop();
    this.#alarm = undefined;
  }
}
