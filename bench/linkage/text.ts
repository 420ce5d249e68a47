import { left, NOTHING, number, right, tableAsText } from '../report/table.js';
import type { Table } from '../report/table.js';
import type { LinkedCase } from './linked-case.js';
import { STRICT_THRESHOLD } from './linked-case.js';
import type { LinkedSides } from './link-sides.js';

/** Precision, recall and F1 of two files, per key and in total; the last line is `F1 0.xxxx`. */
export function describeLinkedFiles({ score, keys, report }: LinkedSides): string {
  const rows = keys
    .filter(({ links }) => links > 0)
    .map(({ name, links, right: correct }) => [
      name,
      number(links),
      (correct / links).toFixed(4),
      (correct / Math.max(1, score.matches)).toFixed(4),
    ]);
  const table: Table = {
    title: 'Links by the strictest key that both records share',
    columns: [...left('Key'), ...right('Links', 'Precision', 'Recall')],
    rows,
    notes: [],
  };
  return [
    tableAsText(table),
    '',
    `People in both: ${number(score.matches)}. Links: ${number(score.links)}, of which right: ${number(score.right)}.`,
    `Precision ${score.precision.toFixed(4)}; estimated without the truth: ${estimate(precisionOf(report))}.`,
    `Recall ${score.recall.toFixed(4)}; estimated without the truth: ${estimate(report.recall)}.`,
    ...(report.recallReason === null ? [] : [report.recallReason]),
    `F1 ${score.f1.toFixed(4)}`,
  ].join('\n');
}

/** A line for each case and scheme. */
export function caseTable(cases: readonly LinkedCase[]): Table {
  return {
    title: 'Two invented files, linked as the coordinator would',
    columns: [
      ...left('Files', 'Scheme'),
      ...right('Precision', 'estimated', 'Recall', 'estimated', 'F1', `F1 at ${STRICT_THRESHOLD}`, 'Plain precision'),
    ],
    rows: cases.map(({ name, scheme, linked, strict, plain }) => [
      name,
      scheme,
      linked.score.precision.toFixed(4),
      estimate(precisionOf(linked.report)),
      linked.score.recall.toFixed(4),
      estimate(linked.report.recall),
      linked.score.f1.toFixed(4),
      strict.score.f1.toFixed(4),
      plain.score.precision.toFixed(4),
    ]),
    notes: [`${NOTHING}: not estimable. Plain: whatever shares a key is linked, as without the agencies' statistics.`],
  };
}

/** As estimated at the threshold in force. */
export function precisionOf({ at, threshold }: LinkedSides['report']): number | null {
  return at.find((links) => links.threshold === threshold)?.precision ?? null;
}

function estimate(value: number | null): string {
  return value === null ? NOTHING : value.toFixed(4);
}
