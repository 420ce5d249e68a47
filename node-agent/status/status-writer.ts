import type { Clock, Log } from '../../core/base/index.js';
import { writeStatus } from './node-status.js';
import type { NodeStatus } from './node-status.js';

/** What of a status is the node's own to say. */
export type StatusFacts = Pick<
  NodeStatus,
  'connection' | 'policy' | 'register' | 'clockTrouble' | 'paused' | 'snapshots' | 'optOuts' | 'runs'
>;

export interface StatusWriterOptions {
  readonly ledger: string;
  readonly about: Pick<NodeStatus, 'agency' | 'federation' | 'softwareVersion'>;
  readonly facts: () => StatusFacts;
  readonly clock: Clock;
  readonly log: Log;
}

/** Says how a running node is, for `tally node status`. A node that can't say so runs on. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #startedAt: string;
  #hasComplained = false;
  #isOver = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now().toISOString();
  }

  write(stoppedAt: string | null = null): void {
    if (this.#isOver) return;
    const { ledger, about, facts, clock, log } = this.#options;
    try {
      writeStatus(ledger, {
        ...{ writtenAt: clock.now().toISOString(), ...about, pid: process.pid, startedAt: this.#startedAt, stoppedAt },
        ...facts(),
      });
      this.#hasComplained = false;
    } catch (err) {
      if (!this.#hasComplained) log.error({ err }, 'how the node is could not be written down');
      this.#hasComplained = true;
    }
  }

  /** The node is being stopped: the last word. */
  stopped(): void {
    this.write(this.#options.clock.now().toISOString());
    this.#isOver = true;
  }
}
