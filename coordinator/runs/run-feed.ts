import type { PartyId, TransferSubject } from '../../core/private-join/index.js';
import type { RunEvent } from './run.js';

/**
 * A list has got somewhere. There is no count in it and no share of a whole, for either would tell an analyst how many
 * records an agency put in.
 */
export interface RunProgress {
  /** The list, the tally, or the sums. */
  readonly subject: TransferSubject;
  /** Steps of its way that are done, and steps there are. */
  readonly done: number;
  readonly steps: number;
  /** Between whom it is moving. */
  readonly from: PartyId;
  readonly to: PartyId;
}

export interface RunListener {
  event(event: RunEvent): void;
  progress(progress: RunProgress): void;
  /** Nothing more will be told: the run ended before, or how it ended could not be written down. */
  over(): void;
}

/** Tells whoever follows a run what happens to it. */
export class RunFeed {
  readonly #listeners = new Map<string, Set<RunListener>>();
  readonly #progress = new Map<string, Map<TransferSubject, RunProgress>>();

  /** Begins with the progress so far. The function that is returned ends it. */
  follow(runId: string, listener: RunListener): () => void {
    const listeners = this.#listeners.get(runId) ?? new Set();
    this.#listeners.set(runId, listeners.add(listener));
    for (const progress of this.#progress.get(runId)?.values() ?? []) listener.progress(progress);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(runId) === listeners) this.#listeners.delete(runId);
    };
  }

  event(runId: string, event: RunEvent): void {
    for (const listener of [...(this.#listeners.get(runId) ?? [])]) listener.event(event);
  }

  progress(runId: string, progress: RunProgress): void {
    const soFar = this.#progress.get(runId) ?? new Map<TransferSubject, RunProgress>();
    this.#progress.set(runId, soFar.set(progress.subject, progress));
    for (const listener of [...(this.#listeners.get(runId) ?? [])]) listener.progress(progress);
  }

  lost(runId: string): void {
    this.forget(runId);
    for (const listener of [...(this.#listeners.get(runId) ?? [])]) listener.over();
  }

  /** The run has ended: what it had got to is of no more interest. */
  forget(runId: string): void {
    this.#progress.delete(runId);
  }
}
