import type { z } from 'zod';
import { messageOf } from '../../core/base/index.js';
import type { ParameterValues } from '../../core/templates/index.js';
import { API_ROOT } from '../api/route.js';
import { runDetailView, runView, templateDetailView, type RunDetailView } from '../api/schema.js';
import { CoordinatorError } from '../errors.js';

export interface TrialFederationOptions {
  /** Of the API of its coordinator, as in `http://127.0.0.1:7501`. */
  readonly url: string;
  readonly token: string;
}

/** What is to be tried. */
export interface TrialRequest {
  readonly template: string;
  readonly digest: string;
  readonly parameters: ParameterValues;
}

/** From the request to the headers of the answer: somebody waits for a page. */
const ANSWER_DEADLINE_MS = 10_000;
/** Of an answer: a release of the largest table has less. */
const MAX_ANSWER_BYTES = 16_777_216;

/**
 * A federation of invented people beside this one, where analysts try a question before they ask it of anybody. It is a
 * coordinator with nodes like any other, so that what works there works here: the same programs, no copy of them.
 */
export class TrialFederation {
  readonly #url: string;
  readonly #token: string;

  constructor({ url, token }: TrialFederationOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  /**
   * The id of its run. Thrown when it doesn't answer, or has another text of the template live: CoordinatorError
   * TRIAL_UNAVAILABLE; when it refuses: TRIAL_REFUSED.
   */
  async submit({ template, digest, parameters }: TrialRequest): Promise<string> {
    const known = await this.#ask('GET', `/templates/${encodeURIComponent(template)}`, templateDetailView);
    if (known.digest !== digest) {
      throw new CoordinatorError(
        'TRIAL_UNAVAILABLE',
        'Where questions are tried, another version of this one is live: its operator has to take over the newest.',
      );
    }
    return (await this.#ask('POST', '/runs', runView, { template, parameters })).id;
  }

  /** Thrown as `submit` says. */
  run(id: string): Promise<RunDetailView> {
    return this.#ask('GET', `/runs/${encodeURIComponent(id)}`, runDetailView);
  }

  async #ask<Schema extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.output<Schema>> {
    const { status, json } = await this.#fetched(method, path, body);
    if (status >= 400) throw refusedBy(status, json);
    const read = schema.safeParse(json);
    if (read.success) return read.data;
    throw unavailable('it answers otherwise than this version understands');
  }

  async #fetched(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ readonly status: number; readonly json: unknown }> {
    try {
      const response = await fetch(`${this.#url}${API_ROOT}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
      });
      return { status: response.status, json: JSON.parse(await limitedText(response)) as unknown };
    } catch (cause) {
      throw unavailable(messageOf(cause), cause);
    }
  }
}

async function limitedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new RangeError('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function unavailable(why: string, cause?: unknown): CoordinatorError {
  return new CoordinatorError(
    'TRIAL_UNAVAILABLE',
    'Questions can’t be tried on invented people just now. Ask the agencies, or try again later.',
    { cause: cause ?? new Error(why) },
  );
}

/** Its words are of our own program, about invented people. */
function refusedBy(status: number, json: unknown): CoordinatorError {
  const said = json as { readonly code?: unknown; readonly detail?: unknown } | null;
  const code = typeof said?.code === 'string' ? said.code : `status ${status}`;
  return new CoordinatorError('TRIAL_REFUSED', `Where questions are tried, this one was refused: ${code}.`);
}
