/**
 * What clerks and systems write where a name or a number should be, as it looks with nothing but its letters and digits.
 * A wrong key links strangers, a missing one only misses links on that name: so TEST and NULL are here though a few
 * people are called so (they link on the rest), while Tester, Nemo, Blank, Male, Child and Person, which more are called, are not.
 */
const ANYWHERE = `
  00 000 ADDRESSUNKNOWN ANON ANONYMISED ANONYMIZED ANONYMOUS ASDF ASDFGH CONFIDENTIAL DECEASED DECLINED DELETED DETAILSWITHHELD
  DONOTUSE DUMMY DUPLICATE DUPLICATERECORD FIRSTNAME FNU FORENAME GIVENNAME LASTNAME LNU MISSING NAMENOTKNOWN NAMEUNKNOWN
  NAMEWITHHELD NFA NFN NK NKN NOADDRESS NODATA NOFIRSTNAME NOFIXEDABODE NOFIXEDADDRESS NOFORENAME NOINFORMATION NOLASTNAME
  NOMIDDLENAME NONAME NONE NONEGIVEN NONEKNOWN NOSURNAME NOTAPPLICABLE NOTAVAILABLE NOTDISCLOSED NOTENTERED NOTGIVEN
  NOTKNOWN NOTOBTAINED NOTPROVIDED NOTRECORDED NOTSPECIFIED NOTSTATED NOTSUPPLIED NULL OFNOFIXEDABODE PLACEHOLDER QWERTY
  REDACTED REFUSED SURNAME TBA TBC TBD TESTCASE TESTPATIENT TESTRECORD TESTUSER TEST TESTTEST UNASSIGNED UNAVAILABLE
  UNCONFIRMED UNDISCLOSED UNIDENTIFIED UNK UNKN UNKNOWN UNKNOWNUNKNOWN UNKNOWNADDRESS UNKNOWNFEMALE UNKNOWNMALE UNKNOWNNAME
  UNKNOWNPERSON UNNAMED UNRECORDED UNSPECIFIED WITHHELD XX XYZ ZZ`;

/** Not names of people where a forename is expected; some are surnames. */
const AS_FORENAME = `
  BABYBOY BABYGIRL BABYOF BLANK BOYOF CHILDOF FEMALE FEMALEINFANT GIRLOF INFANT INFANTOF MALE MALEINFANT NEWBORN OCCUPANT
  OCCUPIER RESIDENT SONOF TESTER TWIN TWINBOY TWINGIRL UNBORN VICTIM WITNESS DAUGHTEROF COMPANY LIMITED`;
/** Not names of people where a surname is expected; some are forenames. */
const AS_SURNAME = 'NIL OCCUPIER VICTIM WITNESS';

/** Words that make a placeholder of what stands beside them: `Baby of Anne`, `Unknown male 2`. */
const OPENINGS =
  /^(?:BABY (?:OF|BOY|GIRL|MALE|FEMALE|TWIN)|(?:INFANT|CHILD|SON|DAUGHTER|BOY|GIRL) OF|UNKNOWN|UNIDENTIFIED|NO FIXED)\b/;

/** Short ones, told from Na and Nk by how they are written: `N/A`, `N. K.` */
const SPELT_OUT: ReadonlySet<string> = new Set(['N A', 'N K', 'N F A', 'T B C', 'T B A', 'N N']);

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const anywhere: ReadonlySet<string> = new Set(words(ANYWHERE));
const asForename: ReadonlySet<string> = new Set([...anywhere, ...words(AS_FORENAME)]);
const asSurname: ReadonlySet<string> = new Set([...anywhere, ...words(AS_SURNAME)]);

/** One character over and over (`XXX`, `0000`). Twice is left alone: Oo and Ee are surnames. */
const REPEATED = /^(.)\1{2,}$/u;

/** Of letters and digits alone. */
export function isPlaceholder(joined: string): boolean {
  return anywhere.has(joined) || REPEATED.test(joined);
}

/** Of the words of a name, in order. */
export function isNoName(words: readonly string[], part: 'forename' | 'surname'): boolean {
  const known = part === 'forename' ? asForename : asSurname;
  const joined = words.length === 1 ? (words[0] ?? '') : words.join('');
  if (known.has(joined) || REPEATED.test(joined)) return true;
  if (words.length < 2) return false;
  const spaced = words.join(' ');
  return SPELT_OUT.has(spaced) || OPENINGS.test(spaced) || words.every((word) => known.has(word));
}
