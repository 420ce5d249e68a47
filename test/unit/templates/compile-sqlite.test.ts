import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import {
  bindParameters,
  bindTemplate,
  compileList,
  createCatalogue,
  quoteIdentifier,
} from '../../../core/templates/index.js';
import type { CompiledList, DatasetDefinition } from '../../../core/templates/index.js';
import { catalogue, template } from './fixtures.js';
import { CHARGES, compile, CRIMES, labels, run, snapshotOf } from './snapshots.js';

describe('a label', () => {
  it('is 1 where the dataset has no dimension', () => {
    const list = compile(
      `unit: victim-case
population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: case, keep: linked }]
dimensions: [{ field: cps.charges.outcome }]
`,
      CRIMES,
    );
    expect(list.sql).toBe(`SELECT "label", "k:case" FROM (
SELECT "record", CAST(? AS INTEGER) AS "label", "k:case", ROW_NUMBER() OVER (PARTITION BY "person" ORDER BY "f:reported" DESC, "record" DESC) AS "place"
FROM "records"
) WHERE "place" <= ? ORDER BY "record"`);
    expect(list.parameters).toEqual([1, 1]);
    expect(list.keys).toEqual([{ name: 'case', on: 'case' }]);
    expect(run(list, CRIMES, [{ case: 'A' }, {}])).toEqual([
      [1, 'A'],
      [1, null],
    ]);
  });

  it('counts the codes of a field in their order, and what is not recorded after them', () => {
    const list = compile(
      `unit: victim-case
population: { dataset: police.crimes }
dimensions: [{ field: police.crimes.offence }]
`,
      CRIMES,
    );
    expect(list.sql).toBe(`SELECT "label" FROM (
SELECT "record", CAST(? + CASE WHEN "f:offence" = ? THEN ? WHEN "f:offence" = ? THEN ? WHEN "f:offence" = ? THEN ? ELSE ? END AS INTEGER) AS "label", ROW_NUMBER() OVER (PARTITION BY "person" ORDER BY "f:reported" DESC, "record" DESC) AS "place"
FROM "records"
) WHERE "place" <= ? ORDER BY "record"`);
    expect(list.parameters).toEqual([1, 'theft', 0, 'rape', 1, 'stalking', 2, 3, 1]);
    const rows = [{ offence: 'stalking' }, { offence: 'theft' }, {}, { offence: 'rape' }, { offence: 'no such code' }];
    expect(labels(list, CRIMES, rows)).toEqual([3, 1, 4, 2, 4]);
  });

  it('counts quarters', () => {
    const list = compile(
      'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.quarter }]\n',
      CRIMES,
    );
    expect(list.parameters).toEqual([1, '2025-Q1', 0, '2025-Q2', 1, '2025-Q3', 2, 3, 1]);
    expect(labels(list, CRIMES, [{ quarter: '2025-Q3' }, { quarter: '2025-Q1' }, {}])).toEqual([3, 1, 4]);
  });

  it('counts bands, each from its beginning to just before the next', () => {
    const list = compile(
      `unit: defendant-case
population: { dataset: cps.charges }
dimensions: [{ field: cps.charges.days, bands: [0, 91, 366] }]
`,
      CHARGES,
    );
    expect(list.sql).toContain(
      'CASE WHEN "f:days" >= ? AND "f:days" < ? THEN ? WHEN "f:days" >= ? AND "f:days" < ? THEN ? WHEN "f:days" >= ? THEN ? ELSE ? END',
    );
    expect(list.parameters).toEqual([1, 0, 91, 0, 91, 366, 1, 366, 2, 3, 1]);
    const rows = [0, 90, 91, 365, 366, 3650, null].map((days) => ({ days }));
    expect(labels(list, CHARGES, rows)).toEqual([1, 1, 2, 2, 3, 3, 4]);
  });

  it('has a band below the first where the field can be so small', () => {
    const list = compile(
      'unit: defendant-case\npopulation: { dataset: cps.charges }\ndimensions: [{ field: cps.charges.change, bands: [0, 5] }]\n',
      CHARGES,
    );
    expect(list.parameters).toEqual([1, 0, 0, 0, 5, 1, 5, 2, 3, 1]);
    expect(
      labels(
        list,
        CHARGES,
        [-10, -1, 0, 4, 5, null].map((change) => ({ change })),
      ),
    ).toEqual([1, 1, 2, 2, 3, 4]);
  });

  it('joins dimensions as digits, the first being the most significant', () => {
    const list = compile(
      `unit: victim-case
population: { dataset: police.crimes }
dimensions: [{ field: police.crimes.offence }, { field: police.crimes.withdrew }]
`,
      CRIMES,
    );
    expect(list.parameters).toEqual([1, 'theft', 0, 'rape', 3, 'stalking', 6, 9, 'yes', 0, 'no', 1, 2, 1]);
    const rows = [
      { offence: 'theft', withdrew: 'yes' },
      { offence: 'theft', withdrew: 'no' },
      { offence: 'theft' },
      { offence: 'rape', withdrew: 'yes' },
      { withdrew: 'no' },
      {},
    ];
    expect(labels(list, CRIMES, rows)).toEqual([1, 2, 3, 4, 11, 12]);
  });

  it('is a whole number, also for the database', () => {
    const list = compile(
      'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.withdrew }]\n',
      CRIMES,
    );
    const database = snapshotOf(CRIMES, [{ withdrew: 'no' }]);
    const types = database
      .prepare(`SELECT typeof("label") FROM (${list.sql})`)
      .pluck()
      .all(...list.parameters);
    expect(types).toEqual(['integer']);
  });
});

