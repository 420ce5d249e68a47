export {
  FIRST_BIRTH_YEAR,
  LAST_BIRTH_YEAR,
  MAX_IDENTIFIER_LENGTH,
  normaliseBirthDate,
  normaliseDate,
  normaliseName,
  normalisePostcode,
  normaliseSex,
  normaliseUrn,
} from './normalise.js';
export { CASE_KEY, caseKey, keyNames, personKeys, schemes } from './scheme.js';
export type { Atom, Identifiers, KeyDefinition, Scheme } from './scheme.js';
