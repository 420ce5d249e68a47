/** Barks once when nothing has happened for too long. It sleeps until `watch`, from `rest` on, and after it has barked. */
export class Watchdog {
  readonly #deadlineMs: number;
  readonly #bark: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(deadlineSeconds: number, bark: () => void) {
    this.#deadlineMs = deadlineSeconds * 1000;
    this.#bark = bark;
  }

  watch(): void {
    this.rest();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#bark();
    }, this.#deadlineMs);
  }

  /** Something has happened: the deadline counts from now. */
  touch(): void {
    this.#timer?.refresh();
  }

  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