describe('a filter', () => {
  const body = (where: string, rest = ''): string => `unit: victim-case
population: { dataset: police.crimes, where: [${where}] }
dimensions: [{ field: police.crimes.withdrew }]
${rest}`;

  /** The part of the statement that the filters are in. */
  function whereOf({ sql }: CompiledList): string {
    return sql.split('\n').slice(3, -1).join('\n');
  }

  /** The numbers of the records that are let through, by their label in `withdrew`: yes, no, not recorded. */
  const answers = ['yes', 'no', null];

  it('takes one of several codes', () => {
    const list = compile(body('{ field: offence, in: [rape, stalking] }'), CRIMES);
    expect(whereOf(list)).toBe('WHERE "f:offence" IN (?, ?)');
    expect(list.parameters).toEqual([1, 'yes', 0, 'no', 1, 2, 'rape', 'stalking', 1]);
    const rows = ['rape', 'theft', 'stalking'].map((offence, index) => ({ offence, withdrew: answers[index] ?? null }));
    expect(labels(list, CRIMES, rows)).toEqual([1, 3]);
  });

  it('takes what a parameter has chosen', () => {
    const list = compile(
      body('{ field: quarter, in: { parameter: quarters } }', 'parameters: { quarters: { from: quarter } }\n'),
      CRIMES,
      { quarters: ['2025-Q3', '2025-Q1'] },
    );
    expect(whereOf(list)).toBe('WHERE "f:quarter" IN (?, ?)');
    expect(list.parameters).toEqual([1, 'yes', 0, 'no', 1, 2, '2025-Q1', '2025-Q3', 1]);
    const rows = ['2025-Q1', '2025-Q2', '2025-Q3'].map((quarter, index) => ({
      quarter,
      withdrew: answers[index] ?? null,
    }));
    expect(labels(list, CRIMES, rows)).toEqual([1, 3]);
  });

  it('takes a range, both ends included', () => {
    const list = compile(body('{ field: age, between: [18, 59] }'), CRIMES);
    expect(whereOf(list)).toBe('WHERE "f:age" BETWEEN ? AND ?');
    expect(list.parameters).toEqual([1, 'yes', 0, 'no', 1, 2, 18, 59, 1]);
    const rows = [17, 18, 59, 60].map((age, index) => ({ age, withdrew: answers[index] ?? null }));
    expect(labels(list, CRIMES, rows)).toEqual([2, 3]);
  });

  it('never takes what is not recorded', () => {
    const rows = [{}, { withdrew: 'yes', age: null, offence: null }];
    expect(run(compile(body('{ field: age, between: [0, 120] }'), CRIMES), CRIMES, rows)).toEqual([]);
    expect(run(compile(body('{ field: offence, in: [theft, rape, stalking] }'), CRIMES), CRIMES, rows)).toEqual([]);
  });

  it('is one of several that must all hold', () => {
    const list = compile(body('{ field: offence, in: [rape] }, { field: age, between: [18, 59] }'), CRIMES);
    expect(whereOf(list)).toBe('WHERE "f:offence" IN (?)\nAND "f:age" BETWEEN ? AND ?');
    expect(list.parameters).toEqual([1, 'yes', 0, 'no', 1, 2, 'rape', 18, 59, 1]);
    const rows = [
      { offence: 'rape', age: 17, withdrew: 'yes' },
      { offence: 'rape', age: 18, withdrew: 'no' },
      { offence: 'theft', age: 18 },
    ];
    expect(labels(list, CRIMES, rows)).toEqual([2]);
  });

  it('is for its own dataset', () => {
    const text = `unit: victim-case
population: { dataset: police.crimes, where: [{ field: age, between: [18, 59] }] }
links: [{ dataset: cps.charges, on: case, keep: linked, where: [{ field: outcome, in: [charged] }] }]
dimensions: [{ field: police.crimes.withdrew }]
`;
    expect(whereOf(compile(text, CRIMES))).toBe('WHERE "f:age" BETWEEN ? AND ?');
    expect(whereOf(compile(text, CHARGES))).toBe('WHERE "f:outcome" IN (?)');
  });
});

