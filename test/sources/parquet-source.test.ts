import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  loadParquetDriver,
  PARQUET_DRIVER,
  PARQUET_DRIVER_VERSION,
} from '../../node-agent/source/connectors/parquet-driver.js';
import { PARQUET_MEMORY_MIB } from '../../node-agent/source/connectors/parquet-source.js';
import type { SourcePlace } from '../../node-agent/source/source-config.js';
import { SOURCE_BATCH_ROWS, SOURCE_VALUE_MAX_BYTES } from '../../node-agent/source/source.js';
import { packagePath } from '../../runtime/index.js';
import { testFolder } from '../unit/node-agent/fixtures.js';
import {
  batchSizes,
  canHaveParquet,
  failureOf,
  LONG_BATCHES,
  LONG_ROWS,
  LONG_TEXT_BYTES,
  onDuckdb,
  opened,
  parquetPlace,
  rowsOf,
  singleQuoted,
} from './stores.js';

/** Stands in values, and must stand in no message. */
const SECRET = 'Xyzzy-Quillfeather';
const available = await canHaveParquet();

type Place = ReturnType<typeof parquetPlace>;

/** What a SELECT of DuckDB gives, as a file. */
async function parquet(select: string, options = ''): Promise<Place> {
  const place = parquetPlace(testFolder());
  await onDuckdb(`COPY (${select}) TO ${singleQuoted(place.file)} (FORMAT parquet${options})`);
  return place;
}

async function ends(place: SourcePlace, columns: readonly string[] = ['id', 'name']): Promise<string> {
  const failure = await failureOf(() => rowsOf(place, columns));
  const said = `${failure.message} ${String(failure.cause)}`;
  expect(said).not.toContain(SECRET);
  return `${failure.code} ${failure.message}`;
}

