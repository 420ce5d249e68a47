/** Text laid out in columns of a terminal. */

const segmenter = new Intl.Segmenter('en-GB', { granularity: 'grapheme' });

/** As a reader counts them. */
export function characters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

export function textWidth(text: string): number {
  return characters(text).length;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text;
}

/**
 * Lines of at most `width`, broken at spaces; a word that is longer is broken where it must be. The first line begins
 * with `first`, the others with `rest`.
 */
export function wrapText(text: string, width: number, rest = '', first = ''): string[] {
  const room = Math.max(1, width - Math.max(first.length, rest.length));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    let left = word;
    if (line !== '' && textWidth(line) + 1 + textWidth(left) <= room) {
      line = `${line} ${left}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (textWidth(left) > room) {
      lines.push(characters(left).slice(0, room).join(''));
      left = characters(left).slice(room).join('');
    }
    line = left;
  }
  if (line !== '') lines.push(line);
  return lines.map((each, index) => `${index === 0 ? first : rest}${each}`);
}

/** Rows of text in columns that fit the widest of each. */
export function columnsOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => textWidth(row[column] ?? ''))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => padEnd(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
