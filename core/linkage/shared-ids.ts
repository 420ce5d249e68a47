import type { Raw } from './identifiers.js';
import { bounded } from './normalise.js';

/**
 * Numbers that agencies share, each only where its check holds: one digit mistyped is another person's number in as many
 * cases as there are people. Numbers of one digit over and over pass some checks and are nobody's.
 */
const REPEATED_DIGIT = /^([0-9])\1*$/;

/** Ten digits, of which the last is 11 less the weighted sum of the others modulo 11. */
export function nhsNumberOf(raw: Raw): string | null {
  const text = compact(raw).replace(/^NHS/, '');
  if (!/^[0-9]{10}$/.test(text) || REPEATED_DIGIT.test(text)) return null;
  let sum = 0;
  for (let place = 0; place < 9; place += 1) sum += Number(text.charAt(place)) * (10 - place);
  const check = (11 - (sum % 11)) % 11;
  return check === Number(text.charAt(9)) ? text : null;
}

/** What PNC and CRO numbers end in, by their digits modulo 23: without the letters that are misread. */
const CHECK_LETTERS = 'ZABCDEFGHJKLMNPQRTUVWXY';

/** The century of a PNC number with a year of two digits: whoever was first arrested before 1940 is not asked about. */
const FIRST_YEAR_WITHOUT_CENTURY = 40;

/** `2003/0062845E` or `03/62845E`, as `20030062845E`. */
export function pncOf(raw: Raw): string | null {
  const match = /^((?:19|20)?[0-9]{2})\/([0-9]{1,7})([A-Z])$/.exec(slashed(raw, 'PNC')) ?? unslashedPnc(raw);
  if (match === null) return null;
  const [, year = '', serial = '', letter = ''] = match;
  const digits = serial.padStart(7, '0');
  const twoDigits = year.slice(-2);
  if (Number(digits) === 0 || !isCheckLetter(letter, twoDigits + digits)) return null;
  return `${year.length === 4 ? year : centuryOf(twoDigits) + twoDigits}${digits}${letter}`;
}

/** Without its slash: four digits of year and seven of number, or two and what there is, as MoJ's systems read it. */
function unslashedPnc(raw: Raw): RegExpExecArray | null {
  const text = compact(raw).replace(/^PNC/, '');
  return /^((?:19|20)[0-9]{2})([0-9]{7})([A-Z])$/.exec(text) ?? /^([0-9]{2})([0-9]{1,7})([A-Z])$/.exec(text);
}

function centuryOf(twoDigits: string): string {
  return Number(twoDigits) < FIRST_YEAR_WITHOUT_CENTURY ? '20' : '19';
}

/** `265416/21G` as `265416/21G`, with leading zeros; `SF05/482703J`, of files held on paper, stays apart. */
export function croOf(raw: Raw): string | null {
  const text = slashed(raw, 'CRO');
  const file = /^SF([0-9]{2})\/([0-9]{1,6})([A-Z])$/.exec(text);
  if (file !== null) {
    const [, year = '', serial = '', letter = ''] = file;
    const digits = serial.replace(/^0+/, '');
    return digits !== '' && isCheckLetter(letter, year + serial) ? `SF${year}/${serial}${letter}` : null;
  }
  const match = /^([0-9]{1,6})\/((?:19|20)?[0-9]{2})([A-Z])$/.exec(text);
  if (match === null) return null;
  const [, serial = '', year = '', letter = ''] = match;
  const digits = serial.padStart(6, '0');
  const twoDigits = year.slice(-2);
  return Number(digits) > 0 && isCheckLetter(letter, twoDigits + digits) ? `${digits}/${twoDigits}${letter}` : null;
}

function isCheckLetter(letter: string, digits: string): boolean {
  return CHECK_LETTERS.charAt(Number(digits) % CHECK_LETTERS.length) === letter;
}

function compact(raw: Raw): string {
  return bounded(raw)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
}

function slashed(raw: Raw, prefix: string): string {
  const text = bounded(raw)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9/]/g, '');
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}
