import { asBinaryNumber, asDateWithTime, asDecimal, asInteger, asText } from './delivered.js';
import type { Delivery } from './delivered.js';

/**
 * DuckDB's types that `Source` has a form for, by their names. What isn't here is refused: bytes, lists, structures, times,
 * intervals, and TIMESTAMP_TZ, which is a moment: its day depends on who asks.
 */
const DELIVERIES: ReadonlyMap<string, Delivery> = new Map([
  ['BOOLEAN', (text: string) => (text === 'true' ? 1 : 0)],
  ['TINYINT', asInteger],
  ['SMALLINT', asInteger],
  ['INTEGER', asInteger],
  ['BIGINT', asInteger],
  ['UTINYINT', asInteger],
  ['USMALLINT', asInteger],
  ['UINTEGER', asInteger],
  ['UBIGINT', asInteger],
  ['FLOAT', asBinaryNumber],
  ['DOUBLE', asBinaryNumber],
  ['DECIMAL', asDecimal],
  ['VARCHAR', asText],
  ['ENUM', asText],
  ['UUID', asText],
  ['DATE', asText],
  ['TIMESTAMP', asDateWithTime],
  ['TIMESTAMP_S', asDateWithTime],
  ['TIMESTAMP_MS', asDateWithTime],
  ['TIMESTAMP_NS', asDateWithTime],
]);

/** Undefined for a type that is refused. */
export function parquetDelivery(type: string): Delivery | undefined {
  return DELIVERIES.get(type);
}
