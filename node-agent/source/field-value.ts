import { isRealDay } from '../../core/linkage/index.js';
import { codesOf, isQuarter, quarterOf } from '../../core/templates/index.js';
import type { FieldDefinition } from '../../core/templates/index.js';
import type { RejectionKind } from './finding.js';
import type { SourceValue } from './source.js';

/** What a snapshot holds of a field: a code, an ISO date, a quarter, a whole number; null where nothing is recorded. */
export type FieldValue = string | number | null;

/** Why a value is not one of its field, in words that don't repeat it. */
export interface InvalidValue {
  readonly kind: RejectionKind;
  /** Goes on with "is" or "are". */
  readonly text: string;
}

/** Either the value as the dataset writes it, or what is wrong with it. */
export type CheckedValue = { readonly value: FieldValue } | { readonly invalid: InvalidValue };

/** The agency's own codes, by what they mean in the dataset; null where they mean that nothing is recorded. */
export type LocalCodes = ReadonlyMap<string, string | null>;

/** Valid values of one field that are remembered, with what they are: the days of forty years, for dates cost most. */
export const KNOWN_VALUES_MAX = 16_384;

/** Says of each source value what it is in the dataset's terms. Nothing is guessed: what doesn't fit is invalid. */
export type FieldCheck = (value: SourceValue) => CheckedValue;

/** With `codes`, a value has to be one of those, also where the dataset has a code of that name. */
export function fieldCheck(definition: FieldDefinition, codes?: LocalCodes): FieldCheck {
  const check = codes === undefined ? checkOf(definition) : localCheck(codes);
  const nothing: CheckedValue = { value: null };
  const known = new Map<SourceValue, CheckedValue>();
  return (value) => {
    if (value === null) return nothing;
    const before = known.get(value);
    if (before !== undefined) return before;
    const text = sourceText(value);
    const checked = 'invalid' in text ? text : check(text.value);
    if ('value' in checked && known.size < KNOWN_VALUES_MAX) known.set(value, checked);
    return checked;
  };
}

const NO_DAY = { invalid: { kind: 'impossible-date', text: 'a day of no calendar' } } as const;
const BINARY = { invalid: { kind: 'binary', text: 'binary, where text or a number is expected' } } as const;
const BAD_ENCODING = { invalid: { kind: 'bad-encoding', text: 'not valid UTF-8 text' } } as const;

/** Text and numbers as text. Bytes, and text that wasn't valid UTF-8, are refused: nobody knows what they say. */
export function sourceText(
  value: NonNullable<SourceValue>,
): { value: string } | { invalid: { kind: 'binary' | 'bad-encoding'; text: string } } {
  if (value instanceof Uint8Array) return BINARY;
  const text = String(value);
  return text.includes('\uFFFD') ? BAD_ENCODING : { value: text };
}

function localCheck(codes: LocalCodes): (text: string) => CheckedValue {
  const invalid: InvalidValue = { kind: 'unmapped-code', text: 'a code that the mapping doesn’t name' };
  return (text) => {
    const code = codes.get(text);
    return code === undefined ? { invalid } : { value: code };
  };
}

function checkOf(definition: FieldDefinition): (text: string) => CheckedValue {
  switch (definition.type) {
    case 'code': {
      const { codes } = definition;
      const invalid: InvalidValue = { kind: 'unmapped-code', text: 'not one of the dataset’s codes' };
      return (text) => (codes.has(text) ? { value: text } : { invalid });
    }
    case 'quarter': {
      const quarters = codesOf(definition);
      const text = `not a quarter or an ISO date from ${definition.from} to ${definition.to}`;
      return (value) => {
        const quarter = isQuarter(value) ? value : isIsoDate(value) ? quarterOf(value) : null;
        if (quarter !== null && quarters.has(quarter)) return { value: quarter };
        if (quarter === null && isoParts(value) !== null) return NO_DAY;
        return { invalid: { kind: quarter === null ? 'not-a-quarter' : 'out-of-range', text } };
      };
    }
    case 'date':
      return (text) => {
        if (isIsoDate(text)) return { value: text };
        return isoParts(text) === null
          ? { invalid: { kind: 'not-a-date', text: 'not a date written as YYYY-MM-DD' } }
          : NO_DAY;
      };
    case 'integer': {
      const { min, max } = definition;
      const invalid = `not a whole number from ${min} to ${max}`;
      return (text) => {
        if (!/^-?(0|[1-9][0-9]{0,15})$/.test(text)) return { invalid: { kind: 'not-a-number', text: invalid } };
        const value = Number(text);
        return value >= min && value <= max ? { value } : { invalid: { kind: 'out-of-range', text: invalid } };
      };
    }
  }
}

/** A day of the calendar, exactly as ISO 8601 writes it. */
function isIsoDate(text: string): boolean {
  const parts = isoParts(text);
  return parts !== null && isRealDay(...parts);
}

/** Year, month and day of what has the form of an ISO date, whether or not there is such a day. */
function isoParts(text: string): [number, number, number] | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}
