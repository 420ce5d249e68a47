import { asBinaryNumber, asDateWithTime, asDecimal, asFixedText, asInteger, asText } from './delivered.js';
import type { Delivery } from './delivered.js';

/**
 * PostgreSQL's types that `Source` has a form for, by their object identifiers, which are fixed (pg_type.dat). What isn't
 * here is refused: bytes, arrays, JSON, times, intervals, and `timestamptz`, whose day depends on who asks.
 */
const DELIVERIES: ReadonlyMap<number, Delivery> = new Map([
  [16, (text) => (text === 't' ? 1 : 0)],
  [19, asText], // name
  [20, asInteger],
  [21, asInteger],
  [23, asInteger],
  [25, asText],
  [26, asInteger], // oid
  [700, asBinaryNumber],
  [701, asBinaryNumber],
  [1042, asFixedText], // character(n)
  [1043, asText],
  [1082, asText], // date; DateStyle is ISO
  [1114, asDateWithTime],
  [1700, asDecimal],
  [2950, asText], // uuid
]);

export interface TypeRow {
  readonly oid: string;
  readonly name: string;
  /** An enumeration, or a text of an extension (citext): its object identifier differs from database to database. */
  readonly textual: boolean;
}

/** Finds all types of these identifiers; for what isn't fixed. */
export const TYPES_SQL = `
  SELECT oid::text, format_type(oid, NULL), (typtype = 'e' OR typcategory = 'S')::text
  FROM pg_catalog.pg_type WHERE oid = ANY($1::oid[])`;

/** How the server counts a value's bytes, for types whose values may have any number of them. */
export function postgresBytes(oid: number, column: string): string | undefined {
  if ([25, 1042, 1043].includes(oid)) return `octet_length(${column})`;
  return DELIVERIES.has(oid) ? undefined : `octet_length(${column}::text)`;
}

/** Undefined for a type that is refused. */
export function postgresDelivery(oid: number, found: TypeRow | undefined): Delivery | undefined {
  return DELIVERIES.get(oid) ?? (found?.textual === true ? asText : undefined);
}
