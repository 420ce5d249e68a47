import { describe, expect, it } from 'vitest';

import { MAX_IDENTIFIER_LENGTH } from '../../../core/linkage/index.js';
import { forenamesOf } from '../../../core/linkage/names/forename.js';
import { canonicalForename } from '../../../core/linkage/names/nickname.js';
import { NICKNAMES } from '../../../core/linkage/names/nicknames.js';
import { SPELLINGS } from '../../../core/linkage/names/spellings.js';
import { surnamesOf } from '../../../core/linkage/names/surname.js';
import { soundOf } from '../../../core/linkage/phonetics.js';

/** The name as written and what else the person may go by; `J.` for an initial. */
const forenames = (raw: string | null): string[] =>
  forenamesOf(raw).map(({ written, initial }) => written ?? `${initial}.`);
const surnames = (raw: string | null): string[] => surnamesOf(raw).map(({ name, initial }) => name ?? `${initial}.`);

describe('forenames', () => {
  it.each([
    ['Zoë', 'ZOE'],
    ['Zoe\u0308', 'ZOE'],
    ['ﬁona', 'FIONA'],
    ['Ｊｏｈｎ', 'JOHN'],
    ['  mary ', 'MARY'],
    ['Mary Jane', 'MARY'],
    ['Mary, Jane', 'MARY'],
    ['Robert (Bob)', 'ROBERT'],
    ['(Bob)', 'BOB'],
    ["D'Andre", 'DANDRE'],
    ['J0hn', 'JOHN'],
    ['John 2', 'JOHN'],
    ['Li', 'LI'],
    ['Na', 'NA'],
    ['J-P', 'JP'],
    ['🙂 Ann', 'ANN'],
  ])('brings %s to %s', (raw, normalised) => {
    expect(forenames(raw)).toEqual([normalised]);
  });

  it.each([
    ['Mr John', 'JOHN'],
    ['Prof. Dr. Hans', 'HANS'],
    ['Sheikh Omar', 'OMAR'],
    ['Alhaji Musa', 'MUSA'],
    ['Mr', 'MR'],
    ['Sheikh', 'SHEIKH'],
    ['Prince', 'PRINCE'],
    ['Prince Kofi', 'PRINCE'],
    ['Major Singh', 'MAJOR'],
  ])('knows titles from names: %s is %s', (raw, normalised) => {
    expect(forenames(raw)).toEqual([normalised]);
  });

  it.each([
    ['Abdul Rahman', 'ABDULRAHMAN'],
    ['Abdulrahman', 'ABDULRAHMAN'],
    ['De Andre', 'DEANDRE'],
    ['La Toya', 'LATOYA'],
    ['Xiao Ming', 'XIAOMING'],
    ['Xiaoming', 'XIAOMING'],
    ['Ka Wai', 'KAWAI'],
    ['Min Jun', 'MINJUN'],
    ['Thi Minh Anh', 'MINHANH'],
    ['Van Hung', 'HUNG'],
    ['Thi', 'THI'],
    // English, though each word is one syllable.
    ['Lee Ann', 'LEE'],
    ['Ben Lin', 'BEN'],
    ['Mia Rae', 'MIA'],
    ['Tim Jon', 'TIM'],
  ])('knows one given name of two words from two: %s is %s', (raw, normalised) => {
    expect(forenames(raw)).toEqual([normalised]);
  });

  it.each([
    ['Anne-Marie', ['ANNEMARIE', 'ANNE']],
    ['Ka-Wai', ['KAWAI', 'KA']],
    ['Mohammed Bilal', ['MOHAMMED', 'BILAL']],
    ['Md. Rahim', ['MD', 'RAHIM']],
    ['Syed Ali Raza', ['SYED', 'ALI']],
    ['Mohammed B', ['MOHAMMED']],
    ['Mohammed Unknown', ['MOHAMMED']],
  ])('knows what else somebody may go by: %s', (raw, names) => {
    expect(forenames(raw)).toEqual(names);
  });

  it.each(['J', 'J.', 'j r', 'J. Robert', 'É'])('knows %s by an initial alone', (raw) => {
    const [forename] = forenamesOf(raw);
    expect(forename).toEqual({ name: null, written: null, three: null, sound: null, initial: forename?.initial });
    expect(forename?.initial).toMatch(/^[JE]$/);
  });

  it('takes one letter of another script for a name', () => {
    expect(forenames('이')).toEqual(['I']);
    expect(forenames('え')).toEqual(['E']);
  });

  it.each([
    null,
    '123',
    'UNKNOWN',
    'Not known',
    'not-stated',
    'XX',
    'xxx',
    'N/A',
    'n.k.',
    'N.F.A.',
    'Unknown male',
    'Unknown 2',
    'Baby of Anne',
    'BABY GIRL',
    'Test',
    'TESTER',
    'NULL',
    'FNU',
    'Male',
  ])('takes %j as missing', (raw) => {
    expect(forenames(raw)).toEqual([]);
  });

  it.each(['Nil', 'Nemo', 'Oo', 'Baby', 'Patient', 'Nobody', 'Nan'])('leaves the name %s alone', (raw) => {
    expect(forenames(raw)).toEqual([raw.toUpperCase()]);
  });
});

