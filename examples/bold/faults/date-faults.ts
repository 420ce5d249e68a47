import type { SeededRandom } from '../random.js';

/** How often the average agency writes each. */
export const DATE_FAULTS = {
  /** A date, but not the one; `WRONG_DATES` says in what. */
  wrong: 0.0234,
  /** 1 January of the right year, for want of more. */
  firstOfJanuary: 0.0045,
  /** The year, or year and month, alone. */
  partial: 0.004,
  missing: 0.008,
} as const;

/** Of wrong dates. */
export const WRONG_DATES = { swapped: 0.22, day: 0.34, month: 0.2, year: 0.24 } as const;

const SHARE_YEAR_ONLY = 0.7;
const MOST = 0.6;
const YEARS_OFF = [1, -1, 10, -10, 2, -2];

export interface DateFactors {
  readonly faults: number;
  readonly gaps: number;
}

/** A birth date as it is written down; factors are how much likelier than average it is wrong, or not there. */
export function writtenBirthDate(random: SeededRandom, date: string, factors: DateFactors): string | null {
  const happens = (rate: number, factor: number): boolean => random.chance(Math.min(rate * factor, MOST));
  const isMissing = happens(DATE_FAULTS.missing, factors.gaps);
  const isPartial = happens(DATE_FAULTS.partial, factors.gaps);
  const isFirst = happens(DATE_FAULTS.firstOfJanuary, factors.faults);
  const isWrong = happens(DATE_FAULTS.wrong, factors.faults);
  const yearOnly = random.chance(SHARE_YEAR_ONLY);
  const wrong = wrongDate(random, date);
  const written = isWrong ? wrong : isFirst ? `${date.slice(0, 4)}-01-01` : date;
  if (isMissing) return null;
  if (!isPartial) return written;
  return yearOnly ? `${written.slice(0, 4)}-00-00` : `${written.slice(0, 7)}-00`;
}

/** A day that exists and is another one. Day and month trade places only where both could be either. */
export function wrongDate(random: SeededRandom, date: string): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const inWhat = random.weighted(WRONG_DATES);
  const otherDay = digitWrong(random, day, 28);
  const otherMonth = digitWrong(random, month, 12);
  const otherYear = year + random.pick(YEARS_OFF);
  if (inWhat === 'swapped' && day <= 12 && day !== month) return written(year, day, month);
  if (inWhat === 'month') return written(year, otherMonth, Math.min(day, 28));
  if (inWhat === 'year') return written(otherYear, month, Math.min(day, 28));
  return written(year, month, otherDay);
}

/** Another number from 1 to `most`: one digit wrong, as far as there is room, or anything. */
function digitWrong(random: SeededRandom, number: number, most: number): number {
  const near = [number - 1, number + 1, number - 10, number + 10, number - 3, number + 3].filter(
    (other) => other >= 1 && other <= most,
  );
  const picked = random.pick(near);
  const any = 1 + random.below(most);
  const wild = random.chance(0.3) && any !== number;
  return wild ? any : picked;
}

function written(year: number, month: number, day: number): string {
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}
