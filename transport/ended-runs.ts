import type { FailureCode, PartyId } from '../core/private-join/index.js';

/** Runs whose end is remembered: many times as many as are under way at once. */
export const MAX_ENDED_RUNS = 1_000;

/**
 * How runs ended, for a while. A list that sets out in the moment in which its run ends finds the run gone; it is told
 * the run's reason, not that nobody knows the run.
 */
export class EndedRuns {
  readonly #ends = new Map<string, { readonly agencies: readonly PartyId[]; readonly failure: FailureCode }>();

  add(runId: string, agencies: readonly PartyId[], failure: FailureCode): void {
    this.#ends.set(runId, { agencies, failure });
    const [oldest] = this.#ends.keys();
    if (this.#ends.size > MAX_ENDED_RUNS && oldest !== undefined) this.#ends.delete(oldest);
  }

  /** Undefined when the run is not remembered, or the agency took no part in it. */
  failureOf(runId: string, agency: PartyId): FailureCode | undefined {
    const end = this.#ends.get(runId);
    return end?.agencies.includes(agency) === true ? end.failure : undefined;
  }
}
