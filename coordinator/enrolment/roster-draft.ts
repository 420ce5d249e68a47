import { existsSync } from 'node:fs';
import { toBase64, type Clock } from '../../core/base/index.js';
import { firstRosterText, nextRosterText } from '../../core/governance/index.js';
import { loadRegister } from '../../runtime/index.js';
import { loadConfig } from '../config.js';
import { readIdentity, readTls } from '../configured-files.js';
import { CoordinatorError } from '../errors.js';
import { enrolments } from './enrolments.js';
import { federationOf } from './federation-name.js';

/**
 * A roster for governance to fill in: with the keys that agencies and coordinator have, and capitals for what nobody but
 * governance can say. Where there is a register, it is the version after the one in force, with whoever has enrolled since.
 * @returns YAML; with anything but a name left in capitals it can't be signed
 * Thrown when nobody has enrolled who isn't in the roster: CoordinatorError NOBODY_TO_LIST; else as by `enrolments`.
 */
export function rosterDraft(configFile: string, clock: Clock): string {
  const config = loadConfig(configFile);
  const pending = enrolments(configFile, clock).flatMap(({ agency, roster, identityKey }) =>
    roster === 'pending' && identityKey !== null ? [{ id: agency, identityKey }] : [],
  );
  if (pending.length === 0) {
    throw new CoordinatorError(
      'NOBODY_TO_LIST',
      'No agency has enrolled that the roster doesn’t list: make one a token with `tally coordinator enrol-token`.',
    );
  }
  if (existsSync(config.governance.register)) {
    const { roster, fingerprint } = loadRegister(config.governance).copy.register.current;
    return nextRosterText(roster, fingerprint, pending);
  }
  return firstRosterText({
    federation: federationOf(readTls(config.federation.tls)),
    coordinator: toBase64(readIdentity(config.identityKey).publicKey),
    agencies: pending,
  });
}