describe('surnames', () => {
  it.each([
    ["O'Brien", 'OBRIEN'],
    ['O’Brien', 'OBRIEN'],
    ['Oʼbrien', 'OBRIEN'],
    ['O´Brien', 'OBRIEN'],
    ['0’Brien', 'OBRIEN'],
    ['Groß', 'GROSS'],
    ['Smith 3rd', 'SMITH'],
    ['Smith Jr.', 'SMITH'],
    ['Mr Smith', 'SMITH'],
    ['Smith MBE', 'SMITH'],
    ['Junior', 'JUNIOR'],
    ['Lord', 'LORD'],
    ['Ng', 'NG'],
    ['Oo', 'OO'],
    ['Nee', 'NEE'],
    ['Begum', 'BEGUM'],
  ])('brings %s to %s', (raw, normalised) => {
    expect(surnames(raw)).toEqual([normalised]);
  });

  it.each([
    ['MacDonald', 'MCDONALD'],
    ['McDonald', 'MCDONALD'],
    ['Mc Donald', 'MCDONALD'],
    ['Mac Donald', 'MCDONALD'],
    ['MacArthur', 'MCARTHUR'],
    ['Mackenzie', 'MCKENZIE'],
    ['Macey', 'MACEY'],
    ['Mace', 'MACE'],
    ['Machado', 'MACHADO'],
    ['Mackay', 'MCKAY'],
    ['McKay', 'MCKAY'],
    ['Macro', 'MACRO'],
    ['St John', 'STJOHN'],
    ['St. John', 'STJOHN'],
    ['Saint John', 'STJOHN'],
  ])('writes %s as %s', (raw, normalised) => {
    expect(surnames(raw)[0]).toBe(normalised);
  });

  it.each([
    ['Smith-Jones', ['SMITHJONES', 'JONES', 'SMITH']],
    ['Smith Jones', ['SMITHJONES', 'JONES', 'SMITH']],
    ['García Márquez', ['GARCIAMARQUEZ', 'MARQUEZ', 'GARCIA']],
    ['Silva dos Santos', ['SILVADOSSANTOS', 'DOSSANTOS', 'SILVA']],
    ['van der Berg', ['VANDERBERG', 'BERG']],
    ['Vanderberg', ['VANDERBERG']],
    ['Al-Hassan', ['ALHASSAN', 'HASSAN']],
    ['ap Rhys', ['APRHYS', 'RHYS']],
    ['Mc Donald', ['MCDONALD']],
    ['Smith née Jones', ['SMITH', 'JONES']],
    ['Smith (nee Jones)', ['SMITH', 'JONES']],
    ['Smith (deceased)', ['SMITH']],
    ['Kaur Gill', ['GILL', 'KAUR']],
    ['Singh', ['SINGH']],
    ['Smith Unknown', ['SMITH']],
    ['Unknown Test Smith', []],
    ['Kaur Null', []],
    ['Kaur G', ['KAUR']],
    ['Test Smith Jones', ['TESTSMITHJONES', 'JONES']],
    ['Begum Bibi', ['BEGUMBIBI', 'BIBI', 'BEGUM']],
  ])('knows the parts of %s', (raw, names) => {
    expect(surnames(raw)).toEqual(names);
  });

  it.each([null, '--', 'Unknown', 'NULL', 'Test', 'Nil', 'No surname', 'LNU', 'Not given', 'xxxx'])(
    'takes %j as missing',
    (raw) => {
      expect(surnames(raw)).toEqual([]);
    },
  );

  it.each(['Tester', 'Male', 'Child', 'Person', 'Blank', 'Nemo', 'Nobody', 'Na'])('leaves the name %s alone', (raw) => {
    expect(surnames(raw)).toEqual([raw.toUpperCase()]);
  });

  it('knows a surname of one letter as an initial', () => {
    expect(surnames('S.')).toEqual(['S.']);
  });
});

