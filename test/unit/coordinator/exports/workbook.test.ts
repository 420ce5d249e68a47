import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { exportOf } from '../../../../coordinator/exports/index.js';
import { columnLetters } from '../../../../coordinator/exports/ods.js';
import { zipOf } from '../../../../coordinator/exports/zip.js';
import { packagePath } from '../../../../runtime/index.js';
import { boldRelease, exportedRun } from '../../../support/bold-release.js';
import { elementsOf } from '../../../support/read-xml.js';
import { unzipped } from '../../../support/unzipped.js';
import { dimension, releaseOf, table } from '../../cli/releases.js';

const NAME = 'victim-engagement-by-case-length';

async function bookOf(name = NAME): Promise<{ bytes: Uint8Array; files: ReadonlyMap<string, string> }> {
  const { bytes } = await exportOf('ods', exportedRun(name, await boldRelease(name, 3)));
  return { bytes, files: unzipped(bytes) };
}

describe('a workbook', () => {
  it('says what it is by its first bytes, not compressed, and lists its files', async () => {
    const { bytes, files } = await bookOf();
    // A ZIP local file header: method 0 at byte 8, no extra field at 28, the name at 30, then the content as it is.
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect([view.getUint32(0, true), view.getUint16(8, true), view.getUint16(28, true)]).toEqual([0x04034b50, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(30, 84))).toBe(
      'mimetypeapplication/vnd.oasis.opendocument.spreadsheet',
    );
    expect([...files.keys()]).toEqual(['mimetype', 'content.xml', 'styles.xml', 'meta.xml', 'META-INF/manifest.xml']);
    const listed = [...(files.get('META-INF/manifest.xml') ?? '').matchAll(/full-path="([^"]+)"/g)].map(
      ([, path]) => path,
    );
    expect(listed).toEqual(['/', 'content.xml', 'styles.xml', 'meta.xml']);
  });

  it('is well-formed, its parts in the order of OpenDocument 1.3', async () => {
    const { files } = await bookOf();
    for (const [name, text] of files) {
      if (!name.endsWith('.xml')) continue;
      expect(text.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n')).toBe(true);
      expect(elementsOf(text).length).toBeGreaterThan(3);
      expect(text).toMatch(/(office|manifest):version="1\.3"/);
    }
    const content = elementsOf(files.get('content.xml') ?? '');
    const order = [
      'office:automatic-styles',
      'office:body',
      'office:spreadsheet',
      'table:table',
      'table:database-ranges',
    ];
    expect(order.map((name) => content.indexOf(name))).toEqual(
      order.map((name) => content.indexOf(name)).toSorted((a, b) => a - b),
    );
    expect(content.lastIndexOf('table:table')).toBeLessThan(content.indexOf('table:database-ranges'));
  });

  it('has a worksheet for each table, no merged or empty cells, and a marked heading', async () => {
    const { files } = await bookOf();
    const content = files.get('content.xml') ?? '';
    const names = [...content.matchAll(/<table:table table:name="([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['Cover', 'Contents', 'Notes', 'Counts', 'Rates', 'Differences']);
    expect(content.match(/<table:table-header-rows>/g)).toHaveLength(names.length - 1);
    expect(content.match(/contains-header="true"/g)).toHaveLength(names.length - 1);
    expect(content).not.toMatch(/spanned|covered-table-cell|<text:p><\/text:p>|table:formula/);
    const styled = new Set([...content.matchAll(/table:style-name="([^"]+)"/g)].map(([, name]) => name));
    const known = content + (files.get('styles.xml') ?? '');
    for (const style of styled) expect(known).toContain(`style:name="${style}"`);
    for (const range of content.matchAll(/table:target-range-address="'([^']+)'\.A(\d+):/g))
      expect(names).toContain(range[1]);
  });

  it('says its language, title, author and day', async () => {
    const meta = (await bookOf()).files.get('meta.xml') ?? '';
    expect(meta).toContain(
      '<dc:title>If a case takes over a year, are victims less likely to stay engaged?</dc:title>',
    );
    expect(meta).toContain('<dc:creator>BOLD</dc:creator>');
    expect(meta).toContain('<dc:date>2026-11-20T10:05:00.000</dc:date>');
    expect(meta).toContain('<dc:language>en-GB</dc:language>');
    expect((await bookOf()).files.get('styles.xml')).toContain('fo:language="en" fo:country="GB"');
  });

  it('explains shorthand, and has it in the place of what is not shown', async () => {
    const { bytes } = await exportOf(
      'ods',
      exportedRun(NAME, releaseOf(table([dimension('Days', 'Few', 'Many')], [null, 20]))),
    );
    const content = unzipped(bytes).get('content.xml') ?? '';
    for (const mark of ['[c]', '[x]', '[z]', '[low]']) expect(content).toContain(`<text:p>${mark}</text:p>`);
    expect(content.match(/<text:p>Few<\/text:p>.{0,600}/)?.[0].match(/<text:p>\[c\]<\/text:p>/g)).toHaveLength(3);
    expect(content).toContain('office:value-type="float" office:value="20"');
  });

  it('is the same bytes for the same release, in every time zone', async () => {
    const { bytes } = await bookOf();
    expect(Buffer.from((await bookOf()).bytes).equals(bytes)).toBe(true);
    const script =
      `import { zipOf } from ${JSON.stringify(packagePath('dist', 'coordinator', 'exports', 'zip.js'))};` +
      'process.stdout.write(Buffer.from(zipOf([{ name: "a", bytes: new Uint8Array(9) }], "2026-03-29")).toString("hex"));';
    const here = Buffer.from(zipOf([{ name: 'a', bytes: new Uint8Array(9) }], '2026-03-29')).toString('hex');
    for (const TZ of ['Pacific/Kiritimati', 'America/Los_Angeles', 'Europe/London']) {
      const there = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { TZ } }).toString();
      expect(there).toBe(here);
    }
  });

  it('counts columns as spreadsheets do', () => {
    expect([1, 26, 27, 52, 53, 702, 703].map(columnLetters)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
  });
});
