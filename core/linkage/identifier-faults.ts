import { birthDateOf, isBirthDatePlaceholder, isImpossibleDay } from './dates.js';
import type { IdentifierName } from './identifiers.js';
import { wordsOf } from './names/letters.js';
import { isNoName, isPlaceholder } from './names/placeholders.js';
import { MAX_IDENTIFIER_LENGTH } from './normalise.js';
import { isPostcodePlaceholder } from './postcode.js';

/**
 * Why nothing can be made of what a source says:
 * - `placeholder`: it is how people write that they don't know;
 * - `too-long`: more than MAX_IDENTIFIER_LENGTH characters;
 * - `unusable`: it is not what it should be, as a postcode that is none or a number whose check digit is wrong.
 */
export type IdentifierFault = 'placeholder' | 'too-long' | 'unusable';

/** Of a value that isn't blank and that normalising has made nothing of. */
export function identifierFault(name: IdentifierName, text: string): IdentifierFault {
  if (text.length > MAX_IDENTIFIER_LENGTH) return 'too-long';
  return isNobodys(name, text) ? 'placeholder' : 'unusable';
}

/**
 * What is wrong with a date of birth, whether or not keys are made of it: `impossible-date` is a day of no calendar,
 * `future-date` one after the date of the data. Null where nothing is, or where it is no date at all.
 * @param asAt ISO date of the data
 */
export function birthDateFault(text: string, asAt: string): 'impossible-date' | 'future-date' | null {
  if (isImpossibleDay(text)) return 'impossible-date';
  const birth = birthDateOf(text);
  if (birth === null) return null;
  const born = birth.stated ?? birth.year;
  return born > asAt.slice(0, born.length) ? 'future-date' : null;
}

function isNobodys(name: IdentifierName, text: string): boolean {
  if (name === 'forename' || name === 'surname') return isNoName(namesIn(text), name);
  if (name === 'dateOfBirth' && isBirthDatePlaceholder(text)) return true;
  if (name === 'postcode') return isPostcodePlaceholder(text);
  return isPlaceholder(
    text
      .normalize('NFKC')
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, ''),
  );
}

function namesIn(text: string): readonly string[] {
  return wordsOf(text).flatMap((word) => word.split('-'));
}
