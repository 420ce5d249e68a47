import { createHash } from 'node:crypto';
import type { Clock } from '../../core/base/index.js';
import { CoordinatorError } from '../errors.js';
import type { RepeatableRequestStore } from '../store/repeatable-requests.js';
import type { RunService, SubmittedRequest } from './run-service.js';
import type { Run } from './run.js';

/** A key is good for so long: whoever asks again later asks for another run. */
export const REPEATABLE_HOURS = 24;

const HOUR_MS = 3_600_000;

/**
 * Submissions that may come again, because whoever sent one didn't hear the answer: with the same key they are one run
 * (draft-ietf-httpapi-idempotency-key-header). What was refused made no run and is asked anew.
 */
export class RepeatableSubmissions {
  readonly #runs: Pick<RunService, 'submit' | 'find'>;
  readonly #store: RepeatableRequestStore;
  readonly #clock: Clock;

  constructor(runs: Pick<RunService, 'submit' | 'find'>, store: RepeatableRequestStore, clock: Clock) {
    this.#runs = runs;
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Thrown when the requester has asked something else with this key: CoordinatorError IDEMPOTENCY_KEY_REUSED; when it was
   * begun and nobody knows what came of it: IDEMPOTENCY_KEY_IN_USE; else as by `RunService.submit`.
   */
  submit(key: string, request: SubmittedRequest): Run {
    const { requester } = request;
    const now = this.#clock.now();
    const [keySha256, bodySha256] = [sha256(key), sha256(canonical(request))];
    this.#store.deleteOlder(new Date(now.getTime() - REPEATABLE_HOURS * HOUR_MS).toISOString());
    const known = this.#store.getRequest(requester, keySha256);
    if (known !== undefined) return this.#again(known, bodySha256);
    // Written before anything is done: a coordinator that goes down meanwhile doesn't ask twice.
    this.#store.putRequest({ requester, keySha256, bodySha256 }, now.toISOString());
    let run: Run;
    try {
      run = this.#runs.submit(request);
    } catch (thrown) {
      this.#store.deleteRequest(requester, keySha256);
      throw thrown;
    }
    this.#store.putAnswer(requester, keySha256, run.id);
    return run;
  }

  #again(known: { readonly bodySha256: string; readonly run: string | null }, bodySha256: string): Run {
    if (known.bodySha256 !== bodySha256) {
      throw new CoordinatorError(
        'IDEMPOTENCY_KEY_REUSED',
        'Something else was asked with this Idempotency-Key: take a new key for each question.',
      );
    }
    if (known.run !== null) return this.#runs.find(known.run);
    throw new CoordinatorError(
      'IDEMPOTENCY_KEY_IN_USE',
      'This request was begun and has no answer yet: look among your runs whether it is there, and take a new key if not.',
    );
  }
}

/** The same text for the same question, in whatever order its parameters were written. */
function canonical({ template, parameters }: SubmittedRequest): string {
  const sorted = Object.entries(parameters).toSorted(([first], [second]) => (first < second ? -1 : 1));
  return JSON.stringify([template, sorted]);
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
