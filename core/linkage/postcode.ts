import type { Raw } from './identifiers.js';
import { isPlaceholder } from './names/placeholders.js';
import { bounded } from './normalise.js';

/** A postcode and what of it goes into match keys, without spaces. */
export interface Postcode {
  /** A few houses, as in `AB12CD`; null where only the outward part is known, or one code is a whole territory's. */
  readonly unit: string | null;
  /** The outward part, as in `AB1`. */
  readonly outward: string;
}

/** One code each for an overseas territory, and all of Gibraltar. */
const TERRITORY = /^(?:ASCN|BBND|BIQQ|FIQQ|PCRN|SIQQ|STHL|TDCU|TKCA)1ZZ$|^GX111AA$/;
/** Forces post offices as they are written on a letter; they have postcodes in BF too. */
const FORCES = /^BFPO([0-9]{1,4})$/;
/** A bank. */
const GIROBANK = 'GIR0AA';

/**
 * What stands for "no fixed abode", "abroad" and "not known": ZZ99 and XX99 in official statistics, cut short as ZZ9 where
 * a field has no room, and what clerks make up.
 * No postcode area is called AA, XX or ZZ.
 */
const SENTINEL = /^(?:ZZ|XX)9|^(?:AA11AA|XX11XX|ZZ11ZZ|NF11NF|A11AA|X11XX|Z11ZZ)$/;

/** Outward parts by form: A letter, 9 digit, B the letters that may stand last (BS 7666). */
const OUTWARD_FORMS = ['A9', 'A99', 'A9B', 'AA9', 'AA99', 'AA9C'];
const LETTERS: Readonly<Record<string, RegExp>> = {
  A: /[A-Z]/,
  9: /[0-9]/,
  B: /[ABCDEFGHJKPSTUW]/,
  C: /[ABEHMNPRVWXY]/,
};
/** Digit, then two letters without those that are misread. */
const INWARD = /^[0-9][ABD-HJLNP-UW-Z]{2}$/;
/** Nearly all there is. A district of two digits has no leading zero. */
const REGULAR =
  /^([A-Z]{1,2}(?:[0-9]|[1-9][0-9])|[A-Z][0-9][ABCDEFGHJKPSTUW]|[A-Z]{2}[0-9][ABEHMNPRVWXY])([0-9][ABD-HJLNP-UW-Z]{2})$/;

/** What stands where nobody knows a postcode, or there is none. */
export function isPostcodePlaceholder(raw: Raw): boolean {
  const text = bounded(raw)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
  return SENTINEL.test(text) || isPlaceholder(text);
}

/** A postcode of the United Kingdom, or the outward half of one. O and 0, I and 1 are told apart by where they stand. */
export function postcodeOf(raw: Raw): Postcode | null {
  const text = bounded(raw)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
  if (text.length < 2 || text.length > 8 || text === GIROBANK || SENTINEL.test(text)) return null;
  const forces = FORCES.exec(text);
  if (forces !== null) return { unit: text, outward: 'BFPO' };
  if (TERRITORY.test(text)) return { unit: null, outward: text.slice(0, -3) };
  const regular = REGULAR.exec(text);
  if (regular !== null) return checked(regular[1] ?? '', regular[2] ?? '');
  const inward = asDigit(text.charAt(text.length - 3)) + text.slice(-2);
  if (text.length >= 5 && INWARD.test(inward)) {
    const outward = repaired(text.slice(0, -3));
    if (outward !== null) return checked(outward, inward);
  }
  const alone = text.length <= 4 ? repaired(text) : null;
  return alone === null || SENTINEL.test(alone) ? null : { unit: null, outward: alone };
}

/** Looked at again, since a repair may have made it one. */
function checked(outward: string, inward: string): Postcode | null {
  const unit = outward + inward;
  return SENTINEL.test(unit) ? null : { unit, outward };
}

/** The one outward part that it is with the fewest letters taken for digits or digits for letters; null where there is none. */
function repaired(text: string): string | null {
  let best: string | null = null;
  let fewest = text.length + 1;
  for (const form of OUTWARD_FORMS) {
    if (form.length !== text.length) continue;
    const fitted = Array.from(text, (character, place) =>
      form[place] === '9' ? asDigit(character) : asLetter(character),
    );
    if (!fitted.every((character, place) => LETTERS[form[place] ?? '']?.test(character))) continue;
    const outward = fitted.join('');
    if (LEADING_ZERO.test(outward) || !isLikely(outward, text)) continue;
    const repairs = fitted.filter((character, place) => character !== text[place]).length;
    if (repairs < fewest) [best, fewest] = [outward, repairs];
  }
  return best ?? (LEADING_ZERO.test(text) && !text.endsWith('00') ? repaired(text.replace('0', '')) : null);
}

/** `M01` is M1. */
const LEADING_ZERO = /^[A-Z]{1,2}0[0-9]$/;

/** The areas that have an O or an I: nothing else is made of a digit. */
const AREAS_LIKE_DIGITS = /^(?:CO|PO|SO|OL|OX|IG|IM|IP|IV)[0-9]/;

function isLikely(outward: string, text: string): boolean {
  const area = /^[A-Z]*/.exec(outward)?.[0] ?? '';
  return text.startsWith(area) || AREAS_LIKE_DIGITS.test(outward);
}

function asDigit(character: string): string {
  return character === 'O' ? '0' : character === 'I' ? '1' : character;
}

function asLetter(character: string): string {
  return character === '0' ? 'O' : character === '1' ? 'I' : character;
}
