import { keyIdOf } from '../signing/index.js';
import type { SignerKey } from '../signing/index.js';
import { rawKey, signerKey } from './roster-keys.js';
import type { SignedRoster, Threshold } from './roster.js';

export interface RosterFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with a roster whose single entries are all in order: names that nobody has, keys that two have. */
export function rosterFaults(roster: SignedRoster): readonly RosterFault[] {
  return [
    ...previousFaults(roster),
    ...idFaults(roster),
    ...organisationFaults(roster),
    ...keyFaults(roster),
    ...roleFaults(roster),
  ];
}

function previousFaults({ version, previous }: SignedRoster): RosterFault[] {
  if ((version === 1) === (previous === undefined)) return [];
  const message =
    version === 1 ? 'must be left out of the first version' : 'is missing: the fingerprint of the version before';
  return [{ path: ['previous'], message }];
}

function idFaults(roster: SignedRoster): RosterFault[] {
  const lists: readonly (readonly [readonly (string | number)[], readonly string[], string])[] = [
    [['organisations'], roster.organisations.map(({ id }) => id), 'id'],
    [['officers'], roster.officers.map(({ id }) => id), 'id'],
    [['agencies'], roster.agencies.map(({ id }) => id), 'id'],
    [['purposes'], roster.purposes.map(({ code }) => code), 'code'],
    [['roles', 'registrars'], roster.roles.registrars.map(({ id }) => id), 'id'],
    [['revoked'], (roster.revoked ?? []).map(({ serial }) => serial), 'serial'],
  ];
  return lists
    .filter(([, values]) => new Set(values).size !== values.length)
    .map(([path, , what]) => ({ path, message: `must not have one ${what} twice` }));
}

function organisationFaults({ organisations, officers, agencies, purposes }: SignedRoster): RosterFault[] {
  const known = new Set(organisations.map(({ id }) => id));
  const named: (readonly [readonly (string | number)[], string])[] = [
    ...officers.map(({ organisation }, index) => [['officers', index, 'organisation'], organisation] as const),
    ...agencies.map(({ organisation }, index) => [['agencies', index, 'organisation'], organisation] as const),
    ...purposes.flatMap(({ organisations: ids }, index) =>
      ids.map((id, place) => [['purposes', index, 'organisations', place], id] as const),
    ),
  ];
  return named
    .filter(([, id]) => !known.has(id))
    .map(([path]) => ({ path, message: 'is not one of the organisations' }));
}

/** One key with two names would let one person sign as two, or a server sign as a person. */
function keyFaults(roster: SignedRoster): RosterFault[] {
  const { officers, agencies, coordinator, roles, passkeys } = roster;
  const keys: (readonly [readonly (string | number)[], SignerKey])[] = [
    ...officers.flatMap((officer, index) =>
      officer.keys.map((key, place) => [['officers', index, 'keys', place], signerKey(key)] as const),
    ),
    ...agencies.map(({ identityKey }, index) => [['agencies', index, 'identityKey'], rawKey(identityKey)] as const),
    [['coordinator', 'identityKey'], rawKey(coordinator.identityKey)],
    ...roles.registrars.map(
      ({ publicKey }, index) => [['roles', 'registrars', index, 'publicKey'], rawKey(publicKey)] as const,
    ),
  ];
  const seen = new Set<string>();
  const faults: RosterFault[] = [];
  for (const [path, key] of keys) {
    const id = keyIdOf(key);
    if (seen.has(id)) faults.push({ path, message: 'is the key of somebody else in this roster too' });
    seen.add(id);
    if (key.kind === 'webauthn' && passkeys === undefined) {
      faults.push({ path, message: 'is a passkey, and the roster does not say for which site: add passkeys' });
    }
  }
  return faults;
}

function roleFaults({ officers, roles, agencies, witnesses }: SignedRoster): RosterFault[] {
  const organisations = new Set(officers.map(({ organisation }) => organisation)).size;
  const faults: RosterFault[] = [];
  const check = (role: 'templates' | 'roster', threshold: Threshold): void => {
    if (threshold.officers > officers.length) {
      faults.push({ path: ['roles', role, 'officers'], message: 'must not be more than there are officers' });
    }
    if (threshold.organisations > Math.min(organisations, threshold.officers)) {
      const message = 'must not be more than the officers who sign, or than they have organisations';
      faults.push({ path: ['roles', role, 'organisations'], message });
    }
  };
  check('templates', roles.templates);
  check('roster', roles.roster);
  const { grantors, officers: needed } = roles.grants;
  if (needed > grantors.length) {
    faults.push({ path: ['roles', 'grants', 'officers'], message: 'must not be more than there are grantors' });
  }
  grantors.forEach((id, index) => {
    if (officers.some((officer) => officer.id === id)) return;
    faults.push({ path: ['roles', 'grants', 'grantors', index], message: 'is not one of the officers' });
  });
  if (witnesses > agencies.length) {
    faults.push({ path: ['witnesses'], message: 'must not be more than there are agencies' });
  }
  return faults;
}
