/** A table for people: the same on a terminal and in a page. */
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  /** As many cells in each row as there are columns. */
  readonly rows: readonly (readonly string[])[];
  /** What a reader has to know to read it right. */
  readonly notes: readonly string[];
}

export interface Column {
  readonly heading: string;
  readonly align: 'left' | 'right';
}

const GAP = '  ';

/** Where there is nothing to say. */
export const NOTHING = '–';

export function left(...headings: readonly string[]): Column[] {
  return headings.map((heading) => ({ heading, align: 'left' }));
}

export function right(...headings: readonly string[]): Column[] {
  return headings.map((heading) => ({ heading, align: 'right' }));
}

/** The table as text for a terminal. */
export function tableAsText({ title, columns, rows, notes }: Table): string {
  const lines = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  const texts = lines.map((line) =>
    columns
      .map(({ align }, index) => {
        const [cell, width] = [line[index] ?? '', widths[index] ?? 0];
        return align === 'left' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join(GAP)
      .trimEnd(),
  );
  const rule = '-'.repeat(Math.max(...texts.map(({ length }) => length)));
  return [title, '', texts[0] ?? '', rule, ...texts.slice(1), ...notes.map((note) => `  ${note}`)].join('\n');
}

/** The table in Markdown, without its title: the page has headings of its own. */
export function tableAsMarkdown({ columns, rows, notes }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${columns.map((_, index) => escaped(cells[index] ?? '')).join(' | ')} |`;
  return [
    line(columns.map(({ heading }) => heading)),
    `| ${columns.map(({ align }) => (align === 'left' ? '---' : '---:')).join(' | ')} |`,
    ...rows.map(line),
    ...notes.flatMap((note) => ['', note]),
  ].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}

/** 1234.5 as 1,234.5 */
export function number(value: number, decimals = 0): string {
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** 0.256 as 26 % */
export function percent(share: number): string {
  return `${number(share * 100)} %`;
}

/** In MiB. */
export function mebibytes(bytes: number): string {
  return number(bytes / 2 ** 20);
}
