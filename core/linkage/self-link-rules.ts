import { SHARED_NUMBERS } from './scheme.js';

/**
 * What two records agree in, as far as the match keys they share tell. Each key confirms some of it; sharing several
 * keys confirms all that any of them does, and so evidence adds up by `|`.
 */
export type Evidence = number;

/** An initial, three letters or the sound, the whole of a forename. More includes less. */
export const FORENAME_INITIAL = 1 << 0;
export const FORENAME_START = 1 << 1;
export const FORENAME = 1 << 2;
export const SURNAME_INITIAL = 1 << 3;
export const SURNAME_START = 1 << 4;
export const SURNAME = 1 << 5;
/** Both names in one key, as they sound at least. */
export const BOTH_NAMES = 1 << 6;
export const BIRTH_YEAR = 1 << 7;
/** All of a birth date but one part, or with day and month swapped. */
export const BIRTH_DATE_NEARLY = 1 << 8;
export const BIRTH_DATE = 1 << 9;
export const PLACE = 1 << 10;
export const AREA = 1 << 11;
/** A number that is one person's wherever it is written, with a check digit that fits. */
export const SHARED_ID = 1 << 12;

const FORENAMES = FORENAME_INITIAL | FORENAME_START | FORENAME;
const SURNAMES = SURNAME_INITIAL | SURNAME_START | SURNAME;
const ALL_OF_DATE = BIRTH_YEAR | BIRTH_DATE_NEARLY | BIRTH_DATE;
const STARTS = FORENAME_INITIAL | FORENAME_START | SURNAME_INITIAL | SURNAME_START;

/** What the parts of a key's name confirm. Sex says too little to count. */
const CONFIRMED: ReadonlyMap<string, Evidence> = new Map([
  ['F', FORENAMES],
  ['F3', FORENAME_INITIAL | FORENAME_START],
  ['Fm', FORENAME_INITIAL | FORENAME_START],
  ['F1', FORENAME_INITIAL],
  ['S', SURNAMES],
  ['S3', SURNAME_INITIAL | SURNAME_START],
  ['Sm', SURNAME_INITIAL | SURNAME_START],
  ['S1', SURNAME_INITIAL],
  ['FS', FORENAMES | SURNAMES | BOTH_NAMES],
  ['FSm', STARTS | BOTH_NAMES],
  ['FS3', STARTS],
  ['D', ALL_OF_DATE],
  ['Dw', BIRTH_YEAR | BIRTH_DATE_NEARLY],
  ['Dym', BIRTH_YEAR | BIRTH_DATE_NEARLY],
  ['Dyd', BIRTH_YEAR | BIRTH_DATE_NEARLY],
  ['Ddm', BIRTH_DATE_NEARLY],
  ['Dy', BIRTH_YEAR],
  ['P', PLACE],
  ['A', AREA],
  ['NHS', SHARED_ID],
  ['PNC', SHARED_ID],
  ['CRO', SHARED_ID],
]);

/**
 * Keys that tell which records of one agency are of one person. Every agency makes them, whatever schemes its dataset names:
 * the rules below were measured with these together, and strangers meet in others more easily.
 */
export const SELF_LINKING_KEYS: readonly string[] = [
  ...SHARED_NUMBERS,
  'FSm.D',
  'FS.Dy',
  'F3.D.X',
  'S3.D.X',
  'FS3.P',
  'F3.P.X',
  'S3.P.X',
  'Dyd.P.X',
  'Dym.P.X',
  'F1.S3.Dw',
  'FS.Ddm',
  'F1.Sm.P',
];

/** Tells records apart where there are no names; made where a scheme has it. */
const INITIALS_KEY = 'F1.S1.D.X.A';

/** What sharing a key of this name (`F1.S3.Dw`) confirms; 0 where it isn't one to tell records by. */
export function confirmedBy(name: string): Evidence {
  if (name !== INITIALS_KEY && !SELF_LINKING_KEYS.includes(name)) return 0;
  return name.split('.').reduce((all, part) => all | (CONFIRMED.get(part) ?? 0), 0);
}

export const Verdict = {
  /** They contradict each other, or have nothing in common. */
  different: 0,
  /** One name at one place, and two birth dates: different, and likely parent and child. */
  namesakes: 1,
  /** Nothing speaks against one person, too little for. */
  open: 2,
  same: 3,
  /** Name and birth date are the same and nothing else: one person where few enough have that name. */
  byNameAndDate: 4,
  /** As `byNameAndDate`, but the names only sound or begin alike, or day and month are swapped. */
  byNearNameAndDate: 5,
  /** Name and place are the same, and one has no birth date: one person where it can only be one. */
  undated: 6,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** Whether a birth date is known, or its year. */
export function isDated(evidence: Evidence): boolean {
  return (evidence & (BIRTH_YEAR | BIRTH_DATE)) !== 0;
}

/** Whether names and place are known. */
export function isPlaced(evidence: Evidence): boolean {
  return (evidence & FORENAME_START) !== 0 && (evidence & SURNAME_START) !== 0 && (evidence & PLACE) !== 0;
}

/**
 * Whether two records are of one person: what they share, and what each has at all. At least name, birth date and one
 * thing more must agree, one of them roughly; two forenames at one address with one birth date are twins, one name at one
 * address with two birth dates parent and child.
 */
export function verdictOn(shared: Evidence, ofOne: Evidence, ofOther: Evidence): Verdict {
  if (shared === 0) return Verdict.different;
  const agree = (...wanted: readonly Evidence[]): boolean => wanted.every((bit) => (shared & bit) !== 0);
  const both = ofOne & ofOther;
  if (agree(SHARED_ID)) return Verdict.same;
  const dated = agree(BIRTH_DATE_NEARLY) || agree(BIRTH_DATE);
  if (agree(PLACE)) {
    if (agree(FORENAME_START, SURNAME_START) && dated) return Verdict.same;
    // A new surname at the old address; both names and the year, with day and month both wrong.
    if (agree(FORENAME_START, BIRTH_DATE) || agree(FORENAME, SURNAME, BIRTH_YEAR)) return Verdict.same;
    if (agree(SURNAME_START, BIRTH_DATE) && (both & FORENAME_START) !== 0) return Verdict.different;
    if (agree(FORENAME_START, SURNAME_START) && !agree(BIRTH_YEAR)) {
      return isDated(both) ? Verdict.namesakes : Verdict.undated;
    }
    return Verdict.open;
  }
  if (agree(FORENAME, SURNAME, BIRTH_DATE)) return Verdict.byNameAndDate;
  if (agree(FORENAME_START, SURNAME_START, BIRTH_DATE)) return Verdict.byNearNameAndDate;
  if (agree(FORENAME, SURNAME, BIRTH_YEAR, BIRTH_DATE_NEARLY)) return Verdict.byNearNameAndDate;
  // A source without names has nothing better.
  const nameless = ((ofOne | ofOther) & (FORENAME_START | SURNAME_START)) === 0;
  return nameless && agree(FORENAME_INITIAL, SURNAME_INITIAL, BIRTH_DATE, AREA) ? Verdict.same : Verdict.open;
}
