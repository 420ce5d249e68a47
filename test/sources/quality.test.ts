import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { silentLog } from '../../core/base/index.js';
import { createGroup, inlineEngine } from '../../core/private-join/index.js';
import { loadConfig } from '../../node-agent/config.js';
import { prepareAll } from '../../node-agent/prepare-all.js';
import { checkAll } from '../../node-agent/quality/check-all.js';
import type { CheckedSource } from '../../node-agent/quality/check-source.js';
import { mariadbBinary, postgresBinaries, startMariadb, startPostgres } from '../support/database-server.js';
import type { DatabaseServer } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { seededRng } from '../support/seeded-rng.js';
import { agencyFolder } from '../unit/node-agent/agency-folder.js';
import type { AgencyFolder } from '../unit/node-agent/agency-folder.js';
import { crimesMapping } from '../unit/node-agent/fixtures.js';
import { now, storageKey } from '../unit/node-agent/snapshot-fixtures.js';
import { failureOf, onMysql, onPostgres, setPasswords } from './stores.js';

const clock = { now: () => now };

function agencyOf(source: object, quality: object = {}): AgencyFolder {
  const agency = agencyFolder((files) => {
    files.config['sources'] = [{ asAt: '2026-03-31', ...crimesMapping, ...source }];
    files.dataset['quality'] = quality;
  });
  // The same key everywhere, so that the same content has the same id.
  writeFileSync(join(agency.folder, 'storage.key'), storageKey, { mode: 0o600 });
  return agency;
}

async function checkedOf({ configFile }: AgencyFolder): Promise<CheckedSource> {
  const [found] = await checkAll(loadConfig(configFile), { clock, progress: () => undefined });
  if (found?.checked === null || found === undefined) throw new Error(found?.failure?.message ?? 'no source');
  return found.checked;
}

async function prepare({ configFile }: AgencyFolder): ReturnType<typeof prepareAll> {
  const rng = seededRng('quality');
  const engine = inlineEngine(await createGroup(), rng);
  return prepareAll(loadConfig(configFile), { clock, rng, log: silentLog, engine });
}

function cellsOf({ folder }: AgencyFolder): unknown {
  const database = new Database(join(folder, 'snapshots', 'police.victim-crimes.snapshot'), { readonly: true });
  const cells = database
    .prepare(
      'SELECT record, person, "f:report-date", "f:offence-group", "f:days-to-charge" FROM records ORDER BY record',
    )
    .raw()
    .all();
  database.close();
  return cells;
}

interface Person {
  readonly id: number;
  readonly name: string;
  /** The agency's codes: numbers in one database, texts in the other. */
  readonly offence: number | null;
  readonly sex: number | null;
  readonly reported: string;
}

/** Of whom the fifth has a code that the mapping doesn't name, and the sixth a sex. */
const PEOPLE: readonly Person[] = [
  { id: 1, name: 'Quillfeather', offence: 10, sex: 7, reported: '2025-02-17' },
  { id: 2, name: "O'Brackenbury", offence: 11, sex: 8, reported: '2025-03-30' },
  { id: 3, name: 'محمد', offence: 99, sex: 7, reported: '2025-12-31' },
  { id: 4, name: `'); DROP TABLE held; --`, offence: null, sex: null, reported: '2025-01-01' },
  { id: 5, name: 'Featherstone', offence: 12, sex: 7, reported: '2025-02-02' },
  { id: 6, name: 'Ravenscroft', offence: 20, sex: 3, reported: '2025-10-26' },
];

const MAPPING = {
  identifiers: {
    ...{ forename: 'first', surname: 'last', dateOfBirth: 'born', postcode: 'postcode', urn: 'urn' },
    sex: { column: 'sex', codes: { '7': 'F', '8': 'M' } },
  },
  fields: {
    ...{ 'report-date': 'reported', 'reported-quarter': 'reported', 'days-to-charge': 'id' },
    'offence-group': { column: 'offence', codes: { '10': 'rape', '11': 'rape', '20': 'stalking', '99': null } },
  },
};
const CELLS = [
  [1, 1, '2025-02-17', 'rape', 1],
  [2, 2, '2025-03-30', 'rape', 2],
  [3, 3, '2025-12-31', null, 3],
  [4, 4, '2025-01-01', null, 4],
  [5, 5, '2025-10-26', 'stalking', 6],
];

