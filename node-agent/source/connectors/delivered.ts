import { NodeError } from '../../errors.js';
import { SOURCE_VALUE_MAX_BYTES } from '../source.js';
import type { SourceValue } from '../source.js';

/** What a server writes of a value, as `Source` wants it delivered. */
export type Delivery = (text: string) => SourceValue;

export const asText: Delivery = (text) => text;

/** A whole number: exact as a number, or exact as its digits. */
export const asInteger: Delivery = (text) => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
};

/** A decimal number has as many zeros at its end as its column has places; they say nothing. */
export const asDecimal: Delivery = (text) => {
  const digits = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const value = Number(digits);
  return Number.isInteger(value) ? asInteger(digits) : String(value) === digits ? value : digits;
};

export const asBinaryNumber: Delivery = (text) => {
  const value = Number(text);
  // PostgreSQL has NaN and infinities: no number of a field, and refused as the text that they are.
  return Number.isFinite(value) ? value : text;
};

/** A date with a time is a date where the time says nothing. */
export const asDateWithTime: Delivery = (text) => /^(.+) 00:00:00(\.0+)?$/.exec(text)?.[1] ?? text;

/** Blanks that fill a column of fixed length up are nobody's. */
export const asFixedText: Delivery = (text) => text.replace(/ +$/, '');

export interface DeliveredColumn {
  readonly name: string;
  readonly deliver: Delivery;
}

/**
 * Turns a row of texts into what `Source` promises.
 * Thrown when a value is longer than SOURCE_VALUE_MAX_BYTES: NodeError SOURCE_VALUE_TOO_LONG.
 */
export function deliverRow(
  columns: readonly DeliveredColumn[],
  texts: readonly (string | null)[],
  row: number,
): SourceValue[] {
  return columns.map(({ name, deliver }, index) => {
    const text = texts[index] ?? null;
    if (text === null) return null;
    if (isTooLong(text)) {
      throw new NodeError(
        'SOURCE_VALUE_TOO_LONG',
        `Row ${row} has more than ${SOURCE_VALUE_MAX_BYTES} bytes in column ${name}: map another column, or shorten it in a view.`,
      );
    }
    return deliver(text);
  });
}

/** Counting bytes costs; a text of a third of the characters can't have that many. */
export function isTooLong(text: string): boolean {
  return text.length * 3 > SOURCE_VALUE_MAX_BYTES && Buffer.byteLength(text) > SOURCE_VALUE_MAX_BYTES;
}
