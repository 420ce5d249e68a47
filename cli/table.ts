import type { ReleasedCell, ReleasedTable, TableDimension } from '../core/disclosure/index.js';
import type { Release } from '../coordinator/index.js';
import { formatCount, padEnd, padStart, textWidth, wrapText } from './text.js';

/** GSS shorthand: confidential. */
const CONFIDENTIAL = '[c]';
/** GSS shorthand: not applicable. */
const NOT_APPLICABLE = '[z]';

const MAX_ROW_LABEL = 36;
const MAX_COLUMN_LABEL = 16;
const GAP = '  ';

/** A released table as text: the question on top, the table, and what a reader has to know below it. */
export function renderRelease(release: Release, columns: number): string {
  return [
    ...wrapText(release.question, columns),
    ...release.chosen.flatMap(({ parameter, values }) => wrapText(`${parameter}: ${values.join(', ')}`, columns, '  ')),
    '',
    renderTable(release.table, columns),
    '',
    ...notesOf(release).flatMap((note) => wrapText(note, columns, '  ')),
  ].join('\n');
}

/**
 * A cross-tabulation: the last dimension across, the others down the side, the outermost first. Where that is wider than
 * `columns`, every dimension goes down the side and the count stands in a column of its own.
 */
export function renderTable(table: ReleasedTable, columns: number): string {
  const across = table.dimensions.length > 1 ? table.dimensions.at(-1) : undefined;
  const wide = across === undefined ? undefined : lay(table, table.dimensions.slice(0, -1), across);
  if (wide !== undefined && Math.max(...wide.map(textWidth)) <= columns) return wide.join('\n');
  return lay(table, table.dimensions).join('\n');
}

/** The lines of a table with `down` at the side and `across`, where there is one, on top. */
function lay(table: ReleasedTable, down: readonly TableDimension[], across?: TableDimension): string[] {
  const cells = new Map(table.cells.map((cell) => [cell.categories.join(' '), cell]));
  const places = across === undefined ? [[]] : across.categories.map((_, index) => [index]);
  const rows = combinations(down)
    .map((side) => ({ side, cells: places.map((place) => cells.get([...side, ...place].join(' '))) }))
    .filter((row) => row.cells.some((cell) => cell !== undefined));

  const texts = rows.map((row) => row.cells.map(cellText));
  const headings =
    across === undefined ? [['Count']] : across.categories.map(({ label }) => wrapText(label, MAX_COLUMN_LABEL));
  const widths = headings.map((lines, column) =>
    Math.max(...lines.map(textWidth), ...texts.map((row) => textWidth(row[column] ?? ''))),
  );
  const sideLabels = down.map(({ label }) => wrapText(label, MAX_ROW_LABEL));
  const sideWidths = down.map(({ categories }, index) =>
    Math.max(
      ...(sideLabels[index] ?? []).map(textWidth),
      ...categories.flatMap(({ label }) => wrapText(label, MAX_ROW_LABEL).map(textWidth)),
    ),
  );

  const line = (side: readonly string[], numbers: readonly string[]): string =>
    [
      ...sideWidths.map((width, index) => padEnd(side[index] ?? '', width)),
      ...widths.map((width, index) => padStart(numbers[index] ?? '', width)),
    ]
      .join(GAP)
      .trimEnd();
  const block = (
    side: readonly (readonly string[])[],
    numbers: readonly (readonly string[])[],
    foot: boolean,
  ): string[] => {
    const height = Math.max(...side.map(({ length }) => length), ...numbers.map(({ length }) => length), 1);
    // Headings stand on their last line, rows begin on their first.
    const at = (lines: readonly string[], index: number): string =>
      lines[foot ? index - (height - lines.length) : index] ?? '';
    return Array.from({ length: height }, (_, index) =>
      line(
        side.map((lines) => at(lines, index)),
        numbers.map((lines) => at(lines, index)),
      ),
    );
  };

  const sideTotal = sideWidths.reduce((sum, width) => sum + width + GAP.length, 0);
  const total = sideTotal + widths.reduce((sum, width) => sum + width + GAP.length, 0) - GAP.length;
  const title = across === undefined ? [] : wrapText(across.label, Math.max(total - sideTotal, MAX_ROW_LABEL));
  let previous: readonly number[] = [];
  return [
    ...title.map((text) => `${' '.repeat(sideTotal)}${text}`),
    ...block(sideLabels, headings, true),
    '-'.repeat(total),
    ...rows.flatMap(({ side }, index) => {
      // A category is named on the first row of its group only.
      const changed = side.findIndex((category, depth) => category !== previous[depth]);
      previous = side;
      const labels = side.map((category, depth) =>
        depth < changed ? [] : wrapText(down[depth]?.categories[category]?.label ?? '', MAX_ROW_LABEL),
      );
      return block(
        labels,
        (texts[index] ?? []).map((text) => [text]),
        false,
      );
    }),
  ];
}

/** Every combination of categories, the first dimension slowest. */
function combinations(dimensions: readonly TableDimension[]): number[][] {
  return dimensions.reduce<number[][]>(
    (prefixes, { categories }) => prefixes.flatMap((prefix) => categories.map((_, index) => [...prefix, index])),
    [[]],
  );
}

function cellText(cell: ReleasedCell | undefined): string {
  if (cell === undefined) return NOT_APPLICABLE;
  return cell.value === null ? CONFIDENTIAL : formatCount(cell.value);
}

function notesOf({ table, sources, notes }: Release): string[] {
  const { threshold, roundTo } = table.policy;
  const possible = table.dimensions.reduce((product, { categories }) => product * categories.length, 1);
  const suppressed = `${formatCount(table.suppressed)} of ${formatCount(table.cells.length)} cells`;
  return [
    ...(table.suppressed === 0
      ? []
      : [
          `${CONFIDENTIAL} fewer than ${threshold}, or none: not shown, so that nobody can be picked out (${suppressed}).`,
        ]),
    ...(table.cells.length < possible ? [`${NOT_APPLICABLE} can't occur.`] : []),
    `Counts are rounded to the nearest ${roundTo}; there are no totals, for they would give away what is not shown.`,
    ...(sources.length === 0
      ? []
      : [
          `Sources: ${sources.map(({ agencyName, dataset, asAt }) => `${agencyName}, ${dataset} as at ${asAt}`).join('; ')}.`,
        ]),
    ...notes,
  ];
}
