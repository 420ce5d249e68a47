import {
  asBinaryNumber,
  asDateWithTime,
  asDecimal,
  asFixedText,
  asInteger,
  asSingleNumber,
  asText,
} from './delivered.js';
import type { Delivery } from './delivered.js';

/** How a type is read: the server is asked to write each value as text, for what it means is decided in one place. */
export interface MssqlReading {
  readonly value: (column: string) => string;
  readonly deliver: Delivery;
  /** Text, which may have any number of bytes, and whose order differs from database to database. */
  readonly textual?: true;
}

/** What a server says of a column. */
export interface MssqlColumn {
  readonly type: { readonly name: string };
  /** In bytes; tells the types of one family apart. */
  readonly dataLength: number | undefined;
}

const converted =
  (type: string, style?: number) =>
  (column: string): string =>
    `CONVERT(${type}, ${column}${style === undefined ? '' : `, ${style}`})`;

/** As many digits as are exact, also of a number of seventeen. */
const binary = converted('varchar(30)', 3);
const unicode = converted('nvarchar(max)');

const INTEGER: MssqlReading = { value: converted('varchar(20)'), deliver: asInteger };
const DECIMAL: MssqlReading = { value: converted('varchar(41)'), deliver: asDecimal };
/** Style 2: four places, no commas. */
const MONEY: MssqlReading = { value: converted('varchar(30)', 2), deliver: asDecimal };
const FLOAT: MssqlReading = { value: binary, deliver: asBinaryNumber };
const REAL: MssqlReading = { value: binary, deliver: asSingleNumber };
const TEXT: MssqlReading = { value: unicode, deliver: asText, textual: true };
const FIXED_TEXT: MssqlReading = { value: unicode, deliver: asFixedText, textual: true };
/** Style 121: `2025-02-17 00:00:00.0000000`, whatever language the login has. */
const DATE_TIME: MssqlReading = { value: converted('varchar(27)', 121), deliver: asMoment };

/**
 * Types by the driver's names. Refused are bytes, times, XML, variants, places, and `datetimeoffset`, whose day depends
 * on who asks.
 */
const READINGS: ReadonlyMap<string, MssqlReading> = new Map<string, MssqlReading>([
  ['Bit', INTEGER],
  ['BitN', INTEGER],
  ['TinyInt', INTEGER],
  ['SmallInt', INTEGER],
  ['Int', INTEGER],
  ['BigInt', INTEGER],
  ['IntN', INTEGER],
  ['Decimal', DECIMAL],
  ['DecimalN', DECIMAL],
  ['Numeric', DECIMAL],
  ['NumericN', DECIMAL],
  ['Money', MONEY],
  ['MoneyN', MONEY],
  ['SmallMoney', MONEY],
  ['Float', FLOAT],
  ['FloatN', FLOAT],
  ['Real', REAL],
  ['Char', FIXED_TEXT],
  ['NChar', FIXED_TEXT],
  ['VarChar', TEXT],
  ['NVarChar', TEXT],
  ['Text', TEXT],
  ['NText', TEXT],
  // Other servers write these with small letters.
  ['UniqueIdentifier', { value: (column) => `LOWER(CONVERT(char(36), ${column}))`, deliver: asText }],
  ['Date', { value: converted('char(10)', 23), deliver: asText }],
  ['DateTime', DATE_TIME],
  ['SmallDateTime', DATE_TIME],
  ['DateTimeN', DATE_TIME],
  ['DateTime2', DATE_TIME],
]);

/** Undefined for a type that is refused. */
export function mssqlReading({ type, dataLength }: MssqlColumn): MssqlReading | undefined {
  return type.name === 'FloatN' && dataLength === 4 ? REAL : READINGS.get(type.name);
}

/** The characters of a text, as the server counts them: UTF-8 has at most three bytes for each. */
export function mssqlLength(column: string): string {
  return `DATALENGTH(${unicode(column)}) / 2`;
}

/** `…:59.1200000` is `…:59.12`, and without a fraction where that says nothing. */
function asMoment(text: string): ReturnType<Delivery> {
  const short = text.replace(/\.(\d*?)0+$/, (_, digits: string) => (digits === '' ? '' : `.${digits}`));
  return asDateWithTime(short);
}
