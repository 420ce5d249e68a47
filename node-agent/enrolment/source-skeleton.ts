import { stringify } from 'yaml';

import { IDENTIFIERS } from '../../core/linkage/index.js';
import type { IdentifierName } from '../../core/linkage/index.js';
import { needsConsent } from '../../core/templates/index.js';
import type { CodeField, DatasetDefinition, FieldDefinition } from '../../core/templates/index.js';
import { BLANK } from '../source/blanks.js';
import { CASE_IDENTIFIER } from '../source/mapping.js';
import type { SourceKind } from '../source/source-config.js';

const MEANINGS: Readonly<Record<IdentifierName, string>> = {
  forename: 'first name',
  surname: 'last name',
  dateOfBirth: 'date of birth',
  postcode: 'postcode of where they live',
  sex: 'sex',
  place: 'town or village',
  area: 'area',
  nhsNumber: 'NHS number',
  pnc: 'PNC id',
  cro: 'CRO number',
};

const TLS = [
  '      tls: # left out: the server’s certificate is from an authority that Node.js knows',
  '        authority: tls/database-authority.crt # PEM; whom the server’s certificate has to be from',
];
const SERVER = [
  `      host: ${BLANK} # the name in the server’s certificate`,
  `      database: ${BLANK}`,
  '      user: tallystick # may SELECT what is read, and nothing else: docs/agency/sources.md has the statements',
  '      password: { file: source.password } # mode 0600',
];
const TABLE = [`    table: ${BLANK} # a table or a view; or \`query\`, your own SELECT`];

/** Where the rows are, for each kind of source. */
const PLACES: Readonly<Record<SourceKind, readonly string[]>> = {
  csv: ['    csv:', `      file: ${BLANK} # UTF-8; line 1 names the columns`, "      delimiter: ','"],
  parquet: ['    parquet:', `      file: ${BLANK} # needs DuckDB: docs/agency/sources.md`],
  sqlite: [`    sqlite: ${BLANK} # the file; opened read-only`, ...TABLE],
  postgres: [
    '    postgres:',
    ...SERVER,
    '      port: 5432',
    `      schema: ${BLANK} # where the table is; left out: the login’s search_path`,
    ...TLS,
    ...TABLE,
  ],
  mysql: ['    mysql: # MySQL or MariaDB', ...SERVER, '      port: 3306', ...TLS, ...TABLE],
  mssql: [
    '    mssql: # SQL Server, TESTED WITHOUT A SERVER: try it on a copy first',
    ...SERVER,
    '      port: 1433',
    `      schema: ${BLANK} # where the table is; left out: the login’s`,
    ...TLS,
    ...TABLE,
  ],
};

/**
 * The `sources` of a new configuration, as text: for each dataset all that has to be filled in, with what governance says
 * it means.
 */
export function sourcesSkeleton(definitions: readonly DatasetDefinition[], kind: SourceKind): string {
  return [
    `sources: # where your records are, and which of your columns is which field. Put your own in the place of each ${BLANK};`,
    '  # docs/agency/mapping.md explains it. `tally node check` says what is still missing.',
    ...definitions.flatMap((definition) => sourceLines(definition, kind)),
    '',
  ].join('\n');
}

function sourceLines(definition: DatasetDefinition, kind: SourceKind): string[] {
  return [
    `  # ${commentText(definition.title)}`,
    `  - dataset: ${definition.dataset}`,
    ...PLACES[kind],
    '    # asAt: 2026-03-31 # date of the data; left out: the day of `prepare`',
    ...identifierLines(definition),
    ...consentLines(definition),
    '    fields:',
    ...[...definition.fields].flatMap(([name, field]) => fieldLines(name, field)),
  ];
}

function identifierLines({ linkage, keys }: DatasetDefinition): string[] {
  const held = linkage?.identifiers ?? new Map<IdentifierName, number>();
  const lines = IDENTIFIERS.filter((name) => held.has(name)).flatMap((name) => {
    if (name === 'sex') return codedLines('sex', MEANINGS.sex, new Map([['F', 'female'], ['M', 'male']])); // prettier-ignore
    const most = held.get(name) ?? 1;
    const several = most === 1 ? '' : `; or up to ${most} columns, preferred first: [one, other]`;
    return [`      ${name}: ${BLANK} # ${MEANINGS[name]}${several}`];
  });
  const urn = keys.includes('case')
    ? [`      ${CASE_IDENTIFIER}: ${BLANK} # number of the case, as the CPS has it`]
    : [];
  if (lines.length + urn.length === 0) return [];
  return [
    '    identifiers: # made into match keys, and not kept; one that you haven’t got comes from a view',
    ...lines,
    ...urn,
  ];
}

function consentLines(definition: DatasetDefinition): string[] {
  if (!needsConsent(definition)) return [];
  return [
    '    consent: # for each purpose the column that says whether somebody agreed: yes, y, true, t, 1; anything else is no',
    ...definition.purposes.map((purpose) => `      ${purpose}: ${BLANK}`),
  ];
}

function fieldLines(name: string, field: FieldDefinition): string[] {
  if (field.type === 'code') return codedLines(name, field.meaning, field.codes);
  return [`      ${name}: ${BLANK} # ${formOf(field)}. ${commentText(field.meaning)}`];
}

function formOf(field: Exclude<FieldDefinition, CodeField>): string {
  if (field.type === 'date') return 'A date, as in 2026-03-31';
  if (field.type === 'quarter') return `A quarter, ${field.from} to ${field.to}, or a date`;
  return `A whole number, ${field.min} to ${field.max}`;
}

/** The agency's own codes go on the left, so that whoever fills it in sees what each of the dataset's means. */
function codedLines(name: string, meaning: string, codes: ReadonlyMap<string, string>): string[] {
  return [
    `      ${name}: # ${commentText(meaning)}`,
    `        column: ${BLANK}`,
    '        codes: # yours on the left, in quotes',
    ...[...codes].map(([code, label], index) => {
      return `          '${BLANK} ${index + 1}': ${stringify(code).trim()} # ${commentText(label)}`;
    }),
    "          '': null # nothing recorded",
  ];
}

/** On one line, whatever was written. */
function commentText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
