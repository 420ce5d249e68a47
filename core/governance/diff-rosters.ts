import { keyIdOf } from '../signing/index.js';
import { signerKey } from './roster-keys.js';
import { isoDay, list, plural } from './roster-words.js';
import type { RosterKey, SignedRoster, Threshold } from './roster.js';

/** Digits of a key's fingerprint that people compare. */
const SHOWN_DIGITS = 16;

/** What becomes true by a new roster that wasn't before, each in a sentence; empty when nothing does but its version. */
export function diffRosters(before: SignedRoster, after: SignedRoster): readonly string[] {
  return [
    ...changed(before.federation, after.federation, 'It is of another federation: it can never follow the one before.'),
    ...changed(
      before.expires,
      after.expires,
      `It holds until ${isoDay(after.expires)} rather than ${isoDay(before.expires)}.`,
    ),
    ...officerChanges(before, after),
    ...roleChanges(before, after),
    ...purposeChanges(before, after),
    ...organisationChanges(before, after),
    ...agencyChanges(before, after),
    ...changed(
      before.coordinator.identityKey,
      after.coordinator.identityKey,
      'The coordinator has a new key: nodes take runs from nobody who has the one before.',
    ),
    ...changed(
      before.witnesses,
      after.witnesses,
      `A checkpoint needs ${plural(after.witnesses, 'cosignature')} of agencies rather than ${before.witnesses}.`,
    ),
    ...changed(
      JSON.stringify(before.passkeys),
      JSON.stringify(after.passkeys),
      after.passkeys === undefined
        ? 'No passkey is good any longer.'
        : `Passkeys of ${after.passkeys.rpId} are good, used on ${list(after.passkeys.origins)}.`,
    ),
    ...revokedChanges(before, after),
  ];
}

function officerChanges(before: SignedRoster, after: SignedRoster): string[] {
  return compare(before.officers, after.officers, ({ id }) => id, {
    gone: ({ id, name }) =>
      `${name} (${id}) is no longer an officer: what this person signs from now on counts for nothing.`,
    come: ({ id, name, organisation, keys }) =>
      `${name} (${id}) of ${organisation} becomes an officer, with ${list(keys.map(keyText))}.`,
    both: (old, now) => [
      ...changed(old.name, now.name, `${old.name} (${now.id}) is now called ${now.name}.`),
      ...changed(
        old.organisation,
        now.organisation,
        `${now.name} (${now.id}) moves from ${old.organisation} to ${now.organisation}.`,
      ),
      ...compare(old.keys, now.keys, keyId, {
        gone: (key) => `The ${keyText(key)} of ${now.name} (${now.id}) no longer counts.`,
        come: (key) => `The ${keyText(key)} of ${now.name} (${now.id}) counts from now on.`,
        both: () => [],
      }),
    ],
  });
}

function roleChanges({ roles: before }: SignedRoster, { roles: after }: SignedRoster): string[] {
  const threshold = (old: Threshold, now: Threshold, what: string): string[] =>
    changed(
      thresholdText(old),
      thresholdText(now),
      `${what} ${thresholdText(now)} rather than ${thresholdText(old)}${isLower(old, now) ? ': it gets easier' : ''}.`,
    );
  return [
    ...threshold(before.templates, after.templates, 'A template is approved by'),
    ...threshold(before.roster, after.roster, 'The next roster is signed by'),
    ...changed(
      before.grants.officers,
      after.grants.officers,
      `A grant takes ${plural(after.grants.officers, 'grantor')} rather than ${before.grants.officers}.`,
    ),
    ...compare(before.grants.grantors, after.grants.grantors, (id) => id, {
      gone: (id) => `${id} no longer grants purposes.`,
      come: (id) => `${id} grants purposes from now on.`,
      both: () => [],
    }),
    ...compare(before.registrars, after.registrars, ({ id }) => id, {
      gone: ({ id }) => `${id} is no longer a registrar.`,
      come: ({ id }) => `${id} becomes a registrar, whose word says how far the register has got.`,
      both: (old, now) => changed(old.publicKey, now.publicKey, `The registrar ${now.id} has a new key.`),
    }),
  ];
}

