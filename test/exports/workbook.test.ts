import { describe, expect, it } from 'vitest';

import { exportOf } from '../../coordinator/exports/index.js';
import { sheetsOf, type SheetCell } from '../../coordinator/exports/sheets.js';
import { makeLinkage } from '../../coordinator/index.js';
import type { Release } from '../../coordinator/index.js';
import { boldRelease, exportedRun } from '../support/bold-release.js';
import { canHave } from '../support/needs.js';
import { findSpreadsheet, sheetsByLibreOffice } from '../support/spreadsheet.js';
import { linkageInput } from '../unit/coordinator/linkage-fixtures.js';

/* Workbooks as a program that others wrote reads them, cell by cell. */

const soffice = findSpreadsheet();
const available = canHave(soffice !== undefined, 'LibreOffice Calc (apt-get install libreoffice-calc)');

const TEMPLATES = [
  'victim-engagement-by-case-length',
  'support-reached-after-referral',
  'wellbeing-when-support-ends',
  'linkage-quality-by-age',
] as const;

/** What a spreadsheet would take for something else than text. */
const TRICKS = ['=1+1', '+A1', '@SUM(1)', '-2', '1e5', '2026-01-01', "'quoted", '<b>&amp;</b>', 'a  b', ' '] as const;

async function read(name: string, release: Release): Promise<ReadonlyMap<string, readonly (readonly string[])[]>> {
  const { bytes } = await exportOf('ods', exportedRun(name, release));
  return sheetsByLibreOffice(soffice ?? '', bytes);
}

/** Text as it is; numbers to the last digit. */
function same(found: string | undefined, cell: SheetCell): boolean {
  if (cell.kind === 'text' || cell.kind === 'link') return found === cell.text.replace(/\s+/g, ' ').trim();
  const number = Number(found?.replace(/%$/, ''));
  const factor = found?.endsWith('%') === true ? 100 : 1;
  return found !== '' && Math.abs(number - cell.value * factor) <= 1e-9 * Math.max(1, Math.abs(cell.value * factor));
}

describe.runIf(available)('a workbook in LibreOffice', () => {
  it.each(TEMPLATES)('of %s has every cell of every table', async (name) => {
    const linkage = makeLinkage(linkageInput({ disclosure: { epsilon: 'none' } }));
    const release = { ...(await boldRelease(name, 3)), linkage };
    const expected = sheetsOf(exportedRun(name, release));
    const found = await read(name, release);
    expect([...found.keys()].toSorted()).toEqual(expected.map((sheet) => sheet.name).toSorted());
    let compared = 0;
    for (const { name: sheet, title, about, table } of expected) {
      const rows = found.get(sheet) ?? [];
      expect(rows[0]?.[0]).toBe(title);
      expect(rows.slice(1, about.length + 1).map(([first]) => first)).toEqual(about);
      if (table === null) continue;
      expect(rows[about.length + 1]).toEqual(table.columns);
      const body = rows.slice(about.length + 2);
      expect(body).toHaveLength(table.rows.length);
      table.rows.forEach((row, at) => {
        expect(body[at]).toHaveLength(row.length);
        row.forEach((cell, place) => {
          expect(
            same(body[at]?.[place], cell),
            `${sheet}, row ${at}: ${body[at]?.[place]} for ${JSON.stringify(cell)}`,
          ).toBe(true);
          compared += 1;
        });
      });
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('takes names for text, whatever they begin with', async () => {
    const release = await boldRelease(TEMPLATES[0], 3);
    const [first, ...rest] = release.table.dimensions;
    if (first === undefined) throw new RangeError('no dimension');
    const categories = first.categories.map((category, index) => ({ ...category, label: TRICKS[index] ?? '' }));
    const tricky = {
      ...release,
      table: { ...release.table, dimensions: [{ ...first, categories }, ...rest] },
      notes: [...TRICKS],
    };
    const found = await read(TEMPLATES[0], tricky);
    const names = new Set((found.get('Counts') ?? []).map(([name]) => name));
    for (const { label } of categories) expect([...names]).toContain(label);
    const notes = (found.get('Notes') ?? []).map(([, note]) => note);
    for (const trick of TRICKS) expect(notes).toContain(trick.replace(/\s+/g, ' ').trim());
  });
});
