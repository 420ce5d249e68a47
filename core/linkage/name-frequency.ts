import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import type { Holders } from './holders.js';
import type { KeyLists } from './record-keys.js';
import { BIRTH_DATE, BIRTH_DATE_NEARLY, BIRTH_YEAR, BOTH_NAMES, confirmedBy, PLACE } from './self-link-rules.js';
import { HEAVY_STEP_ITEMS } from './step-items.js';

/** Days on which people of one name and birth year may have been born. */
const BIRTH_DAYS = 365;
/** Names are told apart by how many birth dates there are of one in a year: 1, 2, 3–4, 5–8, … each a stratum. */
export const STRATA = 8;
/** Dates of one name and year beyond which it doesn't matter how many. */
const DATES_MAX = 2 ** (STRATA - 1);

export interface NameFrequency {
  /** Of records at these places in the lists, by the names they have: 0..STRATA-1, the commonest; null without name or year. */
  readonly stratum: (a: number, b: number) => number | null;
  /** By stratum: how many pairs of strangers are to be expected that have name and birth date in common. */
  readonly expected: Float64Array;
}

/**
 * How common names are, from keys alone: a key of name and birth year is held by people of one name, and their keys of
 * name and birth date say how many different dates there are among them. Where people of one name and year were born on
 * different days of it by chance, others were born on the same: of m people m(m-1)/2 · 1/365 pairs.
 */
export function* nameFrequency(lists: KeyLists, holders: Holders, names: readonly string[]): Steps<NameFrequency> {
  const [byYear, byDate] = [keysWith(names, false), keysWith(names, true)];
  const datesOf = new Uint8Array(lists.largestShared + 1);
  const groups = new Float64Array(DATES_MAX + 2);
  const dates = new Set<number>();
  yield* inSteps(
    lists.items,
    (item) => {
      for (let at = lists.start(item); at < lists.end(item); at += 1) {
        const value = lists.value(at);
        // A name that one record has is no pair's; of others, at the first of a value's holders, for all.
        if (byYear[lists.key(at)] === 0 || value > lists.largestShared) continue;
        if (holders.items[holders.starts[value] ?? 0] !== item) continue;
        dates.clear();
        let births = 0;
        for (let place = holders.starts[value] ?? 0; place < (holders.starts[value + 1] ?? 0); place += 1) {
          if (hasNewDate(lists, holders.items[place] ?? 0, byDate, dates)) births += 1;
          if (births > DATES_MAX) break;
        }
        datesOf[value] = Math.min(births, DATES_MAX);
        groups[births] = (groups[births] ?? 0) + 1;
      }
    },
    HEAVY_STEP_ITEMS * 4,
  );
  const expected = new Float64Array(STRATA);
  // Two strangers of one date are among people who have one date less than there are people.
  for (let many = 2; many < groups.length; many += 1) {
    const stratum = stratumOf(many - 1);
    expected[stratum] = (expected[stratum] ?? 0) + ((groups[many] ?? 0) * many * (many - 1)) / 2 / BIRTH_DAYS;
  }
  const most = (item: number): number => {
    let most = 0;
    for (let at = lists.start(item); at < lists.end(item); at += 1) {
      if (byYear[lists.key(at)] !== 1) continue;
      const value = lists.value(at);
      dates.clear();
      // Of a name that only this record has, the record's own date is all there is.
      const births =
        value > lists.largestShared ? Number(hasNewDate(lists, item, byDate, dates)) : (datesOf[value] ?? 0);
      most = Math.max(most, births);
    }
    return most;
  };
  return {
    stratum: (a, b) => {
      const dates = Math.max(most(a), most(b));
      return dates === 0 ? null : stratumOf(dates);
    },
    expected,
  };
}

function stratumOf(dates: number): number {
  return Math.min(STRATA - 1, Math.ceil(Math.log2(dates)));
}

/** 1 at the places of keys of both names and the birth year, or the birth date, and nothing else. */
function keysWith(names: readonly string[], wholeDate: boolean): Uint8Array {
  return Uint8Array.from(names, (name) => {
    const confirmed = confirmedBy(name);
    if ((confirmed & BOTH_NAMES) === 0 || (confirmed & PLACE) !== 0) return 0;
    if (wholeDate) return (confirmed & BIRTH_DATE) === 0 ? 0 : 1;
    return (confirmed & BIRTH_YEAR) !== 0 && (confirmed & BIRTH_DATE_NEARLY) === 0 ? 1 : 0;
  });
}

/** Whether an item has dates, and none of those seen before. People of two names have two keys of one date. */
function hasNewDate(lists: KeyLists, item: number, byDate: Uint8Array, dates: Set<number>): boolean {
  const before = dates.size;
  let known = false;
  for (let at = lists.start(item); at < lists.end(item); at += 1) {
    if (byDate[lists.key(at)] !== 1) continue;
    known ||= dates.has(lists.value(at));
    dates.add(lists.value(at));
  }
  return dates.size > before && !known;
}
