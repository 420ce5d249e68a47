import type { Ledger } from './ledger.js';

/** A snapshot that is in force. */
export interface NotedSnapshot {
  readonly dataset: string;
  readonly snapshot: string;
  readonly asAt: string;
}

/**
 * What changed at a node beside its runs, each change written down once: whatever is in force when a node starts is
 * noted where it differs from what the ledger said last.
 */
export class Changes {
  readonly #ledger: Pick<Ledger, 'append'>;
  readonly #snapshots = new Map<string, string>();
  #policy: string | undefined;
  #isPaused = false;

  /** Thrown when the ledger can't be read: NodeError LEDGER_DAMAGED. */
  constructor(ledger: Pick<Ledger, 'append' | 'entries'>) {
    this.#ledger = ledger;
    for (const { kind, body } of ledger.entries()) {
      if (kind === 'policy') this.#policy = body.digest;
      else if (kind === 'snapshot') this.#snapshots.set(body.dataset, body.snapshot);
      else if (kind === 'paused' || kind === 'resumed') this.#isPaused = kind === 'paused';
    }
  }

  /** Thrown when it can't be written down: NodeError LEDGER_UNUSABLE. */
  policy(digest: string): void {
    if (digest === this.#policy) return;
    this.#ledger.append('policy', { digest });
    this.#policy = digest;
  }

  /** Thrown as `policy` says. */
  snapshots(inForce: readonly NotedSnapshot[]): void {
    for (const { dataset, snapshot, asAt } of inForce) {
      if (this.#snapshots.get(dataset) === snapshot) continue;
      this.#ledger.append('snapshot', { dataset, snapshot, asAt });
      this.#snapshots.set(dataset, snapshot);
    }
  }

  /** Null: the node may answer. Thrown as `policy` says. */
  paused(pause: { readonly reason: string | null } | null): void {
    if ((pause !== null) === this.#isPaused) return;
    if (pause === null) this.#ledger.append('resumed', {});
    else this.#ledger.append('paused', { reason: pause.reason });
    this.#isPaused = pause !== null;
  }
}
