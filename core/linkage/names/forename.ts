import { bounded } from '../normalise.js';
import type { Raw } from '../identifiers.js';
import { mayHaveInitials, wordsOf } from './letters.js';
import { initialOf, nameOf } from './name.js';
import type { Forename } from './name.js';
import { canonicalForename } from './nickname.js';
import { isNoName } from './placeholders.js';
import { isOneGivenName } from './syllables.js';
import { FORENAME_JOINERS, OPENING_NAMES, TITLES, VIETNAMESE_MIDDLES } from './words.js';

/**
 * The first forename, and after it what else the person may go by, if anything; empty where there is none. Further
 * forenames don't count: some sources keep them elsewhere. An initial is known by its letter alone.
 */
export function forenamesOf(raw: Raw): readonly Forename[] {
  const text = bounded(raw);
  const words = withoutTitles(wordsOf(text));
  if (words.length === 0 || isNoName(words.flatMap(partsOf), 'forename')) return [];
  const isName = (word: string): boolean => word.length > 1 || !mayHaveInitials(text);
  const { first, rest } = firstOf(words, isName);
  const parts = partsOf(first);
  const written = bounded(parts.join(''));
  if (written === '' || isNoName([written], 'forename')) return [];
  if (!isName(written)) return [{ ...initialOf(written), written: null }];
  const others: string[] = [];
  if (parts.length > 1) others.push(parts[0] ?? '');
  if (OPENING_NAMES.has(canonicalForename(written)))
    others.push(...rest.slice(0, 1).map((word) => partsOf(word).join('')));
  return [
    written,
    ...others.filter((each) => each !== written && each.length > 1 && !isNoName([each], 'forename')),
  ].map(forename);
}

function forename(written: string): Forename {
  return { ...nameOf(canonicalForename(written)), written };
}

function withoutTitles(words: readonly string[]): readonly string[] {
  let start = 0;
  while (start < words.length - 1 && TITLES.has(words[start] ?? '')) start += 1;
  if (start < words.length - 1 && VIETNAMESE_MIDDLES.has(words[start] ?? '')) start += 1;
  return start === 0 ? words : words.slice(start);
}

/** The first name of several words: those that are one name together, joined. */
function firstOf(
  words: readonly string[],
  isName: (word: string) => boolean,
): { first: string; rest: readonly string[] } {
  const [first = '', second, ...rest] = words;
  if (second === undefined || !isName(second)) return { first, rest: words.slice(1) };
  const isOne = FORENAME_JOINERS.has(first) || isOneGivenName(first, second);
  return isOne ? { first: partsOf(first + second).join(''), rest } : { first, rest: words.slice(1) };
}

/** Of a hyphenated word. */
function partsOf(word: string): readonly string[] {
  return word.split('-');
}
