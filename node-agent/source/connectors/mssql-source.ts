import { NodeError } from '../../errors.js';
import type { Source, SourceRow } from '../source.js';
import type { MssqlServer, Selection } from '../source-config.js';
import { columnMissingError, columnTypeError } from './column-errors.js';
import { deliverRow } from './delivered.js';
import type { DeliveredColumn } from './delivered.js';
import { MssqlSession } from './mssql-session.js';
import { mssqlLength, mssqlReading } from './mssql-types.js';
import type { MssqlReading } from './mssql-types.js';
import { queryProblem } from './one-select.js';
import { boundedList, bracketed, columnOf, fromClause, selectionName, selectList } from './selecting.js';
import type { SelectedValue } from './selecting.js';
import { serverError } from './server-failure.js';
import type { ServerContext } from './server-failure.js';

export interface MssqlSourceOptions {
  readonly server: MssqlServer;
  readonly selection: Selection;
  /** The columns to read, in this order. A column may stand there twice. */
  readonly columns: readonly string[];
  /** How long a read waits for another program's lock. */
  readonly lockTimeoutMs: number;
}

/**
 * Connects to an agency's SQL Server and checks that it has what the mapping names. Rows are read in one transaction that
 * sees one moment and is rolled back. Tested without a server: there is none that may be had freely.
 * Thrown when not: NodeError with one of the codes that begin with SOURCE_; as readPassword and readTls say.
 */
export async function openMssqlSource(options: MssqlSourceOptions): Promise<Source> {
  const { server, selection } = options;
  const context: ServerContext = {
    server: `SQL Server ${server.host}:${server.port}/${server.database}`,
    what: selectionName(selection),
    user: server.user,
    statementSeconds: server.statementSeconds,
  };
  const problem = 'query' in selection ? queryProblem(selection.query) : undefined;
  if (problem !== undefined) throw queryError(problem, context);
  const session = await MssqlSession.connect(server, context);
  try {
    await session.rows(settings(options));
    return new MssqlSource(session, await describe(session, options));
  } catch (thrown) {
    session.close();
    throw thrown;
  }
}

interface Described {
  readonly select: string;
  readonly columns: readonly DeliveredColumn[];
}

class MssqlSource implements Source {
  readonly #session: MssqlSession;
  readonly #described: Described;

  constructor(session: MssqlSession, described: Described) {
    this.#session = session;
    this.#described = described;
  }

  async *batches(): AsyncIterable<readonly SourceRow[]> {
    const { select, columns } = this.#described;
    await this.#session.begin(isolationOf((await this.#session.rows(CONSISTENCY_SQL))[0] ?? [], this.#session.context));
    let row = 0;
    for await (const batch of this.#session.batches(select)) {
      yield batch.map((texts) => deliverRow(columns, texts, (row += 1)));
    }
    await this.#session.rollback();
  }

  close(): Promise<void> {
    this.#session.close();
    return Promise.resolve();
  }
}

/** What the session is set to before anything is read. */
export function settings({ lockTimeoutMs }: Pick<MssqlSourceOptions, 'lockTimeoutMs'>): string {
  // Whoever works with the database goes before.
  return `SET LOCK_TIMEOUT ${Math.ceil(lockTimeoutMs)}; SET DEADLOCK_PRIORITY LOW;`;
}

/** Which reads of this database see one moment. */
export const CONSISTENCY_SQL = `
  SELECT CONVERT(varchar(20), snapshot_isolation_state), CONVERT(varchar(20), is_read_committed_snapshot_on),
    CONVERT(varchar(20), DATABASEPROPERTYEX(DB_NAME(), 'Updateability'))
  FROM sys.databases WHERE database_id = DB_ID()`;

/**
 * The level at which one SELECT sees one moment. Thrown when there is none, for rows that move would then be read twice
 * or not at all: NodeError SOURCE_UNSTABLE.
 */
export function isolationOf(
  [snapshot, readCommittedSnapshot, updateability]: readonly (string | null)[],
  context: ServerContext,
): 'SNAPSHOT' | 'READ_COMMITTED' {
  if (snapshot === '1') return 'SNAPSHOT';
  // One statement sees one moment where rows have versions, or where nobody can write.
  if (readCommittedSnapshot === '1' || updateability === 'READ_ONLY') return 'READ_COMMITTED';
  throw serverError('SOURCE_UNSTABLE', context, undefined);
}

