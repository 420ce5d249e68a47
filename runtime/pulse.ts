import type { Alarm, AlarmClock } from '../core/base/index.js';

/** Lets something be said as soon as there is cause to, but then not again for a while, however often there is. */
export class Pulse {
  readonly #clock: AlarmClock;
  readonly #seconds: number;
  readonly #say: () => void;
  #resting: Alarm | undefined;
  #stopped = false;

  constructor(clock: AlarmClock, seconds: number, say: () => void) {
    this.#clock = clock;
    this.#seconds = seconds;
    this.#say = say;
  }

  beat(): void {
    if (this.#stopped || this.#resting !== undefined) return;
    this.#resting = this.#clock.alarm(this.#seconds, () => {
      this.#resting = undefined;
    });
    this.#say();
  }

  /** Nothing more is said, and no timer stays behind. */
  stop(): void {
    this.#stopped = true;
    this.#resting?.stop();
  }
}
