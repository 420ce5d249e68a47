import { equalBytes, type Clock, type Log } from '../core/base/index.js';
import type { Roster } from '../core/templates/index.js';
import { RegisterInForce } from '../runtime/index.js';
import { isSynthetic, type CoordinatorConfig } from './config.js';
import { CoordinatorError } from './errors.js';

/** How often a coordinator looks whether its register was changed: one that stands still is taken at the second look. */
export const REGISTER_LOOK_MS = 1_000;

export interface CoordinatorRegisterOptions {
  readonly config: Pick<CoordinatorConfig, 'governance' | 'identityKey' | 'revealUnprotectedCountsOfSyntheticData'>;
  /** Of the coordinator's identity: a roster that gives it another is not its own. */
  readonly publicKey: Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The register that a running coordinator goes by.
 * Thrown when its roster is not this coordinator's: CoordinatorError CONFIG_INVALID; else as `RegisterInForce` says.
 */
export function openRegister({ config, publicKey, clock, log }: CoordinatorRegisterOptions): RegisterInForce {
  return new RegisterInForce({
    files: config.governance,
    putsRight: false,
    clock,
    log,
    check: (roster) => checkRoster(config, roster, publicKey),
  });
}

/** Thrown when configuration and roster contradict each other: CoordinatorError CONFIG_INVALID. */
function checkRoster(config: CoordinatorRegisterOptions['config'], roster: Roster, publicKey: Uint8Array): void {
  if (!equalBytes(publicKey, roster.coordinator.identityKey)) {
    throw new CoordinatorError(
      'CONFIG_INVALID',
      `identityKey: ${config.identityKey} is not the key that the roster gives the coordinator: no agency would believe it.`,
    );
  }
  if (config.revealUnprotectedCountsOfSyntheticData && !isSynthetic(roster.federation)) {
    throw new CoordinatorError(
      'CONFIG_INVALID',
      'revealUnprotectedCountsOfSyntheticData: only for a federation whose name ends with -demo or -test: ' +
        `${roster.federation} may have real people in it. Set it to false.`,
    );
  }
}
