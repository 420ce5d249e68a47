import { bounded } from '../normalise.js';
import type { Raw } from '../identifiers.js';
import { mayHaveInitials, wordsOf } from './letters.js';
import { initialOf, nameOf } from './name.js';
import type { Surname } from './name.js';
import { isNoName } from './placeholders.js';
import { COMMUNITY_NAMES, JOINED_PARTICLES, OTHERWISE, PARTICLES, POST_NOMINALS, SURNAME_TITLES } from './words.js';

/**
 * The surname with all its words joined, and after it what else the person may go by: what follows "née", the last and
 * the first of its parts, it without its particles. Empty where there is none.
 */
export function surnamesOf(raw: Raw): readonly Surname[] {
  const text = bounded(raw);
  const korean = text.length <= LONGEST_SYLLABLE ? KOREAN.get(text.normalize('NFC').trim()) : undefined;
  if (korean !== undefined) return [nameOf(korean)];
  const words = withoutTitles(wordsOf(text).flatMap((word) => word.split('-')));
  if (words.length === 0 || isNoName(words, 'surname')) return [];
  if (words.length === 1) return whole(words, text);
  const { main, former } = splitFormer(words);
  const { family, community } = splitCommunity(main);
  const joined = surname(family);
  if (!isWhole(joined)) return whole(family, text);
  const others = [former, ...partsOf(family), community].map(surname).filter(isWhole);
  return [...new Set([joined, ...others])].map(nameOf);
}

/** Words that are one name, or an initial, or none after all. */
function whole(words: readonly string[], text: string): readonly Surname[] {
  const joined = surname(words);
  if (joined === '' || isNoName([joined], 'surname')) return [];
  return [joined.length === 1 && mayHaveInitials(text) ? initialOf(joined) : nameOf(joined)];
}

/** Neither an initial nor a placeholder: who is known as `Smith Unknown` is not known as Unknown. */
function isWhole(name: string): boolean {
  return name.length > 1 && !isNoName([name], 'surname');
}

/** Joined, and Mac written as Mc, which it is before a consonant and in these names before a vowel. */
function surname(words: readonly string[]): string {
  return bounded(words.join('')).replace(MAC, 'MC');
}
const MAC =
  /^MAC(?=[BCDFGJKLMNPQRSTVW][A-Z]{2}|A(?:DAM|LIST|LLIST|NDREW|RTHUR|SKILL|ULAY|ULEY)|E(?:ACH|LROY|WAN|WEN)|I(?:LROY|LWAIN|NN|NT|SAAC|VER|VOR))/;

function withoutTitles(words: readonly string[]): readonly string[] {
  let start = 0;
  let end = words.length;
  while (start < end - 1 && SURNAME_TITLES.has(words[start] ?? '')) start += 1;
  while (start < end - 1 && POST_NOMINALS.has(words[end - 1] ?? '')) end -= 1;
  return words.slice(start, end).map((word, place, all) => (word === 'SAINT' && place < all.length - 1 ? 'ST' : word));
}

function splitFormer(words: readonly string[]): { main: readonly string[]; former: readonly string[] } {
  const at = words.findIndex((word, place) => OTHERWISE.has(word) && place > 0 && place < words.length - 1);
  return at === -1 ? { main: words, former: [] } : { main: words.slice(0, at), former: words.slice(at + 1) };
}

function splitCommunity(words: readonly string[]): { family: readonly string[]; community: readonly string[] } {
  const community = words.filter((word) => COMMUNITY_NAMES.has(word));
  if (community.length === 0) return { family: words, community };
  const family = words.filter((word) => !COMMUNITY_NAMES.has(word));
  // An initial beside it is no surname to leave it out for.
  return family.join('').length < 2 ? { family: community, community: [] } : { family, community };
}

/** The last part of a surname, the first, and a single part without its particles. */
function partsOf(words: readonly string[]): readonly (readonly string[])[] {
  if (words.length === 1) return [];
  const parts: string[][] = [];
  let part: string[] = [];
  for (const word of words) {
    part.push(word);
    if (PARTICLES.has(word) || JOINED_PARTICLES.has(word)) continue;
    parts.push(part);
    part = [];
  }
  if (part.length > 0) parts.push(part);
  const [first = []] = parts;
  if (parts.length === 1)
    return first.some((word) => JOINED_PARTICLES.has(word)) ? [] : [first.filter((word) => !PARTICLES.has(word))];
  return [parts.at(-1) ?? [], first];
}

/** UTF-16 units of a Hangul syllable taken apart, and some room. */
const LONGEST_SYLLABLE = 8;

/** Surnames in Hangul as those who bear them write them, which is not how they are transliterated. */
const KOREAN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    김: 'KIM',
    이: 'LEE',
    박: 'PARK',
    최: 'CHOI',
    정: 'JUNG',
    강: 'KANG',
    조: 'CHO',
    윤: 'YOON',
    장: 'JANG',
    임: 'LIM',
    오: 'OH',
    한: 'HAN',
    신: 'SHIN',
    서: 'SEO',
    권: 'KWON',
    황: 'HWANG',
    안: 'AHN',
    송: 'SONG',
    유: 'YOO',
    홍: 'HONG',
    전: 'JEON',
    고: 'KO',
    문: 'MOON',
    손: 'SON',
    양: 'YANG',
    배: 'BAE',
    백: 'BAEK',
    허: 'HEO',
    노: 'NOH',
    우: 'WOO',
  }),
);
