import type { Sex } from '../people.js';
import type { SeededRandom } from '../random.js';
import { writtenPostcodes } from './address-faults.js';
import { writtenBirthDate } from './date-faults.js';
import { LEVEL_FACTORS } from './level.js';
import type { AgencyTraits, FaultKind, FaultLevel } from './level.js';
import { writtenNames } from './name-faults.js';
import type { Persona } from './persona.js';
import type { WrittenIdentity } from './written-identity.js';

/** Of one person's records some are written with care: weights and factors, which come to 1 on average. */
const CARE = { care: 0.75, haste: 0.25 };
export const HASTE = { care: 0.7, haste: 1.9 };

/** How often the average agency writes each. */
export const SEX_FAULTS = { wrong: 0.0015, missing: 0.004 } as const;

/**
 * One person as the staff of one agency write them down, afresh each time it is called. Mistakes come together: to the
 * same people, whoever writes (`Persona.proneness`), and in the same records. Where nothing goes wrong, and always at level
 * `none`, it is the person as they are, and what else the agency knows.
 */
export function faultyIdentity(
  { person, ...more }: Persona,
  traits: AgencyTraits,
  level: FaultLevel,
  random: SeededRandom,
): WrittenIdentity {
  const haste = HASTE[random.weighted(CARE)];
  const common = (kind: FaultKind): number => LEVEL_FACTORS[level][kind] * traits.factors[kind];
  const factor = (kind: FaultKind): number => common(kind) * more.proneness * haste;
  const persona = { person, ...more };
  const names = writtenNames(random, persona, traits, factor('names'));
  const dateOfBirth = writtenBirthDate(random, person.dateOfBirth, {
    faults: factor('birthDates'),
    gaps: factor('gaps'),
  });
  const postcodes = writtenPostcodes(random, persona, traits, {
    // Who has moved is no worse written down for it.
    moves: common('addresses'),
    faults: factor('addresses'),
    gaps: factor('gaps'),
  });
  return { ...names, dateOfBirth, ...postcodes, sex: writtenSex(random, person.sex, factor('sexes'), factor('gaps')) };
}

function writtenSex(random: SeededRandom, sex: Sex | null, faults: number, gaps: number): Sex | null {
  const isMissing = random.chance(SEX_FAULTS.missing * gaps);
  const isWrong = random.chance(SEX_FAULTS.wrong * faults);
  if (isMissing || sex === null) return null;
  return isWrong ? (sex === 'F' ? 'M' : 'F') : sex;
}
