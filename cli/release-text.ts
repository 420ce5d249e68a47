import {
  markNotes,
  NOT_APPLICABLE,
  roundingNote,
  type CellStatus,
  type ReleasedTable,
} from '../core/disclosure/index.js';
import type { Release } from '../coordinator/index.js';
import { renderMeasures, renderQuantiles, renderRates, renderRecalls } from './derived.js';
import { renderLinkage } from './linkage-text.js';
import { renderTable } from './table.js';
import { wrapText } from './text.js';

/**
 * A release as text: the question on top, its tables, how people were linked, and what a reader has to know below them.
 * With `detail`, every key and what each agency says of its people.
 */
export function renderRelease(
  release: Release,
  columns: number,
  { detail = false }: { detail?: boolean } = {},
): string {
  const { question, chosen, table, presentation, linkage } = release;
  const sections = [
    [renderTable(table, columns)],
    renderRates(table, presentation, columns),
    renderQuantiles(table, presentation, columns),
    renderRecalls(table, presentation, columns),
    ...renderMeasures(table, columns),
    renderLinkage(linkage, { threshold: table.policy.threshold, detail }, columns),
  ].filter((lines) => lines.length > 0);
  return [
    ...wrapText(question, columns),
    ...chosen.flatMap(({ parameter, values }) => wrapText(`${parameter}: ${values.join(', ')}`, columns, '  ')),
    '',
    ...sections.flatMap((lines) => [...lines, '']),
    ...notesOf(release).flatMap((note) => wrapText(note, columns, '  ')),
  ].join('\n');
}

function notesOf({ table, sources, notes }: Release): string[] {
  const possible = table.dimensions.reduce((product, { categories }) => product * categories.length, 1);
  return [
    ...markNotes(statusesOf(table), table.policy),
    ...(table.cells.length < possible ? [`${NOT_APPLICABLE} can't occur.`] : []),
    `${roundingNote(table.policy)}${table.totals.length === 0 ? ' There are no totals.' : ''}`,
    ...(table.noise === null ? [] : ['± and two numbers in brackets say where the exact count is, 19 times in 20.']),
    ...(sources.length === 0 ? [] : [`Sources: ${sources.map(sourceText).join('; ')}.`]),
    ...notes,
  ];
}

function sourceText({ agencyName, dataset, asAt, rejectedPercent }: Release['sources'][number]): string {
  const source = `${agencyName}, ${dataset} as at ${asAt}`;
  if (rejectedPercent === null) return source;
  const share = rejectedPercent < 1 ? 'fewer than 1 %' : `${rejectedPercent} %`;
  return `${source} (${share} of its rows could not be used)`;
}

function statusesOf({ cells, totals, rates, quantiles, measures }: ReleasedTable): ReadonlySet<CellStatus> {
  return new Set(
    [...cells, ...totals, ...rates, ...quantiles, ...measures.flatMap((measure) => measure.cells)].map(
      ({ status }) => status,
    ),
  );
}
