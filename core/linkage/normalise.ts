import type { Raw } from './identifiers.js';
import { isPlaceholder } from './names/placeholders.js';

/**
 * Normalising brings what sources write into the one form in which equal things are equal strings. What is missing, is a
 * placeholder or can't be what the column says it is has no form: a wrong key links strangers, a missing key only misses
 * a link. What has been normalised normalises to itself, but for a name of one letter in another script, which in Latin is an
 * initial. A change to any of it is a new NORMALISER_VERSION.
 */

/** Characters. A longer value is a mistake in the mapping (a note, a whole record), not a name or a postcode. */
export const MAX_IDENTIFIER_LENGTH = 200;

/** '' for what is missing or too long. */
export function bounded(raw: Raw): string {
  return raw === null || raw === undefined || raw.length > MAX_IDENTIFIER_LENGTH ? '' : raw;
}

/** A real day of the calendar as `YYYY-MM-DD`, else null. */
export function normaliseDate(raw: Raw): string | null {
  const text = bounded(raw).trim();
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (match === null) return null;
  return isRealDay(Number(match[1]), Number(match[2]), Number(match[3])) ? text : null;
}

/** Of years from 0. */
export function isRealDay(year: number, month: number, day: number): boolean {
  // A day too many or too few falls into another month, and no date has a month that is none.
  return new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1;
}

/** What sources write for male and female: letters, words, and the numbers of ISO 5218. All else is missing. */
const SEXES: ReadonlyMap<string, 'M' | 'F'> = new Map([
  ...['M', 'MALE', 'MAN', 'BOY', '1', '01'].map((code) => [code, 'M'] as const),
  ...['F', 'FEMALE', 'WOMAN', 'GIRL', '2', '02'].map((code) => [code, 'F'] as const),
]);

/** `M` or `F`. Other codes of a source are mapped to these, or to nothing, by the agency. */
export function normaliseSex(raw: Raw): 'M' | 'F' | null {
  return SEXES.get(bounded(raw).trim().toUpperCase()) ?? null;
}

/** Unique reference number of a case: upper-case letters and digits only. */
export function normaliseUrn(raw: Raw): string | null {
  const text = bounded(
    bounded(raw)
      .normalize('NFKC')
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, ''),
  );
  return text === '' || isPlaceholder(text) ? null : text;
}
