import { Server } from '@grpc/grpc-js';
import { COORDINATOR } from '../core/private-join/index.js';
import type { FailureCode, Link, LinkReceiver, PartyId } from '../core/private-join/index.js';
import { serverOptions } from './channel-options.js';
import { ControlConnection, ControlRegistry } from './control-registry.js';
import { headerFrame, chunkFrame, toChunk, toHeader, toListRequest } from './convert-list.js';
import { toRenewalRequest } from './convert-enrolment.js';
import { toNodeMessage } from './convert.js';
import { EndedRuns } from './ended-runs.js';
import { TransportError } from './errors.js';
import type { FederationServer, FromNode, Hello, RelayObserver, RunLink, ServerHandlers } from './federation.js';
import { FEDERATION_DOOR_LIMITS, FrontDoor } from './front-door.js';
import { shutDown } from './listening.js';
import { checkOwnCertificate, serverCredentials } from './mtls.js';
import type { FederationServerOptions } from './options.js';
import { partyOf } from './peer-identity.js';
import { RelayRun } from './relay.js';
import { callerOf, CallLife, certificateOf, failStream } from './server-calls.js';
import type {
  AgencyIdentity,
  ControlCall,
  ReceiveCall,
  RenewalCallback,
  RenewCall,
  Reply,
  SendCall,
} from './server-calls.js';
import { joinErrorOf, statusOf, transportErrorOf } from './status.js';
import { finishWriting, messagesOf, reasonOf, writeMessage } from './streams.js';
import { TIMINGS } from './timings.js';
import type { Timings } from './timings.js';
import { federationMethods } from './wire.js';
import type { ListFrame__Output, NodeMessage__Output } from './wire.js';

/**
 * (Coordinator) Listens for the federation's nodes.
 * Thrown when its certificate is not fit for it: TransportError BAD_CERTIFICATE or WRONG_IDENTITY.
 */
export function createFederationServer(options: FederationServerOptions, handlers: ServerHandlers): FederationServer {
  checkOwnCertificate(options.tls, { role: 'coordinator', federation: options.federation }, options.clock);
  return new GrpcFederationServer(options, handlers);
}

class GrpcFederationServer implements FederationServer {
  readonly #options: FederationServerOptions;
  readonly #handlers: ServerHandlers;
  readonly #timings: Timings;
  readonly #server: Server;
  readonly #door: FrontDoor;
  readonly #registry = new ControlRegistry();
  readonly #runs = new Map<string, RelayRun>();
  readonly #ended = new EndedRuns();
  #stopping = false;

