/**
 * Brings what sources write into the one form in which equal things are equal strings. Every function returns null for
 * what is missing, is a placeholder or can't be what the column says it is: a wrong key links strangers, a missing key
 * only misses a link. All are idempotent. A change to any of them is a new version of every scheme.
 */
type Raw = string | null | undefined;

/** Characters. A longer value is a mistake in the mapping (a note, a whole record), not a name or a postcode. */
export const MAX_IDENTIFIER_LENGTH = 200;

/** Years of birth that somebody alive may have. The years outside are how systems write "not known". */
export const FIRST_BIRTH_YEAR = 1901;
export const LAST_BIRTH_YEAR = 2099;

/** What clerks and systems write where a name or a number should be, as it looks after normalising. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  '00',
  'ANONYMOUS',
  'NAMENOTKNOWN',
  'NFA',
  'NOFIXEDABODE',
  'NOTAPPLICABLE',
  'NOTAVAILABLE',
  'NOTDISCLOSED',
  'NOTGIVEN',
  'NOTKNOWN',
  'NOTPROVIDED',
  'NOTRECORDED',
  'NOTSTATED',
  'REDACTED',
  'REFUSED',
  'TBC',
  'UNK',
  'UNKNOWN',
  'UNNAMED',
  'WITHHELD',
  'XX',
]);

/** One character over and over (`XXX`, `0000`). Twice is left alone: Oo and Ee are surnames. */
const REPEATED = /^(.)\1{2,}$/u;

/**
 * Letters only, upper-case, without diacritics: `Zoë O’Brien-Smith` is `ZOEOBRIENSMITH`. Letters of other scripts
 * stay as they are.
 */
export function normaliseName(raw: Raw): string | null {
  return known(upperCase(raw).replace(/[^\p{Lu}\p{Ll}\p{Lo}]/gu, ''));
}

/** A real day of the calendar as `YYYY-MM-DD`, else null. */
export function normaliseDate(raw: Raw): string | null {
  const text = bounded(raw).trim();
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  // A day too many or too few falls into another month, and no date has a month that is none.
  return date.getUTCMonth() === month - 1 ? text : null;
}

/** Like `normaliseDate`, without the years that stand for "not known" (1900, 9999 …). */
export function normaliseBirthDate(raw: Raw): string | null {
  const date = normaliseDate(raw);
  if (date === null) return null;
  const year = Number(date.slice(0, 4));
  return year >= FIRST_BIRTH_YEAR && year <= LAST_BIRTH_YEAR ? date : null;
}

/**
 * Area and district (`A9`, `A99`, `AA9`, `AA99`, `A9A`, `AA9A`), then sector and unit, whose letters leave out those
 * that are misread (BS 7666). GIR 0AA is a bank, not an address.
 */
const POSTCODE = /^[A-Z]{1,2}[0-9](?:[0-9]|[A-Z])?[0-9][ABD-HJLNP-UW-Z]{2}$/;

/** What stands for "no fixed abode", "abroad" and "not known" in official statistics. */
const PSEUDO_POSTCODE = /^ZZ99/;

/** A full UK postcode without its space: `AB12CD`. Half a postcode is missing. */
export function normalisePostcode(raw: Raw): string | null {
  const text = upperCase(raw).replace(/\s/gu, '');
  return POSTCODE.test(text) && !PSEUDO_POSTCODE.test(text) ? text : null;
}

/** `M` or `F`. Other codes of a source are mapped to these, or to nothing, by the agency. */
export function normaliseSex(raw: Raw): string | null {
  const text = upperCase(raw).trim();
  return text === 'M' || text === 'F' ? text : null;
}

/** Unique reference number of a case: upper-case letters and digits only. */
export function normaliseUrn(raw: Raw): string | null {
  return known(upperCase(raw).replace(/[^A-Z0-9]/g, ''));
}

function bounded(raw: Raw): string {
  return raw === null || raw === undefined || raw.length > MAX_IDENTIFIER_LENGTH ? '' : raw;
}

/** Compatibility forms and accents taken apart, marks dropped before a few of them would become letters. */
function upperCase(raw: Raw): string {
  const text = bounded(raw);
  // Nearly all there is, and with nothing in it to take apart.
  if (ASCII.test(text)) return text.toUpperCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase();
}

const ASCII = /^[ -~]*$/;

/** Bounded again: taking letters apart may have made the text longer. */
function known(normalised: string): string | null {
  const text = bounded(normalised);
  return text === '' || PLACEHOLDERS.has(text) || REPEATED.test(text) ? null : text;
}
