import { stringify } from 'yaml';

import { NAME_TO_FILL_IN } from './roster-schema.js';
import type { SignedRoster } from './roster.js';

/** An agency that has made its identity key. */
export interface EnrolledAgency {
  readonly id: string;
  /** Base64 of the raw Ed25519 public key. */
  readonly identityKey: string;
}

/** What is known of a federation before governance has said anything; the rest is left in capitals, to be filled in. */
export interface KnownParties {
  readonly federation?: string;
  /** Base64 of the coordinator's raw Ed25519 public key. */
  readonly coordinator?: string;
  readonly agencies?: readonly EnrolledAgency[];
}

const BLANK_AGENCIES: readonly EnrolledAgency[] = [
  { id: 'AGENCY-A', identityKey: 'KEY' },
  { id: 'AGENCY-B', identityKey: 'KEY' },
];

const LINE_WIDTH = 120;

/** A first roster to fill in (YAML): every entry is there, with what it is for. What is in capitals only people can say. */
export function firstRosterText({ federation, coordinator, agencies = BLANK_AGENCIES }: KnownParties = {}): string {
  return `# The first roster of a federation: fill in what is in capitals, have it explained, and sign it.
federation: ${federation ?? 'NAME # small letters, digits and hyphens; for ever'}
version: 1
expires: DATE # last day, as in 2027-03-31; renew it well before

organisations:
  - { id: ORGANISATION-A, name: ${NAME_TO_FILL_IN} }
  - { id: ORGANISATION-B, name: ${NAME_TO_FILL_IN} }
  - { id: ORGANISATION-C, name: ${NAME_TO_FILL_IN} }

# Who signs. Each makes a key with \`tally officer new-key\` and reads its fingerprint out to the others.
officers:
  - id: OFFICER-A
    name: ${NAME_TO_FILL_IN}
    organisation: ORGANISATION-A
    keys: [{ kind: ed25519, publicKey: KEY }]
  - id: OFFICER-B
    name: ${NAME_TO_FILL_IN}
    organisation: ORGANISATION-B
    keys: [{ kind: ed25519, publicKey: KEY }]
  - id: OFFICER-C
    name: ${NAME_TO_FILL_IN}
    organisation: ORGANISATION-C
    keys: [{ kind: ed25519, publicKey: KEY }]

roles:
  templates: { officers: 2, organisations: 2 } # approve a template; its authors and their organisations don't count
  roster: { officers: 2, organisations: 2 } # sign the next roster; fewer than there are officers, for keys get lost
  grants: { grantors: [OFFICER-A, OFFICER-B, OFFICER-C], officers: 2 } # say who may ask for which purpose
  registrars: # say at least once a day how far the register has got; not on the coordinator's computer
    - { id: REGISTRAR, publicKey: KEY }

purposes: # what may be asked for, and by whom
  - { code: research-statistics, title: Research and statistics, organisations: [ORGANISATION-A] }

agencies: # in order of preference: where two hold a person, the earlier one's record stands. Compare each key by telephone
${agencies.map(agencyText).join('\n')}

coordinator:
  identityKey: ${coordinator ?? 'KEY'} # signs the checkpoints of the audit log, too

witnesses: 1 # agencies that must have cosigned the audit log, or whoever verifies a copy of it finds it at fault
`;
}

/**
 * The draft of the version after one that was signed (YAML), with those who have enrolled since at the end of its agencies:
 * what only people can say of them is in capitals.
 * @param fingerprint of the signed one
 */
export function nextRosterText(
  { federation, version, ...rest }: SignedRoster,
  fingerprint: string,
  enrolled: readonly EnrolledAgency[] = [],
): string {
  const added = enrolled.map(({ id, identityKey }) => ({
    ...{ id, name: NAME_TO_FILL_IN, organisation: 'ORGANISATION', identityKey },
    datasets: ['DATASET'],
  }));
  const agencies = [...rest.agencies, ...added];
  const next = { federation, version: version + 1, ...rest, agencies, previous: fingerprint };
  return `# Version ${next.version}, to follow version ${version}: change what is to change.\n${stringify(next, { lineWidth: LINE_WIDTH })}`;
}

function agencyText({ id, identityKey }: EnrolledAgency): string {
  return `  - id: ${id}
    name: ${NAME_TO_FILL_IN}
    organisation: ORGANISATION-B
    identityKey: ${identityKey}
    datasets: [DATASET]`;
}
