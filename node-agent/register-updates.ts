import type { Log } from '../core/base/index.js';
import type { RegisterInForce } from '../runtime/index.js';
import { RegisterParts } from '../transport/index.js';
import type { RegisterPart } from '../transport/index.js';

export interface RegisterUpdatesOptions {
  readonly registers: Pick<RegisterInForce, 'take'>;
  /** Does what follows from another register; `take` says whether it is another. */
  readonly taking: (take: () => boolean) => void;
  /** Says how far the node is: what was no use may have to come again. */
  readonly refused: () => void;
  readonly log: Log;
}

/**
 * What the coordinator sends of the register of governance. It is only the carrier: each signature is checked as if the
 * operator had put the file there, and what it leaves out shows by the registrars' statements.
 */
export class RegisterUpdates {
  readonly #options: RegisterUpdatesOptions;
  readonly #parts = new RegisterParts();

  constructor(options: RegisterUpdatesOptions) {
    this.#options = options;
  }

  /** Nothing is thrown: what is no use is said in the log, and what was in force stays. */
  take(part: RegisterPart): void {
    const { registers, taking, refused, log } = this.#options;
    try {
      const update = this.#parts.take(part);
      if (update !== undefined) taking(() => registers.take(update));
    } catch (err) {
      log.error(
        { event: 'register-refused', err },
        'what the coordinator sent of the register is no use; the one before stays in force',
      );
      refused();
    }
  }

  /** The connection is gone, and what was on its way. */
  disconnected(): void {
    this.#parts.forget();
  }
}
