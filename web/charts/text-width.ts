/**
 * How wide text is in Arial, and in Liberation Sans, whose widths are the same: no font is asked, so that a chart is the
 * same on every computer. Thousandths of the font's size, from the font's own table of advance widths.
 */
const WIDTHS: ReadonlyMap<string, number> = new Map(
  (
    [
      [191, "'"],
      [222, 'ijl‘’'],
      [260, '|'],
      [278, ' \u00a0!,./:;I[\\]ft'],
      [333, '()-`r“”'],
      [334, '{}'],
      [355, '"'],
      [389, '*'],
      [469, '^'],
      [500, 'Jcksvxyz'],
      [556, '#$0123456789?L_abdeghnopqu–'],
      [584, '+<=>~'],
      [611, 'FTZ'],
      [667, '&ABEKPSVXY'],
      [722, 'CDHNRUw'],
      [778, 'GOQ'],
      [833, 'Mm'],
      [889, '%'],
      [944, 'W'],
      [1015, '@'],
    ] as const
  ).flatMap(([width, characters]) => Array.from(characters, (character) => [character, width] as const)),
);
/** Of a character that isn't in the table: as wide as the widest of them, for a line must not run over. */
const UNKNOWN = 1000;
const THOUSAND = 1000;

export function textWidth(text: string, size: number): number {
  return (Array.from(text).reduce((sum, character) => sum + (WIDTHS.get(character) ?? UNKNOWN), 0) * size) / THOUSAND;
}

/** Lines that are no wider, broken at spaces that may be broken at; a word that is wider is broken where it must be. At least one line. */
export function wrapToWidth(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/[ \n\t]+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer, size) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = broken(word, width, size);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

function broken(word: string, width: number, size: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && textWidth(piece + character, size) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
