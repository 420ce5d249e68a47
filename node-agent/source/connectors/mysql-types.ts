import type { FieldPacket } from 'mysql2';

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

/** The character set of bytes that are no text. */
const BINARY = 63;

const FLOAT = 0x04;

interface Type {
  readonly name: string;
  readonly deliver?: Delivery;
  /** Text and bytes have the same types, and differ in their character set. */
  readonly text?: boolean;
}

/**
 * Types of columns by the numbers of the protocol. Refused are bytes, bits, times, JSON, places, and `timestamp`, whose
 * day depends on who asks.
 */
const TYPES: ReadonlyMap<number, Type> = new Map<number, Type>([
  [0x00, { name: 'decimal', deliver: asDecimal }],
  [0x01, { name: 'tinyint', deliver: asInteger }],
  [0x02, { name: 'smallint', deliver: asInteger }],
  [0x03, { name: 'int', deliver: asInteger }],
  [FLOAT, { name: 'float', deliver: asSingleNumber }],
  [0x05, { name: 'double', deliver: asBinaryNumber }],
  [0x06, { name: 'null', deliver: asText }],
  [0x07, { name: 'timestamp' }],
  [0x08, { name: 'bigint', deliver: asInteger }],
  [0x09, { name: 'mediumint', deliver: asInteger }],
  [0x0a, { name: 'date', deliver: asText }],
  [0x0b, { name: 'time' }],
  [0x0c, { name: 'datetime', deliver: asDateWithTime }],
  [0x0d, { name: 'year', deliver: asInteger }],
  [0x0e, { name: 'date', deliver: asText }],
  [0x0f, { name: 'varchar', deliver: asText, text: true }],
  [0x10, { name: 'bit' }],
  [0xf5, { name: 'json' }],
  [0xf6, { name: 'decimal', deliver: asDecimal }],
  [0xf7, { name: 'enum', deliver: asText, text: true }],
  [0xf9, { name: 'text', deliver: asText, text: true }],
  [0xfa, { name: 'text', deliver: asText, text: true }],
  [0xfb, { name: 'text', deliver: asText, text: true }],
  [0xfc, { name: 'text', deliver: asText, text: true }],
  [0xfd, { name: 'varchar', deliver: asText, text: true }],
  [0xfe, { name: 'char', deliver: asFixedText, text: true }],
]);

/** Undefined for a type that is refused. */
export function mysqlDelivery({ columnType, characterSet }: FieldPacket): Delivery | undefined {
  const type = TYPES.get(columnType ?? -1);
  return type?.text === true && characterSet === BINARY ? undefined : type?.deliver;
}

/** How a column is asked for. The servers write a FLOAT with six digits, 16777216 as 16777200; as a DOUBLE it is whole. */
export function mysqlValue({ columnType }: FieldPacket, column: string): string {
  return columnType === FLOAT ? `${column} + 0e0` : column;
}

/** Whether its values may have any number of bytes. */
export function isMysqlText({ columnType }: FieldPacket): boolean {
  return TYPES.get(columnType ?? -1)?.text === true;
}

export function typeName({ columnType, characterSet }: FieldPacket): string {
  const type = TYPES.get(columnType ?? -1);
  if (type === undefined) return 'another type';
  return type.text === true && characterSet === BINARY ? 'binary' : type.name;
}
