import { spelledOut } from '../../transport/index.js';
import type { EnrolledNode, RosterOutcome } from './enrol-node.js';

const ROSTER_WORDS: Readonly<Record<RosterOutcome, string>> = {
  written: 'Roster (SHA-256 of the file), as it was written to your folder. Compare it with governance:',
  same: 'Roster (SHA-256 of the file), which you have already:',
  differs:
    'Roster of the coordinator (SHA-256 of the file). IT IS NOT YOURS, which stays: ask governance which is right:',
  none: 'The coordinator has no roster yet: governance sends it to you when all have enrolled.',
};

/** What whoever enrolled a node has to read. */
export function enrolmentReport(configFile: string, enrolled: EnrolledNode): { text: string; json: unknown } {
  const { federation, agency, authority, identityKey, identity, certificate, roster } = enrolled;
  const lines = [
    `${agency} is enrolled in ${federation}. Its certificate (serial ${certificate.serial}) is good until ` +
      `${certificate.validTo.toISOString()}; a running node renews it by itself.`,
    '',
    'Now telephone the coordinator’s operator, at a number that you had before, and read these to each other:',
    '',
    'Authority (SHA-256 of its certificate):',
    `  ${spelledOut(authority)}`,
    'Your identity key (SHA-256), which governance writes into the roster:',
    `  ${spelledOut(identity)}`,
    `  the key itself: ${identityKey}`,
    ROSTER_WORDS[roster.outcome],
    ...(roster.fingerprint === null ? [] : [`  ${spelledOut(roster.fingerprint)}`]),
    '',
    'If any of them differs, stop: somebody is in between. Else, next:',
    ...(roster.lists
      ? []
      : ['  - wait for the roster that lists your agency with this key, and put it into your folder;']),
    '  - have the dataset definitions in the folder of datasets, and say in `sources` where your records are;',
    `  - tally node check --config ${configFile}`,
    `  - tally node prepare --config ${configFile}`,
    `  - tally node start --config ${configFile}`,
  ];
  return {
    text: `${lines.join('\n')}\n`,
    json: { ...enrolled, certificate: { ...certificate, validTo: certificate.validTo.toISOString() } },
  };
}
