import type { SourceCheck } from './check-all.js';
import type { OptOutsCheck } from './check-opt-outs.js';
import type { CheckedSource } from './check-source.js';
import type { DifferentCodes } from './different-codes.js';
import { SHOWN_CODE_CHARACTERS } from './different-codes.js';
import { findingProblem } from './finding-tally.js';
import type { CountedFinding } from './finding-tally.js';
import { floorText } from './floor.js';
import type { FloorLine } from './floor.js';
import { optOutsLines } from './opt-outs-report.js';
import { countText, partText } from './shares.js';

/** Codes that are shown of one field. */
export const SHOWN_CODES_MAX = 50;

export interface ReportSettings {
  /** Of the command line, to say what to do next. */
  readonly configFile: string;
  readonly showCodes: boolean;
}

/** All that was checked. */
export interface CheckedNode {
  readonly checks: readonly SourceCheck[];
  /** Null where no opt-out lists are configured. */
  readonly optOuts: OptOutsCheck | null;
}

/** Whether every source could be read and is good enough for a snapshot, and the opt-out lists can be applied. */
export function wouldDo({ checks, optOuts }: CheckedNode): boolean {
  return checks.every(({ checked }) => checked?.wouldDo === true) && optOuts?.wouldDo !== false;
}

/** For the operator: counts and row numbers, and no value but, where that is asked for, codes. */
export function qualityText(found: CheckedNode, { configFile, showCodes }: ReportSettings): string {
  const { checks, optOuts } = found;
  const lines = [
    ...(optOuts === null ? [] : [...optOutsLines(optOuts), '']),
    ...checks.flatMap((check) => [...sourceLines(check, showCodes), '']),
  ];
  const next = wouldDo(found)
    ? `Next: \`tally node prepare --config ${configFile}\` makes ${checks.length === 1 ? 'the snapshot' : 'the snapshots'}.`
    : 'Next: put right what is marked NOT YET, in the source, in a view or in the mapping, and check again. `prepare` would ' +
      'refuse it, and the old snapshot would stay in force.';
  return `${[...lines, next].join('\n')}\n`;
}

/** The same for a program. It never has codes: a document is passed on. */
export function qualityJson(found: CheckedNode): unknown {
  const { checks, optOuts } = found;
  return {
    wouldDo: wouldDo(found),
    optOuts,
    datasets: checks.map(({ dataset, asAt, checked, failure }) => ({
      ...{ dataset, asAt, wouldDo: checked?.wouldDo === true, failure },
      ...(checked === null
        ? {}
        : {
            ...checked.counts,
            findings: checked.counts.findings.map((finding) => ({ ...finding, ...differentOf(checked, finding) })),
            leftOut: consentCounts(checked),
            repeated: checked.repeated,
            floor: checked.floor,
          }),
    })),
  };
}

function differentOf(checked: CheckedSource, { path, kind }: CountedFinding): object {
  const codes = kind === 'unmapped-code' ? checked.codes.get(path) : undefined;
  return codes === undefined ? {} : { differentCodes: codes.count, moreDifferentCodes: codes.more };
}

function sourceLines({ dataset, asAt, checked, failure }: SourceCheck, showCodes: boolean): readonly string[] {
  const title = `${dataset}, as at ${asAt}`;
  if (failure !== null) return [title, `  NOT YET  it can’t be read: ${failure.code}: ${failure.message}`];
  if (checked === null) return [title];
  const { counts, leftOut, repeated, floor } = checked;
  const used = counts.rows - counts.rejected;
  const read = `it can be read, and every field has its column: ${countText(counts.rows)} rows`;
  return [
    title,
    counts.rows === 0
      ? '  good     it can be read, and every field has its column; there are no rows'
      : `  good     ${read}`,
    ...floor.flatMap((line) => [floorLine(line), ...(isRejected(line) ? rejectedLines(checked, showCodes) : [])]),
    ...section('Consent', consentLines(leftOut)),
    ...section('Missing, or of no use for match keys', [
      ...counts.identifiers.map(({ name, missing }) => `${name}: ${partText(missing, used)}`),
      `rows that can’t be linked at all: ${partText(used - counts.keyed, used)}`,
    ]),
    ...section(
      'Nothing recorded',
      counts.fields.map(({ name, missing }) => `${name}: ${partText(missing, used)}`),
    ),
    ...section('Worth a look; these rows are used all the same', [
      ...counts.findings
        .filter(({ rejects }) => !rejects)
        .flatMap((finding) => findingLines(finding, checked, showCodes)),
      ...(repeated === 0
        ? []
        : [`rows that are the same as an earlier one in all that is read: ${countText(repeated)}`]),
    ]),
  ];
}

function consentCounts({ leftOut: { withoutConsent, unclearConsents } }: CheckedSource): object {
  return { withoutConsent, unclearConsents };
}

function consentLines({ withoutConsent, unclearConsents }: CheckedSource['leftOut']): readonly string[] {
  return [
    ...(withoutConsent === 0
      ? []
      : [`rows that nobody has consented to be used, which count nowhere: ${countText(withoutConsent)}`]),
    ...(unclearConsents === 0 ? [] : [`answers that are neither yes nor no, and so no: ${countText(unclearConsents)}`]),
  ];
}

function floorLine(line: FloorLine): string {
  return `  ${line.holds ? 'good   ' : 'NOT YET'}  ${floorText(line)}`;
}

function isRejected({ path }: FloorLine): boolean {
  return path === 'quality.maximumRejected';
}

function rejectedLines(checked: CheckedSource, showCodes: boolean): readonly string[] {
  return checked.counts.findings
    .filter(({ rejects }) => rejects)
    .flatMap((finding) => findingLines(finding, checked, showCodes))
    .map((line) => `             ${line}`);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];
}

function findingLines(finding: CountedFinding, checked: CheckedSource, showCodes: boolean): readonly string[] {
  const { path, message } = findingProblem(finding);
  const codes = finding.kind === 'unmapped-code' ? checked.codes.get(path) : undefined;
  if (codes === undefined) return [`${path}, ${message}`];
  const different = `${codes.more ? 'more than ' : ''}${countText(codes.count)} different`;
  return [`${path}, ${message}: ${different}`, ...(showCodes ? codeLines(codes) : [])];
}

function codeLines({ count, shown }: DifferentCodes): readonly string[] {
  const lines = shown.slice(0, SHOWN_CODES_MAX).map(({ code, values }) => `  ${plain(code)}  ${countText(values)}`);
  const hidden = count - lines.length;
  return hidden === 0
    ? lines
    : [
        ...lines,
        `  and ${countText(hidden)} more, rarer or of more than ${SHOWN_CODE_CHARACTERS} characters, which are not shown`,
      ];
}

/** Nothing in it moves a terminal's cursor or turns its text around. */
function plain(code: string): string {
  return JSON.stringify(code).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
