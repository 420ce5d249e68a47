import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { readCsv } from './read-csv.js';

/** Where Debian's package and the usual installers put LibreOffice. */
export const SPREADSHEETS = ['/usr/bin/soffice', '/usr/bin/libreoffice', '/opt/libreoffice/program/soffice'] as const;

export function findSpreadsheet(): string | undefined {
  return SPREADSHEETS.find((file) => existsSync(file));
}

const LONGEST_MS = 240_000;
/** Comma, quotation mark, UTF-8, from the first line, values and not what is shown of them, every worksheet. */
const ALL_SHEETS = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1';

/** A workbook as LibreOffice reads it: the cells of each worksheet, by its name. */
export async function sheetsByLibreOffice(
  soffice: string,
  workbook: Uint8Array,
): Promise<ReadonlyMap<string, readonly (readonly string[])[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'workbook-'));
  try {
    const file = join(folder, 'book.ods');
    writeFileSync(file, workbook);
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
    const args = [profile, '--headless', '--convert-to', ALL_SHEETS, '--outdir', join(folder, 'out'), file];
    await promisify(execFile)(soffice, args, { timeout: LONGEST_MS });
    return new Map(
      readdirSync(join(folder, 'out')).map((name) => {
        const text = readFileSync(join(folder, 'out', name), 'utf8').replaceAll(/\r?\n/g, '\r\n');
        return [name.replace(/^book-/, '').replace(/\.csv$/, ''), readCsv(text)];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
