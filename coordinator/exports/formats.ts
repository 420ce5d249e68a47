/** What a release can be had as. What each is for: EXPORT_KINDS. */
export const EXPORT_FORMATS = ['csv', 'linkage-csv', 'csvw', 'json', 'context', 'ods', 'svg', 'png'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportKind {
  /** For people. */
  readonly title: string;
  /** Of the file's name, with what sets it apart from the others. */
  readonly ending: string;
  readonly contentType: string;
}

export const EXPORT_KINDS: Readonly<Record<ExportFormat, ExportKind>> = {
  csv: {
    title: 'CSV: a row for each number, with its status',
    ending: '.csv',
    contentType: 'text/csv; charset=utf-8; header=present',
  },
  'linkage-csv': {
    title: 'CSV: how people were linked',
    ending: '-linkage.csv',
    contentType: 'text/csv; charset=utf-8; header=present',
  },
  csvw: {
    title: 'CSV on the Web: the CSV files with a description of their columns for programs, in one ZIP file',
    ending: '-csvw.zip',
    contentType: 'application/zip',
  },
  json: {
    title: 'JSON: the whole release, as its provenance speaks of it',
    ending: '.json',
    contentType: 'application/json',
  },
  context: {
    title: 'JSON: the release with what was asked, how it reads and how to cite it',
    ending: '-context.json',
    contentType: 'application/json',
  },
  ods: {
    title: 'OpenDocument spreadsheet: a worksheet for each table',
    ending: '.ods',
    contentType: 'application/vnd.oasis.opendocument.spreadsheet',
  },
  svg: { title: 'SVG: the chart, as a drawing', ending: '.svg', contentType: 'image/svg+xml' },
  png: { title: 'PNG: the chart, as a picture', ending: '.png', contentType: 'image/png' },
};

/** The table's rows and those of the linkage report have other columns, so that they don't go into one CSV file. */
export const EXPORT_PARTS = ['table', 'linkage'] as const;
export type ExportPart = (typeof EXPORT_PARTS)[number];

/** Whether a file of this format can be printed to a terminal. */
export function isText(format: ExportFormat): boolean {
  return !['csvw', 'ods', 'png'].includes(format);
}
