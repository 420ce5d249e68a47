import type { Log } from '../../core/base/index.js';
import { FileInForce } from '../../runtime/index.js';
import { loadPolicy } from './policy-file.js';
import type { LoadedPolicy } from './policy-file.js';
import type { Policy } from './policy.js';

export interface PolicyInForceOptions {
  readonly file: string;
  readonly log: Log;
  /** Writes down that a changed policy comes into force, before it does. Thrown: then it doesn't. */
  readonly note: (digest: string) => void;
}

/**
 * The policy that a running node answers under. A changed file is taken whole or, when anything in it is wrong, not at
 * all: then the one before stays.
 */
export class PolicyInForce {
  readonly #inForce: FileInForce<LoadedPolicy>;

  /** Thrown as `loadPolicy` says. */
  constructor({ file, log, note }: PolicyInForceOptions) {
    this.#inForce = new FileInForce({
      files: [file],
      load: () => loadPolicy(file),
      take: (next) => {
        const { digest } = next;
        note(digest);
        log.info({ event: 'policy', digest }, 'a changed policy is in force');
        return next;
      },
      complain: (err) =>
        log.error(
          { event: 'policy-refused', digest: this.digest, err },
          'the policy was changed, and what it says now is no use; the one before stays in force',
        ),
    });
  }

  get current(): Policy {
    return this.#inForce.current.policy;
  }

  /** Of its file, 64 hexadecimal digits. */
  get digest(): string {
    return this.#inForce.current.digest;
  }

  /** Whether the file at the last look was another than the one in force. */
  get isFileRefused(): boolean {
    return this.#inForce.isFileRefused;
  }

  /** Takes a changed file; true when another policy is in force than before. */
  look(): boolean {
    return this.#inForce.look();
  }
}
