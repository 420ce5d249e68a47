import { TransportError } from './errors.js';

/**
 * Checks of one field each. They return the value as the type it has been shown to have, or throw TransportError
 * BAD_MESSAGE with the field's name and what would be right; never with the value.
 */

export function badField(field: string, expected: string): TransportError {
  return new TransportError('BAD_MESSAGE', `${field}: ${expected}`);
}

/** A `oneof` that is empty, or a field of it that only a later version knows. */
export function unknownKind(field: string): TransportError {
  return badField(field, 'is missing, or a kind that this version does not know');
}

/** A sub-message that must be there. */
export function present<T>(value: T | null | undefined, field: string): T {
  if (value === null || value === undefined) throw badField(field, 'is missing');
  return value;
}

export interface TextRule {
  /** UTF-16 code units. */
  readonly max: number;
  readonly pattern?: RegExp;
  /** What `pattern` asks for, in words. */
  readonly expected?: string;
}

export function text(value: string, field: string, { max, pattern, expected }: TextRule): string {
  if (value.length > max) throw badField(field, `must have at most ${max} characters`);
  if (pattern?.test(value) === false) throw badField(field, `must be ${expected ?? 'well-formed'}`);
  return value;
}

export function wholeNumber(value: number, field: string, max: number): number {
  return wholeNumberWithin(value, field, 0, max);
}

export function wholeNumberWithin(value: number, field: string, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw badField(field, `must be a whole number in ${min}..${max}`);
  }
  return value;
}

export function numberWithin(value: number, field: string, min: number, max: number): number {
  // So written that it refuses what is no number.
  if (!(value >= min && value <= max)) throw badField(field, `must be a number in ${min}..${max}`);
  return value;
}

/** Exactly `length` bytes. The result shares memory with the message it came in. */
export function fixedBytes(value: Uint8Array, field: string, length: number): Uint8Array {
  if (value.length !== length) throw badField(field, `must have ${length} bytes`);
  return plainBytes(value);
}

export function someBytes(value: Uint8Array, field: string, max: number): Uint8Array {
  if (value.length === 0 || value.length > max) throw badField(field, `must have 1 to ${max} bytes`);
  return plainBytes(value);
}

/** 1 to `max` items of `width` bytes each, one after the other. */
export function someRecords(value: Uint8Array, field: string, width: number, max: number): Uint8Array {
  if (value.length === 0 || value.length > max * width || value.length % width !== 0) {
    throw badField(field, `must have 1 to ${max} items of ${width} bytes`);
  }
  return plainBytes(value);
}

export function items<T, U>(
  values: readonly T[],
  field: string,
  { min = 0, max }: { readonly min?: number; readonly max: number },
  convert: (value: T, field: string) => U,
): readonly U[] {
  if (values.length < min || values.length > max) throw badField(field, `must have ${min} to ${max} items`);
  return values.map((value, index) => convert(value, `${field}[${index}]`));
}

/** Refuses a list in which two items have the same name. */
export function distinct<T>(values: readonly T[], field: string, name: (value: T) => string): readonly T[] {
  if (new Set(values.map(name)).size !== values.length) throw badField(field, 'must not name the same thing twice');
  return values;
}

/** Narrows a text to a closed set of codes. */
export function oneOf<Code extends string>(value: string, field: string, is: (text: string) => text is Code): Code {
  if (!is(value)) throw badField(field, 'is not a code that this version knows');
  return value;
}

/** A Buffer's plain view: the same bytes without Buffer's own ideas of slice() and toString(). */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
