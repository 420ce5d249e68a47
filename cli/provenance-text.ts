import { counted, timeText } from '../core/base/index.js';
import type { VerifiedProvenance } from '../core/provenance/index.js';
import { parametersText } from './audit-text.js';
import { wrapText } from './text.js';

const INDENT = '  ';

/** What holds of a release, and what nobody looked at, for people. */
export function verifiedProvenanceText(verified: VerifiedProvenance, columns: number): string {
  const { provenance } = verified;
  return [
    ...wrapText(`The release of run ${provenance.run} of ${provenance.federation}`, columns),
    'Verified:',
    ...holdingPoints(verified).flatMap((point) => wrapText(point, columns, '    ', INDENT)),
    'Not verified:',
    ...openPoints(verified).flatMap((point) => wrapText(point, columns, '    ', INDENT)),
  ].join('\n');
}

export function verifiedProvenanceJson(verified: VerifiedProvenance): unknown {
  const { provenance, checkpoint, roster, approvers, hasRelease, log } = verified;
  const { federation, run, template, offer, answers, release } = provenance;
  const { at, index, register, parameters, requester, purpose, participants } = offer;
  return {
    ...{ federation, run, roster: roster.version },
    template: { template: template.template, version: template.version, digest: template.digest, approvers },
    offer: { at, index, register, parameters, requester, purpose, participants },
    answers: answers.map((answer) => ({ at: answer.at, index: answer.index, agency: answer.agency })),
    release: { at: release.at, index: release.index, digest: release.digest, suppressed: release.suppressed },
    checkpoint: { size: checkpoint.size, at: checkpoint.at.toISOString() },
    cosigned: cosignatures(verified).map(({ agency, size, at: when }) => ({ agency, size, at: when.toISOString() })),
    verified: { release: hasRelease, log: log !== undefined },
  };
}

function holdingPoints(verified: VerifiedProvenance): string[] {
  const { provenance, checkpoint, roster, approvers, hasRelease, log } = verified;
  const { version, roles } = roster;
  const { template, offer, answers, release } = provenance;
  const asked = offer.participants.map(({ agency }) => agency).join(', ');
  return [
    `The coordinator of version ${version} of the roster has signed this, and the log of ${entries(checkpoint.size)} on ${timeText(checkpoint.at)}.`,
    `${template.template} version ${template.version} (SHA-256 ${template.digest}) was live, approved by ${counted(approvers.length, 'officer', 'officers')}, ${approvers.join(', ')}; ${roles.templates.officers} had to.`,
    `Entry ${offer.index}, ${offer.at}: ${offer.requester} asked it for ${offer.purpose}, with ${parametersText(offer.parameters)}, of ${asked}.`,
    ...answers.map(({ index, at, agency }) => `Entry ${index}, ${at}: ${agency} took part.`),
    'By the log all who were asked took part, and nobody else.',
    `Entry ${release.index}, ${release.at}: a table was released, ${counted(release.suppressed, 'cell', 'cells')} suppressed (SHA-256 ${release.digest}).`,
    ...(hasRelease ? ['The release that you have is that one.'] : []),
    ...cosignatures(verified).map(
      ({ agency, size, at }) =>
        `${agency} cosigned the first ${entries(size)} on ${timeText(at)}, all of this among them.`,
    ),
    ...(log === undefined
      ? []
      : [
          `The copy of the log holds, ${entries(log.checkpoint.size)}, and continues what this is in: the run was put once and ended once.`,
        ]),
  ];
}

function openPoints(verified: VerifiedProvenance): string[] {
  const { hasRelease, log } = verified;
  return [
    ...(hasRelease ? [] : ['Whether the release that you have is this one: name it with --release.']),
    ...(log === undefined ? ['What else is in the log: name a copy of it with --log.'] : []),
    ...(cosignatures(verified).length === 0
      ? [
          'That nobody was shown another log: no agency has cosigned one with this in it. They do with the next run; export the provenance again then.',
        ]
      : []),
    'That agencies answered so: what the log says is the coordinator’s word, and each agency’s ledger has its own.',
    'That the numbers are right: no log knows.',
  ];
}

/** Each agency's, under the provenance's own checkpoint or that of the copy of the log, where the release is in it. */
function cosignatures({ provenance, checkpoint, cosigned, log }: VerifiedProvenance): readonly {
  readonly agency: string;
  readonly size: number;
  readonly at: Date;
}[] {
  const own = cosigned.map(({ agency, at }) => ({ agency, size: checkpoint.size, at }));
  const named = new Set(own.map(({ agency }) => agency));
  const later = (log?.cosigned ?? []).filter(
    ({ agency, size }) => size > provenance.release.index && !named.has(agency),
  );
  return [...own, ...later];
}

function entries(count: number): string {
  return counted(count, 'entry', 'entries');
}
