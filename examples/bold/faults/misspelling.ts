import type { SeededRandom } from '../random.js';

/** How a name comes to be misspelt, and how often each way among all. */
export const MISSPELLINGS = {
  substituted: 0.12,
  neighbour: 0.14,
  dropped: 0.2,
  inserted: 0.07,
  swapped: 0.12,
  doubled: 0.1,
  heard: 0.25,
} as const;
export type Misspelling = keyof typeof MISSPELLINGS;

/** People seldom get the first letter wrong. */
const SHARE_FIRST_LETTER = 0.04;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
const KEYBOARD = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** What sounds alike, or nearly: either is written for the other. */
const SOUNDS_LIKE: readonly (readonly [string, string])[] = [
  ['ph', 'f'],
  ['ck', 'k'],
  ['c', 'k'],
  ['ie', 'ei'],
  ['ey', 'y'],
  ['ie', 'y'],
  ['ai', 'ay'],
  ['ee', 'ea'],
  ['oo', 'u'],
  ['th', 't'],
  ['gh', 'g'],
  ['sh', 'ch'],
  ['s', 'z'],
  ['ou', 'ow'],
  ['en', 'on'],
  ['er', 'ar'],
  ['an', 'en'],
  ['e', 'a'],
  ['i', 'y'],
  ['o', 'u'],
  ['j', 'g'],
  ['v', 'w'],
  ['ks', 'x'],
  ['m', 'n'],
  ['d', 't'],
];

/** The name with one mistake in it, which is never only in its capitals. Names of one letter stay as they are. */
export function misspelt(random: SeededRandom, name: string): string {
  return misspeltAs(random, random.weighted(MISSPELLINGS), name);
}

/** The name with this mistake, or with a letter doubled where the name has no room for it. */
export function misspeltAs(random: SeededRandom, way: Misspelling, name: string): string {
  if (name.length < 2) return name;
  const wrong = capitalised(WAYS[way](random, name.toLowerCase(), placeIn(random, name)), name);
  return wrong.toLowerCase() === name.toLowerCase() ? capitalised(doubled(name.toLowerCase(), 1), name) : wrong;
}

type Way = (random: SeededRandom, name: string, place: number) => string;

const WAYS: Readonly<Record<Misspelling, Way>> = {
  substituted: (random, name, place) => replaced(name, place, 1, random.pick(Array.from(ALPHABET))),
  neighbour: (random, name, place) => replaced(name, place, 1, neighbourOf(random, name.charAt(place))),
  dropped: (_, name, place) => (name.length < 3 ? name : replaced(name, place, 1, '')),
  inserted: (random, name, place) => replaced(name, place, 0, random.pick(Array.from(ALPHABET))),
  swapped: (_, name, place) => {
    const first = Math.min(place, name.length - 2);
    return replaced(name, first, 2, name.charAt(first + 1) + name.charAt(first));
  },
  doubled: (_, name, place) => {
    const twin = Array.from(name).findIndex((letter, index) => index > 0 && letter === name.charAt(index - 1));
    return twin === -1 ? doubled(name, place) : replaced(name, twin, 1, '');
  },
  heard: (random, name) => {
    const ways = SOUNDS_LIKE.flatMap(([one, other]) => [
      { place: name.indexOf(one, 1), said: one, written: other },
      { place: name.indexOf(other, 1), said: other, written: one },
    ]).filter(({ place }) => place !== -1);
    if (ways.length === 0) return name;
    const { place, said, written } = random.pick(ways);
    return replaced(name, place, said.length, written);
  },
};

function placeIn(random: SeededRandom, name: string): number {
  const first = random.chance(SHARE_FIRST_LETTER) && /^\p{L}{2}/u.test(name);
  const later = 1 + random.below(name.length - 1);
  return first ? 0 : later;
}

function neighbourOf(random: SeededRandom, letter: string): string {
  const row = KEYBOARD.find((keys) => keys.includes(letter)) ?? '';
  const key = row.indexOf(letter);
  const near = [row.charAt(key - 1), row.charAt(key + 1)].filter((other) => other !== '');
  return key === -1 || near.length === 0 ? random.pick(Array.from(ALPHABET)) : random.pick(near);
}

function doubled(name: string, place: number): string {
  return replaced(name, place, 0, name.charAt(place));
}

function replaced(name: string, place: number, length: number, by: string): string {
  return name.slice(0, place) + by + name.slice(place + length);
}

/** With a capital at the start of each part, as in `model`, where the model has any small letter. */
function capitalised(name: string, model: string): string {
  if (model === model.toUpperCase()) return name.toUpperCase();
  return name.replace(/(^|[ '’-])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}