function statements(types: Readonly<Record<'offence' | 'sex', string>>, suffix: string): readonly string[] {
  const text = (value: string | number | null): string =>
    value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`;
  const rows = PEOPLE.map(
    ({ id, name, offence, sex, reported }) =>
      `(${id}, 'Philippa', ${text(name)}, '198${id}-11-2${id}', 'LS${id} 3QT', ${text(sex)}, 'URN${id}', ${text(reported)}, ${text(offence)})`,
  );
  return [
    `CREATE TABLE held (id integer PRIMARY KEY, first varchar(50), last varchar(50), born date, postcode varchar(10),
       sex ${types.sex}, urn varchar(20), reported date, offence ${types.offence}) ${suffix}`,
    `INSERT INTO held VALUES ${rows.join(', ')}`,
  ];
}

const binaries = postgresBinaries();
const mariadb = mariadbBinary();
const hasPostgres = canHave(binaries !== undefined, 'a PostgreSQL server (apt-get install postgresql)');
const hasMariadb = canHave(mariadb !== undefined, 'a MariaDB server (apt-get install mariadb-server)');

let postgres: DatabaseServer | undefined;
let maria: DatabaseServer | undefined;

beforeAll(async () => {
  setPasswords();
  if (binaries !== undefined) {
    postgres = await startPostgres(binaries);
    await onPostgres(postgres, ...statements({ offence: 'smallint', sex: 'char(3)' }, ''));
    await onPostgres(postgres, 'CREATE VIEW shown AS SELECT * FROM held ORDER BY id');
  }
  if (mariadb !== undefined) {
    maria = await startMariadb(mariadb);
    const types = { offence: 'varchar(4)', sex: "enum('3', '7', '8')" };
    await onMysql(maria, ...statements(types, 'CHARACTER SET utf8mb4'));
    await onMysql(maria, 'CREATE VIEW shown AS SELECT * FROM held ORDER BY id');
  }
});
afterAll(async () => {
  await postgres?.stop();
  await maria?.stop();
});

function place(kind: 'postgres' | 'mysql', table = 'held'): object {
  const server = kind === 'postgres' ? postgres : maria;
  const database =
    kind === 'postgres'
      ? { database: 'postgres', password: { env: 'TALLY_TEST_PG' } }
      : { database: 'agency', password: { env: 'TALLY_TEST_MY' } };
  return { [kind]: { host: 'localhost', port: server?.port, user: 'admin', tls: { mode: 'off' }, ...database }, table };
}

const kinds = [
  ['postgres', hasPostgres],
  ['mysql', hasMariadb],
] as const;

describe.each(kinds)('the agency’s own codes in %s', (kind, available) => {
  const floor = { maximumRejected: 0.2 };

  it.runIf(available)('become the dataset’s, and what isn’t mapped is counted and left out', async () => {
    const agency = agencyOf({ ...place(kind), ...MAPPING }, floor);
    const { counts, wouldDo, codes } = await checkedOf(agency);
    expect(wouldDo).toBe(true);
    expect(counts).toMatchObject({ rows: 6, rejected: 1 });
    expect(counts.findings.map(({ path, kind: found, count, rows }) => [path, found, count, rows])).toEqual([
      ['fields.offence-group', 'unmapped-code', 1, [5]],
      ['identifiers.sex', 'unmapped-code', 1, [6]],
    ]);
    expect(codes.get('fields.offence-group')?.shown).toEqual([{ code: '12', values: 1 }]);
    const [prepared] = await prepare(agency);
    expect(prepared?.rejected).toEqual({
      ...{ rows: 6, rejected: 1 },
      reasons: [{ field: 'offence-group', reason: 'unmapped-code', count: 1 }],
    });
    expect(cellsOf(agency)).toEqual(CELLS);
  });

  it.runIf(available)('keep a snapshot from being made where too many aren’t mapped', async () => {
    const failure = await failureOf(() => prepare(agencyOf({ ...place(kind), ...MAPPING }, { maximumRejected: 0.16 })));
    expect(failure.code).toBe('QUALITY_BELOW_FLOOR');
    expect(failure.problems.map(({ message }) => message)).toEqual([
      'rows that can’t be used: 1 of 6 (16.67 %), at most 16 %',
      'column offence: 1 value is a code that the mapping doesn’t name (row 5)',
    ]);
  });

  it.runIf(available)('and a view that vanishes after the check leaves the old snapshot in force', async () => {
    const run = kind === 'postgres' ? onPostgres : onMysql;
    const server = kind === 'postgres' ? postgres : maria;
    if (server === undefined) return;
    const agency = agencyOf({ ...place(kind, 'shown'), ...MAPPING }, floor);
    await prepare(agency);
    const before = cellsOf(agency);
    expect((await checkedOf(agency)).wouldDo).toBe(true);
    await run(server, 'DROP VIEW shown');
    expect((await failureOf(() => prepare(agency))).code).toBe('SOURCE_TABLE_MISSING');
    expect(cellsOf(agency)).toEqual(before);
    const [again] = await checkAll(loadConfig(agency.configFile), { clock, progress: () => undefined });
    expect(again).toMatchObject({ checked: null, failure: { code: 'SOURCE_TABLE_MISSING' } });
  });
});

it.runIf(hasPostgres && hasMariadb)('the same people give the same snapshot from both', async () => {
  const ids = [];
  for (const [kind] of kinds) {
    const [prepared] = await prepare(agencyOf({ ...place(kind), ...MAPPING }, { maximumRejected: 0.2 }));
    ids.push(prepared?.snapshot);
  }
  expect(ids[0]).toBe(ids[1]);
});

describe('a CSV file', () => {
  const HEADER = 'first,last,born,postcode,sex,urn,reported,offence,id';
  const fields = { ...MAPPING.fields, 'offence-group': 'offence' };
  const source = { csv: { file: 'people.csv' }, identifiers: { ...MAPPING.identifiers, sex: 'sex' }, fields };
  const row = (id: number): string => `Ann,Quill${id},1987-11-23,LS6 3QT,F,U${id},2025-02-17,rape,${id}`;

  function agencyFrom(...lines: readonly string[]): AgencyFolder {
    const agency = agencyOf(source);
    writeFileSync(join(agency.folder, 'people.csv'), `${[HEADER, ...lines].join('\n')}\n`);
    return agency;
  }

  it('whose values have moved by a column makes no snapshot, and the report says in which', async () => {
    const moved = (id: number): string => `,${row(id).replace(/,[^,]*$/, '')}`;
    const { counts, wouldDo } = await checkedOf(agencyFrom(moved(1), moved(2)));
    expect(wouldDo).toBe(false);
    expect(counts.rejected).toBe(2);
    expect(counts.findings.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      'fields.report-date not-a-date',
      'fields.reported-quarter not-a-quarter',
      'fields.offence-group unmapped-code',
      'fields.days-to-charge not-a-number',
    ]);
  });

  it('with a value too many in one row is refused by its line', async () => {
    const [found] = await checkAll(loadConfig(agencyFrom(row(1), `${row(2)},x`).configFile), {
      ...{ clock, progress: () => undefined },
    });
    expect(found?.failure).toMatchObject({
      code: 'SOURCE_FILE_INVALID',
      message: expect.stringContaining('line 3: 10 values') as string,
    });
  });

  it('may have NUL characters: in a code they make another code, in a name they are counted', async () => {
    const lines = [
      row(1),
      row(2).replace('rape', 'rape\0'),
      row(3).replace('Ann', 'An\0n'),
      row(4).replace('Ann', '🙂'),
    ];
    const { counts } = await checkedOf(agencyFrom(...lines));
    expect(counts.findings.map(({ path, kind, rows }) => [path, kind, ...rows])).toEqual([
      ['fields.offence-group', 'unmapped-code', 2],
      ['identifiers.forename', 'control-characters', 3],
      ['identifiers.forename', 'unusable', 4],
    ]);
  });
});