  constructor(options: FederationServerOptions, handlers: ServerHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#timings = { ...TIMINGS, ...options.timings };
    this.#server = new Server(serverOptions(this.#timings));
    const connections = this.#server.createConnectionInjector(serverCredentials(options.tls));
    this.#door = new FrontDoor({ ...FEDERATION_DOOR_LIMITS, ...options.limits }, (socket) => {
      connections.injectConnection(socket);
    });
    const { control, sendList, receiveList, renew } = federationMethods(options.tap);
    this.#server.register(
      control.path,
      (call: ControlCall) => void this.#control(call),
      control.responseSerialize,
      control.requestDeserialize,
      'bidi',
    );
    this.#server.register(
      sendList.path,
      (call: SendCall, reply: Reply) => void this.#sendList(call, reply),
      sendList.responseSerialize,
      sendList.requestDeserialize,
      'clientStream',
    );
    this.#server.register(
      receiveList.path,
      (call: ReceiveCall) => void this.#receiveList(call),
      receiveList.responseSerialize,
      receiveList.requestDeserialize,
      'serverStream',
    );
    this.#server.register(
      renew.path,
      (call: RenewCall, reply: RenewalCallback) => void this.#renew(call, reply),
      renew.responseSerialize,
      renew.requestDeserialize,
      'unary',
    );
  }

  start(): Promise<{ readonly port: number }> {
    return this.#door.listen(this.#options);
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    for (const run of [...this.#runs.values()]) this.#close(run, 'CANCELLED');
    this.#registry.endAll(stopping());
    this.#door.close();
    await shutDown(this.#server, deadlineMs);
    this.#door.clear();
  }

  openRun(runId: string, agencies: readonly PartyId[], receiver: LinkReceiver, observer: RelayObserver): RunLink {
    if (this.#runs.has(runId)) throw new RangeError('a run of this id is open');
    const run = new RelayRun({
      runId,
      agencies,
      receiver,
      observer,
      announce: (to, id, subject, hop) => this.#registry.send(to, { kind: 'transfer-ready', runId: id, subject, hop }),
      timings: this.#timings,
      log: this.#options.log,
    });
    this.#runs.set(runId, run);
    return { link: this.#link(run), close: (failure = 'CANCELLED') => this.#close(run, failure) };
  }

  recheck(): void {
    this.#registry.recheck((call) => callerOf(call, this.#options));
  }

  #link(run: RelayRun): Link {
    return {
      send: async (to, message) => {
        try {
          run.closed.throwIfAborted();
          if (!run.hasParty(to)) throw new TransportError('WRONG_RECEIVER', `${to} is not a party of this run`);
          await this.#registry.send(to, { kind: 'protocol', runId: run.runId, message });
        } catch (thrown) {
          throw joinErrorOf(thrown, to);
        }
      },
      transfer: async (header, chunks) => {
        try {
          await run.carry(COORDINATOR, header, chunks);
        } catch (thrown) {
          throw joinErrorOf(thrown, header.to);
        }
      },
    };
  }

  #close(run: RelayRun, failure: FailureCode): void {
    if (this.#runs.get(run.runId) === run) {
      this.#runs.delete(run.runId);
      this.#ended.add(run.runId, run.agencies, failure);
    }
    run.close(failure);
  }

  // ---- the four calls; each takes the caller's identity from its certificate, once

  async #control(call: ControlCall): Promise<void> {
    const life = new CallLife(call);
    try {
      await this.#converse(this.#caller(call), call, life);
      call.end();
    } catch (thrown) {
      failStream(call, this.#reported(thrown, 'control stream'));
    }
  }

  async #sendList(call: SendCall, reply: Reply): Promise<void> {
    const life = new CallLife(call);
    try {
      reply(null, { chunks: await this.#carry(this.#caller(call), call, life) });
    } catch (thrown) {
      reply(statusOf(this.#reported(thrown, 'list from a node')));
    }
  }

  async #receiveList(call: ReceiveCall): Promise<void> {
    const life = new CallLife(call);
    try {
      await this.#deliver(this.#caller(call), call, life);
    } catch (thrown) {
      failStream(call, this.#reported(thrown, 'list to a node'));
    }
  }

  async #renew(call: RenewCall, reply: RenewalCallback): Promise<void> {
    try {
      const { agency } = this.#caller(call);
      const { renew } = this.#options;
      if (renew === undefined) {
        throw new TransportError(
          'NOT_ISSUING',
          'this coordinator gives no certificates: have one made where the first came from',
        );
      }
      const request = toRenewalRequest(call.request);
      reply(null, { certificate: await renew(agency, request, certificateOf(call)) });
    } catch (thrown) {
      reply(statusOf(this.#reported(thrown, 'renewal of a certificate')));
    }
  }

  #caller(call: Pick<ControlCall, 'getAuthContext' | 'getPeer'>): AgencyIdentity {
    const peer = callerOf(call, this.#options);
    this.#door.known(call.getPeer());
    if (this.#stopping) throw stopping();
    return peer;
  }

  /** One control stream, from Hello to its end. */
  async #converse(peer: AgencyIdentity, call: ControlCall, life: CallLife): Promise<void> {
    const messages = messagesOf<NodeMessage__Output>(call, life.over);
    const connection = new ControlConnection(peer.agency, await this.#hello(messages, life), call, life);
    life.over.throwIfAborted();
    // The roster may have changed while the node was silent.
    this.#caller(call);
    this.#registry.add(connection);
    life.over.addEventListener('abort', () => this.#disconnected(connection, reasonOf(life.over)), { once: true });
    const welcomed = connection.send({ kind: 'welcome', softwareVersion: this.#options.softwareVersion });
    this.#handlers.connected(connection);
    await welcomed;
    for await (const message of messages) this.#received(peer, connection, toNodeMessage(message));
    life.end(new TransportError('STOPPING', 'the node has stopped'));
  }

  async #hello(messages: AsyncGenerator<NodeMessage__Output, void, undefined>, life: CallLife): Promise<Hello> {
    const late = setTimeout(() => {
      life.end(new TransportError('DEADLINE_PASSED', 'the node opened a control stream and said nothing'));
    }, this.#timings.helloMs);
    try {
      const first = await messages.next();
      const message = first.done === true ? undefined : toNodeMessage(first.value);
      if (message?.kind !== 'hello') throw new TransportError('OUT_OF_ORDER', 'the first message must be a Hello');
      return message.hello;
    } finally {
      clearTimeout(late);
    }
  }

  #received(peer: AgencyIdentity, connection: ControlConnection, message: FromNode): void {
    const agency = partyOf(peer);
    if (message.kind === 'hello') connection.hello = message.hello;
    const run = message.kind === 'protocol' ? this.#runs.get(message.runId) : undefined;
    if (message.kind !== 'protocol' || run === undefined) {
      this.#handlers.received(agency, message);
    } else if (run.hasParty(agency)) {
      run.receiver.message(agency, message.message);
    } else {
      this.#options.log.warn(
        { agency, runId: run.runId },
        'a message for a run the agency takes no part in was dropped',
      );
    }
  }

  #disconnected(connection: ControlConnection, reason: Error): void {
    const { agency } = connection;
    this.#registry.remove(connection);
    const { message, code } = transportErrorOf(reason);
    this.#options.log.info({ agency, code }, 'node disconnected');
    try {
      this.#handlers.disconnected(agency, message, code);
    } catch (err) {
      // Called when a connection breaks, with nobody above to catch it: it would end the process.
      this.#options.log.error({ event: 'disconnect-not-handled', agency, err }, 'disconnected node: internal error');
    }
  }

  async #carry(peer: AgencyIdentity, call: SendCall, life: CallLife): Promise<number> {
    const frames = messagesOf<ListFrame__Output>(call, life.over);
    const first = await frames.next();
    if (first.done === true) throw new TransportError('OUT_OF_ORDER', 'a list begins with its header');
    const { runId, header } = toHeader(first.value);
    return this.#openRun(runId, peer).carry(partyOf(peer), header, chunksOf(frames));
  }

  async #deliver(peer: AgencyIdentity, call: ReceiveCall, life: CallLife): Promise<void> {
    const { runId, subject, hop } = toListRequest(call.request);
    const run = this.#openRun(runId, peer);
    const claim = run.claim(partyOf(peer), subject, hop);
    try {
      await writeMessage(call, headerFrame({ runId, header: claim.header }), life.over);
      for await (const chunk of claim.chunks) await writeMessage(call, chunkFrame(chunk), life.over);
      await finishWriting(call, life.over);
      claim.complete();
    } catch (thrown) {
      claim.fail(thrown);
      throw thrown;
    }
  }

  #openRun(runId: string, { agency }: AgencyIdentity): RelayRun {
    const run = this.#runs.get(runId);
    if (run !== undefined) return run;
    const failure = this.#ended.failureOf(runId, agency);
    if (failure !== undefined) throw new TransportError('RUN_CLOSED', 'the run has ended', { failure });
    throw new TransportError('UNKNOWN_RUN', 'no such run is open');
  }

  /** What goes out says what the other side may know; this process's own log has the rest. */
  #reported(thrown: unknown, what: string): TransportError {
    const error = transportErrorOf(thrown);
    const { log } = this.#options;
    if (error.code === 'INTERNAL') log.error({ err: thrown }, `${what}: internal error`);
    else log.debug({ code: error.code, reason: error.message }, `${what}: ended`);
    return error;
  }
}

async function* chunksOf(
  frames: AsyncGenerator<ListFrame__Output, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const frame of frames) yield toChunk(frame);
}

function stopping(): TransportError {
  return new TransportError('STOPPING', 'the coordinator is stopping');
}
