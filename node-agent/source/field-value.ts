import { normaliseDate } from '../../core/linkage/index.js';
import { codesOf, isQuarter, quarterOf } from '../../core/templates/index.js';
import type { FieldDefinition } from '../../core/templates/index.js';
import type { SourceValue } from './source.js';

/** What a snapshot holds of a field: a code, an ISO date, a quarter, a whole number; null where nothing is recorded. */
export type FieldValue = string | number | null;

/** Either the value as the dataset writes it, or what is wrong with it, in words that don't repeat it. */
export type CheckedValue = { readonly value: FieldValue } | { readonly invalid: string };

/** Valid values of one field that are remembered, with what they are: the days of forty years, for dates cost most. */
export const KNOWN_VALUES_MAX = 16_384;

/** Says of each source value what it is in the dataset's terms. Nothing is guessed: what doesn't fit is invalid. */
export type FieldCheck = (value: SourceValue) => CheckedValue;

export function fieldCheck(definition: FieldDefinition): FieldCheck {
  const check = checkOf(definition);
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

/** Text and numbers as text. Bytes, and text that wasn't valid UTF-8, are refused: nobody knows what they say. */
export function sourceText(value: NonNullable<SourceValue>): { value: string } | { invalid: string } {
  if (value instanceof Uint8Array) return { invalid: 'binary, where text or a number is expected' };
  const text = String(value);
  return text.includes('\uFFFD') ? { invalid: 'not valid UTF-8 text' } : { value: text };
}

function checkOf(definition: FieldDefinition): (text: string) => CheckedValue {
  switch (definition.type) {
    case 'code': {
      const { codes } = definition;
      return (text) => (codes.has(text) ? { value: text } : { invalid: 'not one of the dataset’s codes' });
    }
    case 'quarter': {
      const quarters = codesOf(definition);
      const invalid = `not a quarter or an ISO date from ${definition.from} to ${definition.to}`;
      return (text) => {
        const quarter = isQuarter(text) ? text : isIsoDate(text) ? quarterOf(text) : '';
        return quarters.has(quarter) ? { value: quarter } : { invalid };
      };
    }
    case 'date':
      return (text) => (isIsoDate(text) ? { value: text } : { invalid: 'not a real date written as YYYY-MM-DD' });
    case 'integer': {
      const { min, max } = definition;
      const invalid = `not a whole number from ${min} to ${max}`;
      return (text) => {
        const value = /^-?(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
        return value >= min && value <= max ? { value } : { invalid };
      };
    }
  }
}

/** A day of the calendar, exactly as ISO 8601 writes it. */
function isIsoDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && normaliseDate(text) === text;
}
