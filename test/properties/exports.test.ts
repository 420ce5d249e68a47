import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EXPORT_FORMATS, exportOf, formatsOf, readRelease, releaseChart } from '../../coordinator/exports/index.js';
import type { ExportFormat } from '../../coordinator/exports/index.js';
import type { Release } from '../../coordinator/index.js';
import { protectTable } from '../../core/disclosure/index.js';
import type { CountTable } from '../../core/disclosure/index.js';
import { arbitraryRelease, POISON } from '../support/arbitrary-release.js';
import { tableOf } from '../support/arbitrary-table.js';
import { exportedRun } from '../support/bold-release.js';
import { checkCsvw } from '../support/csvw-checker.js';
import { elementsOf } from '../support/read-xml.js';
import { propertyOptions, testSeed } from '../support/seeded-rng.js';
import { sharedSolver } from '../support/solver.js';
import { unzipped } from '../support/unzipped.js';
import { releaseOf } from '../unit/cli/releases.js';

/** What a file says, of a workbook or an archive all of it. */
async function textOf(format: ExportFormat, release: Release): Promise<string> {
  const { bytes } = await exportOf(format, exportedRun('any', release));
  return format === 'ods' || format === 'csvw'
    ? [...unzipped(bytes).values()].join('\n')
    : new TextDecoder().decode(bytes);
}

/** Pictures take a second each; they are drawings, which are looked at. */
const FORMATS = EXPORT_FORMATS.filter((format) => format !== 'png' && format !== 'linkage-csv');

describe(`files of any release (seed ${testSeed})`, () => {
  it('are made, well-formed and the same again', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRelease(true), async (release) => {
        expect(formatsOf({ release })).toEqual(expect.arrayContaining(FORMATS));
        const run = exportedRun('any', release);
        for (const format of FORMATS) {
          const [one, other] = await Promise.all([exportOf(format, run), exportOf(format, run)]);
          expect(Buffer.from(one.bytes).equals(other.bytes)).toBe(true);
        }
        const { svgWide, svgNarrow } = releaseChart(release, release.question);
        for (const svg of [svgWide, svgNarrow]) expect(elementsOf(svg)[0]).toBe('svg');
        const book = unzipped((await exportOf('ods', run)).bytes);
        for (const [name, xml] of book) if (name.endsWith('.xml')) elementsOf(xml);
      }),
      { ...propertyOptions, numRuns: 40 },
    );
  });

  it('have nothing of a number that is not shown', async () => {
    const told = [String(POISON), POISON.toLocaleString('en-GB'), String(Math.round(POISON)), String(100 * POISON)];
    await fc.assert(
      fc.asyncProperty(arbitraryRelease(true), async (release) => {
        // JSON is the release itself, as it is signed for.
        const said = [
          ...(await Promise.all(
            FORMATS.filter((format) => format !== 'json' && format !== 'context').map((format) =>
              textOf(format, release),
            ),
          )),
          JSON.stringify([readRelease(release), releaseChart(release, 'T')]),
        ];
        for (const each of said) for (const number of told) expect(each).not.toContain(number);
      }),
      { ...propertyOptions, numRuns: 40 },
    );
  });

  it('have every number that is shown, with its interval', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRelease(false), async (release) => {
        const { table, presentation } = release;
        const counts = [...table.cells, ...table.totals].flatMap(({ value, interval }) => [
          value,
          interval?.low,
          interval?.high,
        ]);
        const shares =
          presentation.rate === null
            ? []
            : table.rates.flatMap(({ value, interval, longRun }) => [
                value,
                interval?.low,
                interval?.high,
                longRun?.low,
                longRun?.high,
              ]);
        const sums = table.measures.flatMap(({ cells }) =>
          cells.flatMap(({ contributors, value }) => [contributors, value?.value, value?.low, value?.high]),
        );
        const numbers = [...counts, ...shares, ...sums].filter((one) => one != null);
        const [csv, ods] = [await textOf('csv', release), await textOf('ods', release)];
        const fields = new Set(csv.split(/[,\r\n]+/));
        for (const one of numbers) {
          expect(fields).toContain(String(one));
          expect(ods).toContain(`office:value="${one}"`);
        }
      }),
      { ...propertyOptions, numRuns: 40 },
    );
  });

  it('of CSV on the Web are what their metadata say', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRelease(true), async (release) => {
        // Two columns of one name are no CSV on the Web; dimensions have a name each.
        const dimensions = release.table.dimensions.map((one, index) => ({ ...one, name: `d${index}` }));
        const named = { ...release, table: { ...release.table, dimensions } };
        const files = unzipped((await exportOf('csvw', exportedRun('any', named))).bytes);
        checkCsvw(files, 'any-1a2b3c4d.csv');
      }),
      { ...propertyOptions, numRuns: 40 },
    );
  });
});

describe(`files of what disclosure control has suppressed (seed ${testSeed})`, () => {
  /** Of a table of large counts and small ones, that are all different: every suppressed one that nothing else is equal to. */
  const FIRST = 20_011;
  const STEP = 1_117;

  const arbitraryCounts: fc.Arbitrary<CountTable> = fc
    .array(fc.boolean(), { minLength: 9, maxLength: 9 })
    .map((large) =>
      tableOf(
        [3, 3],
        large.map((isLarge, index) => (isLarge ? FIRST + index * STEP : index)),
      ),
    );

  it('have the exact count of no suppressed cell', async () => {
    const solver = await sharedSolver();
    let hidden = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryCounts, async (counts) => {
        const presentation = {
          ...({ margins: 'totals', quantiles: null, recall: null } as const),
          rate: { of: 1, yes: [0], among: [0, 1], by: [0] },
        };
        const policy = { threshold: 10, roundTo: 5, rounding: 'base' as const, wholeLines: false };
        const table = protectTable(
          { table: counts, noise: null, measures: [], presentation, earlier: [] },
          policy,
          solver,
        );
        const release = releaseOf(table, { presentation });
        const secrets = counts.cells.filter(({ count }, index) => count >= FIRST && table.cells[index]?.value === null);
        hidden += secrets.length;
        for (const format of FORMATS) {
          const said = (await textOf(format, release)).replaceAll(/[0-9a-f]{64}/g, '');
          for (const { count } of secrets) {
            for (const number of [count, 5 * Math.round(count / 5)]) {
              expect(said).not.toMatch(new RegExp(`(?<![\\d.])${number}(?![\\d.])`));
              expect(said).not.toContain(number.toLocaleString('en-GB'));
            }
          }
        }
      }),
      { ...propertyOptions, numRuns: 40 },
    );
    expect(hidden).toBeGreaterThan(20);
  });
});
