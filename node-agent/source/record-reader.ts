import type { Identifiers } from '../../core/linkage/index.js';
import { fieldCheck, sourceText } from './field-value.js';
import type { FieldValue } from './field-value.js';
import type { InvalidValues } from './invalid-values.js';
import type { BoundMapping, IdentifierName } from './mapping.js';
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
  const checks = mapping.fields.map(({ name, column, definition }, index) => ({
    path: `fields.${name}`,
    column,
    place: mapping.identifiers.length + index,
    check: fieldCheck(definition),
  }));

  const identifierText = (name: IdentifierName, column: string, value: SourceValue, record: number): string | null => {
    if (value === null) return null;
    const text = sourceText(value);
    if ('value' in text) return text.value;
    invalid.add(`identifiers.${name}`, column, record, text.invalid);
    return null;
  };

  return (row, record) => {
    // One shape for all records: what a dataset's keys don't need is null.
    const texts: Record<IdentifierName, string | null> = {
      forename: null,
      surname: null,
      dateOfBirth: null,
      postcode: null,
      sex: null,
      urn: null,
    };
    mapping.identifiers.forEach(({ name, column }, place) => {
      texts[name] = identifierText(name, column, row[place] ?? null, record);
    });
    const fields = checks.map(({ path, column, place, check }) => {
      const checked = check(row[place] ?? null);
      if ('value' in checked) return checked.value;
      invalid.add(path, column, record, checked.invalid);
      return null;
    });
    const { urn, ...person } = texts;
    return { record, person, urn, fields };
  };
}