it('takes the longest value, and nothing longer', () => {
  const longest = 'AB'.repeat(MAX_IDENTIFIER_LENGTH / 2);
  expect(surnames(longest)).toEqual([longest]);
  expect(forenames(longest)).toEqual([longest]);
  expect(surnames(`${longest}A`)).toEqual([]);
  // Longer once it is taken apart.
  expect(surnames(`${longest.slice(1)}ß`)).toEqual([]);
  expect(forenames(`${longest.slice(1)}ß`)).toEqual([]);
});

describe('the tables of nicknames', () => {
  const groups = `${NICKNAMES}${SPELLINGS}`
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^ *([A-Z]+): ([A-Z]+(?: [A-Z]+)*)$/.exec(line));

  it('are groups of normalised names, each in one group only', () => {
    const names = groups.flatMap((group) => [group?.[1] ?? '', ...(group?.[2] ?? '').split(' ')]);
    expect(groups).not.toContain(null);
    expect(names.length).toBeGreaterThan(1_500);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
    for (const name of names) expect(forenames(name), name).toEqual([name]);
  });

  it.each([
    ['BOB', 'ROBERT'],
    ['PEGGY', 'MARGARET'],
    ['SHAUN', 'SEAN'],
    ['RHYSE', 'RHYS'],
    ['MUHAMMAD', 'MOHAMMED'],
    ['MD', 'MOHAMMED'],
    ['AYESHA', 'AISHA'],
    ['FATEMA', 'FATIMA'],
    ['ROBERT', 'ROBERT'],
  ])('make %s %s', (name, canonical) => {
    expect(canonicalForename(name)).toBe(canonical);
  });

  it.each(['ALEX', 'SAM', 'CHRIS', 'PAT', 'JO', 'JACK', 'HARRY', 'LIAM', 'NICK', 'SANDY', 'BERT', 'KIM'])(
    'leave %s alone, which is short for several names or a name of its own',
    (name) => {
      expect(canonicalForename(name)).toBe(name);
    },
  );

  it.each([
    ['YUSUF', 'JOSEPH'],
    ['IBRAHIM', 'ABRAHAM'],
    ['SEAN', 'JOHN'],
    ['MARYAM', 'MARY'],
    ['HASSAN', 'HUSSAIN'],
    ['ALAN', 'ALASTAIR'],
    ['JAMAL', 'JAMIL'],
  ])('keep %s and %s apart', (one, other) => {
    expect(canonicalForename(one)).not.toBe(canonicalForename(other));
  });
});

describe('sounds', () => {
  it.each([
    ['SMITH', 'SMYTHE'],
    ['STEPHENSON', 'STEVENSON'],
    ['CLARK', 'CLARKE'],
    ['MULLER', 'MUELLER'],
    ['CHOUDHURY', 'CHAUDHRY'],
  ])('are the same of %s and %s', (one, other) => {
    expect(soundOf(one)).toBe(soundOf(other));
  });

  it('are the name itself where one letter or none would be left', () => {
    expect(['LI', 'LIU', 'LEE', 'AU', 'OO'].map(soundOf)).toEqual(['LI', 'LIU', 'LEE', 'AU', 'OO']);
  });
});
