import type { Raw } from './identifiers.js';
import { bounded, isRealDay } from './normalise.js';

/** Years of birth that somebody alive may have. The years outside are how systems write "not known". */
export const FIRST_BIRTH_YEAR = 1901;
export const LAST_BIRTH_YEAR = 2099;

/** Days that systems and clerks write for "not known": the first of Unix time, the 11th of the 11th of '11. */
const SENTINELS: ReadonlySet<string> = new Set(['1970-01-01', '1911-11-11']);

/** A date of birth and what of it goes into match keys; null where that is not known. */
export interface BirthDate {
  /** A real day as `YYYY-MM-DD`, as the source states it. */
  readonly stated: string | null;
  /** As `stated`, but null for a 1 January: that is written for a year alone. So are all below but the year. */
  readonly date: string | null;
  /** The same for a date whose day and month have changed places. */
  readonly eitherOrder: string | null;
  readonly dayAndMonth: string | null;
  readonly yearAndMonth: string | null;
  readonly yearAndDay: string | null;
  readonly year: string;
}

/** Numbers as written, 0 where a part is missing. */
type Written = readonly [year: number, month: number, day: number];

/**
 * Reads `1987-06-05`, with a time after it or not, `19870605`, `5/6/1987` (day first), `5 Jun 1987`, `June 5, 1987`, and of
 * a part `1987`, `1987-06`, `06/1987`, `Jun 1987`. A month above 12 after a day up to 12 is taken for the day, since there
 * is no other way to read it. Years of two digits are refused: nobody can tell 1925 from 2025.
 *
 * Where a day can't be (31 February) one of its parts is wrong, so it stands only in keys that leave one out.
 */
export function birthDateOf(raw: Raw): BirthDate | null {
  const text = bounded(raw).trim();
  const written = text === '' ? null : read(text);
  if (written === null) return null;
  const [year, month, day] = inOrder(written);
  if (year < FIRST_BIRTH_YEAR || year > LAST_BIRTH_YEAR) return null;
  const [yyyy, mm, dd] = [String(year), twoDigits(month), twoDigits(day)];
  const hasMonth = month >= 1 && month <= 12;
  const hasDay = day >= 1 && day <= 31;
  const stated = hasMonth && hasDay && isRealDay(year, month, day) ? `${yyyy}-${mm}-${dd}` : null;
  if (stated !== null && SENTINELS.has(stated)) return null;
  if (month === 1 && day === 1) return { ...NOTHING, stated, year: yyyy };
  return {
    stated,
    date: stated,
    eitherOrder: stated === null ? null : mm < dd ? `${yyyy}-${mm}-${dd}` : `${yyyy}-${dd}-${mm}`,
    dayAndMonth: stated === null ? null : `${mm}-${dd}`,
    yearAndMonth: hasMonth ? `${yyyy}-${mm}` : null,
    yearAndDay: hasDay ? `${yyyy}--${dd}` : null,
    year: yyyy,
  };
}

/** What systems and clerks write for "not known": a year in which nobody alive was born, or one of the days above. */
export function isBirthDatePlaceholder(raw: Raw): boolean {
  const written = read(bounded(raw).trim());
  if (written === null) return false;
  const [year, month, day] = inOrder(written);
  return year < FIRST_BIRTH_YEAR || SENTINELS.has(`${year}-${twoDigits(month)}-${twoDigits(day)}`);
}

/** A date with a month and a day that no calendar has together, as in 31 February. Part of one is none. */
export function isImpossibleDay(raw: Raw): boolean {
  const written = read(bounded(raw).trim());
  if (written === null) return false;
  const [year, month, day] = inOrder(written);
  return month !== 0 && day !== 0 && !isRealDay(year, month, day);
}

const NOTHING = { date: null, eitherOrder: null, dayAndMonth: null, yearAndMonth: null, yearAndDay: null } as const;

const TIME = '(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?';
const YEAR_FIRST = new RegExp(`^([0-9]{4})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2})${TIME})?$`);
const DAY_FIRST = new RegExp(`^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})${TIME}$`);
const DIGITS = /^([0-9]{4})([0-9]{2})([0-9]{2})$/;
const DIGITS_DAY_FIRST = /^([0-9]{2})([0-9]{2})([0-9]{4})$/;
const MONTH_AND_YEAR = /^([0-9]{1,2})[-/. ]([0-9]{4})$/;
const YEAR_ALONE = /^([0-9]{4})$/;
const DAY_IN_WORDS = /^(?:([0-9]{1,2})(?:ST|ND|RD|TH)?[-/., ]*)?([A-Z]{3,9})[-/., ]*([0-9]{4})$/;
const MONTH_IN_WORDS = /^([A-Z]{3,9})[-/. ]*([0-9]{1,2})(?:ST|ND|RD|TH)?[, ]+([0-9]{4})$/;

function read(text: string): Written | null {
  // Nearly all of what there is.
  let match = YEAR_FIRST.exec(text);
  if (match !== null) return numbers(match[1], match[2], match[3]);
  if ((match = DAY_FIRST.exec(text)) !== null) return numbers(match[3], match[2], match[1]);
  if ((match = DIGITS.exec(text)) !== null) {
    // The middle of a day-first date is the century, which is no month.
    if (Number(match[2]) <= 12) return numbers(match[1], match[2], match[3]);
    const other = DIGITS_DAY_FIRST.exec(text);
    const year = Number(other?.[3]);
    const isDayFirst = year >= FIRST_BIRTH_YEAR && year <= LAST_BIRTH_YEAR;
    return isDayFirst ? numbers(other?.[3], other?.[2], other?.[1]) : numbers(match[1], match[2], match[3]);
  }
  if ((match = YEAR_ALONE.exec(text)) !== null) return numbers(match[1], undefined, undefined);
  if ((match = MONTH_AND_YEAR.exec(text)) !== null) return numbers(match[2], match[1], undefined);
  const words = text.toUpperCase();
  if ((match = DAY_IN_WORDS.exec(words)) !== null) return inWords(match[3], match[2], match[1]);
  if ((match = MONTH_IN_WORDS.exec(words)) !== null) return inWords(match[3], match[1], match[2]);
  return null;
}

const MONTHS = 'JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'.split(' ');

/** `SEPT` and `Sep` are September; what begins no month, or several, is no date. */
function inWords(year: string | undefined, word: string | undefined, day: string | undefined): Written | null {
  const months = MONTHS.flatMap((name, place) => (name.startsWith(word ?? name) ? [place + 1] : []));
  return months.length === 1 ? numbers(year, String(months[0]), day) : null;
}

function numbers(year: string | undefined, month: string | undefined, day: string | undefined): Written {
  return [Number(year), Number(month ?? 0), Number(day ?? 0)];
}

function inOrder([year, month, day]: Written): Written {
  return month > 12 && month <= 31 && day >= 1 && day <= 12 ? [year, day, month] : [year, month, day];
}

function twoDigits(part: number): string {
  return part < 10 ? `0${part}` : String(part);
}
