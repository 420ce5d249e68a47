import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  configSchema,
  loadConfig,
  MAX_CODE_CHARACTERS,
  MAX_CONCURRENT_RUNS,
  MAX_DEADLINE_SECONDS,
  MAX_LOCAL_CODES,
  MAX_SOURCES,
  MAX_WORKERS,
} from '../../../node-agent/config.js';
import { MAX_QUERY_CHARACTERS, MAX_STATEMENT_SECONDS } from '../../../node-agent/source/source-config.js';
import { MAX_SPOOL_MEMORY_MIB, MIN_SPOOL_MEMORY_MIB, packagePath, RuntimeError } from '../../../runtime/index.js';
import { agencyFolder } from './agency-folder.js';
import { codeOf, testFolder } from './fixtures.js';

type Config = Record<string, unknown>;

/** Paths of what is wrong with a configuration after a change to it. */
function problemPaths(change: (config: Config) => void): readonly string[] {
  const { configFile } = agencyFolder(({ config }) => change(config));
  try {
    loadConfig(configFile);
  } catch (thrown) {
    if (thrown instanceof RuntimeError && thrown.code === 'CONFIG_INVALID') {
      return thrown.problems.map(({ path }) => path);
    }
    throw thrown;
  }
  return [];
}

/** Whether a configuration with this value at this path is accepted. */
function accepts(change: (config: Config) => void): boolean {
  return problemPaths(change).length === 0;
}

const source = { dataset: 'a.b', sqlite: 's', table: 't' };

