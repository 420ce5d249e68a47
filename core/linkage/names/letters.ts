import anyAscii from 'any-ascii';

const ASCII = /^[ -~]*$/;

/** What stands for an apostrophe, which joins: NFKC would make a space and an accent of some. */
const APOSTROPHES = /[\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02be\u02bf\u00b4\u2032\uff07]/g;

/** Everything that is neither letter, part of a letter, digit nor ASCII: symbols have names, which are not people's. */
const OTHERS = /[^\p{L}\p{M}\p{Nd} -~]/gu;

/**
 * Arabic letters whose sound the transliteration drops, though they tell names apart (Hasan, Hassan; Omar would be MR):
 * the long vowel a, ayn, and the ending that is said a.
 */
const ARABIC: ReadonlyMap<string, string> = new Map([
  ['\u0622', 'a'],
  ['\u0623', 'a'],
  ['\u0625', 'i'],
  ['\u0627', 'a'],
  ['\u0629', 'a'],
  ['\u0639', 'a'],
  ['\u0649', 'a'],
  ['\u0671', 'a'],
]);
const ARABIC_LETTERS = new RegExp(`[${[...ARABIC.keys()].join('')}]`, 'g');

/** Upper-case ASCII of any script: what has accents loses them, what is not Latin is transliterated. */
export function inLatin(text: string): string {
  if (ASCII.test(text)) return text.toUpperCase();
  const plain = text
    .replace(APOSTROPHES, "'")
    .normalize('NFKC')
    .replace(ARABIC_LETTERS, (letter) => ARABIC.get(letter) ?? letter)
    .replace(OTHERS, ' ');
  return anyAscii(plain).toUpperCase();
}

/** Whether single letters may be initials: a name in another script may be one letter long, or become so. */
export function mayHaveInitials(raw: string): boolean {
  return ASCII.test(raw) || /\p{Script=Latin}/u.test(raw);
}

/** But for an earlier name, which is one to know. */
const BRACKETED = /\((?!\s*(?:NEE|AKA|ALIAS|FORMERLY)\b)[^()]*\)|\[[^[\]]*\]/g;

/**
 * The words of a name as upper-case letters A to Z. Apostrophes join, what is in brackets goes unless it is all there is.
 * A hyphen stays inside its word.
 */
export function wordsOf(raw: string): readonly string[] {
  if (/^[A-Za-z]+$/.test(raw)) return [raw.toUpperCase()];
  const latin = inLatin(raw).replace(/['`]/g, '');
  const outside = latin.replace(BRACKETED, ' ');
  return (/[A-Z]/.test(outside) ? outside : latin)
    .split(/[^A-Z0-9-]+/)
    .map(withoutDigits)
    .filter((word) => word !== '');
}

/** A zero among letters is an O that was misread; other digits, and ordinals (3rd), are no part of a name. */
function withoutDigits(word: string): string {
  if (/^[0-9]+(?:ST|ND|RD|TH)?$/.test(word)) return '';
  const letters = word.replace(/0/g, 'O').replace(/[0-9]/g, '');
  return letters.replace(/^-+|-+$|-+(?=-)/g, '');
}
