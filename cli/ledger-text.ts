import { AuditError } from '../core/audit/index.js';
import { counted, timeText } from '../core/base/index.js';
import type { VerifiedLedger } from '../core/audit-entries/index.js';
import { wrapText } from './text.js';

/** Contradictions that are said one by one; the rest are counted, and all are in what `--json` prints. */
export const MAX_SHOWN_CONTRADICTIONS = 20;

/** What came of holding each ledger against the log, for people; without the contradictions, which are an error. */
export function verifiedLedgersText(ledgers: readonly VerifiedLedger[], columns: number): string {
  return ledgers
    .flatMap(linesOf)
    .flatMap((line) => wrapText(line, columns, '  '))
    .join('\n');
}

export function verifiedLedgerJson(ledger: VerifiedLedger): unknown {
  const { agency, entries, span, continues, agreed, unanswered, contradictions, questions } = ledger;
  return {
    ...{ agency, entries, from: span?.from.toISOString() ?? null, until: span?.until.toISOString() ?? null },
    ...{ continues, agreed, unanswered, contradictions, questions },
  };
}

/** The contradictions of all ledgers as one error, with the code of the first; undefined where there are none. */
export function contradictionError(ledgers: readonly VerifiedLedger[]): AuditError | undefined {
  const found = ledgers.flatMap(({ agency, contradictions }) => contradictions.map((one) => ({ agency, ...one })));
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  const shown = others.slice(0, MAX_SHOWN_CONTRADICTIONS - 1);
  const unsaid = others.length - shown.length;
  return new AuditError(first.code, `${first.agency}: ${first.message}`, {
    problems: [
      ...shown.map(({ agency, code, message }) => ({ path: code, message: `${agency}: ${message}` })),
      ...(unsaid === 0 ? [] : [{ path: '', message: `and ${unsaid} more: \`--json\` has all of them` }]),
    ],
  });
}

function linesOf({
  agency,
  entries,
  span,
  continues,
  agreed,
  unanswered,
  contradictions,
  questions,
}: VerifiedLedger): string[] {
  const when = span === null ? '' : ` from ${timeText(span.from)} to ${timeText(span.until)}`;
  const seen = continues.at(-1);
  return [
    `${agency}: its ledger is whole, ${counted(entries, 'entry', 'entries')}${when}.`,
    ...(contradictions.length === 0
      ? []
      : [`${agency}: ledger and log contradict each other in ${counted(contradictions.length, 'point', 'points')}.`]),
    seen === undefined
      ? `${agency}: nothing of this log had been proved to its node by then.`
      : `${agency}: the log continues what the node saw of it, ${counted(continues.length, 'time', 'times')}, the last with ${counted(seen, 'entry', 'entries')}.`,
    `${agency}: ledger and log say the same of ${counted(agreed, 'run', 'runs')}${
      unanswered === 0 ? '' : `; in ${unanswered} the log has no answer of it, and none had to come`
    }.`,
    ...questions.map(({ code, message }) => `${agency}: open question (${code}): ${message}`),
  ];
}
