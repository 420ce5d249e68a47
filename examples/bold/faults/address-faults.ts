import { postcodeOf } from '../people.js';
import type { SeededRandom } from '../random.js';
import type { AgencyTraits } from './level.js';
import type { Persona } from './persona.js';

/** How often the average agency writes each. */
export const ADDRESS_FAULTS = {
  /** Of those who have lived elsewhere: another of their addresses stands first. */
  otherAddress: 0.23,
  mistyped: 0.012,
  /** The outward code alone. */
  outwardOnly: 0.008,
  noFixedAbode: 0.004,
  missing: 0.02,
} as const;

/** Of those: where they stayed for a while, which no other agency hears of. */
const SHARE_PASSING = 0.3;
/** Of a share of moved people's records no more than this is an old address, however bad the agency. */
const MOST = 0.6;
const LETTERS = 'ABDEFGHJLNPQRSTUWXYZ';
const NO_FIXED_ABODE = ['NFA', 'ZZ99 3VZ', 'No fixed abode'];

export interface WrittenPostcodes {
  readonly postcode: string | null;
  readonly otherPostcode: string | null;
}

/** Where somebody lives as it is written down; factors are how much likelier than average it is wrong, or not there. */
export function writtenPostcodes(
  random: SeededRandom,
  { person, otherPostcodes }: Persona,
  { knowsOther }: AgencyTraits,
  factors: { readonly moves: number; readonly faults: number; readonly gaps: number },
): WrittenPostcodes {
  const happens = (rate: number, factor: number): boolean => random.chance(Math.min(rate * factor, MOST));
  const isElsewhere = happens(ADDRESS_FAULTS.otherAddress, factors.moves);
  const former = otherPostcodes[random.below(otherPostcodes.length)];
  const isPassing = random.chance(SHARE_PASSING);
  const stay = postcodeOf(random);
  const isMistyped = happens(ADDRESS_FAULTS.mistyped, factors.faults);
  const isMissing = happens(ADDRESS_FAULTS.missing, factors.gaps);
  const isOutward = happens(ADDRESS_FAULTS.outwardOnly, factors.gaps);
  const isNowhere = happens(ADDRESS_FAULTS.noFixedAbode, factors.gaps);
  const nowhere = random.pick(NO_FIXED_ABODE);
  const knows = random.chance(knowsOther.postcode) && factors.moves > 0;

  const address = isElsewhere && former !== undefined ? (isPassing ? stay : former) : person.postcode;
  const typed = mistyped(random, address);
  const other = [person.postcode, ...otherPostcodes].find((known) => known !== address) ?? null;
  const written = isNowhere ? nowhere : isOutward ? (address.split(' ')[0] ?? null) : isMistyped ? typed : address;
  return { postcode: isMissing ? null : written, otherPostcode: knows ? other : null };
}

/** With another digit or letter in the inward code, which still looks like a postcode. */
function mistyped(random: SeededRandom, postcode: string): string {
  const place = postcode.length - 3 + random.below(3);
  const from = place === postcode.length - 3 ? '0123456789' : LETTERS;
  const others = Array.from(from).filter((character) => character !== postcode.charAt(place));
  return postcode.slice(0, place) + random.pick(others) + postcode.slice(place + 1);
}
