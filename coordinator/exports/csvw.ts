import { utf8Bytes } from '../../core/base/index.js';
import { CONFIDENTIAL, markNotes, NOT_AVAILABLE, roundingNote } from '../../core/disclosure/index.js';
import { citation } from './citation.js';
import { writeCsv, writtenField, type CsvField } from './csv.js';
import { EXPORT_KINDS } from './formats.js';
import { baseName, releasedAt, type ExportedRun } from './exported-run.js';
import { linkageRows } from './linkage-rows.js';
import { tableRows } from './table-rows.js';
import { zipOf, type ZippedFile } from './zip.js';

/*
 * CSV on the Web: W3C Recommendations of 17 December 2015, “Model for Tabular Data and Metadata on the Web” and “Metadata
 * Vocabulary for Tabular Data”. The metadata of `x.csv` is in `x.csv-metadata.json`, where programs look for it.
 */

const METADATA_ENDING = '-metadata.json';

/** What a column's values are, by those that it has: numbers, or text where one of them is none. */
export type Datatype = 'string' | 'integer' | 'number';

/** What a column is, in a vocabulary that others use too; the other columns have no better name than their own. */
const PROPERTIES: ReadonlyMap<string, string> = new Map([
  ['value', 'http://purl.org/linked-data/sdmx/2009/measure#obsValue'],
  ['status', 'http://purl.org/linked-data/sdmx/2009/attribute#obsStatus'],
]);

/** The CSV files of a release and their metadata, in a ZIP file. */
export function csvwZip(exported: ExportedRun): Uint8Array {
  const { release } = exported;
  const { linkage, table } = release;
  const name = baseName(exported);
  const dimensions = new Map(table.dimensions.map((dimension) => [dimension.name, dimension.label]));
  return zipOf(
    [
      ...described(`${name}${EXPORT_KINDS.csv.ending}`, tableRows(release), exported, {
        key: ['quantity', ...dimensions.keys()],
        labels: dimensions,
      }),
      ...(linkage === null
        ? []
        : described(`${name}${EXPORT_KINDS['linkage-csv'].ending}`, linkageRows(linkage), exported, {
            key: ['quantity', 'agency', 'dataset', 'merge', 'key', 'identifier', 'threshold'],
            labels: new Map(),
          })),
    ],
    releasedAt(exported),
  );
}

interface Described {
  /** Columns that together tell rows apart. */
  readonly key: readonly string[];
  /** What columns are called in words. */
  readonly labels: ReadonlyMap<string, string>;
}

function described(
  url: string,
  rows: readonly (readonly CsvField[])[],
  exported: ExportedRun,
  how: Described,
): ZippedFile[] {
  return [
    { name: url, bytes: utf8Bytes(writeCsv(rows)) },
    {
      name: `${url}${METADATA_ENDING}`,
      bytes: utf8Bytes(
        `${JSON.stringify(
          metadata(
            url,
            rows.map((row) => row.map(writtenField)),
            exported,
            how,
          ),
          null,
          2,
        )}\n`,
      ),
    },
  ];
}

function metadata(
  url: string,
  [header = [], ...rows]: readonly (readonly CsvField[])[],
  exported: ExportedRun,
  { key, labels }: Described,
): object {
  const { run, release, programme, licence } = exported;
  const titles = header.map(String);
  const places = key.map((title) => titles.indexOf(title));
  const isKey = new Set(rows.map((row) => JSON.stringify(places.map((place) => row[place])))).size === rows.length;
  return {
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
    url,
    'dc:title': run.templateTitle,
    'dc:description': release.question,
    'dc:identifier': run.id,
    'dc:issued': { '@value': releasedAt(exported), '@type': 'xsd:dateTime' },
    ...(programme == null ? {} : { 'dc:publisher': programme }),
    ...(licence == null ? {} : { 'dc:license': licence }),
    'dc:source': release.sources.map(({ agencyName, dataset, asAt }) => `${agencyName}, ${dataset} as at ${asAt}`),
    'dc:bibliographicCitation': citation(exported).text,
    dialect: {
      ...{ encoding: 'utf-8', delimiter: ',', quoteChar: '"', doubleQuote: true, lineTerminators: ['\r\n'] },
      ...{ header: true, headerRowCount: 1, skipBlankRows: false, skipInitialSpace: false, trim: false },
    },
    tableSchema: {
      columns: titles.map((title, place) =>
        column(
          title,
          labels.get(title),
          rows.map((row) => row[place] ?? null),
        ),
      ),
      ...(isKey ? { primaryKey: key.map(columnName) } : {}),
      rowTitles: [columnName('quantity')],
    },
    notes: notesOf(exported).map((text) => ({
      '@type': 'oa:Annotation',
      'oa:hasTarget': { '@id': url },
      'oa:hasBody': { '@type': 'oa:EmbeddedContent', 'rdf:value': text, 'dc:format': { '@value': 'text/plain' } },
    })),
  };
}

function column(title: string, label: string | undefined, values: readonly CsvField[]): object {
  const property = PROPERTIES.get(title);
  return {
    name: columnName(title),
    titles: [title],
    ...(label === undefined ? {} : { 'dc:description': label }),
    datatype: datatypeOf(values),
    required: values.length > 0 && values.every((value) => value !== null),
    null: [''],
    ...(property === undefined ? {} : { propertyUrl: property }),
  };
}

function datatypeOf(values: readonly CsvField[]): Datatype {
  const told = values.filter((value) => value !== null);
  if (told.length === 0 || told.some((value) => typeof value !== 'number')) return 'string';
  return told.every((value) => Number.isSafeInteger(value)) ? 'integer' : 'number';
}

/** As names may be in a URI template (RFC 6570): all but letters, digits and points is written as its bytes. */
export function columnName(title: string): string {
  return [...utf8Bytes(title)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9.]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function notesOf({ release: { notes, table } }: ExportedRun): string[] {
  const { cells, totals, rates, quantiles, measures, policy } = table;
  const all = [...cells, ...totals, ...rates, ...quantiles, ...measures.flatMap((measure) => measure.cells)];
  return [
    `A value that is not shown is empty, never 0; status says why, shorthand how it is marked (${CONFIDENTIAL}, ${NOT_AVAILABLE}).`,
    'Do not add up the rows of one quantity: totals are among them.',
    ...markNotes(new Set(all.map(({ status }) => status)), policy),
    roundingNote(policy),
    ...notes,
  ];
}
