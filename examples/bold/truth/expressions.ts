import type { FieldDefinition } from '../../../core/templates/index.js';

/**
 * SQL expressions that bring what an agency wrote into one form. They share no code with core/linkage on purpose: the
 * example's identifiers are spelt the same everywhere but for case, spaces, punctuation and a few accents, so that
 * the plainest functions of SQL are enough, and a mistake in the one shows as a difference from the other.
 */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function name(column: string): string {
  const plain = removing(withoutAccents(column), [' ', '-', "'", '’', '.']);
  return known(`upper(${plain})`, ['', 'UNKNOWN', 'NFA']);
}

/** `date` moves the 30th of February to March, and then it is no longer what was written. */
export function birthDate(column: string): string {
  return `CASE WHEN date(trim(${column})) = trim(${column}) THEN trim(${column}) END`;
}

export function postcode(column: string): string {
  const plain = `upper(${removing(column, [' '])})`;
  const letter = '[ABD-HJLNP-UW-Z]';
  const forms = ['[A-Z][0-9]', '[A-Z][0-9][0-9]', '[A-Z][A-Z][0-9]', '[A-Z][A-Z][0-9][0-9]', '[A-Z][0-9][A-Z]']
    .concat('[A-Z][A-Z][0-9][A-Z]')
    .map((outward) => `${plain} GLOB '${outward}[0-9]${letter}${letter}'`);
  return `CASE WHEN (${forms.join(' OR ')}) AND ${plain} NOT LIKE 'ZZ99%' THEN ${plain} END`;
}

export function sex(column: string): string {
  return `CASE upper(trim(${column})) WHEN 'F' THEN 'F' WHEN 'M' THEN 'M' END`;
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

function withoutAccents(column: string): string {
  const accents = [
    ['é', 'e'],
    ['É', 'E'],
    ['ë', 'e'],
    ['Ë', 'E'],
    ['â', 'a'],
    ['Â', 'A'],
  ];
  return accents.reduce((inner, [accent, plain]) => `replace(${inner}, '${accent}', '${plain}')`, column);
}

function removing(column: string, characters: readonly string[]): string {
  return characters.reduce((inner, text) => `replace(${inner}, '${text.replaceAll("'", "''")}', '')`, column);
}

function known(expression: string, placeholders: readonly string[]): string {
  const list = placeholders.map((placeholder) => `'${placeholder}'`).join(', ');
  return `CASE WHEN ${expression} NOT IN (${list}) THEN ${expression} END`;
}
