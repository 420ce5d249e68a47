import { expect } from 'vitest';
import { z } from 'zod';

import { readCsv } from './read-csv.js';

/*
 * A strict reading of one CSV file by its metadata, after “Metadata Vocabulary for Tabular Data” and “Model for Tabular Data
 * and Metadata on the Web” (W3C Recommendations, 17 December 2015). Properties that are in neither are refused.
 */

/** RFC 6570, a variable's name, that may not begin with _. */
const NAME = /^(?:[A-Za-z0-9]|%[0-9A-F]{2})(?:\.?(?:[A-Za-z0-9_]|%[0-9A-F]{2}))*$/;

/** Any property of another vocabulary, by prefix. */
const common = z.record(z.string().regex(/^(dc|oa|rdf|rdfs|schema|dcat|prov|skos):[A-Za-z]+$/), z.unknown());

const columnSchema = z.strictObject({
  name: z.string().regex(NAME),
  titles: z.array(z.string().min(1)).min(1),
  datatype: z.enum(['string', 'integer', 'number']),
  required: z.boolean(),
  null: z.array(z.string()),
  propertyUrl: z.url().optional(),
  'dc:description': z.string().optional(),
});

const tableSchema = z.strictObject({
  '@context': z.tuple([z.literal('http://www.w3.org/ns/csvw'), z.strictObject({ '@language': z.string() })]),
  url: z.string(),
  dialect: z.strictObject({
    encoding: z.literal('utf-8'),
    delimiter: z.literal(','),
    quoteChar: z.literal('"'),
    doubleQuote: z.literal(true),
    lineTerminators: z.tuple([z.literal('\r\n')]),
    header: z.literal(true),
    headerRowCount: z.literal(1),
    skipBlankRows: z.literal(false),
    skipInitialSpace: z.literal(false),
    trim: z.literal(false),
  }),
  tableSchema: z.strictObject({
    columns: z.array(columnSchema),
    primaryKey: z.array(z.string()).optional(),
    rowTitles: z.array(z.string()),
  }),
  notes: z.array(
    z.strictObject({
      '@type': z.literal('oa:Annotation'),
      'oa:hasTarget': z.strictObject({ '@id': z.string() }),
      'oa:hasBody': z.strictObject({
        '@type': z.literal('oa:EmbeddedContent'),
        'rdf:value': z.string(),
        'dc:format': z.strictObject({ '@value': z.literal('text/plain') }),
      }),
    }),
  ),
});

export interface CsvwTable {
  readonly metadata: z.infer<typeof tableSchema>;
  /** Without the header, by name of the column; null where it is. */
  readonly rows: readonly ReadonlyMap<string, string | number | null>[];
}

/** Thrown when the file of this name is not what its metadata say: whatever `expect` or the schema throws. */
export function checkCsvw(files: ReadonlyMap<string, string>, name: string): CsvwTable {
  const text = files.get(`${name}-metadata.json`) ?? '';
  const written = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  const own = Object.fromEntries(Object.entries(written).filter(([key]) => !key.includes(':')));
  common.parse(Object.fromEntries(Object.entries(written).filter(([key]) => key.includes(':'))));
  const metadata = tableSchema.parse(own);
  expect(metadata.url).toBe(name);
  const { columns, primaryKey, rowTitles } = metadata.tableSchema;
  const names = columns.map((column) => column.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining([...(primaryKey ?? []), ...rowTitles]));
  const [header = [], ...lines] = readCsv(files.get(name) ?? '');
  expect(header).toHaveLength(columns.length);
  columns.forEach(({ titles }, place) => {
    expect(titles).toContain(header[place]);
  });
  const rows = lines.map((line) => {
    expect(line).toHaveLength(columns.length);
    return new Map(columns.map((column, place) => [column.name, cellOf(column, line[place] ?? '')]));
  });
  if (primaryKey !== undefined) {
    const keys = rows.map((row) => JSON.stringify(primaryKey.map((key) => row.get(key))));
    expect(new Set(keys).size).toBe(keys.length);
  }
  return { metadata, rows };
}

/** XML Schema’s integer and double, as the datatypes are defined. */
const FORMS = { integer: /^[-+]?\d+$/, number: /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/, string: /^/ } as const;

function cellOf(column: z.infer<typeof columnSchema>, text: string): string | number | null {
  if (column.null.includes(text)) {
    expect(column.required, `${column.name} is required`).toBe(false);
    return null;
  }
  expect(text, `${column.name}: ${column.datatype}`).toMatch(FORMS[column.datatype]);
  return column.datatype === 'string' ? text : Number(text);
}
