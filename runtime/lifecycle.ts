import type { Log } from '../core/base/index.js';
import { RuntimeError } from './errors.js';

export interface LifecycleOptions {
  readonly log: Log;
  /** For all stops together. */
  readonly stopDeadlineMs: number;
}

interface Started {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

/**
 * Starts the parts of a program in order and stops them in reverse. Each part's stop is registered the moment it has
 * started, so that a program that fails half-way leaves nothing behind. Signals are the business of main.ts.
 */
export class Lifecycle {
  readonly #log: Log;
  readonly #stopDeadlineMs: number;
  readonly #started: Started[] = [];
  #stopping: Promise<void> | undefined;

  constructor({ log, stopDeadlineMs }: LifecycleOptions) {
    this.#log = log;
    this.#stopDeadlineMs = stopDeadlineMs;
  }

  /**
   * Starts one part and returns it. When it fails, everything started before is stopped, and its error is thrown.
   * Thrown when the program is stopping already: RuntimeError STOPPING.
   */
  async start<Part>(
    name: string,
    start: () => Promise<Part> | Part,
    stop?: (part: Part) => Promise<void> | void,
  ): Promise<Part> {
    if (this.#stopping !== undefined) {
      throw new RuntimeError('STOPPING', `${name} is not started any more: the program is stopping`);
    }
    try {
      const part = await start();
      if (stop !== undefined) this.#started.push({ name, stop: () => stop(part) });
      this.#log.debug({ service: name }, 'started');
      return part;
    } catch (error) {
      this.#log.error({ service: name, err: error }, 'could not be started');
      await this.stop().catch((failure: unknown) => {
        this.#log.error({ err: failure }, 'what was started before could not be stopped');
      });
      throw error;
    }
  }

  /**
   * Stops everything, last started first; a part that fails doesn't keep the others from stopping. Calls after the
   * first get the same answer.
   * Rejects with RuntimeError STOP_TIMED_OUT when the deadline passes, STOP_FAILED when a part failed.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    let current = '';
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new RuntimeError('STOP_TIMED_OUT', `${current} did not stop within ${this.#stopDeadlineMs} ms`));
      }, this.#stopDeadlineMs);
    });
    try {
      await Promise.race([this.#stopInReverse((name) => (current = name)), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #stopInReverse(reached: (name: string) => void): Promise<void> {
    const failed: string[] = [];
    let cause: unknown;
    for (let part = this.#started.pop(); part !== undefined; part = this.#started.pop()) {
      reached(part.name);
      try {
        await part.stop();
        this.#log.debug({ service: part.name }, 'stopped');
      } catch (error) {
        this.#log.error({ service: part.name, err: error }, 'failed to stop');
        failed.push(part.name);
        cause ??= error;
      }
    }
    if (failed.length > 0) throw new RuntimeError('STOP_FAILED', `failed to stop: ${failed.join(', ')}`, { cause });
  }
}