async function describe(session: MssqlSession, { server, selection, columns }: MssqlSourceOptions): Promise<Described> {
  const from = fromClause(selection, bracketed, server.schema);
  const found = await columnsOf(session, columns, from);
  const readings = found.map(({ colName, type, dataLength }) => ({
    name: colName,
    type: type.name.toLowerCase(),
    reading: mssqlReading({ type, dataLength }),
  }));
  const known = readings.flatMap(({ name, reading }) => (reading === undefined ? [] : [{ name, reading }]));
  if (known.length < readings.length) {
    throw columnTypeError(
      session.context,
      readings.filter(({ reading }) => reading === undefined),
    );
  }
  const key = 'table' in selection ? await primaryKey(session, selection.table, server.schema) : [];
  return {
    select: mssqlSelect(known, from, key),
    columns: known.map(({ name, reading: { deliver } }) => ({ name, deliver })),
  };
}

/**
 * The SELECT of these columns. SQL Server takes no order from a view or a query, so that where there is no `key` rows are
 * in the order of what is read of them: those that are alike may stand either way.
 */
export function mssqlSelect(
  columns: readonly { readonly name: string; readonly reading: MssqlReading }[],
  from: string,
  key: readonly string[],
): string {
  const selected = columns.map(({ name, reading }): SelectedValue => {
    const column = columnOf(name, bracketed);
    const value = reading.value(column);
    return reading.textual === true ? { value, bytes: mssqlLength(column) } : { value };
  });
  const inOrder = new Map(
    columns.map(({ name, reading: { textual, value } }) => {
      const column = columnOf(name, bracketed);
      return [name, textual === true ? `${value(column)} COLLATE Latin1_General_BIN2` : column];
    }),
  );
  const order = key.length > 0 ? key.map((name) => columnOf(name, bracketed)) : [...inOrder.values()];
  return `SELECT ${boundedList(selected)} FROM ${from} ORDER BY ${order.join(', ')}`;
}

async function columnsOf(
  session: MssqlSession,
  columns: readonly string[],
  from: string,
): ReturnType<MssqlSession['describe']> {
  const select = (list: string): string => `SELECT TOP (0) ${list} FROM ${from}`;
  try {
    return await session.describe(select(selectList(columns, bracketed)));
  } catch (thrown) {
    if (!(thrown instanceof NodeError) || thrown.code !== 'SOURCE_COLUMN_MISSING') throw thrown;
    const missing: string[] = [];
    for (const column of new Set(columns)) {
      const found = await session.describe(select(selectList([column], bracketed))).catch(() => undefined);
      if (found === undefined) missing.push(column);
    }
    // A login that may read some columns only may not ask for all.
    const present = await session.describe(select('*')).catch(() => []);
    throw columnMissingError(
      session.context,
      missing,
      present.map(({ colName }) => colName),
    );
  }
}

/** Empty where there is none, or where the login may not read it: it may not order by it either. */
async function primaryKey(
  session: MssqlSession,
  table: string,
  schema: string | undefined,
): Promise<readonly string[]> {
  const rows = await session.rows(primaryKeySql(table, schema));
  return rows.some(([, readable]) => readable !== '1') ? [] : rows.map(([column]) => column ?? '');
}

export function primaryKeySql(table: string, schema: string | undefined): string {
  const name = `N'${(schema === undefined ? bracketed(table) : `${bracketed(schema)}.${bracketed(table)}`).replaceAll("'", "''")}'`;
  return `
    SELECT c.name, CONVERT(varchar(1), HAS_PERMS_BY_NAME(${name}, 'OBJECT', 'SELECT', c.name, 'COLUMN'))
    FROM sys.indexes i
    JOIN sys.index_columns x ON x.object_id = i.object_id AND x.index_id = i.index_id AND x.key_ordinal > 0
    JOIN sys.columns c ON c.object_id = x.object_id AND c.column_id = x.column_id
    WHERE i.is_primary_key = 1 AND i.object_id = OBJECT_ID(${name}) ORDER BY x.key_ordinal`;
}

function queryError(problem: 'leaves' | 'sends', { server }: ServerContext): NodeError {
  return problem === 'sends'
    ? new NodeError(
        'SOURCE_WRITES',
        `${server}: the query hands a statement to another server (OPENQUERY, OPENROWSET, OPENDATASOURCE), which may change something there; put it into a view. The old snapshot stays in force.`,
      )
    : new NodeError(
        'SOURCE_QUERY_FAILED',
        `${server}: the query has to be one SELECT whose parentheses, quotes and comments are closed, without a semicolon within; put what is more into a view. The old snapshot stays in force.`,
      );
}
