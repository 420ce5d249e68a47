import { keyIdOf } from '../signing/index.js';
import { signerKey } from './roster-keys.js';
import { isoDay, list, plural } from './roster-words.js';
import type { RosterKey, SignedRoster, Threshold } from './roster.js';

export interface RosterSection {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

/** A roster in plain English: what whoever signs it makes true. */
export function explainRoster(roster: SignedRoster): readonly RosterSection[] {
  const { federation, version, expires, previous, officers, agencies, purposes, roles } = roster;
  const names = new Map(roster.organisations.map(({ id, name }) => [id, name]));
  const nameOf = (id: string): string => names.get(id) ?? id;
  return [
    {
      heading: `Roster of ${federation}, version ${version}`,
      paragraphs: [
        `It holds until the end of ${isoDay(expires)}. After that day no node answers anything until the next version is signed.`,
        previous === undefined
          ? 'It is the first version: every node pins its fingerprint, so compare it by word of mouth.'
          : `It follows the version with the fingerprint ${previous}.`,
      ],
    },
    {
      heading: 'Officers',
      paragraphs: officers.map(
        ({ id, name, organisation, keys }) =>
          `${name} (${id}) of ${nameOf(organisation)} signs with ${list(keys.map(keyText))}.`,
      ),
    },
    {
      heading: 'Who decides what',
      paragraphs: [
        `A template is asked once two officers have reviewed it, neither having seen the other's review, and ${signersText(roles.templates)} have approved it. Its authors, and officers of their organisations, do neither. Any one officer can revoke it.`,
        `The next version of this roster has to be signed by ${signersText(roles.roster)} of this one.`,
        `Who may ask for which purpose is granted by ${roles.grants.officers} of ${list(roles.grants.grantors)}. Any one of them can withdraw a grant.`,
        `${list(roles.registrars.map(({ id }) => id))} ${roles.registrars.length === 1 ? 'says' : 'say'} at least once a day how far the register has got.`,
        witnessesText(roster.witnesses),
      ],
    },
    {
      heading: 'Purposes',
      paragraphs: purposes.map(
        ({ code, title, organisations }) => `${title} (${code}) may be granted to ${list(organisations.map(nameOf))}.`,
      ),
    },
    {
      heading: 'Agencies',
      paragraphs: agencies.map(
        ({ id, name, organisation, datasets }) =>
          `${name} (${id}) of ${nameOf(organisation)} may offer ${datasets.length === 0 ? 'nothing' : list(datasets)}.`,
      ),
    },
    ...revokedSection(roster),
    ...warningsSection(roster),
  ];
}

/**
 * What can go wrong with a roster that is in order: that one lost key stops everything, or that one organisation's
 * templates can't be approved by anybody.
 */
export function rosterWarnings({ officers, organisations, roles }: SignedRoster): readonly string[] {
  const warnings: string[] = [];
  if (roles.roster.officers === officers.length) {
    warnings.push('Every officer has to sign the next version: when one key is lost, there can be none.');
  }
  for (const { id, name } of organisations) {
    const others = officers.filter(({ organisation }) => organisation !== id);
    const left = new Set(others.map(({ organisation }) => organisation)).size;
    const { templates } = roles;
    if (others.length < Math.max(2, templates.officers) || left < templates.organisations) {
      warnings.push(`A template that ${name} has had a hand in can't be approved: too few officers are left.`);
    }
  }
  return warnings;
}

function revokedSection({ revoked = [] }: SignedRoster): RosterSection[] {
  if (revoked.length === 0) return [];
  return [
    {
      heading: 'Certificates that nobody is let in with',
      paragraphs: revoked.map(({ serial, reason }) => `${serial}: ${reason}`),
    },
  ];
}

function warningsSection(roster: SignedRoster): RosterSection[] {
  const paragraphs = rosterWarnings(roster);
  return paragraphs.length === 0 ? [] : [{ heading: 'Before you sign', paragraphs }];
}

function signersText({ officers, organisations }: Threshold): string {
  return `${plural(officers, 'officer')} of at least ${plural(organisations, 'organisation')}`;
}

/** All of the fingerprint: it is what is read out and compared. */
function keyText(key: RosterKey): string {
  return `the ${key.kind === 'ed25519' ? 'key' : 'passkey'} ${keyIdOf(signerKey(key))}`;
}

/** What `tally audit verify` does by it, and nobody else. */
function witnessesText(witnesses: number): string {
  if (witnesses === 0) return 'No agency has to have cosigned the audit log for whoever verifies a copy of it.';
  const cosigned = `${plural(witnesses, 'agency', 'agencies')} ${witnesses === 1 ? 'has' : 'have'} cosigned`;
  return `Whoever verifies a copy of the audit log (tally audit verify) is told how much of it at least ${cosigned}; it is at fault where it has runs, and not so many have cosigned any of it. Nodes answer all the same.`;
}
