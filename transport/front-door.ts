import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { addressOf, listenError } from './listening.js';

/** What strangers may hold of a listener. */
export interface DoorLimits {
  /** Connections that may be open at once … */
  readonly connections: number;
  /** … and those of one address among them. */
  readonly connectionsOfAddress: number;
  /** Milliseconds from a connection to its end, whatever has or hasn't come of it: TLS, a call, half a call, nothing. */
  readonly connectionMs: number;
}

/**
 * Of the port for nodes, until a call has shown whose connection it is. After a coordinator's start all agencies of a
 * roster come at once, perhaps through one proxy: there is room for them.
 */
export const FEDERATION_DOOR_LIMITS: DoorLimits = {
  connections: 512,
  connectionsOfAddress: 256,
  // A node has 15 seconds for it, and calls as soon as it can.
  connectionMs: 30_000,
};

/** Of the port for enrolments, where everybody stays a stranger. Rather more than enrol at once anywhere; each holds a file descriptor and some memory. */
export const DOOR_LIMITS: DoorLimits = {
  connections: 128,
  // A whole office, or a proxy, may come from one address.
  connectionsOfAddress: 16,
  // A node waits 15 seconds for its answer.
  connectionMs: 30_000,
};

/**
 * Accepts TCP connections for a listener that lets strangers in, and hands them on. Those past a limit are closed at once,
 * without a byte: gRPC itself has no such limits, and waits for a TLS handshake for two minutes. Whoever is known is no
 * stranger any more: the limits are not for them.
 */
export class FrontDoor {
  readonly #limits: DoorLimits;
  /** By socket, as gRPC calls the other end. */
  readonly #open = new Map<Socket, string>();
  readonly #strangers = new Map<Socket, Stranger>();
  readonly #server;

  constructor(limits: DoorLimits, admit: (socket: Socket) => void) {
    this.#limits = limits;
    this.#server = createServer((socket) => {
      // A reset connection is no error of ours.
      socket.on('error', () => undefined);
      if (this.#hold(socket)) admit(socket);
      else socket.destroy();
    });
  }

  /**
   * Resolves with the port that was bound.
   * Thrown when the address can't be listened on: TransportError PORT_IN_USE or LISTEN_FAILED.
   */
  listen({ host, port }: { readonly host: string; readonly port: number }): Promise<{ readonly port: number }> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(addressOf(host, port), error)));
      this.#server.listen(port, host, () => {
        this.#server.removeAllListeners('error');
        // Without file descriptors none can be accepted; that passes.
        this.#server.on('error', () => undefined);
        resolve({ port: (this.#server.address() as AddressInfo).port });
      });
    });
  }

  /** It is known by now whose connection from there it is. `peer`: as gRPC calls it, address and port. */
  known(peer: string): void {
    for (const [socket, { late }] of this.#strangers) {
      if (this.#open.get(socket) !== peer) continue;
      clearTimeout(late);
      this.#strangers.delete(socket);
    }
  }

  /** Accepts no more. */
  close(): void {
    this.#server.close();
  }

  /** Closes those that are open. */
  clear(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  /** Whether there is room for it. */
  #hold(socket: Socket): boolean {
    const { connections, connectionsOfAddress, connectionMs } = this.#limits;
    const address = socket.remoteAddress;
    if (address === undefined || this.#strangers.size >= connections) return false;
    const neighbours = [...this.#strangers.values()].filter((other) => other.address === address);
    if (neighbours.length >= connectionsOfAddress) return false;
    const late = setTimeout(() => socket.destroy(), connectionMs);
    this.#open.set(socket, `${address}:${socket.remotePort}`);
    this.#strangers.set(socket, { address, late });
    socket.once('close', () => {
      clearTimeout(late);
      this.#open.delete(socket);
      this.#strangers.delete(socket);
    });
    return true;
  }
}

interface Stranger {
  readonly address: string;
  readonly late: NodeJS.Timeout;
}
