import { describe, expect, it } from 'vitest';

import { bindParameters, compileClipped, compileList, compileMembership } from '../../../core/templates/index.js';
import type { CompiledQuery, ParameterValues } from '../../../core/templates/index.js';
import { bind } from './fixtures.js';
import { CHARGES, compile, CRIMES, run, snapshotOf } from './snapshots.js';
import type { Row } from './snapshots.js';

const measured = (measures: string, where = ''): string => `unit: victim-case
contributionLimit: 2
population: { dataset: police.crimes, where: [${where}] }
links: [{ dataset: cps.charges, on: case, keep: all }]
dimensions: [{ linked: cps.charges }]
measures: [${measures}]
`;

function rowsOf({ sql, parameters }: CompiledQuery, dataset: string, rows: readonly Row[]): unknown[] {
  const database = snapshotOf(dataset, rows);
  const result = database
    .prepare(sql)
    .raw()
    .all(...parameters);
  database.close();
  return result;
}

describe('numbers of a list', () => {
  it('are the clipped value from the centre on, and whether there is one', () => {
    const list = compile(measured('{ mean: police.crimes.age, range: [18, 59] }'), CRIMES);
    expect(list.sql).toBe(`SELECT "label", "k:case", "number 0", "number 1" FROM (
SELECT "record", CAST(? AS INTEGER) AS "label", "k:case", CAST(COALESCE((MIN(MAX("f:age", ?), ?) - ?), 0) AS INTEGER) AS "number 0", "f:age" IS NOT NULL AS "number 1", ROW_NUMBER() OVER (PARTITION BY "person" ORDER BY "f:reported" DESC, "record" DESC) AS "place"
FROM "records"
) WHERE "place" <= ? ORDER BY "record"`);
    expect(list.parameters).toEqual([1, 18, 59, 38, 2]);
    expect(list.numbers).toEqual([
      { part: 'value', magnitude: 21 },
      { part: 'present', magnitude: 1 },
    ]);
    const ages = [0, 17, 18, 38, 59, 60, 120, null];
    expect(
      run(
        list,
        CRIMES,
        ages.map((age) => ({ age })),
      ),
    ).toEqual([
      [1, null, -20, 1],
      [1, null, -20, 1],
      [1, null, -20, 1],
      [1, null, 0, 1],
      [1, null, 21, 1],
      [1, null, 21, 1],
      [1, null, 21, 1],
      [1, null, 0, 0],
    ]);
  });

  it('of a variance are the square as well, of negative values too', () => {
    const list = compile(measured('{ variance: cps.charges.change, range: [-10, 7] }'), CHARGES);
    expect(list.sql).toContain(
      'CAST(COALESCE((MIN(MAX("f:change", ?), ?) - ?) * (MIN(MAX("f:change", ?), ?) - ?), 0) AS INTEGER) AS "number 2"',
    );
    expect(list.parameters).toEqual([1, -10, 7, -2, -10, 7, -2, -10, 7, -2, 1]);
    expect(list.numbers).toEqual([
      { part: 'value', magnitude: 9 },
      { part: 'present', magnitude: 1 },
      { part: 'square', magnitude: 81 },
    ]);
    expect(run(list, CHARGES, [{ change: -10 }, { change: 10 }, { change: -2 }, {}])).toEqual([
      [1, null, -8, 1, 64],
      [1, null, 9, 1, 81],
      [1, null, 0, 1, 0],
      [1, null, 0, 0, 0],
    ]);
  });

  it('follow the keys, measure by measure, each in its own dataset', () => {
    const body = measured(
      '{ sum: police.crimes.age, range: [0, 1] }, { sum: cps.charges.change, range: [-1, 1] }, { sum: cps.charges.days, range: [0, 2] }',
    );
    expect(run(compile(body, CRIMES), CRIMES, [{ age: 1, case: 'A' }])).toEqual([[1, 'A', 1, 1]]);
    expect(run(compile(body, CHARGES), CHARGES, [{ change: -1, days: 2, case: 'A' }])).toEqual([[1, 'A', -1, 1, 1, 1]]);
  });

  it('are never beyond their magnitude, and whole, also for the database', () => {
    const list = compile(measured('{ variance: cps.charges.days, range: [3, 730] }'), CHARGES);
    const rows = [0, 3, 366, 730, 3650, null].map((days) => ({ days }));
    for (const row of run(list, CHARGES, rows)) {
      const [, , ...numbers] = row as number[];
      numbers.forEach((number, index) => {
        expect(Math.abs(number)).toBeLessThanOrEqual(list.numbers[index]?.magnitude ?? 0);
      });
    }
    const types = list.numbers.map((_, index) => `typeof("number ${index}")`).join(', ');
    expect(
      rowsOf({ sql: `SELECT DISTINCT ${types} FROM (${list.sql})`, parameters: list.parameters }, CHARGES, rows),
    ).toEqual([['integer', 'integer', 'integer']]);
  });

  it('are none where nothing is measured', () => {
    const list = compile(measured('{ sum: police.crimes.age, range: [0, 1] }'), CHARGES);
    expect(list.numbers).toEqual([]);
    expect(run(list, CHARGES, [{ case: 'A' }])).toEqual([[1, 'A']]);
  });
});

