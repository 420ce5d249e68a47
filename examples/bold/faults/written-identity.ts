import type { Sex } from '../people.js';

/** One person as one agency has written them down; null where it hasn't. */
export interface WrittenIdentity {
  readonly forename: string;
  readonly surname: string;
  /** Another surname that the agency knows them by. */
  readonly otherSurname: string | null;
  /** ISO date; `YYYY-00-00` where only the year is known, `YYYY-MM-00` where the day isn't. */
  readonly dateOfBirth: string | null;
  /** With its space; an outward code alone, or words, where that is all the agency has. */
  readonly postcode: string | null;
  /** Another postcode that the agency has for them. */
  readonly otherPostcode: string | null;
  readonly sex: Sex | null;
}
