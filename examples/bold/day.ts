/** A day as a whole number of days since 1 January 1970: what dates are while they are added and compared. */
export type Day = number;

const MILLISECONDS_PER_DAY = 86_400_000;

export function dayOf(isoDate: string): Day {
  return Date.parse(`${isoDate}T00:00:00Z`) / MILLISECONDS_PER_DAY;
}

export function isoDate(day: Day): string {
  return new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10);
}

/** Completed years of age on a day. */
export function ageOn(dateOfBirth: string, day: Day): number {
  const today = isoDate(day);
  const years = Number(today.slice(0, 4)) - Number(dateOfBirth.slice(0, 4));
  return today.slice(5) < dateOfBirth.slice(5) ? years - 1 : years;
}
