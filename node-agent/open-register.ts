import type { Clock, Log } from '../core/base/index.js';
import { RegisterInForce } from '../runtime/index.js';
import { agencyIn, assertOffered, assertOwnKey } from './agreements.js';
import type { NodeConfig } from './config.js';

export interface NodeRegisterOptions {
  readonly config: Pick<NodeConfig, 'governance' | 'agency' | 'identityKey' | 'sources'>;
  /** Of this node's identity: raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The register that a running node holds offers against. A roster that doesn't go with this node's own files is not taken
 * up, and what comes after it neither: then it refuses what is asked by a newer register, until its operator has looked.
 * Thrown as `RegisterInForce`, `loadAgreements` and `loadIdentity` say.
 */
export function openRegister({ config, publicKey, clock, log }: NodeRegisterOptions): RegisterInForce {
  return new RegisterInForce({
    files: config.governance,
    putsRight: true,
    clock,
    log,
    check: (roster) => {
      const agency = agencyIn(roster, config.agency);
      assertOwnKey(config.identityKey, publicKey, agency);
      for (const source of config.sources) assertOffered(source, agency);
    },
  });
}