function purposeChanges(before: SignedRoster, after: SignedRoster): string[] {
  return compare(before.purposes, after.purposes, ({ code }) => code, {
    gone: ({ code }) => `Nobody may ask for ${code} any longer: grants of it end.`,
    come: ({ code, title, organisations }) => `${list(organisations)} may be granted a new purpose, ${code}: ${title}.`,
    both: (old, now) => [
      ...changed(old.title, now.title, `${now.code} is now called: ${now.title}.`),
      ...compare(old.organisations, now.organisations, (id) => id, {
        gone: (id) => `${id} may not ask for ${now.code} any longer: its grants end.`,
        come: (id) => `${id} may be granted ${now.code}.`,
        both: () => [],
      }),
    ],
  });
}

function organisationChanges(before: SignedRoster, after: SignedRoster): string[] {
  return compare(before.organisations, after.organisations, ({ id }) => id, {
    gone: ({ id, name }) => `${name} (${id}) is no longer one of the organisations.`,
    come: ({ id, name }) => `${name} (${id}) becomes one of the organisations.`,
    both: (old, now) => changed(old.name, now.name, `The organisation ${now.id} is now called ${now.name}.`),
  });
}

function agencyChanges(before: SignedRoster, after: SignedRoster): string[] {
  const kept = (from: SignedRoster, other: SignedRoster): string =>
    from.agencies
      .filter(({ id }) => other.agencies.some((each) => each.id === id))
      .map(({ id }) => id)
      .join();
  return [
    ...compare(before.agencies, after.agencies, ({ id }) => id, {
      gone: ({ id, name }) => `${name} (${id}) leaves: its node takes part in no run.`,
      come: ({ id, name, datasets }) =>
        `${name} (${id}) joins and may offer ${datasets.length === 0 ? 'nothing' : list(datasets)}.`,
      both: (old, now) => [
        ...changed(old.name, now.name, `${old.name} (${now.id}) is now called ${now.name}.`),
        ...changed(old.organisation, now.organisation, `${now.name} (${now.id}) is now of ${now.organisation}.`),
        ...changed(old.identityKey, now.identityKey, `The node of ${now.name} (${now.id}) has a new key.`),
        ...compare(old.datasets, now.datasets, (name) => name, {
          gone: (name) => `${now.name} (${now.id}) may offer ${name} no longer.`,
          come: (name) => `${now.name} (${now.id}) may offer ${name}.`,
          both: () => [],
        }),
      ],
    }),
    ...changed(
      kept(before, after),
      kept(after, before),
      'The agencies are in another order: where two hold a person, the record of another one stands.',
    ),
  ];
}

function revokedChanges(before: SignedRoster, after: SignedRoster): string[] {
  return compare(before.revoked ?? [], after.revoked ?? [], ({ serial }) => serial, {
    gone: ({ serial }) => `The certificate ${serial} is no longer listed as revoked.`,
    come: ({ serial, reason }) => `The certificate ${serial} is revoked: ${reason}`,
    both: (old, now) =>
      changed(old.reason, now.reason, `Of the revoked certificate ${now.serial} it is now said: ${now.reason}`),
  });
}

function compare<Item>(
  before: readonly Item[],
  after: readonly Item[],
  idOf: (item: Item) => string,
  say: {
    readonly gone: (item: Item) => string;
    readonly come: (item: Item) => string;
    readonly both: (old: Item, now: Item) => readonly string[];
  },
): string[] {
  const old = new Map(before.map((item) => [idOf(item), item]));
  const now = new Map(after.map((item) => [idOf(item), item]));
  return [
    ...before.filter((item) => !now.has(idOf(item))).map(say.gone),
    ...after.flatMap((item) => {
      const was = old.get(idOf(item));
      return was === undefined ? [say.come(item)] : say.both(was, item);
    }),
  ];
}

function changed<Value>(before: Value, after: Value, sentence: string): string[] {
  return before === after ? [] : [sentence];
}

function isLower(before: Threshold, after: Threshold): boolean {
  return after.officers < before.officers || after.organisations < before.organisations;
}

function thresholdText({ officers, organisations }: Threshold): string {
  return `${plural(officers, 'officer')} of ${plural(organisations, 'organisation')}`;
}

function keyId(key: RosterKey): string {
  return keyIdOf(signerKey(key));
}

function keyText(key: RosterKey): string {
  return `${key.kind === 'ed25519' ? 'key' : 'passkey'} ${keyId(key).slice(0, SHOWN_DIGITS)}…`;
}
