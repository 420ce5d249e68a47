import { utf8Bytes, xmlText } from '../../core/base/index.js';
import { releasedAt, type ExportedRun } from './exported-run.js';
import { EXPORT_KINDS } from './formats.js';
import { stylesXml, STYLES } from './ods-styles.js';
import { sheetsOf, type Sheet, type SheetCell } from './sheets.js';
import { zipOf } from './zip.js';

/*
 * OpenDocument 1.3 (OASIS Standard, 27 April 2021), parts 2 and 3. Its files stand apart in a ZIP file whose first is
 * `mimetype`, not compressed, so that the kind of file is told by its first bytes.
 */

const VERSION = '1.3';
const MIMETYPE = EXPORT_KINDS.ods.contentType;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACES = (
  [
    ['office', 'urn:oasis:names:tc:opendocument:xmlns:office:1.0'],
    ['style', 'urn:oasis:names:tc:opendocument:xmlns:style:1.0'],
    ['text', 'urn:oasis:names:tc:opendocument:xmlns:text:1.0'],
    ['table', 'urn:oasis:names:tc:opendocument:xmlns:table:1.0'],
    ['fo', 'urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0'],
    ['number', 'urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0'],
    ['meta', 'urn:oasis:names:tc:opendocument:xmlns:meta:1.0'],
    ['dc', 'http://purl.org/dc/elements/1.1/'],
    ['xlink', 'http://www.w3.org/1999/xlink'],
  ] as const
)
  .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
  .join('');

/** Widths of columns in centimetres, by how many characters the widest cell has. */
const CENTIMETRES = { least: 2.5, most: 9, character: 0.2 } as const;

/** A release as a workbook: the same bytes for the same release. */
export function workbook(exported: ExportedRun): Uint8Array {
  const sheets = sheetsOf(exported);
  const files = [
    { name: 'content.xml', text: contentXml(sheets) },
    { name: 'styles.xml', text: document('document-styles', stylesXml()) },
    { name: 'meta.xml', text: metaXml(exported) },
  ];
  return zipOf(
    [
      { name: 'mimetype', bytes: utf8Bytes(MIMETYPE), isStored: true },
      ...files.map(({ name, text }) => ({ name, bytes: utf8Bytes(text) })),
      { name: 'META-INF/manifest.xml', bytes: utf8Bytes(manifestXml(files.map(({ name }) => name))) },
    ],
    releasedAt(exported),
  );
}

function document(kind: string, content: string): string {
  return `${DECLARATION}<office:${kind}${NAMESPACES} office:version="${VERSION}">${content}</office:${kind}>\n`;
}

function manifestXml(names: readonly string[]): string {
  const entries = names.map(
    (name) => `<manifest:file-entry manifest:full-path="${name}" manifest:media-type="text/xml"/>`,
  );
  return (
    `${DECLARATION}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="${VERSION}">` +
    `<manifest:file-entry manifest:full-path="/" manifest:version="${VERSION}" manifest:media-type="${MIMETYPE}"/>` +
    `${entries.join('')}</manifest:manifest>\n`
  );
}

function metaXml(exported: ExportedRun): string {
  const { run, release, programme } = exported;
  const at = releasedAt(exported).replace(/Z$/, '');
  const fields = [
    '<meta:generator>Tallystick</meta:generator>',
    `<dc:title>${xmlText(run.templateTitle)}</dc:title>`,
    `<dc:description>${xmlText(release.question)}</dc:description>`,
    `<dc:subject>Run ${xmlText(run.id)}</dc:subject>`,
    `<meta:initial-creator>${xmlText(programme ?? 'Tallystick')}</meta:initial-creator>`,
    `<dc:creator>${xmlText(programme ?? 'Tallystick')}</dc:creator>`,
    `<meta:creation-date>${xmlText(at)}</meta:creation-date>`,
    `<dc:date>${xmlText(at)}</dc:date>`,
    '<dc:language>en-GB</dc:language>',
  ];
  return document('document-meta', `<office:meta>${fields.join('')}</office:meta>`);
}

