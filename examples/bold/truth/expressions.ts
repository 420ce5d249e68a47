import type { FieldDefinition } from '../../../core/templates/index.js';

/** SQL expressions that bring what an agency wrote into one form. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function urn(column: string): string {
  return known(`upper(${removing(column, [' ', '/', '-'])})`, ['', 'UNKNOWN', 'NFA']);
}

/** A field's value as its dataset writes it. A source may give the day where the dataset has the quarter. */
export function field(column: string, { type }: FieldDefinition): string {
  switch (type) {
    case 'code':
    case 'date':
      return `CAST(${column} AS TEXT)`;
    case 'integer':
      return `CAST(${column} AS INTEGER)`;
    case 'quarter':
      return (
        `CASE WHEN ${column} LIKE '____-Q_' THEN ${column} ` +
        `ELSE substr(${column}, 1, 4) || '-Q' || ((CAST(substr(${column}, 6, 2) AS INTEGER) + 2) / 3) END`
      );
  }
}

/** 1 where somebody has said yes, else 0. */
export function consent(column: string): string {
  const answer = `lower(trim(CAST(${column} AS TEXT)))`;
  return `ifnull(${answer} IN ('yes', 'y', 'true', 't', '1'), 0)`;
}

function removing(column: string, characters: readonly string[]): string {
  return characters.reduce((inner, text) => `replace(${inner}, '${text.replaceAll("'", "''")}', '')`, column);
}

function known(expression: string, placeholders: readonly string[]): string {
  const list = placeholders.map((placeholder) => `'${placeholder}'`).join(', ');
  return `CASE WHEN ${expression} NOT IN (${list}) THEN ${expression} END`;
}
