import { expect } from 'vitest';

/** RFC 4180, section 2, the other way round, a character at a time. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"') {
      expect(field).toBe('');
      quoted = true;
    } else if (character === ',') {
      row.push(field);
      field = '';
    } else if (character === '\r') {
      expect(text[at + 1]).toBe('\n');
      at += 1;
      rows.push([...row, field]);
      row = [];
      field = '';
    } else {
      expect(character).not.toBe('\n');
      field += character;
    }
  }
  expect([quoted, row, field]).toEqual([false, [], '']);
  return rows;
}