describe.runIf(available)('a Parquet source', () => {
  it('delivers every type that has a form of its own', async () => {
    const values: readonly (readonly [string, unknown])[] = [
      ['NULL::VARCHAR', null],
      ["''", ''],
      ["'a\\0b'", 'a\\0b'],
      ['true', 1],
      ['false', 0],
      ['(-128)::TINYINT', -128],
      ['65535::USMALLINT', 65_535],
      ['18446744073709551615::UBIGINT', '18446744073709551615'],
      ['9007199254740991', 9_007_199_254_740_991],
      ['9007199254740993', '9007199254740993'],
      ['12.50::DECIMAL(10, 2)', 12.5],
      ['91.00::DECIMAL(38, 2)', 91],
      ['12345678901234567890.12::DECIMAL(38, 2)', '12345678901234567890.12'],
      ['1.1::FLOAT', 1.1],
      ['0.1::DOUBLE', 0.1],
      ["'nan'::DOUBLE", 'nan'],
      ["DATE '0001-01-01'", '0001-01-01'],
      ["DATE '9999-12-31'", '9999-12-31'],
      ["TIMESTAMP '2025-03-30 00:00:00'", '2025-03-30'],
      ["TIMESTAMP_NS '2025-03-30 00:00:00'", '2025-03-30'],
      ["TIMESTAMP_MS '2025-03-30 01:30:00'", '2025-03-30 01:30:00'],
      ["UUID 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
      ["'ok'::ENUM('sad', 'ok')", 'ok'],
    ];
    const place = await parquet(`SELECT ${values.map(([sql], index) => `${sql} AS c${index}`).join(', ')}`);
    const columns = values.map((_, index) => `c${index}`);
    expect(await rowsOf(place, columns)).toEqual([values.map(([, value]) => value)]);
  });

  it('refuses what has none, by the columns’ names', async () => {
    const place = await parquet(
      `SELECT ['${SECRET}'] AS list, {'a': '${SECRET}'} AS struct, '${SECRET}'::BLOB AS bytes, now() AS moment,
       TIME '10:00' AS clock, '{"a": 1}'::JSON AS doc, INTERVAL 1 DAY AS span, 1 AS id`,
    );
    expect(await ends(place, ['id', 'list', 'struct', 'bytes', 'moment', 'clock', 'doc', 'span'])).toMatch(
      /^SOURCE_COLUMN_TYPE .*: list \(list\), struct \(struct\), bytes \(blob\), moment \(timestamp_tz\), clock \(time\), doc \(json\), span \(interval\)\. Convert/,
    );
  });

  it('says which columns are missing and which there are, by exactly their names', async () => {
    const place = await parquet(`SELECT 1 AS id, 'a' AS Name`);
    expect(await ends(place, ['id', 'name', 'dob'])).toMatch(
      /^SOURCE_COLUMN_MISSING .* has no column name, dob\. It has: id, Name\.$/,
    );
  });

  it('takes no folder for a column, and no name for a pattern', async () => {
    const place = await parquet(`SELECT 7 AS id, 'a' AS name`);
    const folder = join(testFolder(), 'year=2025');
    mkdirSync(folder);
    const file = join(folder, "we[i]rd*?'.parquet");
    copyFileSync(place.file, file);
    copyFileSync((await parquet(`SELECT 8 AS id, 'b' AS name`)).file, join(folder, "weirdo'.parquet"));
    expect(await rowsOf({ kind: 'parquet', file }, ['id'])).toEqual([[7]]);
    expect(await ends({ kind: 'parquet', file }, ['year'])).toMatch(/^SOURCE_COLUMN_MISSING/);
  });

  it('reads in batches, in the order of the file, twice alike, and may be left half way', async () => {
    const place = await parquet('SELECT 99999 - range AS id FROM range(100000)', ', ROW_GROUP_SIZE 10000');
    const source = await opened(place, ['id']);
    for (const read of ['first', 'second']) {
      let next = 99_999;
      for await (const batch of source.batches()) {
        expect(batch.length).toBeLessThanOrEqual(SOURCE_BATCH_ROWS);
        for (const [id] of batch) expect(id).toBe(next--);
      }
      expect([read, next]).toEqual([read, -1]);
    }
    for await (const batch of source.batches()) {
      expect(batch).toHaveLength(SOURCE_BATCH_ROWS);
      break;
    }
  });

  it('reads a file that is larger than its memory', async () => {
    // Nothing of it repeats, so that it can't be kept as a dictionary: 290 MB. JavaScript needs some memory, too.
    const place = await parquet(
      'SELECT range AS id, ' +
        Array.from({ length: 30 }, (_, index) => `md5((range * 30 + ${index})::VARCHAR)`).join(' || ') +
        ' AS name FROM range(300000)',
      ', COMPRESSION uncompressed, ROW_GROUP_SIZE 20480',
    );
    const source = await opened(place, ['id', 'name']);
    const before = process.memoryUsage.rss();
    let peak = before;
    let rows = 0;
    for await (const batch of source.batches()) {
      rows += batch.length;
      peak = Math.max(peak, process.memoryUsage.rss());
    }
    expect(rows).toBe(300_000);
    expect((peak - before) / 1_048_576).toBeLessThan(PARQUET_MEMORY_MIB);
  });

  it('takes a value of the most bytes and none of one more', async () => {
    const value = (bytes: number): Promise<Place> =>
      parquet(
        `SELECT range AS id, CASE WHEN range = 700 THEN repeat('é', ${bytes / 2}) ELSE 'a' END AS name FROM range(1000)`,
      );
    expect((await rowsOf(await value(SOURCE_VALUE_MAX_BYTES), ['name']))[700]?.[0]).toHaveLength(
      SOURCE_VALUE_MAX_BYTES / 2,
    );
    expect(await ends(await value(SOURCE_VALUE_MAX_BYTES + 2))).toMatch(/^SOURCE_VALUE_TOO_LONG Row 701 .*column name/);
  });

  it('ends a batch of long rows with its bytes', async () => {
    const place = await parquet(`SELECT repeat('x', ${LONG_TEXT_BYTES}) AS name FROM range(${LONG_ROWS})`);
    expect(await batchSizes(place)).toEqual(LONG_BATCHES);
  });

  it('says that values are too much for its memory', async () => {
    const place = await parquet(
      `SELECT range AS id, repeat('y' || range, 2000000) AS name FROM range(100)`,
      ', COMPRESSION uncompressed',
    );
    expect(await ends(place)).toMatch(/^SOURCE_UNREADABLE .*more than 256 MiB.*smaller row groups/);
  });

  describe('says what is no whole file', () => {
    const cut = async (change: (bytes: Buffer) => Uint8Array): Promise<string> => {
      const place = await parquet(`SELECT range AS id, '${SECRET}' || range AS name FROM range(1000)`);
      writeFileSync(place.file, change(readFileSync(place.file)));
      return ends(place);
    };
    it.each<readonly [string, (bytes: Buffer) => Uint8Array]>([
      ['nothing', () => new Uint8Array()],
      ['its first four bytes', (bytes) => bytes.subarray(0, 4)],
      ['all but its end', (bytes) => bytes.subarray(0, bytes.length - 10)],
      ['another kind', () => Buffer.from(`id,name\n1,${SECRET}\n`)],
      ['a broken footer', (bytes) => bytes.fill(0, bytes.length - 200, bytes.length - 100)],
      ['broken pages', (bytes) => bytes.fill(0xff, 4, 400)],
    ])('%s', async (_, change) => {
      expect(await cut(change)).toMatch(/^SOURCE_FILE_INVALID .*no whole one \(it is damaged\): write it again/);
    });

    it('none, and a folder', async () => {
      const folder = testFolder();
      expect(await ends({ kind: 'parquet', file: join(folder, 'none') })).toMatch(
        /^SOURCE_MISSING There is no file .*`parquet\.file`/,
      );
      expect(await ends({ kind: 'parquet', file: folder })).toMatch(/^SOURCE_UNREADABLE .*it is no file/);
    });

    it('a text that is not UTF-8', async () => {
      const place = await parquet(`SELECT 1 AS id, '${SECRET}~~' AS name`, ', COMPRESSION uncompressed');
      const bytes = readFileSync(place.file);
      bytes.fill(0xff, bytes.indexOf('~~'), bytes.indexOf('~~') + 2);
      writeFileSync(place.file, bytes);
      expect(await ends(place)).toMatch(/^SOURCE_FILE_INVALID .*not UTF-8/);
    });
  });

  it.each(['written to', 'replaced'])('notices that the file is %s while it is read', async (how) => {
    const place = await parquet('SELECT range AS id FROM range(50000)');
    const source = await opened(place, ['id']);
    const failure = await failureOf(async () => {
      let rows = 0;
      for await (const batch of source.batches()) {
        if (rows === 0) {
          if (how === 'written to') appendFileSync(place.file, 'x');
          else renameSync((await parquet('SELECT 1 AS id')).file, place.file);
        }
        rows += batch.length;
      }
    });
    expect(failure.code).toBe('SOURCE_CHANGED');
  });
});

describe('the package that reads Parquet', () => {
  it('is asked for where it is missing, with the command', async () => {
    const failure = await failureOf(() => loadParquetDriver('@duckdb/not-installed'));
    expect([failure.code, failure.message]).toEqual([
      'SOURCE_DRIVER_MISSING',
      expect.stringMatching(/npm install --no-save --save-prod @duckdb\/node-api@[0-9].*Or export the data as CSV/),
    ]);
  });

  it('is an optional peer of the tested version, and no part of the lock file', () => {
    const json = (file: string): Record<string, Record<string, unknown>> =>
      JSON.parse(readFileSync(packagePath(file), 'utf8')) as Record<string, Record<string, unknown>>;
    const { peerDependencies, peerDependenciesMeta } = json('package.json');
    expect(peerDependencies?.[PARQUET_DRIVER]).toBe(PARQUET_DRIVER_VERSION);
    expect(peerDependenciesMeta?.[PARQUET_DRIVER]).toEqual({ optional: true });
    // npm would want its binaries for every system there, and some registries don't have them.
    expect(Object.keys(json('package-lock.json')['packages'] ?? {})).not.toContain(`node_modules/${PARQUET_DRIVER}`);
    expect(readFileSync(packagePath('.ci', 'run'), 'utf8')).toContain(`${PARQUET_DRIVER}@${PARQUET_DRIVER_VERSION}`);
  });
});