describe('clipped values', () => {
  const clipped = (body: string, dataset: string, rows: readonly Row[], values: ParameterValues = {}): unknown => {
    const bound = bind(body);
    return rowsOf(compileClipped(bound, dataset, bindParameters(bound, values)), dataset, rows);
  };

  it('are counted below and above the range, and nothing else is', () => {
    const body = measured('{ mean: police.crimes.age, range: [18, 59] }');
    const bound = bind(body);
    const query = compileClipped(bound, CRIMES, bindParameters(bound, {}));
    expect(query.sql).toBe(`SELECT COALESCE(SUM("clipped 0"), 0) AS "clipped" FROM (
SELECT "clipped 0" FROM (
SELECT "record", COALESCE("f:age" NOT BETWEEN ? AND ?, 0) AS "clipped 0", ROW_NUMBER() OVER (PARTITION BY "person" ORDER BY "f:reported" DESC, "record" DESC) AS "place"
FROM "records"
) WHERE "place" <= ? ORDER BY "record"
)`);
    expect(query.parameters).toEqual([18, 59, 2]);
    const ages = [17, 18, 59, 60, 120, null];
    expect(
      clipped(
        body,
        CRIMES,
        ages.map((age) => ({ age })),
      ),
    ).toEqual([[3]]);
    expect(clipped(body, CRIMES, [])).toEqual([[0]]);
  });

  it('are those of the records in the list, of all its measures', () => {
    const body = measured(
      '{ sum: police.crimes.age, range: [18, 59] }, { sum: cps.charges.days, range: [0, 9] }, { sum: cps.charges.change, range: [-1, 1] }',
      '{ field: offence, in: [rape] }',
    );
    const rows = [
      { offence: 'rape', age: 99 },
      { offence: 'theft', age: 99 },
      // One person's: the two latest stand.
      { offence: 'rape', age: 99, person: 9, reported: '2025-01-01' },
      { offence: 'rape', age: 99, person: 9, reported: '2025-01-02' },
      { offence: 'rape', age: 99, person: 9, reported: '2025-01-03' },
    ];
    expect(clipped(body, CRIMES, rows)).toEqual([[3]]);
    expect(
      clipped(body, CHARGES, [
        { days: 10, change: 5 },
        { days: 9, change: -2 },
        { days: 0, change: 1 },
      ]),
    ).toEqual([[3]]);
  });

  it('are none where nothing is measured', () => {
    expect(clipped(measured('{ sum: police.crimes.age, range: [0, 1] }'), CHARGES, [{ days: 1 }])).toEqual([[0]]);
  });
});

describe('membership', () => {
  const body = `unit: victim-case
population: { dataset: police.crimes, where: [{ field: offence, in: { parameter: kinds } }] }
dimensions: [{ field: police.crimes.withdrew }]
parameters: { kinds: { from: offence } }
`;
  const bound = bind(body);
  const membership = (kinds: readonly string[]): CompiledQuery =>
    compileMembership(bound, CRIMES, bindParameters(bound, { kinds }));
  const rows = [
    { offence: 'rape', withdrew: 'yes' },
    { offence: 'theft', withdrew: 'no' },
    {},
    // One person's: the later one stands, of those that are asked for.
    { offence: 'rape', withdrew: 'no', person: 9, reported: '2025-01-01' },
    { offence: 'theft', withdrew: 'no', person: 9, reported: '2025-01-02' },
    { offence: 'stalking', person: 9, reported: '2025-01-03' },
  ];

  it('has every record of the snapshot, with its label where it is in the list', () => {
    const { sql, parameters } = membership(['rape']);
    expect(sql).toBe(`SELECT "all"."record", COALESCE("list"."label", 0) AS "label" FROM "records" AS "all" LEFT JOIN (
SELECT "record", "label" FROM (
SELECT "record", CAST(? + CASE WHEN "f:withdrew" = ? THEN ? WHEN "f:withdrew" = ? THEN ? ELSE ? END AS INTEGER) AS "label", ROW_NUMBER() OVER (PARTITION BY "person" ORDER BY "f:reported" DESC, "record" DESC) AS "place"
FROM "records"
WHERE "f:offence" IN (?)
) WHERE "place" <= ? ORDER BY "record"
) AS "list" ON "list"."record" = "all"."record" ORDER BY "all"."record"`);
    expect(parameters).toEqual([1, 'yes', 0, 'no', 1, 2, 'rape', 1]);
    expect(rowsOf(membership(['rape']), CRIMES, rows)).toEqual([
      [1, 1],
      [2, 0],
      [3, 0],
      [4, 2],
      [5, 0],
      [6, 0],
    ]);
    expect(rowsOf(membership(['rape', 'theft', 'stalking']), CRIMES, rows)).toEqual([
      [1, 1],
      [2, 2],
      [3, 0],
      [4, 0],
      [5, 0],
      [6, 3],
    ]);
  });

  it('is that of the list', () => {
    const list = compileList(bound, CRIMES, bindParameters(bound, { kinds: ['rape', 'theft'] }));
    const member = rowsOf(membership(['rape', 'theft']), CRIMES, rows) as [number, number][];
    expect(member.filter(([, label]) => label > 0).map(([, label]) => [label])).toEqual(run(list, CRIMES, rows));
  });

  it('shows where two requests differ', () => {
    const [a, b] = [membership(['rape']), membership(['rape', 'theft'])];
    const both: CompiledQuery = {
      sql: `SELECT "a"."label", "b"."label", COUNT(*) FROM (${a.sql}) AS "a" JOIN (${b.sql}) AS "b" USING ("record") GROUP BY 1, 2`,
      parameters: [...a.parameters, ...b.parameters],
    };
    expect(rowsOf(both, CRIMES, rows)).toEqual([
      [0, 0, 2],
      [0, 2, 2],
      [1, 1, 1],
      [2, 0, 1],
    ]);
  });

  it('is only of a dataset of the template', () => {
    expect(() => compileMembership(bound, CHARGES, bindParameters(bound, { kinds: ['rape'] }))).toThrow(RangeError);
  });
});
