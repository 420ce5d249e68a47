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

/** So many digits say every number of single precision. */
const SINGLE_DIGITS = 9;

/**
 * A number of single precision, given as one of double: the fewest digits that say it, as PostgreSQL writes it: 1.1, and
 * not 1.10000002.
 */
export const asSingleNumber: Delivery = (text) => {
  const exact = Number(text);
  for (let digits = 6; digits < SINGLE_DIGITS; digits += 1) {
    const short = Number(exact.toPrecision(digits));
    if (Math.fround(short) === Math.fround(exact)) return short;
  }
  return Number(exact.toPrecision(SINGLE_DIGITS));
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
 * Turns a row of texts, selected by a boundedList, into what `Source` promises.
 * Thrown when a value is longer than SOURCE_VALUE_MAX_BYTES: NodeError SOURCE_VALUE_TOO_LONG.
 */
export function deliverRow(
  columns: readonly DeliveredColumn[],
  texts: readonly (string | null)[],
  row: number,
): SourceValue[] {
  const leftOut = texts[columns.length] ?? null;
  if (leftOut !== null) throw valueTooLongError(row, columns[Number(leftOut)]?.name ?? '');
  return columns.map(({ name, deliver }, index) => {
    const text = texts[index] ?? null;
    if (text === null) return null;
    // A database may count the bytes of another encoding.
    if (isTooLong(text)) throw valueTooLongError(row, name);
    return deliver(text);
  });
}

/** `row` is counted from 1. */
export function valueTooLongError(row: number, column: string): NodeError {
  return new NodeError(
    'SOURCE_VALUE_TOO_LONG',
    `Row ${row} has more than ${SOURCE_VALUE_MAX_BYTES} bytes in column ${column}: map another column, or shorten it in a view.`,
  );
}

/** Counting bytes costs; a text of a third of the characters can't have that many. */
export function isTooLong(text: string): boolean {
  return text.length * 3 > SOURCE_VALUE_MAX_BYTES && Buffer.byteLength(text) > SOURCE_VALUE_MAX_BYTES;
}
