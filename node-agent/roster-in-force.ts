import type { Log } from '../core/base/index.js';
import { assertSucceeds } from '../core/templates/index.js';
import type { Roster } from '../core/templates/index.js';
import { FileInForce } from '../runtime/index.js';
import { assertOffered, assertOwnKey, loadRoster, rosterErrors } from './agreements.js';
import type { LoadedRoster } from './agreements.js';
import type { NodeConfig } from './config.js';

export interface RosterInForceOptions {
  readonly config: Pick<NodeConfig, 'roster' | 'agency' | 'identityKey' | 'sources'>;
  /** Of this node's identity: raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly log: Log;
}

/**
 * The roster that a running node holds offers against: a newer one is taken up when its operator puts it in the file's
 * place, whole or not at all.
 */
export class RosterInForce {
  readonly #inForce: FileInForce<LoadedRoster>;

  /** Thrown as `loadAgreements` and `loadIdentity` say of the roster. */
  constructor({ config, publicKey, log }: RosterInForceOptions) {
    this.#inForce = new FileInForce({
      file: config.roster,
      load: () => {
        const loaded = loadRoster(config);
        assertOwnKey(config.identityKey, publicKey, loaded.agency);
        for (const source of config.sources) assertOffered(source, loaded.agency);
        return loaded;
      },
      take: (next, present) => {
        rosterErrors(config.roster, () => assertSucceeds(next.roster, present.roster));
        const { version } = next.roster;
        log.info({ event: 'roster', version, digest: next.digest }, 'a newer roster is in force');
      },
      complain: (err) =>
        log.error(
          { event: 'roster-refused', version: this.current.version, err },
          'the roster was changed, and what it says now is no use here; the one before stays in force',
        ),
    });
  }

  get current(): Roster {
    return this.#inForce.current.roster;
  }

  /** Whether the file says something else by now, and that is no use. */
  get isFileRefused(): boolean {
    return this.#inForce.isFileRefused;
  }

  /** True when another roster is in force than before. */
  look(): boolean {
    return this.#inForce.look();
  }
}