function contentXml(sheets: readonly Sheet[]): string {
  const widths = [...new Set(sheets.flatMap((sheet) => widthsOf(sheet)))];
  const styles = widths.map(
    (width) =>
      `<style:style style:name="${widthName(width)}" style:family="table-column">` +
      `<style:table-column-properties style:column-width="${width}cm"/></style:style>`,
  );
  const ranges = sheets.flatMap((sheet) => rangeXml(sheet));
  return document(
    'document-content',
    `<office:automatic-styles>${styles.join('')}</office:automatic-styles><office:body><office:spreadsheet>` +
      `${sheets.map(sheetXml).join('')}<table:database-ranges>${ranges.join('')}</table:database-ranges>` +
      '</office:spreadsheet></office:body>',
  );
}

function widthName(width: number): string {
  return `width-${Math.round(width * 10)}`;
}

/** One for each column. Paragraphs stand in one wide column, in which they are wrapped. */
function widthsOf({ table }: Sheet): number[] {
  if (table === null) return [2 * CENTIMETRES.most];
  return table.columns.map((column, place) => {
    const longest = Math.max(column.length / 2, ...table.rows.map((row) => lengthOf(row[place])));
    const width = Math.min(CENTIMETRES.most, Math.max(CENTIMETRES.least, longest * CENTIMETRES.character));
    return Number(width.toFixed(1));
  });
}

function lengthOf(cell: SheetCell | undefined): number {
  if (cell === undefined) return 0;
  return cell.kind === 'text' || cell.kind === 'link' ? cell.text.length : String(cell.value).length;
}

function sheetXml(sheet: Sheet): string {
  const { name, title, about, table } = sheet;
  const columns = widthsOf(sheet).map((width) => `<table:table-column table:style-name="${widthName(width)}"/>`);
  const style = table === null ? STYLES.paragraph : STYLES.line;
  return [
    `<table:table table:name="${xmlText(name)}">${columns.join('')}`,
    rowXml([textXml(title, STYLES.title)]),
    ...about.map((line) => rowXml([textXml(line, style)])),
    ...(table === null
      ? []
      : [
          `<table:table-header-rows>${rowXml(table.columns.map((column) => textXml(column, STYLES.header)))}</table:table-header-rows>`,
          ...table.rows.map((row) => rowXml(row.map(cellXml))),
        ]),
    '</table:table>',
  ].join('');
}

/** Where the table of a worksheet is, under a name, its heading with it. */
function rangeXml({ name, about, table }: Sheet): string[] {
  if (table === null) return [];
  const first = about.length + 2;
  const sheet = `'${name.replaceAll("'", "''")}'`;
  const last = `${columnLetters(table.columns.length)}${first + table.rows.length}`;
  const address = xmlText(`${sheet}.A${first}:${sheet}.${last}`);
  return [
    `<table:database-range table:name="${table.range}" table:target-range-address="${address}" table:contains-header="true" table:display-filter-buttons="false"/>`,
  ];
}

const LETTERS = 26;

/** A for 1, Z for 26, AA for 27. */
export function columnLetters(column: number): string {
  const rest = (column - 1) % LETTERS;
  const letter = String.fromCharCode('A'.charCodeAt(0) + rest);
  return column <= LETTERS ? letter : columnLetters((column - 1 - rest) / LETTERS) + letter;
}

function rowXml(cells: readonly string[]): string {
  return `<table:table-row>${cells.join('')}</table:table-row>`;
}

function cellXml(cell: SheetCell): string {
  switch (cell.kind) {
    case 'text':
      return textXml(cell.text, STYLES.cell);
    case 'link':
      return stringXml(
        `<text:a xlink:type="simple" xlink:href="#${xmlText(cell.sheet)}">${xmlText(cell.text)}</text:a>`,
        STYLES.cell,
      );
    case 'percent':
      return numberXml('percentage', cell.value, STYLES.percent);
    case 'count':
      return numberXml('float', cell.value, STYLES.count);
    case 'decimal':
      return numberXml('float', cell.value, STYLES.decimal);
  }
}

function numberXml(type: 'float' | 'percentage', value: number, style: string): string {
  return `<table:table-cell table:style-name="${style}" office:value-type="${type}" office:value="${value}"><text:p>${value}</text:p></table:table-cell>`;
}

/** Said to be text, so that nothing in it is ever taken for a formula. */
function textXml(text: string, style: string): string {
  return stringXml(xmlText(text.replace(/\s+/g, ' ').trim()), style);
}

function stringXml(content: string, style: string): string {
  return `<table:table-cell table:style-name="${style}" office:value-type="string"><text:p>${content}</text:p></table:table-cell>`;
}
