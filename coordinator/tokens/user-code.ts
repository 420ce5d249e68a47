import { uniformBelow, type Rng } from '../../core/base/index.js';

/** Consonants only, so that no word comes out by chance, and none that looks like a digit or another (RFC 8628, section 6.1). */
export const USER_CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
export const USER_CODE_LENGTH = 8;
const USER_CODE = new RegExp(`^[${USER_CODE_LETTERS}]{${USER_CODE_LENGTH}}$`);
/** As it is shown: two halves, with a hyphen between. */
const HALF = USER_CODE_LENGTH / 2;

export function newUserCode(rng: Rng): string {
  const letters = Array.from({ length: USER_CODE_LENGTH }, () =>
    USER_CODE_LETTERS.charAt(uniformBelow(rng, USER_CODE_LETTERS.length)),
  );
  return shown(letters.join(''));
}

/** As `newUserCode` writes it, however somebody typed it; undefined where it can't be one. */
export function readUserCode(typed: string): string | undefined {
  // Longer than a code with a blank at every place is none, whatever is in it.
  if (typed.length > 2 * USER_CODE_LENGTH) return undefined;
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, '');
  const isCode = USER_CODE.test(letters);
  return isCode ? shown(letters) : undefined;
}

function shown(letters: string): string {
  return `${letters.slice(0, HALF)}-${letters.slice(HALF)}`;
}
