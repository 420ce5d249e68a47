import Database from 'better-sqlite3';

import type { SourceMapping } from '../../examples/bold/index.js';
import { codeOf } from './study.js';
import type { StudyList } from './study.js';

const TABLE = 'records';
const PERSON = { forename: 'forename', surname: 'surname', dateOfBirth: 'born', postcode: 'postcode', sex: 'sex' };
const CASE = { urn: 'urn' };

/** Writes the SQLite database of one agency's own system, and returns how its columns map to the dataset. */
export function writeSourceDatabase(list: StudyList, file: string): SourceMapping {
  const database = new Database(file);
  try {
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    database.exec(
      `CREATE TABLE ${TABLE} (forename TEXT, surname TEXT, born TEXT, postcode TEXT, sex TEXT, urn TEXT, day TEXT, code TEXT)`,
    );
    const insert = database.prepare(`INSERT INTO ${TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    database.transaction(() => {
      for (let person = list.first; person < list.first + list.records; person += 1) {
        insert.run(...identifiersOf(person), `2025-0${1 + (person % 9)}-15`, codeOf(list, person));
      }
    })();
  } finally {
    database.close();
  }
  return {
    dataset: list.dataset,
    sqlite: file,
    table: TABLE,
    identifiers: { ...(list.on.includes('person') ? PERSON : {}), ...(list.on.includes('case') ? CASE : {}) },
    fields: { day: 'day', [list.field]: 'code' },
  };
}

const FORENAMES = ['Ada', 'Zoë', 'Mary-Anne', 'Tom', 'Siân', 'O’Neil', 'Grace', 'Li', 'Amir', 'Jo'];

/** Forename, surname, day of birth, postcode, sex and case number: no two persons have the same surname or case. */
export function identifiersOf(person: number): string[] {
  const two = (value: number): string => String(value).padStart(2, '0');
  // Not the first of a month: some such days are how systems write that a birth date is not known.
  const born = `${1930 + (person % 80)}-${two(1 + (person % 12))}-${two(2 + (person % 27))}`;
  const postcode = `N${1 + (person % 9)} ${person % 10}${letters(person, 2, 'ABDEFGHJLN')}`;
  return [
    FORENAMES[person % FORENAMES.length] ?? '',
    `Bench${letters(person, 5, 'abcdefghijklmnopqrstuvwxyz')}`,
    born,
    postcode,
    person % 2 === 0 ? 'F' : 'M',
    `01BE${String(person).padStart(8, '0')}`,
  ];
}

/** The last `length` digits of a number, with the letters of an alphabet as digits. */
function letters(value: number, length: number, alphabet: string): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / alphabet.length)) {
    text = `${alphabet[rest % alphabet.length] ?? ''}${text}`;
  }
  return text;
}
