import { withoutControls } from '../../core/base/index.js';

/** Text, a number, or nothing. */
export type CsvField = string | number | null;

const LINE_END = '\r\n';

/**
 * Comma-separated values as RFC 4180 has them: the first row is the header, lines end with CRLF, and a field with a comma
 * or a quotation mark in it stands in quotation marks, its own doubled. UTF-8 without a byte order mark once encoded.
 *
 * Text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV Injection); numbers, which may
 * begin with a minus, stay as they are. Line ends and control characters in text become spaces or nothing.
 */
export function writeCsv(rows: readonly (readonly CsvField[])[]): string {
  return rows.map((row) => `${row.map(fieldText).join(',')}${LINE_END}`).join('');
}

/** A field as whoever reads the file finds it, quotation apart: a number, text, or nothing. */
export function writtenField(field: CsvField): CsvField {
  if (typeof field !== 'string') return field;
  const text = withoutControls(field.replace(/[\r\n\t]+/g, ' '));
  if (text === '') return null;
  return /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
}

function fieldText(field: CsvField): string {
  const written = writtenField(field);
  if (typeof written !== 'string') return written === null ? '' : String(written);
  return /[",]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written;
}
