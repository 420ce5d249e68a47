import type { Identifiers, Raw } from '../../core/linkage/index.js';
import { fieldCheck, sourceText } from './field-value.js';
import type { FieldValue } from './field-value.js';
import { NOTICE_TEXTS } from './finding.js';
import type { Findings, NoticeKind } from './finding.js';
import { CASE_IDENTIFIER } from './mapping.js';
import type { BoundMapping, MappedIdentifier } from './mapping.js';
import type { SourceRow, SourceValue } from './source.js';

/** One row in the dataset's terms. It lives for as long as its match keys take to make; nothing writes it down. */
export interface SourceRecord {
  /** Of the source, counted from 1 in the order in which it is read, with those that can't be used. */
  readonly row: number;
  readonly person: Identifiers;
  readonly urn: string | null;
  /** In the order of the definition. */
  readonly fields: readonly FieldValue[];
}

/** A row as a record; null where the value of a field isn't one that the dataset allows, so that it can't be used. */
export type RecordReader = (row: SourceRow, number: number) => SourceRecord | null;

/** Turns rows, whose columns are those of the mapping, into records; what is wrong with them is told to `findings`. */
export function recordReader(mapping: BoundMapping, findings: Findings): RecordReader {
  let columns = 0;
  const identifiers = mapping.identifiers.map((identifier) => {
    const place = columns;
    columns += identifier.columns.length;
    return { ...identifier, place };
  });
  const checks = mapping.fields.map(({ name, column, definition, codes }, index) => ({
    path: `fields.${name}`,
    column,
    place: columns + index,
    check: fieldCheck(definition, codes),
  }));

  const fieldsOf = (row: SourceRow, number: number): readonly FieldValue[] | null => {
    const values: FieldValue[] = [];
    for (const { path, column, place, check } of checks) {
      const value = row[place] ?? null;
      const checked = check(value);
      if ('value' in checked) values.push(checked.value);
      else {
        findings.found({ path, column, ...checked.invalid, rejects: true }, number);
        if (checked.invalid.kind === 'unmapped-code') findings.unmapped?.(path, String(value));
      }
    }
    return values.length === checks.length ? values : null;
  };

  const textOf = (
    { name, codes }: MappedIdentifier,
    column: string,
    value: SourceValue,
    number: number,
  ): string | null => {
    if (value === null) return null;
    const path = `identifiers.${name}`;
    const found = (kind: NoticeKind): null => {
      findings.found({ path, column, kind, text: NOTICE_TEXTS[kind], rejects: false }, number);
      return null;
    };
    const text = sourceText(value);
    if ('invalid' in text) return found(text.invalid.kind);
    if (codes === undefined) return text.value;
    const code = codes.get(text.value);
    if (code !== undefined) return code;
    findings.unmapped?.(path, text.value);
    return found('unmapped-code');
  };

  return (row, number) => {
    const fields = fieldsOf(row, number);
    if (fields === null) return null;
    const person: Partial<Record<keyof Identifiers, Raw | readonly Raw[]>> = {};
    let urn: string | null = null;
    for (const identifier of identifiers) {
      const { name, place } = identifier;
      const texts = identifier.columns.map((column, index) =>
        textOf(identifier, column, row[place + index] ?? null, number),
      );
      if (name === CASE_IDENTIFIER) urn = texts[0] ?? null;
      else person[name] = texts.length === 1 ? texts[0] : texts;
    }
    return { row: number, person, urn, fields };
  };
}
