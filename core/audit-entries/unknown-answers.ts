import { counted, timeText } from '../base/index.js';
import type { AgencyLedger } from './agency-ledger.js';
import { answerText } from './ledger-findings.js';
import type { Contradiction, OpenQuestion } from './ledger-findings.js';
import type { LoggedRun } from './logged-runs.js';

export interface UnknownAnswers {
  readonly contradictions: readonly Contradiction[];
  readonly questions: readonly OpenQuestion[];
}

/**
 * Answers in the agency's name that its ledger hasn't. Between two states of the log that the ledger was kept at, that
 * contradicts it; before and after, log and ledger alone don't settle it. `held`: sizes of the log that the node has seen.
 */
export function unknownAnswers(
  { agency, span, claims }: AgencyLedger,
  logged: ReadonlyMap<string, LoggedRun>,
  held: readonly number[],
): UnknownAnswers {
  const claimed = new Set(claims.map(({ run }) => run));
  // Sizes of the log that the ledger is proved to have been kept at; an offer makes its log one entry larger than its index.
  const known = [...logged].filter(([run]) => claimed.has(run)).map(([, { index }]) => index + 1);
  const sizes = [...held, ...known].toSorted((left, right) => left - right);
  const [first, last] = [sizes[0] ?? Infinity, sizes.at(-1) ?? Infinity];
  const within: Contradiction[] = [];
  const [before, after]: [string[], string[]] = [[], []];
  for (const [run, { index, answers }] of logged) {
    const answer = answers.get(agency);
    if (answer === undefined || claimed.has(run)) continue;
    if (index + 1 < first) before.push(run);
    else if (index + 1 > last) after.push(run);
    else within.push(unknownAnswer(run, answer.refusal));
  }
  return { contradictions: within, questions: [...olderAnswers(before, span), ...newerAnswers(after, span)] };
}

function unknownAnswer(run: string, refusal: string | null): Contradiction {
  const unwritten =
    refusal === null ? '' : ', or the node could not write its refusal down, which the node’s own log says then';
  const message =
    `By the log this agency said ${answerText(refusal)} in run ${run}. Its ledger has runs from before and after, and not ` +
    `this one: somebody answered in its name, or an older copy of the ledger was put back meanwhile${unwritten}.`;
  return { code: 'ANSWER_NOT_IN_LEDGER', accuses: 'log', run, entry: null, message };
}

function olderAnswers(runs: readonly string[], span: AgencyLedger['span']): OpenQuestion[] {
  if (runs.length === 0) return [];
  const begins = span === null ? 'The ledger is empty' : `The ledger begins on ${timeText(span.from)}`;
  const message =
    `${begins}, and the log has ${answersText(runs)} from before the first run of the ledger that is in the log. ` +
    'If the ledger was begun anew, hold the one before against the log; if it never was, somebody answered in its name.';
  return [{ code: 'ANSWER_BEFORE_LEDGER', runs, message }];
}

function newerAnswers(runs: readonly string[], span: AgencyLedger['span']): OpenQuestion[] {
  if (runs.length === 0) return [];
  const ends = span === null ? '' : ` Its last entry is of ${timeText(span.until)}.`;
  const message =
    `The log has ${answersText(runs)} from after the last run of the ledger.${ends} ` +
    'Copy the ledger anew; if it is from after the copy of the log, somebody answered in its name.';
  return [{ code: 'ANSWER_AFTER_LEDGER', runs, message }];
}

function answersText(runs: readonly string[]): string {
  return `${counted(runs.length, 'answer')} of this agency (the first in run ${runs[0] ?? ''})`;
}
