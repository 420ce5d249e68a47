import pg from 'pg';

import type { IdentifierName } from '../../core/linkage/index.js';
import { linkagePair } from '../../examples/bold/index.js';
import type { LinkageRow } from '../../examples/bold/index.js';

export const PEOPLE_TABLE = 'people';
/** Some of them, who have opted out. */
export const OPT_OUTS_TABLE = 'opted_out';
export const PEOPLE_DATABASE = { database: 'postgres', user: 'bench' } as const;

/** The dataset of the measurement: identifiers and schemes as the BOLD example's datasets of people have them. */
export const PEOPLE_DATASET = `
dataset: bench.people
version: 1
title: Invented people
description: Made by the benchmark. Nobody in it is real.
unit: benchmark-record
keys: [person, case]
linkage:
  identifiers: { forename: 1, surname: 2, dateOfBirth: 1, postcode: 2, sex: 1 }
  schemes: [standard, light]
  epsilon: 1
order: day
purposes: [research-statistics]
fields:
  day: { type: date, meaning: The day of the record., category: services }
  outcome: { type: code, codes: { a: Code a, b: Code b }, meaning: The outcome., category: services }
`;

/** Which of the table's columns is what. */
export const PEOPLE_MAPPING = {
  dataset: 'bench.people',
  identifiers: {
    ...{ forename: 'forename', surname: ['surname', 'other_surname'], dateOfBirth: 'born', sex: 'sex', urn: 'urn' },
    postcode: ['postcode', 'other_postcode'],
  },
  fields: { day: 'day', outcome: 'outcome' },
};

/** Which of the opt-out list's columns is what: all that the table has of a person. */
export const OPT_OUTS_COLUMNS: Readonly<Partial<Record<IdentifierName, readonly string[]>>> = {
  ...{ forename: ['forename'], surname: ['surname', 'other_surname'], dateOfBirth: ['born'] },
  ...{ postcode: ['postcode', 'other_postcode'], sex: ['sex'] },
};

const COLUMNS = [
  ...['forename', 'surname', 'other_surname', 'born', 'postcode', 'other_postcode', 'sex'],
  ...['urn', 'day', 'outcome'],
];
/** Of the people, those who are there twice, with faults of their own in each record. */
const DUPLICATES = 0.1;
const ROWS_A_STATEMENT = 5_000;
const SEED = 20_261_123;

/**
 * Writes a table of so many rows about invented people, a tenth of whom are there twice, each written with faults; and an
 * opt-out list of so many of its rows, from all over it.
 */
export async function fillPeopleTable(folder: string, rows: number, optOutLines: number): Promise<void> {
  const client = new pg.Client({ host: folder, ...PEOPLE_DATABASE });
  await client.connect();
  try {
    await client.query(
      `CREATE TABLE ${PEOPLE_TABLE} (id bigint PRIMARY KEY, ${COLUMNS.map((name) => `${name} text`).join(', ')})`,
    );
    const insert = `INSERT INTO ${PEOPLE_TABLE} SELECT * FROM unnest($1::bigint[], ${COLUMNS.map((_, place) => `$${place + 2}::text[]`).join(', ')})`;
    let [batch, id]: [(string | null)[][], number] = [[], 0];
    const write = async (): Promise<void> => {
      const ids = batch.map((_, place) => id - batch.length + 1 + place);
      await client.query(insert, [ids, ...COLUMNS.map((_, column) => batch.map((cells) => cells[column]))]);
      batch = [];
    };
    for (const row of invented(rows)) {
      id += 1;
      batch.push(cellsOf(row, id));
      if (batch.length === ROWS_A_STATEMENT) await write();
    }
    await write();
    const listed = Object.values(OPT_OUTS_COLUMNS).flat().join(', ');
    await client.query(
      `CREATE TABLE ${OPT_OUTS_TABLE} AS SELECT ${listed} FROM ${PEOPLE_TABLE}
        WHERE id % ${Math.max(1, Math.floor(rows / Math.max(1, optOutLines)))} = 0 ORDER BY id LIMIT ${optOutLines}`,
    );
  } finally {
    await client.end();
  }
}

function* invented(rows: number): Generator<LinkageRow> {
  const options = { overlap: 0, level: 'realistic', duplicates: DUPLICATES, seed: SEED } as const;
  let left = rows;
  for (const row of linkagePair({ people: { a: rows, b: 1 }, ...options }).a) {
    if (left === 0) return;
    left -= 1;
    yield row;
  }
}

function cellsOf(row: LinkageRow, id: number): (string | null)[] {
  const { forename, surname, otherSurname, dateOfBirth, postcode, otherPostcode, sex } = row;
  // Two rows of each case.
  const urn = `01BE${String(Math.ceil(id / 2)).padStart(8, '0')}`;
  const day = `2025-0${1 + (id % 9)}-15`;
  return [forename, surname, otherSurname, dateOfBirth, postcode, otherPostcode, sex, urn, day, id % 2 ? 'a' : 'b'];
}
