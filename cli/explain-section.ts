import { wrapText } from './text.js';

/** Of an explanation in plain English. */
export interface TextSection {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

/** A section of an explanation as text, with an empty line after it. */
export function explainSection({ heading, paragraphs }: TextSection, columns: number): string {
  return [heading, ...paragraphs.flatMap((paragraph) => wrapText(paragraph, columns, '  ', '  ')), ''].join('\n');
}
