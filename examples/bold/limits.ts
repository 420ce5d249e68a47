/** Ten times what the system is made for: beyond it, a reference number would run out of digits. */
export const MAX_PEOPLE = 10_000_000;
export const MAX_SEED = 2 ** 32 - 1;
/** Of an agency's people: those who are there twice. More is not a register of people any longer. */
export const MAX_DUPLICATES = 0.1;
