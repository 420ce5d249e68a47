import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface Seen {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Sent {
  readonly method?: string;
  readonly form?: Readonly<Record<string, string>>;
  /** A form as it goes over the wire, where one name is in it several times. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Follows no more redirects: one page leads to another. */
const MAX_REDIRECTS = 12;

/** Somebody with a browser that keeps cookies by host, as browsers do, and shows every step. */
export class WebVisitor {
  readonly #home: () => string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #publicBase: string;
  /** By host, then name. */
  readonly #cookies = new Map<string, Map<string, string>>();

  /** @param publicBase by which the pages are known where a proxy stands before them */
  constructor(home: () => string, headers: Readonly<Record<string, string>> = {}, publicBase = '') {
    this.#home = home;
    this.#headers = headers;
    this.#publicBase = publicBase;
  }

  /** One answer, wherever it leads. A path is one of the pages. */
  async ask(where: string, sent: Sent = {}): Promise<Seen> {
    const url = new URL(where, this.#home());
    const seen = await this.#send(url, sent);
    this.#take(url.hostname, seen.headers['set-cookie'] ?? []);
    return seen;
  }

  /** The page at the end of all redirects. */
  async see(where: string, sent: Sent = {}): Promise<Seen> {
    let seen = await this.ask(where, sent);
    for (let step = 0; seen.headers.location !== undefined; step += 1) {
      if (step === MAX_REDIRECTS) throw new RangeError(`goes round in circles at ${seen.url}`);
      seen = await this.ask(new URL(seen.headers.location, seen.url).href);
    }
    return seen;
  }

  /** Goes to sign in and, where the service asks, chooses who to be; the answer is the address at which the service sends them back. */
  async choose(person: string, next = '/account'): Promise<string> {
    let seen = await this.ask(`/sign-in?next=${encodeURIComponent(next)}`);
    const base = this.#publicBase === '' ? this.#home() : this.#publicBase;
    for (;;) {
      const { location } = seen.headers;
      const isChoice = location === undefined && seen.body.includes('name="person"');
      if (location?.startsWith(base) === true) return location.replace(base, this.#home());
      if (location === undefined && !isChoice) throw new RangeError(`nobody was sent back from ${seen.url}`);
      const choice = isChoice ? { method: 'POST', form: { person } } : {};
      seen = await this.ask(new URL(location ?? seen.url, seen.url).href, choice);
    }
  }

  async signIn(person: string, next = '/account'): Promise<Seen> {
    return this.see(await this.choose(person, next));
  }

  /** A form of ours, with the token that the page at `from` has. */
  async post(path: string, form: Readonly<Record<string, string>> = {}, from = '/account'): Promise<Seen> {
    const token = /name="_csrf" value="([0-9a-f]+)"/.exec((await this.ask(from)).body)?.[1] ?? '';
    return this.ask(path, { method: 'POST', form: { _csrf: token, ...form } });
  }

  cookie(name: string, host = new URL(this.#home()).hostname): string | undefined {
    return this.#cookies.get(host)?.get(name);
  }

  setCookie(name: string, value: string, host = new URL(this.#home()).hostname): void {
    this.#take(host, [`${name}=${value}`]);
  }

  #send(url: URL, { method = 'GET', form, body, headers = {} }: Sent): Promise<Seen> {
    const kept = [...(this.#cookies.get(url.hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = body ?? (form === undefined ? '' : new URLSearchParams(form).toString());
    const type = sent === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const all = { ...this.#headers, ...type, ...(kept === '' ? {} : { cookie: kept }), ...headers };
    return new Promise((resolve, reject) => {
      const request = httpRequest(url, { method, headers: all, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => {
          resolve({ url: url.href, status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      });
      request.on('error', reject);
      request.end(sent);
    });
  }

  #take(host: string, given: readonly string[]): void {
    const kept = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, kept);
    for (const one of given) {
      const [pair = '', ...rest] = one.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(name.length + 1);
      const expires = /expires=([^;]+)/i.exec(rest.join(';'))?.[1];
      if (value === '' || (expires !== undefined && Date.parse(expires) <= Date.now() - 86_400_000)) kept.delete(name);
      else kept.set(name, value);
    }
  }
}
