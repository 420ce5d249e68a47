import type { Identifiers, Raw } from '../../core/linkage/index.js';
import { fieldCheck, sourceText } from './field-value.js';
import type { FieldValue } from './field-value.js';
import type { InvalidValues } from './invalid-values.js';
import { CASE_IDENTIFIER } from './mapping.js';
import type { BoundMapping } from './mapping.js';
import type { SourceRow, SourceValue } from './source.js';

/** One row in the dataset's terms. It lives for as long as its match keys take to make; nothing writes it down. */
export interface SourceRecord {
  /** Counted from 1, in the order in which the source is read. */
  readonly record: number;
  readonly person: Identifiers;
  readonly urn: string | null;
  /** In the order of the definition. */
  readonly fields: readonly FieldValue[];
}

/** Turns rows, whose columns are those of the mapping, into records; what doesn't fit is collected in `invalid`. */
export function recordReader(
  mapping: BoundMapping,
  invalid: InvalidValues,
): (row: SourceRow, record: number) => SourceRecord {
  let columns = 0;
  const identifiers = mapping.identifiers.map((identifier) => {
    const place = columns;
    columns += identifier.columns.length;
    return { ...identifier, place };
  });
  const checks = mapping.fields.map(({ name, column, definition }, index) => ({
    path: `fields.${name}`,
    column,
    place: columns + index,
    check: fieldCheck(definition),
  }));

  const identifierText = (name: string, column: string, value: SourceValue, record: number): string | null => {
    if (value === null) return null;
    const text = sourceText(value);
    if ('value' in text) return text.value;
    invalid.add(`identifiers.${name}`, column, record, text.invalid);
    return null;
  };

  return (row, record) => {
    const person: Partial<Record<keyof Identifiers, Raw | readonly Raw[]>> = {};
    let urn: string | null = null;
    for (const { name, columns: of, place } of identifiers) {
      const texts = of.map((column, index) => identifierText(name, column, row[place + index] ?? null, record));
      if (name === CASE_IDENTIFIER) urn = texts[0] ?? null;
      else person[name] = texts.length === 1 ? texts[0] : texts;
    }
    const fields = checks.map(({ path, column, place, check }) => {
      const checked = check(row[place] ?? null);
      if ('value' in checked) return checked.value;
      invalid.add(path, column, record, checked.invalid);
      return null;
    });
    return { record, person, urn, fields };
  };
}
