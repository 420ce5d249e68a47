/** Names of the styles of cells. */
export const STYLES = {
  title: 'Heading_20_1',
  line: 'Line',
  paragraph: 'Paragraph',
  header: 'Column_20_heading',
  cell: 'Text',
  count: 'Count',
  decimal: 'Decimal',
  percent: 'Percent',
} as const;

/** The look of a workbook: text large enough, nothing said by colour alone, language British English. */
export function stylesXml(): string {
  const cell = (name: string, properties: string, data = ''): string =>
    `<style:style style:name="${name}" style:display-name="${name.replaceAll('_20_', ' ')}" style:family="table-cell" ` +
    `style:parent-style-name="Default"${data === '' ? '' : ` style:data-style-name="${data}"`}>${properties}</style:style>`;
  const bold = (size: number): string => `<style:text-properties fo:font-size="${size}pt" fo:font-weight="bold"/>`;
  const wrapped = '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>';
  const top = '<style:table-cell-properties style:vertical-align="top"/>';
  return [
    '<office:styles>',
    '<style:default-style style:family="table-cell"><style:text-properties fo:font-family="Arial" fo:font-size="12pt" ',
    'fo:language="en" fo:country="GB"/></style:default-style>',
    numberStyle('whole', 0, 0),
    numberStyle('places', 0, 4),
    '<number:percentage-style style:name="share"><number:number number:decimal-places="1" ',
    'number:min-decimal-places="1" number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style>',
    '<style:style style:name="Default" style:family="table-cell"/>',
    cell(STYLES.title, bold(16)),
    cell(STYLES.line, ''),
    cell(STYLES.paragraph, wrapped),
    cell(STYLES.header, `${wrapped}${bold(12)}`),
    cell(STYLES.cell, wrapped),
    cell(STYLES.count, top, 'whole'),
    cell(STYLES.decimal, top, 'places'),
    cell(STYLES.percent, top, 'share'),
    '</office:styles>',
  ].join('');
}

/** With separators between thousands, and at least and at most so many places behind the point. */
function numberStyle(name: string, least: number, most: number): string {
  return (
    `<number:number-style style:name="${name}"><number:number number:decimal-places="${most}" ` +
    `number:min-decimal-places="${least}" number:min-integer-digits="1" number:grouping="true"/></number:number-style>`
  );
}
