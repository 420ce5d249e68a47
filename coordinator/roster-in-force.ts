import { createHash } from 'node:crypto';
import { equalBytes, toHex, type Log } from '../core/base/index.js';
import { assertSucceeds, type Roster } from '../core/templates/index.js';
import { FileInForce, type Loaded } from '../runtime/index.js';
import { isSynthetic, type CoordinatorConfig } from './config.js';
import { asRosterProblem, readRosterText, rosterFrom } from './configured-files.js';
import { CoordinatorError } from './errors.js';

/** How often a coordinator looks whether its roster was changed: one that stands still is taken at the second look. */
export const ROSTER_LOOK_MS = 1_000;

/** What of a configuration a roster has to go with. */
export type RosterConfig = Pick<CoordinatorConfig, 'roster' | 'identityKey' | 'revealUnprotectedCountsOfSyntheticData'>;

interface LoadedRoster extends Loaded {
  readonly roster: Roster;
}

export interface RosterInForceOptions {
  readonly config: RosterConfig;
  /** Of the coordinator's identity: a roster that gives it another is not its own. */
  readonly publicKey: Uint8Array;
  readonly log: Log;
}

/** The roster that a running coordinator goes by: a newer one is taken up when its file changes, whole or not at all. */
export class RosterInForce {
  readonly #inForce: FileInForce<LoadedRoster>;

  /** Thrown when the file is missing, is no roster, or not this coordinator's: CoordinatorError CONFIG_INVALID. */
  constructor({ config, publicKey, log }: RosterInForceOptions) {
    this.#inForce = new FileInForce({
      file: config.roster,
      load: () => loadRoster(config, publicKey),
      take: (next, present) => {
        asRosterProblem(config.roster, () => assertSucceeds(next.roster, present.roster));
        const { version } = next.roster;
        log.info({ event: 'roster', version, digest: next.digest }, 'a newer roster is in force');
      },
      complain: (err) =>
        log.error(
          { event: 'roster-refused', version: this.current.version, err },
          'the roster was changed, and what it says now is no use; the one before stays in force',
        ),
    });
  }

  get current(): Roster {
    return this.#inForce.current.roster;
  }

  /** SHA-256 of its file, 64 hexadecimal digits. */
  get digest(): string {
    return this.#inForce.current.digest;
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

/**
 * The roster that is in the file now.
 * Thrown when it can't be read, isn't one, or isn't this coordinator's: CoordinatorError CONFIG_INVALID.
 */
function loadRoster(config: RosterConfig, publicKey: Uint8Array): LoadedRoster {
  const text = readRosterText(config.roster);
  const roster = rosterFrom(config.roster, text);
  checkRoster(config, roster, publicKey);
  return { roster, digest: toHex(new Uint8Array(createHash('sha256').update(text).digest())) };
}

/** Thrown when configuration and roster contradict each other: CoordinatorError CONFIG_INVALID. */
function checkRoster(config: RosterConfig, roster: Roster, publicKey: Uint8Array): void {
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
