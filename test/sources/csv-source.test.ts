import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { CSV_ROW_MAX_BYTES } from '../../node-agent/source/connectors/csv-source.js';
import { utf8Chunks } from '../../node-agent/source/connectors/utf8-lines.js';
import type { SourcePlace } from '../../node-agent/source/source-config.js';
import { SOURCE_BATCH_ROWS, SOURCE_VALUE_MAX_BYTES } from '../../node-agent/source/source.js';
import { testFolder } from '../unit/node-agent/fixtures.js';
import { batchSizes, failureOf, LONG_BATCHES, LONG_ROWS, LONG_TEXT_BYTES, opened, rowsOf } from './stores.js';

const SECRET = 'Xyzzy-Quillfeather';

function csv(content: string | Uint8Array, delimiter = ','): SourcePlace {
  const file = join(testFolder(), 'people.csv');
  writeFileSync(file, content);
  return { kind: 'csv', file, delimiter };
}

async function ends(place: SourcePlace, columns: readonly string[] = ['id', 'name']): Promise<string> {
  const failure = await failureOf(() => rowsOf(place, columns));
  expect(failure.message).not.toContain(SECRET);
  return `${failure.code} ${failure.message.replace(/\/.*people\.csv/, 'FILE')}`;
}

describe('a CSV source', () => {
  it.each([
    ['with and without a byte order mark', '\ufeffid,name\n1,é\n'],
    ['with line ends of any kind', 'id,name\r\n1,é'],
    ['with its columns in another order', 'name,other,id\né,,1\n'],
    ['with quotes', '"id","name"\n"1","é"\n'],
  ])('reads files %s', async (_, text) => {
    expect(await rowsOf(csv(text), ['id', 'name'])).toEqual([['1', 'é']]);
  });

  it.each([
    ['CRLF, then LF', 'id\r\n1\r\n2\n3\n4'],
    ['LF, then CRLF', 'id\n1\n2\r\n3\r\n4\r\n'],
    ['CR, then each of them', 'id\r1\r2\n3\r\n4\r'],
    ['CRLF, then CR', 'id\r\n1\r2\r3\r4'],
  ])('ends a line at any line end, whatever line 1 ends with: %s', async (_, text) => {
    expect(await rowsOf(csv(text), ['id'])).toEqual([['1'], ['2'], ['3'], ['4']]);
  });

  it('keeps line ends within quotes, wherever the file is cut into chunks', async () => {
    const values = ['a\r\nb', 'c\nd', 'e\rf', '\r', '\n'];
    // Chunks are of 64 KiB: each of the following stands across two once.
    for (let blanks = 65_500; blanks < 65_570; blanks += 1) {
      const text = `id,name\r\n${['y'.repeat(blanks), ...values].map((value) => `1,"${value}"\r\n`).join('')}`;
      expect((await rowsOf(csv(text), ['name'])).slice(1)).toEqual(values.map((value) => [value]));
    }
  });

  it('tells nothing recorded from an empty text, and keeps what is within quotes', async () => {
    expect(await rowsOf(csv('id;name\n;""\n1;"a;""b""\n\0"\n', ';'), ['id', 'name'])).toEqual([
      [null, ''],
      ['1', 'a;"b"\n\0'],
    ]);
  });

  it('reads in batches, twice alike, and may be left half way', async () => {
    const text = `id\n${Array.from({ length: SOURCE_BATCH_ROWS + 1 }, (_, index) => index).join('\n')}\n`;
    const source = await opened(csv(text), ['id']);
    for (const read of ['first', 'second']) {
      const sizes: number[] = [];
      for await (const batch of source.batches()) sizes.push(batch.length);
      expect([read, ...sizes]).toEqual([read, SOURCE_BATCH_ROWS, 1]);
    }
    for await (const batch of source.batches()) {
      expect(batch).toHaveLength(SOURCE_BATCH_ROWS);
      break;
    }
  });

  it.each([
    ['SOURCE_FILE_INVALID FILE, line 3: 3 values', `id,name\n1,a\n2,${SECRET},b\n`],
    ['SOURCE_FILE_INVALID FILE, line 2: 1 values', `id,name\n${SECRET}\n`],
    ['SOURCE_FILE_INVALID FILE, line 2: a quote stands within', `id,name\n1,${SECRET}"a\n`],
    ['SOURCE_FILE_INVALID FILE, line 2: a quote stands within', `id,name\n1,"${SECRET}"a\n`],
    ['SOURCE_FILE_INVALID FILE, line 3: the file ends within quotes', `id,name\n1,"${SECRET}\n2,a\n`],
    ['SOURCE_FILE_INVALID FILE, line 1: there is nothing', ''],
    ['SOURCE_FILE_INVALID FILE, line 1: more than one column is named name', 'id,name,name\n'],
    // The first person of a file without names of columns.
    ['SOURCE_COLUMN_MISSING FILE, line 1 names no column id, name.', `1,${SECRET}\n`],
  ])('says %s', async (words, text) => {
    expect(await ends(csv(text))).toContain(words);
  });

  it.each(['\n', '\r\n', '\r'])('counts lines as an editor does, where they end with %j', async (end) => {
    const lines = (...rows: readonly string[]): SourcePlace => csv(['id,name', ...rows].join(end));
    expect(await ends(lines('1,a', '2,b', '3'))).toContain('line 4: 1 values');
    expect(await ends(lines('1,a', '2,b', `3,${SECRET}"`, '4,d'))).toContain('line 4: a quote stands within');
  });

  it('refuses a value with a line end that is not quoted', async () => {
    expect(await ends(csv(`id,name,more\n1,${SECRET}\rb,c\n`))).toContain('SOURCE_FILE_INVALID FILE, line 2: 2 values');
  });

  it('refuses what is not UTF-8, by its line', async () => {
    const bytes = (...parts: (string | number[])[]): Uint8Array =>
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
    expect(await ends(csv(bytes('id,name\n1,a\n2,caf', [0xe9], '\n3,b\n')))).toContain('line 3: this is not UTF-8');
    expect(await ends(csv(bytes('id,name\n1,a', [0xf0, 0x9f])))).toContain('line 2: this is not UTF-8');
    expect(await ends(csv(Buffer.from('\ufeffid,name\n', 'utf16le')))).toContain(
      'line 1: this is not UTF-8 (it is UTF-16)',
    );
  });

  it('takes a value of the most bytes and none of one more', async () => {
    const value = (text: string): SourcePlace => csv(`id,name\n1,${text}\n`);
    const most = 'é'.repeat(SOURCE_VALUE_MAX_BYTES / 2);
    expect((await rowsOf(value(most), ['name']))[0]?.[0]).toBe(most);
    expect(await ends(value(`${most}x`))).toMatch(/^SOURCE_VALUE_TOO_LONG FILE, line 2: .*column 2/);
  });

  it('ends a batch of long rows with its bytes', async () => {
    const text = `name\n${`${'x'.repeat(LONG_TEXT_BYTES)}\n`.repeat(LONG_ROWS)}`;
    expect(await batchSizes(csv(text))).toEqual(LONG_BATCHES);
  });

  it('does not take the rest of a file for one value', async () => {
    const row = (bytes: number): SourcePlace => csv(`id,name\n1,"${'x'.repeat(bytes)}`);
    expect(await ends(row(CSV_ROW_MAX_BYTES + 1))).toMatch(/^SOURCE_FILE_INVALID .*a row of more than/);
  });

  it('notices that the file is written while it is read', async () => {
    const place = csv(`id,name\n${'1,a\n'.repeat(100_000)}`) as Extract<SourcePlace, { kind: 'csv' }>;
    const source = await opened(place, ['id']);
    const failure = await failureOf(async () => {
      let batches = 0;
      for await (const batch of source.batches()) {
        if (batches === 0) appendFileSync(place.file, '2,b\n');
        batches += batch.length > 0 ? 1 : 0;
      }
    });
    expect(failure.code).toBe('SOURCE_CHANGED');
  });

  it('says what is no file', async () => {
    const folder = testFolder();
    expect(await ends({ kind: 'csv', file: join(folder, 'none'), delimiter: ',' })).toMatch(/^SOURCE_MISSING/);
    mkdirSync(join(folder, 'sub'));
    expect(await ends({ kind: 'csv', file: join(folder, 'sub'), delimiter: ',' })).toMatch(
      /^SOURCE_UNREADABLE.*EISDIR/,
    );
  });
});

describe('utf8Chunks', () => {
  it('gives the same bytes wherever the chunks are cut', async () => {
    const bytes = Buffer.from('\ufeffa😀é\n\u20ac');
    for (let size = 1; size <= bytes.length; size += 1) {
      const chunks = (function* () {
        for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
      })();
      const out: Buffer[] = [];
      for await (const chunk of utf8Chunks(chunks as unknown as AsyncIterable<Uint8Array>, 'f')) out.push(chunk);
      expect(Buffer.concat(out).toString()).toBe('a😀é\n\u20ac');
    }
  });
});
