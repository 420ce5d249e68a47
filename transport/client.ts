import type { LinkReceiver } from '../core/private-join/index.js';
import { COORDINATOR } from '../core/private-join/index.js';
import { ClientRun } from './client-run.js';
import { NodeSession } from './client-session.js';
import { TransportError } from './errors.js';
import type { ClientHandlers, FederationClient, FromNode, RunLink, ToNode } from './federation.js';
import { checkOwnCertificate } from './mtls.js';
import type { FederationClientOptions } from './options.js';
import { redialPause } from './retry.js';
import { transportErrorOf } from './status.js';
import { pause, reasonOf } from './streams.js';
import { TIMINGS } from './timings.js';
import type { Timings } from './timings.js';

/**
 * (Node) Keeps one connection to the coordinator.
 * Thrown when its certificate is not fit for it: TransportError BAD_CERTIFICATE or WRONG_IDENTITY.
 */
export function createFederationClient(options: FederationClientOptions, handlers: ClientHandlers): FederationClient {
  const { tls, federation, agency, clock } = options;
  checkOwnCertificate(tls, { role: 'agency', federation, agency }, clock);
  return new GrpcFederationClient(options, handlers);
}

class GrpcFederationClient implements FederationClient {
  readonly #options: FederationClientOptions;
  readonly #handlers: ClientHandlers;
  readonly #timings: Timings;
  readonly #runs = new Map<string, ClientRun>();
  readonly #stopping = new AbortController();
  #session: NodeSession | undefined;
  #dialling: Promise<void> | undefined;

  constructor(options: FederationClientOptions, handlers: ClientHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#timings = { ...TIMINGS, ...options.timings };
  }

  start(): void {
    this.#dialling ??= this.#keepDialling();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new TransportError('STOPPING', 'the node is stopping'));
    for (const run of [...this.#runs.values()]) run.close('CANCELLED');
    await this.#session?.stop(this.#timings.reasonGraceMs);
    await this.#dialling;
  }

  async send(message: FromNode): Promise<void> {
    await this.#connected().send(message);
  }

  async renew(request: Uint8Array): Promise<Uint8Array> {
    return this.#connected().renew(request, this.#timings.dialMs);
  }

  openRun(runId: string, receiver: LinkReceiver): RunLink {
    if (this.#runs.has(runId)) throw new RangeError('a run of this id is open');
    const run = new ClientRun({
      runId,
      self: this.#options.agency,
      session: this.#session,
      receiver,
      log: this.#options.log,
      closed: () => this.#runs.delete(runId),
    });
    this.#runs.set(runId, run);
    return run;
  }

  async #keepDialling(): Promise<void> {
    let failures = 0;
    while (!this.#isStopping()) {
      const { error, welcomed } = await this.#converse();
      failures = welcomed ? 1 : failures + 1;
      if (this.#isStopping()) return;
      const nextMs = redialPause(error.code, failures, this.#options.rng, this.#timings);
      this.#options.log.warn({ code: error.code, err: error, nextDialMs: nextMs }, 'not connected');
      if (!welcomed) this.#handlers.dialFailed?.(error, nextMs);
      await pause(nextMs, this.#stopping.signal);
    }
  }

  /** One session, from the dial to its end. */
  async #converse(): Promise<{ readonly error: TransportError; readonly welcomed: boolean }> {
    try {
      const session = new NodeSession(this.#options, this.#timings, this.#handlers.hello(), {
        welcomed: () => this.#handlers.connected(),
        received: (message) => this.#received(message),
      });
      this.#session = session;
      const error = await ended(session);
      if (session.welcomed) this.#handlers.disconnected(error.message, error.code);
      return { error, welcomed: session.welcomed };
    } catch (thrown) {
      return { error: transportErrorOf(thrown), welcomed: false };
    } finally {
      this.#session = undefined;
    }
  }

  #connected(): NodeSession {
    if (this.#session?.welcomed === true) return this.#session;
    throw new TransportError('NOT_CONNECTED', 'the coordinator is not connected');
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #received(message: ToNode): void {
    const isOfRun = message.kind !== 'offer' && message.kind !== 'register';
    const run = isOfRun ? this.#runs.get(message.runId) : undefined;
    if (run === undefined) {
      if (message.kind !== 'transfer-ready') this.#handlers.received(message);
    } else if (message.kind === 'protocol') {
      run.receiver.message(COORDINATOR, message.message);
    } else if (message.kind === 'transfer-ready') {
      run.fetch(message);
    }
  }
}

function ended(session: NodeSession): Promise<TransportError> {
  return new Promise((resolve) => {
    const over = (): void => resolve(transportErrorOf(reasonOf(session.over)));
    if (session.over.aborted) over();
    else session.over.addEventListener('abort', over, { once: true });
  });
}
