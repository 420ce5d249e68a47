import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { messageOf } from '../core/base/index.js';
import { ProvenanceError, readProvenance } from '../core/provenance/index.js';
import {
  agenciesView,
  auditCheckpointView,
  auditEntriesView,
  eventView,
  isEnded,
  problemView,
  progressView,
  runDetailView,
  runsView,
  runView,
  templateDetailView,
  templatesView,
  unprotectedCountsView,
  type AgencyView,
  type AuditCheckpointView,
  type AuditEntriesView,
  type EventView,
  type ProgressView,
  type RunDetailView,
  type RunView,
  type SubmitBody,
  type TemplateDetailView,
  type TemplateView,
  type UnprotectedCountsView,
} from '../coordinator/client.js';
import { CliError, RemoteError } from './errors.js';
import { readEvents } from './event-source.js';

export interface ApiClientOptions {
  /** Of the coordinator's API, as in `http://127.0.0.1:7401`. */
  readonly url: string;
  readonly token: string;
  /** Pause before a broken event stream is opened again. */
  readonly reopenMs?: number;
}

export type FollowedEvent =
  | { readonly kind: 'event'; readonly event: EventView }
  | { readonly kind: 'progress'; readonly progress: ProgressView };

/** Attempts to open an event stream again without having got any further. */
const MAX_REOPENINGS = 5;
const REOPEN_MS = 1_000;
/** From the request to the headers of the answer. */
const ANSWER_DEADLINE_MS = 30_000;

/** (Client) The coordinator's HTTP API. Every method rejects with RemoteError or CliError. */
export class ApiClient {
  readonly #url: string;
  readonly #token: string;
  readonly #reopenMs: number;

  constructor({ url, token, reopenMs = REOPEN_MS }: ApiClientOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#reopenMs = reopenMs;
  }

  async templates(): Promise<readonly TemplateView[]> {
    return (await this.#ask('GET', '/api/v1/templates', templatesView)).templates;
  }

  template(name: string): Promise<TemplateDetailView> {
    return this.#ask('GET', `/api/v1/templates/${encodeURIComponent(name)}`, templateDetailView);
  }

  async agencies(): Promise<readonly AgencyView[]> {
    return (await this.#ask('GET', '/api/v1/agencies', agenciesView)).agencies;
  }

  submit(body: SubmitBody): Promise<RunView> {
    return this.#ask('POST', '/api/v1/runs', runView, body);
  }

  async runs(limit: number): Promise<readonly RunView[]> {
    return (await this.#ask('GET', `/api/v1/runs?limit=${limit}`, runsView)).runs;
  }

  run(id: string): Promise<RunDetailView> {
    return this.#ask('GET', `/api/v1/runs/${encodeURIComponent(id)}`, runDetailView);
  }

  /** Of the run's release, byte for byte as the coordinator signed it. */
  async provenance(id: string): Promise<Uint8Array> {
    const path = `/api/v1/runs/${encodeURIComponent(id)}/provenance`;
    const response = await this.#fetch('GET', path, { accept: 'application/json' });
    const bytes = new Uint8Array(await response.arrayBuffer().catch(() => new ArrayBuffer(0)));
    try {
      readProvenance(bytes);
    } catch (thrown) {
      throw thrown instanceof ProvenanceError ? badAnswer(this.#url) : thrown;
    }
    return bytes;
  }

  cancel(id: string): Promise<RunView> {
    return this.#ask('DELETE', `/api/v1/runs/${encodeURIComponent(id)}`, runView);
  }

  auditCheckpoint(): Promise<AuditCheckpointView> {
    return this.#ask('GET', '/api/v1/audit/checkpoint', auditCheckpointView);
  }

  auditEntries(from: number): Promise<AuditEntriesView> {
    return this.#ask('GET', `/api/v1/audit/entries?from=${from}`, auditEntriesView);
  }

  /** Of a demonstration's coordinator only. */
  unprotectedCounts(id: string): Promise<UnprotectedCountsView> {
    return this.#ask('GET', `/api/v1/runs/${encodeURIComponent(id)}/unprotected-counts`, unprotectedCountsView);
  }

  /** A run's events from its first to its last. A stream that breaks is opened again where it broke. */
  async *follow(id: string): AsyncGenerator<FollowedEvent, void, undefined> {
    let last = 0;
    for (let reopened = 0; ; reopened += 1) {
      try {
        for await (const { event, data } of readEvents(await this.#events(id, last))) {
          if (event === 'progress') yield { kind: 'progress', progress: this.#parsed(progressView, JSON.parse(data)) };
          if (event !== 'run') continue;
          const happened = this.#parsed(eventView, JSON.parse(data));
          last = happened.sequence;
          reopened = 0;
          yield { kind: 'event', event: happened };
          if (isEnded(happened.state)) return;
        }
      } catch (thrown) {
        if (thrown instanceof RemoteError || reopened >= MAX_REOPENINGS) throw asClientError(thrown, this.#url);
      }
      if (reopened >= MAX_REOPENINGS) throw asClientError(new Error('the event stream ended early'), this.#url);
      await pause(this.#reopenMs);
    }
  }

  async #events(id: string, after: number): Promise<AsyncIterable<Uint8Array>> {
    const path = `/api/v1/runs/${encodeURIComponent(id)}/events`;
    const response = await this.#fetch('GET', path, { accept: 'text/event-stream', 'last-event-id': String(after) });
    if (response.body === null) throw new CliError('BAD_ANSWER', 'The coordinator sent an empty event stream.');
    return response.body;
  }

  async #ask<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.output<Schema>> {
    const response = await this.#fetch(method, path, { accept: 'application/json' }, body);
    return this.#parsed(schema, await response.json().catch(() => undefined));
  }

  async #fetch(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Response> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error('no answer in time')), ANSWER_DEADLINE_MS);
    let response: Response;
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        headers: {
          ...headers,
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: deadline.signal,
      });
    } catch (cause) {
      throw asClientError(cause, this.#url);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    const error = problemView.safeParse(await response.json().catch(() => undefined));
    if (!error.success) throw badAnswer(this.#url);
    const { code, detail, problems = [] } = error.data;
    throw new RemoteError(
      response.status,
      code,
      detail,
      problems.map(({ path: where, message: what, line }) => ({
        path: where,
        message: what,
        ...(line === undefined ? {} : { line }),
      })),
    );
  }

  #parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw badAnswer(this.#url);
  }
}

function badAnswer(url: string): CliError {
  return new CliError(
    'BAD_ANSWER',
    `${url} answers, but not as this version of tally understands: check the address, and that both have one version.`,
  );
}

function asClientError(thrown: unknown, url: string): CliError | RemoteError {
  if (thrown instanceof CliError || thrown instanceof RemoteError) return thrown;
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  return new CliError(
    'COORDINATOR_UNREACHABLE',
    `No answer from ${url} (${messageOf(cause)}): check the address (--url, TALLY_URL) and that the coordinator runs.`,
    { cause },
  );
}
