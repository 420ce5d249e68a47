import { doubleMetaphone } from 'double-metaphone';

/**
 * How a normalised name sounds, as the primary code of Double Metaphone says, which knows English and some of the
 * spellings of its neighbours. The name itself where there is no code, or only one letter of it: codes leave vowels out,
 * and Li, Lu, Le, Lai, Lau and Liu are not one surname.
 */
export function soundOf(name: string): string {
  const [code] = doubleMetaphone(name);
  return code.length < 2 ? name : code;
}
