import type { Log } from '../../core/base/index.js';
import type { PartyId } from '../../core/private-join/index.js';
import type { RegisterInForce } from '../../runtime/index.js';
import { partsOf, type NodeConnection } from '../../transport/index.js';

interface Fed {
  readonly connection: NodeConnection;
  /** Entries that it has and that a registrar has signed, as far as it has said, or that are on their way. */
  size: number;
  /** Everything that was sent to it so far, in order. */
  sending: Promise<void>;
}

/**
 * Sends each node what it lacks of the register, as soon as there is any: a revocation reaches whoever is connected within
 * seconds. Nodes check it for themselves.
 */
export class RegisterFeed {
  readonly #registers: Pick<RegisterInForce, 'copy' | 'statement'>;
  readonly #log: Log;
  readonly #fed = new Map<PartyId, Fed>();

  constructor(registers: Pick<RegisterInForce, 'copy' | 'statement'>, log: Log) {
    this.#registers = registers;
    this.#log = log;
  }

  connected(connection: NodeConnection): void {
    const fed = { connection, size: connection.hello.registerSize, sending: Promise.resolve() };
    this.#fed.set(connection.agency, fed);
    this.#send(fed);
  }

  /** A node has said how far it is by now: what it could not take, or may have to give up again, it is sent once more. */
  heard(agency: PartyId, size: number): void {
    const fed = this.#fed.get(agency);
    if (fed !== undefined) fed.size = size;
  }

  disconnected(agency: PartyId): void {
    this.#fed.delete(agency);
  }

  /** There is more of it, or a later word of a registrar. */
  changed(): void {
    for (const fed of this.#fed.values()) this.#send(fed);
  }

  #send(fed: Fed): void {
    const { copy, statement } = this.#registers;
    const { agency } = fed.connection;
    // One that has more has heard it from somebody else; it can still be behind with the registrar's word.
    const first = Math.min(fed.size, copy.head.size);
    fed.size = Math.max(fed.size, copy.head.size);
    const parts = partsOf({ first, entries: copy.entries.slice(first), statement });
    fed.sending = fed.sending.then(async () => {
      try {
        for (const part of parts) await fed.connection.send({ kind: 'register', part });
      } catch (err) {
        // Its next connection begins with what it has then.
        this.#log.warn({ event: 'register-not-sent', agency, err }, 'an agency could not be sent the register');
      }
    });
  }
}
