import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { messageOf } from '../core/base/index.js';
import { ProvenanceError, readProvenance } from '../core/provenance/index.js';
import {
  accessTokenView,
  agenciesView,
  auditCheckpointView,
  auditEntriesView,
  DEVICE_GRANT,
  deviceAuthorizationView,
  eventView,
  holderView,
  isEnded,
  oauthErrorView,
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
  type HolderView,
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
  /** Null for whoever has none yet, and is about to get one. */
  readonly token: string | null;
  /** Pause before a broken event stream is opened again. */
  readonly reopenMs?: number;
}

/** Which runs are listed. */
export interface RunsAsked {
  readonly limit: number;
  /** Only those of whoever asks. */
  readonly mine?: boolean | undefined;
  readonly state?: string | undefined;
  readonly template?: string | undefined;
}

/** Codes of a login by a browser. */
export type BegunLogin = z.output<typeof deviceAuthorizationView>;

interface Sent {
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const FORM = 'application/x-www-form-urlencoded';

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
  readonly #token: string | null;
  readonly #reopenMs: number;

  constructor({ url, token, reopenMs = REOPEN_MS }: ApiClientOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#reopenMs = reopenMs;
  }

  async templates(): Promise<readonly TemplateView[]> {
    const all: TemplateView[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: z.output<typeof templatesView> = await this.#ask('GET', `/api/v1/templates${cursor}`, templatesView);
      all.push(...page.templates);
      cursor = page.next === null ? null : `?cursor=${encodeURIComponent(page.next)}`;
    }
    return all;
  }

  template(name: string): Promise<TemplateDetailView> {
    return this.#ask('GET', `/api/v1/templates/${encodeURIComponent(name)}`, templateDetailView);
  }

  async agencies(): Promise<readonly AgencyView[]> {
    return (await this.#ask('GET', '/api/v1/agencies', agenciesView)).agencies;
  }

  /** @param key new for each question: with it a request whose answer was lost is sent once more, and is one run. */
  async submit(body: SubmitBody, key?: string): Promise<RunView> {
    const send = (): Promise<RunView> =>
      this.#ask('POST', '/api/v1/runs', runView, {
        json: body,
        headers: key === undefined ? {} : { 'idempotency-key': key },
      });
    if (key === undefined) return send();
    try {
      return await send();
    } catch (thrown) {
      if (!(thrown instanceof CliError) || thrown.code !== 'COORDINATOR_UNREACHABLE') throw thrown;
      await pause(this.#reopenMs);
      return send();
    }
  }

  /** Newest first. */
  async runs({ limit, mine = false, state, template }: RunsAsked): Promise<readonly RunView[]> {
    const query = new URLSearchParams({ limit: String(limit), ...(mine ? { mine: 'true' } : {}) });
    if (state !== undefined) query.set('state', state);
    if (template !== undefined) query.set('template', template);
    return (await this.#ask('GET', `/api/v1/runs?${query.toString()}`, runsView)).runs;
  }

  /** Whom the token stands for. */
  holder(): Promise<HolderView> {
    return this.#ask('GET', '/api/v1/token', holderView);
  }

  async revokeToken(): Promise<void> {
    await this.#fetch('DELETE', '/api/v1/token', { accept: 'application/json' });
  }

  beginLogin(): Promise<BegunLogin> {
    return this.#ask('POST', '/api/v1/device-authorization', deviceAuthorizationView, { form: { client_id: 'tally' } });
  }

  /** The token, once somebody has said yes; until then what the standard calls it. */
  async pollLogin(deviceCode: string): Promise<{ readonly token: string } | { readonly error: string }> {
    const form = { grant_type: DEVICE_GRANT, device_code: deviceCode, client_id: 'tally' };
    const headers = { accept: 'application/json', 'content-type': FORM };
    const response = await this.#send('POST', '/api/v1/token', headers, new URLSearchParams(form).toString());
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return { token: this.#parsed(accessTokenView, answer).access_token };
    const refused = oauthErrorView.safeParse(answer);
    if (refused.success) return { error: refused.data.error };
    throw this.#asRemote(response.status, answer);
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
    { json, form, headers = {} }: Sent = {},
  ): Promise<z.output<Schema>> {
    const sent =
      form === undefined
        ? { type: 'application/json', body: json === undefined ? undefined : JSON.stringify(json) }
        : { type: FORM, body: new URLSearchParams(form).toString() };
    const typed = sent.body === undefined ? headers : { ...headers, 'content-type': sent.type };
    const response = await this.#fetch(method, path, { accept: 'application/json', ...typed }, sent.body);
    return this.#parsed(schema, await response.json().catch(() => undefined));
  }

  async #fetch(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Response> {
    const response = await this.#send(method, path, headers, body);
    if (response.ok) return response;
    throw this.#asRemote(response.status, await response.json().catch(() => undefined));
  }

  async #send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Response> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error('no answer in time')), ANSWER_DEADLINE_MS);
    try {
      return await fetch(`${this.#url}${path}`, {
        method,
        headers: { ...headers, ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }) },
        ...(body === undefined ? {} : { body }),
        redirect: 'error',
        signal: deadline.signal,
      });
    } catch (cause) {
      throw asClientError(cause, this.#url);
    } finally {
      clearTimeout(timer);
    }
  }

  #asRemote(status: number, answer: unknown): CliError | RemoteError {
    const problem = problemView.safeParse(answer);
    if (!problem.success) return badAnswer(this.#url);
    const { code, detail, problems = [] } = problem.data;
    return new RemoteError(
      status,
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
