import { spelledOut } from '../../transport/index.js';
import type { EnrolledNode } from './enrol-node.js';

/** What whoever enrolled a node has to read. */
export function enrolmentReport(configFile: string, enrolled: EnrolledNode): { text: string; json: unknown } {
  const { federation, agency, authority, identityKey, identity, certificate, isListed } = enrolled;
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
    '',
    'If any of them differs, stop: somebody is in between. Else, next:',
    ...(isListed
      ? []
      : [
          '  - wait for the register of governance whose roster lists your agency with this key, put it into your folder, and',
          '    the fingerprint that an officer reads out to you into governance.fingerprint;',
        ]),
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
