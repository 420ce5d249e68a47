import { readFileSync } from 'node:fs';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { SourcePlace } from '../../node-agent/source/source-config.js';
import { packagePath } from '../../runtime/index.js';
import { mariadbBinary, postgresBinaries, startMariadb, startPostgres } from '../support/database-server.js';
import { canHave } from '../support/needs.js';
import { failureOf, mysqlPlace, onMysql, onPostgres, postgresPlace, rowsOf, setPasswords } from './stores.js';

const page = readFileSync(packagePath('docs', 'agency', 'sources.md'), 'utf8');
const PASSWORD = 'a long password';
/** The columns of the page's view. */
const COLUMNS = [
  ...['id', 'first_name', 'last_name', 'dob', 'postcode', 'sex', 'crime_urn', 'reported_on', 'offence_group'],
  'withdrawn',
];
const TABLE = `(id int PRIMARY KEY, hidden varchar(9), ${COLUMNS.slice(1)
  .map((name) => `${name} ${name.endsWith('d_on') || name === 'dob' ? 'date' : 'varchar(20)'}`)
  .join(', ')})`;
const ROW = `(1, 'x', 'a', 'b', '1990-01-31', 'LS1 1AA', 'F', 'u', '2025-02-17', 'rape', 'no')`;

/** The statements that the page has for a kind of server. */
function statements(kind: string): readonly string[] {
  const [, block = ''] = new RegExp(`### ${kind}\\n\\n\`\`\`sql\\n([^\`]+)`).exec(page) ?? [];
  const found = block
    .split(';\n')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  expect(found.length).toBeGreaterThan(3);
  return found;
}

/** Of these columns of the table, and no others: for PostgreSQL, then for MariaDB. */
const [columnsOnPostgres = '', columnsOnMysql = ''] = [...page.matchAll(/`(GRANT SELECT \([^`]+);`/g)].map(
  ([, grant]) => grant ?? '',
);

const binaries = postgresBinaries();
const mariadb = mariadbBinary();

describe('the login that docs/agency/sources.md makes', () => {
  it.runIf(canHave(binaries !== undefined, 'a PostgreSQL server (apt-get install postgresql)'))(
    'reads its view of a PostgreSQL, and nothing else',
    async () => {
      setPasswords();
      process.env['TALLY_TEST_OWN'] = PASSWORD;
      const server = await startPostgres(binaries ?? '');
      onTestFinished(() => server.stop());
      await onPostgres(server, `CREATE TABLE crimes ${TABLE}`, `INSERT INTO crimes VALUES ${ROW}`);
      await onPostgres(server, ...statements('PostgreSQL'));
      const place = (selection: object, schema?: string): SourcePlace =>
        postgresPlace(
          server,
          {
            ...{ user: 'tallystick', password: { env: 'TALLY_TEST_OWN' } },
            ...{ tls: { mode: 'verify', authority: server.authority }, ...(schema === undefined ? {} : { schema }) },
          },
          selection,
        );
      const [row] = await rowsOf(place({ table: 'victim_crimes' }, 'records'), COLUMNS);
      expect(row).toHaveLength(COLUMNS.length);
      for (const selection of [{ table: 'crimes' }, { query: 'SELECT hidden AS id FROM public.crimes' }]) {
        expect((await failureOf(() => rowsOf(place(selection), ['id']))).code).toBe('SOURCE_FORBIDDEN');
      }
      await onPostgres(server, columnsOnPostgres);
      expect(await rowsOf(place({ table: 'crimes' }), ['id', 'first_name', 'last_name'])).toEqual([[1, 'a', 'b']]);
      expect((await failureOf(() => rowsOf(place({ table: 'crimes' }), ['hidden']))).code).toBe('SOURCE_FORBIDDEN');
    },
  );

  it.runIf(canHave(mariadb !== undefined, 'a MariaDB server (apt-get install mariadb-server)'))(
    'reads its view of a MariaDB, over TLS only, and nothing else',
    async () => {
      setPasswords();
      process.env['TALLY_TEST_OWN'] = PASSWORD;
      const server = await startMariadb(mariadb ?? '');
      onTestFinished(() => server.stop());
      await onMysql(
        server,
        ...['CREATE DATABASE crimes', `CREATE TABLE crimes.crimes ${TABLE}`, `INSERT INTO crimes.crimes VALUES ${ROW}`],
        // Of a new database: nobody without a name and password.
        ...[`DROP USER IF EXISTS ''@'localhost'`, ...statements('MySQL and MariaDB')],
      );
      const login = { user: 'tallystick', password: { env: 'TALLY_TEST_OWN' }, host: 'localhost', database: 'records' };
      const tls = { mode: 'verify', authority: server.authority };
      const place = (selection: object, differs: object = { tls }): SourcePlace =>
        mysqlPlace(server, { ...login, ...differs }, selection);
      const [row] = await rowsOf(place({ table: 'victim_crimes' }), COLUMNS);
      expect(row).toHaveLength(COLUMNS.length);
      const refused = async (where: SourcePlace): Promise<string> =>
        (await failureOf(() => rowsOf(where, ['id']))).code;
      expect(await refused(place({ query: 'SELECT hidden AS id FROM crimes.crimes' }))).toBe('SOURCE_FORBIDDEN');
      expect(await refused(place({ table: 'victim_crimes' }, { tls: { mode: 'off' } }))).toBe('SOURCE_LOGIN_REFUSED');
      await onMysql(server, columnsOnMysql);
      const table = place({ query: 'SELECT id, last_name FROM crimes.crimes' });
      expect(await rowsOf(table, ['id', 'last_name'])).toEqual([[1, 'b']]);
      expect(await refused(place({ query: 'SELECT hidden AS id FROM crimes.crimes' }))).toBe('SOURCE_FORBIDDEN');
    },
  );
});
