import { fromMillionths } from '../budget/millionths.js';
import { sizeInWords } from '../budget/rounded-size.js';
import type { EntryBody, LedgerEntry } from './entries.js';

/** Digits of a digest that tell it from the others of one agency. */
const SHOWN_DIGITS = 12;

/** An entry in plain words: one line, then what belongs to it. */
export function describeEntry(entry: LedgerEntry): string[] {
  const [first = '', ...rest] = entryWords(entry);
  const at = entry.at.slice(0, 19).replace('T', ' ');
  return [`${entry.number}  ${at}  ${first}`, ...rest.map((line) => `      ${line}`)];
}

/** The first line says what happened, the others what belongs to it. */
export function entryWords({ kind, body }: LedgerEntry): readonly string[] {
  switch (kind) {
    case 'spent':
      return describeSpent(body);
    case 'refused':
      return [
        `Refused ${nameOr(body.requester)} (${body.code}): ${body.reason}`,
        ...accused(body),
        ...logged(body),
        `run ${body.runId}`,
      ];
    case 'answered':
      return [`Answered: a run was finished${clipped(body)}`, `run ${body.runId}`];
    case 'failed':
      return [
        `A run ended without an answer (${body.code}${body.party === null ? '' : `, at ${body.party}`}); ` +
          (body.opened ? 'counts may have been learnt from it' : `nobody has learnt a count from it${clipped(body)}`),
        ...accused(body),
        `run ${body.runId}`,
      ];
    case 'linkage':
      return [
        `What is known of how often people in ${body.dataset} share keys may have left (${body.schemes.join(', ')}), ` +
          (body.spent === 0 ? 'without noise' : `for ${cost(body.spent)}, in ${body.quarter}`),
        `snapshot ${short(body.snapshot)}`,
      ];
    case 'observed':
      return describeObserved(body);
    case 'policy':
      return [`Another policy is in force: the file with SHA-256 ${body.digest}`];
    case 'snapshot':
      return [
        `Another snapshot of ${body.dataset} is in force, as at ${body.asAt}`,
        `snapshot ${short(body.snapshot)}`,
      ];
    case 'paused':
      return [`Paused${body.reason === null ? '' : `: ${body.reason}`}`];
    case 'resumed':
      return ['Resumed: the node answers again'];
  }
}

function describeSpent(body: EntryBody<'spent'>): readonly string[] {
  return [
    `Took part in a run: ${asked(body)}; ` +
      (body.spent === 0 ? 'it cost nothing' : `it cost ${cost(body.spent)}, in ${body.quarter}`),
    ...body.datasets.map(({ dataset, snapshot }) => `from ${dataset}, snapshot ${short(snapshot)}`),
    ...chosen(body),
    ...logged(body),
    `run ${body.runId}`,
  ];
}

function describeObserved(body: EntryBody<'observed'>): readonly string[] {
  const outcome =
    body.code === null
      ? `it would have been answered${body.cost === 0 ? '' : `, for ${cost(body.cost)}`}`
      : `it would not have been answered (${body.code}${body.reason === null ? '' : `: ${body.reason}`})`;
  return [
    `Only watched (${body.mode}): ${asked(body)}; ${outcome}`,
    ...body.datasets.map(
      ({ dataset, snapshot, records }) =>
        `from ${dataset}, snapshot ${short(snapshot)}` +
        (records === null ? '' : `: ${sizeInWords(records)} would have been sent, sealed`),
    ),
    ...chosen(body),
    ...logged(body),
    `run ${body.runId}`,
  ];
}

type Asked = Pick<EntryBody<'spent'>, 'template' | 'version' | 'parameters' | 'requester' | 'purpose'>;

function asked({ template, version, requester, purpose }: Asked): string {
  return `${nameOr(requester)} asked ${template} version ${version} for ${purpose}`;
}

function chosen({ parameters }: Asked): readonly string[] {
  return Object.entries(parameters).map(([name, values]) => `${name}: ${values.join(', ')}`);
}

function logged({ log }: Pick<EntryBody<'refused'>, 'log'>): readonly string[] {
  return log === undefined ? [] : [`in the audit log, which had ${log.size} entries then`];
}

function accused({ evidence }: Pick<EntryBody<'refused' | 'failed'>, 'evidence'>): readonly string[] {
  return evidence === undefined ? [] : [`evidence against the audit log: ${evidence}`];
}

function clipped({ clipped: lists }: Pick<EntryBody<'answered'>, 'clipped'>): string {
  const told = lists.filter(({ values }) => values > 0).map(({ dataset, values }) => `${values} in ${dataset}`);
  return told.length === 0 ? '' : `; values outside the range of a measure: ${told.join(', ')}`;
}

function nameOr(requester: string): string {
  return requester.trim() === '' ? 'somebody' : requester;
}

function cost(millionths: number): string {
  return `a privacy loss of ${fromMillionths(millionths)} for each dataset`;
}

function short(digest: string): string {
  return digest.slice(0, SHOWN_DIGITS);
}
