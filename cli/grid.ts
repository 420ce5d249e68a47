import { padEnd, padStart, textWidth, wrapText } from './text.js';

/** Rows of numbers under headings, with what they are of at the side. */
export interface Grid {
  /** Stands over all the columns of numbers; empty where nothing does. */
  readonly title: string;
  /** Headings of the columns at the side. */
  readonly side: readonly string[];
  /** Headings of the columns of numbers. */
  readonly columns: readonly string[];
  readonly rows: readonly GridRow[];
}

export interface GridRow {
  /** One for each column at the side. */
  readonly side: readonly string[];
  /** One for each column of numbers, as text. */
  readonly numbers: readonly string[];
}

const MAX_SIDE = 36;
const MAX_HEADING = 16;
const GAP = '  ';

export function gridWidth(lines: readonly string[]): number {
  return Math.max(...lines.map(textWidth));
}

/** The lines of a grid. What stands at the side is said on the first row of its group only. */
export function gridLines({ title, side, columns, rows }: Grid): string[] {
  const sideHeadings = side.map((label) => wrapText(label, MAX_SIDE));
  const headings = columns.map((label) => wrapText(label, MAX_HEADING));
  const sideWidths = side.map((_, index) =>
    widest([...(sideHeadings[index] ?? []), ...rows.flatMap((row) => wrapText(row.side[index] ?? '', MAX_SIDE))]),
  );
  const widths = columns.map((_, index) =>
    widest([...(headings[index] ?? []), ...rows.map((row) => row.numbers[index] ?? '')]),
  );

  const line = (labels: readonly string[], numbers: readonly string[]): string =>
    [
      ...sideWidths.map((width, index) => padEnd(labels[index] ?? '', width)),
      ...widths.map((width, index) => padStart(numbers[index] ?? '', width)),
    ]
      .join(GAP)
      .trimEnd();
  const rowLines = ({ side: labels, numbers }: GridRow, previous: GridRow | undefined): string[] => {
    const changed = labels.findIndex((label, index) => label !== previous?.side[index]);
    const wrapped = labels.map((label, index) => (index < changed ? [] : wrapText(label, MAX_SIDE)));
    return stacked(wrapped, (index) =>
      line(
        wrapped.map((lines) => lines[index] ?? ''),
        index === 0 ? numbers : [],
      ),
    );
  };
  const sideTotal = sideWidths.reduce((sum, width) => sum + width + GAP.length, 0);
  const total = sideTotal + widths.reduce((sum, width) => sum + width + GAP.length, 0) - GAP.length;
  return [
    ...wrapText(title, Math.max(total - sideTotal, MAX_SIDE)).map((text) => `${' '.repeat(sideTotal)}${text}`),
    // Headings stand on their last line.
    ...stacked([...sideHeadings, ...headings], (index, height) => {
      const at = (lines: readonly string[]): string => lines[index - (height - lines.length)] ?? '';
      return line(sideHeadings.map(at), headings.map(at));
    }),
    '-'.repeat(total),
    ...rows.flatMap((row, index) => rowLines(row, rows[index - 1])),
  ];
}

function stacked(cells: readonly (readonly string[])[], lineAt: (index: number, height: number) => string): string[] {
  const height = Math.max(...cells.map(({ length }) => length), 1);
  return Array.from({ length: height }, (_, index) => lineAt(index, height));
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(textWidth));
}
