import type { SourceValue } from '../../node-agent/source/source.js';

/** People who break what isn't careful, as every kind of source must deliver them; by the type that each column has. */
export const COLUMNS = {
  id: 'whole',
  first_name: 'text',
  last_name: 'text',
  dob: 'date',
  postcode: 'text',
  sex: 'text',
  urn: 'text',
  reported_on: 'date',
  'offence group': 'text',
  days: 'whole',
  big: 'whole',
  cost: 'decimal',
  seen_at: 'time',
} as const;
export type Column = keyof typeof COLUMNS;
export const NAMES = Object.keys(COLUMNS) as Column[];

export type Person = Readonly<Record<Column, SourceValue>>;

const ordinary: Person = {
  id: 0,
  first_name: 'Philippa',
  last_name: 'Quillfeather',
  dob: '1987-11-23',
  postcode: 'LS6 3QT',
  sex: 'F',
  urn: '13QZ0440125',
  reported_on: '2025-02-17',
  'offence group': 'rape',
  days: 91,
  big: 1,
  cost: 12.5,
  seen_at: '2025-02-17',
};

export const PEOPLE: readonly Person[] = [
  {},
  { first_name: `Robert'); DROP TABLE "people";--`, last_name: `O'Brien\\`, urn: '`; SELECT 1 -- ${1}' },
  { first_name: '👩‍👩‍👧 Zoë', last_name: 'שָׁלוֹם עליכם', urn: '‏محمد‎' },
  { first_name: 'e\u0301ve', last_name: '\u00e9ve', urn: 'Z\u0335\u0321\u0322algo' },
  { first_name: null, last_name: null, postcode: null, sex: null, dob: null, urn: null, cost: null, seen_at: null },
  { first_name: '', last_name: '', postcode: '', sex: '', urn: '' },
  { first_name: ' leading', last_name: 'trailing ', urn: 'tab\tnew\nline\r\nquote"comma,semi;' },
  { dob: '0001-01-01', reported_on: '2025-12-31', seen_at: '1000-01-01' },
  { dob: '9999-12-31', reported_on: '2025-01-01', seen_at: '9999-12-31 23:59:59' },
  { dob: '2000-02-29', seen_at: '2025-03-30 01:30:00' },
  { big: 9_007_199_254_740_991, days: 0, cost: 0 },
  { big: '9007199254740993', days: 3_650, cost: -1.25 },
  { big: '-9223372036854775808', cost: 100 },
  { big: '9223372036854775807', cost: 0.01 },
  { first_name: '\\N', last_name: 'NULL', urn: '\\.' },
  { first_name: '％_%', last_name: '😀'.repeat(60), urn: '\u2028\u00a0\ufeff' },
].map((differs, index): Person => ({ ...ordinary, urn: `URN${index}`, ...differs, id: index + 1 }));

/** As a source must give them, in the order of `NAMES`. */
export const ROWS: readonly (readonly SourceValue[])[] = PEOPLE.map((person) => NAMES.map((name) => person[name]));

/** A value as SQL, for stores that are filled by statements: `quote` makes a literal of a text. */
export function literal(value: SourceValue, quote: (text: string) => string): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? quote(value) : String(value);
}
