import { countText, partText } from './quality/shares.js';
import type { PreparedSnapshot } from './snapshot/prepare.js';
import type { SnapshotInPlace } from './snapshot/snapshot-in-place.js';
import { REJECTION_TEXTS } from './source/finding.js';

/** Of a snapshot's id: enough to tell it from another one. */
export const SHOWN_ID_CHARACTERS = 16;

/**
 * What came of one dataset's `prepare`, for the operator: counts, exact, which stay inside the agency, and no value. It ends
 * with a line break.
 */
export function preparedText(prepared: PreparedSnapshot, before: SnapshotInPlace): string {
  const { dataset, asAt, rows, rejected, leftOut } = prepared;
  const { optedOut, withoutConsent } = leftOut;
  const read = optedOut + withoutConsent + rejected.rejected + rows;
  const lines = [
    `rows read: ${countText(read)}`,
    leftOut.optOuts === null
      ? 'left out by opt-out lists: none are configured'
      : `left out by opt-out lists: ${countText(optedOut)}`,
    ...consentLines(leftOut),
    `rejected: ${partText(rejected.rejected, rejected.rejected + rows)}`,
    ...rejected.reasons.map(
      ({ field, reason, count }) =>
        `  ${field}: ${countText(count)} ${count === 1 ? 'value is' : 'values are'} ${REJECTION_TEXTS[reason]}`,
    ),
    ...keptLines(prepared),
    ...withdrawnLines(prepared),
    `snapshot ${shortId(prepared.snapshot)} is in force`,
    beforeText(prepared, before),
  ];
  return `${[`${dataset}, as at ${asAt}`, ...lines.map((line) => `  ${line}`)].join('\n')}\n`;
}

/** What to do once every snapshot is made. It ends with a line break. */
export function nextText(configFile: string): string {
  return [
    `Next: see what would leave (\`tally node preview --config ${configFile} --template NAME\`), say in your policy what you`,
    `answer (\`tally node policy --config ${configFile}\` shows it), then \`tally node start --config ${configFile}\`. A node that`,
    'is running takes the snapshots up by itself.',
    '',
  ].join('\n');
}

function consentLines({ withoutConsent, unclearConsents }: PreparedSnapshot['leftOut']): readonly string[] {
  return [
    ...(withoutConsent === 0 ? [] : [`not usable, for nobody has consented: ${countText(withoutConsent)}`]),
    ...(unclearConsents === 0 ? [] : [`answers that are neither yes nor no, and so no: ${countText(unclearConsents)}`]),
  ];
}

function keptLines({ rows, people }: PreparedSnapshot): readonly string[] {
  if (people === null) return [`records kept: ${countText(rows)}`];
  return [
    `records kept: ${countText(rows)}, of ${countText(people)} ${people === 1 ? 'person' : 'persons'}`,
    `duplicates, further records of somebody who has one: ${countText(rows - people)}`,
  ];
}

/** Keys that nobody has lost are not worth a line each. */
function withdrawnLines({ keys }: PreparedSnapshot): readonly string[] {
  const lost = keys.filter(({ withdrawn }) => withdrawn > 0);
  if (lost.length === 0) return ['match keys withdrawn: none'];
  return [
    `match keys withdrawn, for two persons of yours share them: ${lost
      .map(({ name, withdrawn }) => `${name} ${countText(withdrawn)}`)
      .join(', ')}`,
  ];
}

function beforeText({ snapshot }: PreparedSnapshot, before: SnapshotInPlace): string {
  switch (before.kind) {
    case 'none':
      return 'there was none before';
    case 'unreadable':
      return 'the one before, which could not be read, is not kept';
    case 'snapshot':
      return before.snapshot === snapshot
        ? 'it is the same as before: the same rows on the same date, so it has the same budget'
        : `the one before, ${shortId(before.snapshot)}, is not kept: a running node has it only for the runs under way`;
  }
}

function shortId(snapshot: string): string {
  return snapshot.slice(0, SHOWN_ID_CHARACTERS);
}