describe('the statement', () => {
  it('gives keys in column order and rows in record order', () => {
    const list = compile(
      `unit: person
scheme: exact
population: { dataset: police.crimes }
links: [{ dataset: courts.hearings, on: case, keep: linked }]
dimensions: [{ field: police.crimes.withdrew }]
`,
      CRIMES,
    );
    expect(list.keys).toEqual([
      { name: 'exact.1', on: 'person' },
      { name: 'exact.2', on: 'person' },
      { name: 'case', on: 'case' },
    ]);
    const rows = [
      { reported: '2025-01-03', withdrew: 'no', 'exact.1': 'a1', 'exact.2': 'a2', case: 'a3' },
      { reported: '2025-01-01', withdrew: 'yes', 'exact.2': 'b2' },
      { reported: '2025-01-02', case: 'c3' },
    ];
    expect(run(list, CRIMES, rows)).toEqual([
      [2, 'a1', 'a2', 'a3'],
      [1, null, 'b2', null],
      [3, null, null, 'c3'],
    ]);
  });

  it('has no value of the template or of the analyst in its text', () => {
    const list = compile(
      `unit: victim-case
population: { dataset: police.crimes, where: [{ field: offence, in: { parameter: kinds } }, { field: age, between: [18, 59] }] }
dimensions: [{ field: police.crimes.age, bands: [0, 42] }]
parameters: { kinds: { from: [rape, stalking] } }
`,
      CRIMES,
      { kinds: ['stalking'] },
    );
    expect(list.sql).not.toMatch(/stalking|rape|18|59|42|'/);
    expect(list.sql.match(/\?/g)).toHaveLength(list.parameters.length);
  });

  it('reads nothing but the columns that it needs', () => {
    const list = compile(
      'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.withdrew }]\n',
      CRIMES,
    );
    const columns = new Set(list.sql.match(/"[fk]:[^"]+"|"person"/g));
    expect([...columns].toSorted()).toEqual(['"f:reported"', '"f:withdrew"', '"person"']);
  });

  it('fails where a column is missing, rather than take its name for a text', () => {
    const list = compile(
      'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.withdrew }]\n',
      CRIMES,
    );
    const database = new Database(':memory:');
    database.exec('CREATE TABLE records (record INTEGER PRIMARY KEY, person INTEGER NOT NULL, "f:reported" TEXT)');
    expect(() => database.prepare(list.sql)).toThrow(/no such column/);
  });

  it('takes the columns of a key that has several, each once, in the order of the list', () => {
    const body =
      'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.withdrew }]\n';
    const bound = bindTemplate(template(body), catalogue);
    const keys = ['F', 'S', 'F', 'S', 'F', 'case'].map((name) => ({ name, on: 'person' as const }));
    const list = compileList(
      { ...bound, population: { ...bound.population, keys } },
      CRIMES,
      bindParameters(bound, {}),
    );
    expect(list.sql).toMatch(/^SELECT "label", "k:F", "k:S", "k:F#2", "k:S#2", "k:F#3", "k:case" FROM/);
    expect(list.keys).toEqual(keys);
  });

  it('is only made for a dataset of the template', () => {
    const body =
      'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.withdrew }]\n';
    expect(() => compile(body, 'courts.hearings')).toThrow(RangeError);
  });

  it('is only made with parameters of the template', () => {
    const withParameter = bindTemplate(
      template(`unit: victim-case
population: { dataset: police.crimes, where: [{ field: offence, in: { parameter: kinds } }] }
dimensions: [{ field: police.crimes.withdrew }]
parameters: { kinds: { from: offence } }
`),
      catalogue,
    );
    expect(() => compileList(withParameter, CRIMES, { values: new Map(), canonical: new Uint8Array(0) })).toThrow(
      RangeError,
    );
  });
});

describe('consent', () => {
  const asked = template(`unit: victim-case
population: { dataset: police.crimes, where: [{ field: age, between: [18, 59] }] }
dimensions: [{ field: police.crimes.withdrew }]
`);
  const listOf = (changed: Pick<DatasetDefinition, 'basis'>): CompiledList => {
    const all = [...catalogue.values()].map((one) => (one.dataset === CRIMES ? { ...one, ...changed } : one));
    const bound = bindTemplate(asked, createCatalogue(all));
    return compileList(bound, CRIMES, bindParameters(bound, {}));
  };

  it('to the template’s purpose is a condition where the basis is opt-in, before any other', () => {
    const list = listOf({ basis: 'opt-in' });
    expect(list.sql).toContain('WHERE "c:research-statistics" = ?\nAND "f:age" BETWEEN ? AND ?');
    expect(list.parameters.slice(-4)).toEqual([1, 18, 59, 1]);
  });

  it('is no condition elsewhere', () => {
    expect(listOf({ basis: 'public-task' }).sql).not.toContain('c:');
  });

  it('decides before the latest of a person’s records is chosen', () => {
    const database = snapshotOf(CRIMES, [
      { person: 1, age: 30, withdrew: 'yes', reported: '2025-01-01' },
      { person: 1, age: 30, withdrew: 'no', reported: '2025-02-01' },
    ]);
    database.exec(
      'ALTER TABLE records ADD COLUMN "c:research-statistics" INTEGER; UPDATE records SET "c:research-statistics" = record = 1',
    );
    const { sql, parameters } = listOf({ basis: 'opt-in' });
    expect(
      database
        .prepare(sql)
        .raw()
        .all(...parameters),
    ).toEqual([[1]]);
    database.close();
  });
});

it('quotes whatever a name holds', () => {
  expect(quoteIdentifier('f:a"; DROP TABLE records; --')).toBe('"f:a""; DROP TABLE records; --"');
});
