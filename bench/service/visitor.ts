import { Agent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';

/** What one request came to. */
export interface Visit {
  readonly status: number;
  /** Until the last byte of the answer. */
  readonly ms: number;
  readonly body: string;
  readonly location: string | undefined;
}

/** Somebody with a browser of their own: cookies by host, and one connection that is used again. */
export class Visitor {
  readonly #home: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 2 });
  /** By host, then by name. */
  readonly #cookies = new Map<string, Map<string, string>>();

  /** @param home of the pages, as in `http://localhost:7401` */
  constructor(home: string) {
    this.#home = home;
  }

  /** Goes through the demonstration's sign-in service as that person. Thrown when it leads nowhere: RangeError. */
  async signIn(person: string): Promise<void> {
    let at = new URL('/sign-in', this.#home);
    let visit = await this.#send(at);
    for (let steps = 0; visit.status !== 200 || visit.body.includes('name="person"'); steps += 1) {
      if (steps > 12 || visit.status >= 400) throw new RangeError(`signing in ends with ${visit.status} at ${at.href}`);
      const isChoice = visit.location === undefined;
      at = new URL(visit.location ?? at.href, at);
      visit = await this.#send(at, isChoice ? { person } : undefined);
    }
  }

  see(path: string): Promise<Visit> {
    return this.#send(new URL(path, this.#home));
  }

  /** Sends a form that the page at `from` has, with its token. */
  async post(path: string, from: string, fields: Readonly<Record<string, string | readonly string[]>>): Promise<Visit> {
    const { body } = await this.see(from);
    const token = /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
    return this.#send(new URL(path, this.#home), { _csrf: token, ...fields });
  }

  /** Opens a stream of events and hears what comes; the function that is returned closes it. */
  listen(path: string, heard: (text: string) => void, ended: (status: number) => void): () => void {
    const url = new URL(path, this.#home);
    const request = httpRequest(url, { headers: { ...this.#headers(url), accept: 'text/event-stream' }, agent: false });
    request.on('response', (response) => {
      response.setEncoding('utf8').on('data', heard);
      response.on('close', () => ended(response.statusCode ?? 0));
    });
    request.on('error', () => ended(0));
    request.end();
    return () => request.destroy();
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(url: URL, fields?: Readonly<Record<string, string | readonly string[]>>): Promise<Visit> {
    const began = performance.now();
    const form = fields === undefined ? undefined : formOf(fields);
    const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const method = form === undefined ? 'GET' : 'POST';
    return new Promise((resolve, reject) => {
      const headers = { ...this.#headers(url), ...type };
      const request = httpRequest(url, { method, headers, agent: this.#agent }, (response) => {
        this.#take(url, response);
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => (body += part));
        response.on('error', reject);
        response.on('end', () => {
          const { location } = response.headers;
          resolve({ status: response.statusCode ?? 0, ms: performance.now() - began, body, location });
        });
      });
      request.on('error', reject);
      request.end(form);
    });
  }

  #headers(url: URL): Readonly<Record<string, string>> {
    const cookies = [...(this.#cookies.get(url.host) ?? [])].map(([name, value]) => `${name}=${value}`);
    return cookies.length === 0 ? {} : { cookie: cookies.join('; ') };
  }

  #take(url: URL, { headers }: IncomingMessage): void {
    const kept = this.#cookies.get(url.host) ?? new Map<string, string>();
    this.#cookies.set(url.host, kept);
    for (const line of headers['set-cookie'] ?? []) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      kept.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}

function formOf(fields: Readonly<Record<string, string | readonly string[]>>): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
}
