import { NAMES } from './names.js';
import type { NameList } from './names.js';
import type { SeededRandom } from './random.js';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Parts of English place names, which many rare surnames are. */
const STARTS = words(`
    Ald Alder Ash Beck Birch Black Bram Brank Bur Clay Copp Cran Cul Dar Dun Eas Elm Fair Farn Gar Grim Had Hal Ham Har
    Hasel Hawk Hazel Hether Hol Hor Hux Kil Kirk Lang Lin Lock Mar Mel Mid New Nor Oak Old Oxen Pem Pen Rad Raven Red
    Rush Sal Sand Shel Sher Stan Stock Sut Thorn Til Wake Wal Wen Wet Whit Win Wool Wych`);
const ENDS = words(`
    bank borne bourne bridge brook burn bury by cliffe combe cote croft dale den field ford gate grave ham hurst land
    leigh ley low man mere more ridge shaw stead stone ton wall ward well wick wood worth`);
/** Of people who draw a surname from the first list: those whose surname is one of the rare ones. */
const SHARE_RARE_SURNAME = 0.4;

/** The larger, the less the first of a list stand out. */
const FLATTENING = 12;
const SUMS = new Map<number, Float64Array>();

/**
 * One of a list, as likely as its place says: the first of a hundred is picked four times in a hundred, as the commonest
 * names of one generation are, and the last hardly ever.
 */
export function pickName(random: SeededRandom, names: readonly string[]): string {
  const sums = cumulative(names.length);
  const drawn = random.unit() * (sums.at(-1) ?? 0);
  let low = 0;
  for (let high = sums.length - 1; low < high;) {
    const middle = (low + high) >> 1;
    if (drawn < (sums[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  const picked = names[low];
  if (picked === undefined) throw new RangeError('nothing to pick from');
  return picked;
}

/** A surname of a list; always the same number of draws. */
export function pickSurname(random: SeededRandom, { surnames }: NameList): string {
  const rare = random.chance(SHARE_RARE_SURNAME);
  const known = pickName(random, surnames);
  const made = random.pick(STARTS) + random.pick(ENDS);
  return rare && surnames === NAMES.white.surnames ? made : known;
}

/** Running sums of 1 / (place + FLATTENING), for lists of one length. */
function cumulative(length: number): Float64Array {
  const known = SUMS.get(length);
  if (known !== undefined) return known;
  const sums = new Float64Array(length);
  let sum = 0;
  for (let place = 0; place < length; place += 1) {
    sum += 1 / (place + FLATTENING);
    sums[place] = sum;
  }
  SUMS.set(length, sums);
  return sums;
}