describe('loadConfig', () => {
  it('reads paths from the configuration’s own folder', () => {
    const { folder, configFile } = agencyFolder();
    const config = loadConfig(configFile);
    expect(config.identityKey).toBe(join(folder, 'identity.pem'));
    expect(config.sources[0]?.place).toMatchObject({ kind: 'sqlite', file: join(folder, 'source.sqlite') });
    expect(config.tls.privateKey).toBe(join(folder, 'node.key'));
    expect(config.spool.directory).toBe(join(folder, 'spool'));
  });

  it('reads the example, in which every setting stands', () => {
    const config = loadConfig(packagePath('node-agent', 'node.example.yaml'));
    expect(Object.keys(config).sort()).toEqual(Object.keys(configSchema.shape).sort());
    expect(Object.keys(config.deadlines)).toHaveLength(3);
    expect(config.policy).toBe(packagePath('node-agent', 'policy.yaml'));
  });

  it('keeps the ledger beside the snapshots, or where it is told to', () => {
    const { folder, configFile } = agencyFolder();
    expect(loadConfig(configFile).ledger).toBe(join(folder, 'snapshots.ledger'));
    const slashed = agencyFolder(({ config }) => (config['snapshots'] = 'snapshots/'));
    expect(loadConfig(slashed.configFile).ledger).toBe(join(slashed.folder, 'snapshots.ledger'));
    const told = agencyFolder(({ config }) => (config['ledger'] = 'kept/ledger.sqlite'));
    expect(loadConfig(told.configFile).ledger).toBe(join(told.folder, 'kept', 'ledger.sqlite'));
  });

  it('looks for the policy beside itself, or where it is told to, and says so when it stands here', () => {
    const { folder, configFile } = agencyFolder(({ config }) => delete config['policy']);
    expect(loadConfig(configFile).policy).toBe(join(folder, 'policy.yaml'));
    const told = agencyFolder(({ config }) => (config['policy'] = 'kept/policy.yaml'));
    expect(loadConfig(told.configFile).policy).toBe(join(told.folder, 'kept', 'policy.yaml'));
    expect(problemPaths((config) => (config['policy'] = { allow: [] }))).toEqual(['policy']);
  });

  it('takes a column or a list of columns for an identifier', () => {
    const identifiers = { surname: ['a', 'b', 'c', 'd'], nhsNumber: 'n', urn: 'urn' };
    const { configFile } = agencyFolder(({ config }) => (config['sources'] = [{ ...source, identifiers }]));
    expect(loadConfig(configFile).sources[0]?.identifiers).toEqual(identifiers);
  });

  describe('of a source', () => {
    const server = { host: 'db.example', database: 'crimes', user: 'tally' };
    const said = (differs: Config): string => {
      const { configFile } = agencyFolder(({ config }) => (config['sources'] = [{ dataset: 'a.b', ...differs }]));
      try {
        return JSON.stringify(loadConfig(configFile).sources[0]?.place);
      } catch (thrown) {
        return thrown instanceof RuntimeError
          ? thrown.problems.map(({ path, message }) => `${path}: ${message}`).join('\n')
          : String(thrown);
      }
    };

    it('takes each kind, with paths from its own folder and the usual limits', () => {
      const tls = { authority: 'db.crt' };
      const { folder, configFile } = agencyFolder(({ config }) => {
        config['sources'] = [
          { dataset: 'a.a', postgres: { ...server, tls, password: { file: 'pw' } }, query: 'SELECT 1' },
          { dataset: 'a.b', mysql: { ...server, password: { env: 'PW' } }, table: 't' },
          { dataset: 'a.c', csv: { file: 'people.csv' } },
          { dataset: 'a.d', mssql: { ...server, schema: 'dbo', tls: { ...tls } }, table: 't' },
          { dataset: 'a.e', parquet: { file: 'people.parquet' } },
        ];
      });
      expect(loadConfig(configFile).sources.map(({ place }) => place)).toEqual([
        {
          kind: 'postgres',
          server: {
            ...{ ...server, port: 5_432, statementSeconds: 600 },
            ...{ tls: { mode: 'verify', authority: join(folder, 'db.crt') }, password: { file: join(folder, 'pw') } },
          },
          selection: { query: 'SELECT 1' },
        },
        {
          kind: 'mysql',
          server: {
            ...{ ...server, port: 3_306, statementSeconds: 14_400, tls: { mode: 'verify' }, password: { env: 'PW' } },
          },
          selection: { table: 't' },
        },
        { kind: 'csv', file: join(folder, 'people.csv'), delimiter: ',' },
        {
          kind: 'mssql',
          server: {
            ...{ ...server, port: 1_433, statementSeconds: 600, schema: 'dbo' },
            tls: { mode: 'verify', authority: join(folder, 'db.crt') },
          },
          selection: { table: 't' },
        },
        { kind: 'parquet', file: join(folder, 'people.parquet') },
      ]);
    });

    it.each<[string, Config, RegExp]>([
      ['no place', {}, /^sources\[0\]: needs one of sqlite, postgres, mysql, mssql, csv, parquet$/],
      ['two', { sqlite: 's', csv: { file: 'f' }, table: 't' }, /^sources\[0\]\.csv: stands beside sqlite/],
      ['nothing to read', { postgres: server }, /^sources\[0\]\.table: needs a table/],
      ['a table and a query', { sqlite: 's', table: 't', query: 'q' }, /^sources\[0\]\.query: stands beside/],
      ['a table of a file', { csv: { file: 'f' }, table: 't' }, /^sources\[0\]\.table: a CSV file has none/],
      ['a query of a file', { parquet: { file: 'f' }, query: 'q' }, /^sources\[0\]\.query: a Parquet file has none/],
      ['two files', { csv: { file: 'f' }, parquet: { file: 'f' } }, /^sources\[0\]\.parquet: stands beside csv/],
      ['a long delimiter', { csv: { file: 'f', delimiter: '||' } }, /^sources\[0\]\.csv\.delimiter: one character$/],
      [
        'a schema of a query',
        { postgres: { ...server, schema: 's' }, query: 'q' },
        /^sources\[0\]\.postgres\.schema: goes with/,
      ],
      [
        'two places of a password',
        { postgres: { ...server, password: { env: 'A', file: 'b' } }, table: 't' },
        /^sources\[0\]\.postgres\.password: name either/,
      ],
      [
        'certificates without TLS',
        { postgres: { ...server, tls: { mode: 'off', authority: 'a' } }, table: 't' },
        /^sources\[0\]\.postgres\.tls: mode `off` uses no/,
      ],
      [
        'half a certificate',
        { postgres: { ...server, tls: { certificate: 'a' } }, table: 't' },
        /^sources\[0\]\.postgres\.tls: name both/,
      ],
      [
        'an address that no certificate is compared with',
        { mysql: { ...server, host: '10.0.0.7' }, table: 't' },
        /^sources\[0\]\.mysql\.host: must be a name/,
      ],
      [
        'an address of a SQL Server, likewise',
        { mssql: { ...server, host: '::1' }, table: 't' },
        /^sources\[0\]\.mssql\.host: must be a name/,
      ],
      [
        'a certificate of the node where the protocol has none',
        { mssql: { ...server, tls: { certificate: 'a', privateKey: 'b' } }, table: 't' },
        /^sources\[0\]\.mssql\.tls/,
      ],
      [
        'a schema of a query of SQL Server',
        { mssql: { ...server, schema: 's' }, query: 'q' },
        /^sources\[0\]\.mssql\.schema: goes with/,
      ],
      ['a port', { mysql: { ...server, port: 65_536 }, table: 't' }, /^sources\[0\]\.mysql\.port: /],
    ])('refuses %s by its name', (_, differs, words) => {
      expect(said(differs)).toMatch(words);
    });

    it('has no place for a password itself, and does not repeat it', () => {
      const words = said({ postgres: { ...server, password: 'hunter2' }, table: 't' });
      expect(words).toMatch(/^sources\[0\]\.postgres\.password: /);
      expect(words).not.toContain('hunter2');
    });

    it('bounds a query and a time limit', () => {
      const query = (length: number): string => said({ sqlite: 's', query: 'q'.repeat(length) });
      expect(query(MAX_QUERY_CHARACTERS)).toContain('"kind":"sqlite"');
      expect(query(MAX_QUERY_CHARACTERS + 1)).toMatch(/^sources\[0\]\.query: /);
      const limit = (statementSeconds: number): string => said({ mysql: { ...server, statementSeconds }, table: 't' });
      expect(limit(MAX_STATEMENT_SECONDS)).toContain('"kind":"mysql"');
      expect(limit(MAX_STATEMENT_SECONDS + 1)).toMatch(/statementSeconds: /);
      expect(limit(0)).toMatch(/statementSeconds: /);
    });
  });

  it('refuses unknown settings, also within sections, all at once', () => {
    expect(
      problemPaths((config) => {
        config['agencyId'] = 'police';
        config['tls'] = { ...(config['tls'] as object), insecure: true };
        config['sources'] = [{ ...source, queries: 'SELECT 1', identifiers: { passport: 'n' } }];
      }),
    ).toEqual(
      expect.arrayContaining(['agencyId', 'tls.insecure', 'sources[0].queries', 'sources[0].identifiers.passport']),
    );
  });

  it.each<[string, (config: Config) => void]>([
    ['agency', (config) => (config['agency'] = 'coordinator')],
    ['agency', (config) => (config['agency'] = 'Northshire Police')],
    ['agency', (config) => delete config['agency']],
    ['coordinator.address', (config) => (config['coordinator'] = { address: 'localhost' })],
    ['sources', (config) => (config['sources'] = [])],
    ['sources[1].dataset', (config) => (config['sources'] = [source, { ...source }])],
    ['sources[0].asAt', (config) => (config['sources'] = [{ ...source, asAt: '2026-02-30' }])],
    ['sources[0].identifiers.surname', (config) => (config['sources'] = [{ ...source, identifiers: { surname: [] } }])],
    [
      'sources[0].identifiers.surname',
      (config) => (config['sources'] = [{ ...source, identifiers: { surname: ['a', 'b', 'c', 'd', 'e'] } }]),
    ],
    ['sources[0].fields.a', (config) => (config['sources'] = [{ ...source, fields: { a: ['x'] } }])],
    [
      'sources[0].fields.a.column',
      (config) => (config['sources'] = [{ ...source, fields: { a: { codes: { x: 'y' } } } }]),
    ],
    [
      'sources[0].fields.a.codes.x',
      (config) => (config['sources'] = [{ ...source, fields: { a: { column: 'c', codes: { x: 1 } } } }]),
    ],
    [
      'sources[0].fields.a.codes',
      (config) => (config['sources'] = [{ ...source, fields: { a: { column: 'c', codes: {} } } }]),
    ],
    [
      'sources[0].fields.a.code',
      (config) => (config['sources'] = [{ ...source, fields: { a: { column: 'c', codes: { x: 'y' }, code: 1 } } }]),
    ],
    [
      'sources[0].identifiers.sex.codes',
      (config) => (config['sources'] = [{ ...source, identifiers: { sex: { column: 'c' } } }]),
    ],
    [
      'sources[0].identifiers.surname',
      (config) => (config['sources'] = [{ ...source, identifiers: { surname: { column: 'c', codes: { x: 'y' } } } }]),
    ],
    ['sources[0].identifiers.urn', (config) => (config['sources'] = [{ ...source, identifiers: { urn: ['a'] } }])],
    [
      'deadlines.stopSeconds',
      (config) => (config['deadlines'] = { ...(config['deadlines'] as object), stopSeconds: 0 }),
    ],
    ['logLevel', (config) => (config['logLevel'] = 'trace')],
    ['identityKey', (config) => (config['identityKey'] = '')],
  ])('refuses a wrong %s', (path, change) => {
    expect(problemPaths(change)).toEqual([path]);
  });

  it.each<[string, number, (config: Config, value: number) => void]>([
    ['workers', MAX_WORKERS, (config, value) => (config['workers'] = value)],
    ['concurrentRuns', MAX_CONCURRENT_RUNS, (config, value) => (config['concurrentRuns'] = value)],
    [
      'spool memory',
      MAX_SPOOL_MEMORY_MIB,
      (config, value) => (config['spool'] = { directory: 'spool', memoryMiB: value }),
    ],
    [
      'deadlines',
      MAX_DEADLINE_SECONDS,
      (config, value) => (config['deadlines'] = { ...(config['deadlines'] as object), stopSeconds: value }),
    ],
    [
      'sources',
      MAX_SOURCES,
      (config, value) =>
        (config['sources'] = Array.from({ length: value }, (_, index) => ({ ...source, dataset: `a.b${index}` }))),
    ],
    [
      'local codes',
      MAX_LOCAL_CODES,
      (config, value) => {
        const codes = Object.fromEntries(Array.from({ length: value }, (_, index) => [`c${index}`, 'a']));
        config['sources'] = [{ ...source, fields: { a: { column: 'c', codes } } }];
      },
    ],
    [
      'a local code',
      MAX_CODE_CHARACTERS,
      (config, value) =>
        (config['sources'] = [{ ...source, fields: { a: { column: 'c', codes: { ['x'.repeat(value)]: 'a' } } } }]),
    ],
  ])('bounds %s', (_, limit, set) => {
    expect(accepts((config) => set(config, limit))).toBe(true);
    expect(accepts((config) => set(config, limit + 1))).toBe(false);
  });

  it('wants memory enough for the index of a long list', () => {
    const spool = (memoryMiB: number) => (config: Config) => (config['spool'] = { directory: 'spool', memoryMiB });
    expect(accepts(spool(MIN_SPOOL_MEMORY_MIB))).toBe(true);
    expect(accepts(spool(MIN_SPOOL_MEMORY_MIB - 1))).toBe(false);
  });

  it('refuses what it can’t read and what isn’t YAML', () => {
    const file = join(testFolder(), 'node.yaml');
    expect(codeOf(() => loadConfig(file))).toBe('CONFIG_UNREADABLE');
    writeFileSync(file, 'agency: police\nagency: cps\n');
    expect(codeOf(() => loadConfig(file))).toBe('CONFIG_INVALID');
  });
});
