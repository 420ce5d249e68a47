import type { PartyId } from '../core/private-join/index.js';
import type { Welcome } from './convert.js';
import { TransportError } from './errors.js';
import type { Hello, NodeConnection, ToNode } from './federation.js';
import { outgoingToNode } from './outgoing.js';
import type { CallLife, ControlCall } from './server-calls.js';
import { transportErrorOf } from './status.js';
import { writeMessage } from './streams.js';

/** The coordinator's end of one node's control stream. */
export class ControlConnection implements NodeConnection {
  readonly agency: PartyId;
  hello: Hello;
  readonly #call: ControlCall;
  readonly #life: CallLife;

  constructor(agency: PartyId, hello: Hello, call: ControlCall, life: CallLife) {
    this.agency = agency;
    this.hello = hello;
    this.#call = call;
    this.#life = life;
  }

  /** Rejects when the stream is over, or the message breaks a limit of the wire: TransportError. */
  async send(message: ToNode | Welcome): Promise<void> {
    await writeMessage(this.#call, outgoingToNode(message), this.#life.over);
  }

  disconnect(reason: string): void {
    this.end(new TransportError('DISCONNECTED', reason));
  }

  /** Ends the stream when `admit` throws at its caller. */
  recheck(admit: (call: ControlCall) => void): void {
    try {
      admit(this.#call);
    } catch (thrown) {
      this.end(transportErrorOf(thrown));
    }
  }

  end(error: TransportError): void {
    this.#life.end(error);
  }
}

/** Who is connected: one control stream an agency, the newest. */
export class ControlRegistry {
  readonly #connections = new Map<PartyId, ControlConnection>();

  /** The older stream of the same agency ends first: its process was replaced, or its connection died unnoticed. */
  add(connection: ControlConnection): void {
    this.#connections
      .get(connection.agency)
      ?.end(new TransportError('REPLACED', 'another process has connected with the certificate of this agency'));
    this.#connections.set(connection.agency, connection);
  }

  remove(connection: ControlConnection): void {
    if (this.#connections.get(connection.agency) === connection) this.#connections.delete(connection.agency);
  }

  /** Ends the streams of those whom `admit` throws at: with what it throws. */
  recheck(admit: (call: ControlCall) => void): void {
    for (const connection of [...this.#connections.values()]) connection.recheck(admit);
  }

  endAll(error: TransportError): void {
    for (const connection of this.#connections.values()) connection.end(error);
  }

  /** Rejects with TransportError NOT_CONNECTED when the agency isn't there. */
  async send(agency: PartyId, message: ToNode): Promise<void> {
    const connection = this.#connections.get(agency);
    if (connection === undefined) throw new TransportError('NOT_CONNECTED', `${agency} is not connected`);
    await connection.send(message);
  }
}
