import type { Connection, ConnectionOptions, FieldPacket, TypeCastField } from 'mysql2';

import { NodeError } from '../../errors.js';
import { systemCode } from '../../system-codes.js';
import { RowBatch } from '../row-batch.js';
import type { Source, SourceRow } from '../source.js';
import type { MysqlServer, Selection } from '../source-config.js';
import { columnMissingError, columnTypeError } from './column-errors.js';
import { deliverRow } from './delivered.js';
import type { DeliveredColumn } from './delivered.js';
import { isMysqlText, mysqlDelivery, mysqlValue, typeName } from './mysql-types.js';
import { backQuoted, boundedList, columnOf, fromClause, orderClause, selectionName, selectList } from './selecting.js';
import type { SelectedValue } from './selecting.js';
import { isSocketPath, readPassword, readTls, SOURCE_CONNECT_TIMEOUT_MS } from './server-access.js';
import { networkFailure, serverError } from './server-failure.js';
import type { ServerContext, ServerFailure } from './server-failure.js';

export interface MysqlSourceOptions {
  readonly server: MysqlServer;
  readonly selection: Selection;
  /** The columns to read, in this order. A column may stand there twice. */
  readonly columns: readonly string[];
  /** How long a read waits for another program's lock; the server counts whole seconds. */
  readonly lockTimeoutMs: number;
}

/**
 * Connects to an agency's MySQL or MariaDB and checks that it has what the mapping names; rows are read in one
 * transaction that can't write. Thrown when not: NodeError with one of the codes that begin with SOURCE_; as readPassword
 * and readTls say.
 */
export async function openMysqlSource(options: MysqlSourceOptions): Promise<Source> {
  const { server, selection } = options;
  const context: ServerContext = {
    server: `MySQL ${server.host}:${server.port}/${server.database}`,
    what: selectionName(selection),
    user: server.user,
    statementSeconds: server.statementSeconds,
  };
  const session = new Session(await connectionOf(server, context), context);
  try {
    await session.begin(options);
    return new MysqlSource(session, await describe(session, options));
  } catch (thrown) {
    session.destroy();
    throw thrown;
  }
}

interface Described {
  readonly select: string;
  readonly columns: readonly DeliveredColumn[];
}

class MysqlSource implements Source {
  readonly #session: Session;
  readonly #described: Described;

  constructor(session: Session, described: Described) {
    this.#session = session;
    this.#described = described;
  }

  async *batches(): AsyncIterable<readonly SourceRow[]> {
    const { select, columns } = this.#described;
    await this.#session.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    const batch = new RowBatch();
    let row = 0;
    for await (const texts of this.#session.stream(select)) {
      if (batch.add(deliverRow(columns, texts, (row += 1)))) yield batch.take();
    }
    if (!batch.isEmpty) yield batch.take();
    await this.#session.run('COMMIT');
  }

  /** Not in good form: what is left of a large table would have to be read to the end first. */
  close(): Promise<void> {
    this.#session.destroy();
    return Promise.resolve();
  }
}

/** What the driver decodes; a character that the session's set lacks would come as a question mark. */
const CHARSET = 'utf8mb4';
/** The most that sql_select_limit can be, which is no limit; `DEFAULT` would be the server's own. */
const NO_ROW_LIMIT = '18446744073709551615';

/** Rows that the driver holds before it stops listening; it counts rows, however long they are. */
const ROWS_AHEAD = 16;

type Texts = readonly (string | null)[];
interface Result {
  readonly rows: readonly Texts[];
  readonly fields: readonly FieldPacket[];
}

/** One connection. Every value comes as the text that the server writes, for what it means is decided in one place. */
class Session {
  readonly context: ServerContext;
  readonly #connection: Connection;

  constructor(connection: Connection, context: ServerContext) {
    this.#connection = connection;
    this.context = context;
    // A server that goes away between two statements is noticed at the next; unheard, the event would end the process.
    connection.on('error', () => undefined);
  }

  async begin({ server: { database, statementSeconds }, lockTimeoutMs }: MysqlSourceOptions): Promise<void> {
    // Before anything is asked: the server's configuration or its init_connect may have set these otherwise.
    // MariaDB (from 10.3.4) can also show a table that keeps its history as it was at some other time.
    await this.run(
      `SET SESSION sql_select_limit = ${NO_ROW_LIMIT} /*M!100304 , SESSION system_versioning_asof = DEFAULT */`,
    );
    await this.run(`SET NAMES ${CHARSET}`);
    await this.run(`USE ${backQuoted(database)}`);
    const { rows } = await this.run('SELECT VERSION()');
    const isMariaDb = /mariadb/i.test(rows[0]?.[0] ?? '');
    for (const setting of [
      'TRANSACTION ISOLATION LEVEL REPEATABLE READ',
      'TRANSACTION READ ONLY',
      // The two have different settings for the same; MySQL's counts milliseconds, and SELECTs only.
      isMariaDb
        ? `max_statement_time = ${statementSeconds}`
        : `max_execution_time = ${Math.ceil(statementSeconds * 1_000)}`,
      `lock_wait_timeout = ${Math.max(1, Math.ceil(lockTimeoutMs / 1_000))}`,
      // The node stops listening while it hashes; with the usual minute the server would take it for gone.
      `net_write_timeout = ${Math.ceil(statementSeconds)}`,
    ]) {
      await this.run(`SET SESSION ${setting}`);
    }
  }

  run(sql: string, values: readonly string[] = []): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#connection.query(
        { sql, values: [...values], rowsAsArray: true, typeCast: asWritten },
        (error, rows, fields?: FieldPacket[]) => {
          // Statements other than SELECT have a summary where the rows would be.
          if (error === null) resolve({ rows: Array.isArray(rows) ? (rows as Texts[]) : [], fields: fields ?? [] });
          else reject(this.error(error));
        },
      );
    });
  }

  async *stream(sql: string): AsyncIterable<Texts> {
    const rows = this.#connection
      .query({ sql, rowsAsArray: true, typeCast: asWritten })
      .stream({ highWaterMark: ROWS_AHEAD });
    // The driver tells nobody who reads rows that the connection has gone while it was told to wait: they would wait on.
    const lost = (): void => void rows.destroy(new ConnectionLost());
    this.#connection.once('end', lost).once('error', lost);
    try {
      for await (const texts of rows) yield texts as Texts;
    } catch (thrown) {
      throw this.error(thrown);
    } finally {
      this.#connection.off('end', lost).off('error', lost);
    }
  }

  destroy(): void {
    this.#connection.destroy();
  }

  error(thrown: unknown): NodeError {
    return thrown instanceof NodeError
      ? thrown
      : serverError(failureOf(thrown, true), this.context, systemCode(thrown));
  }
}

class ConnectionLost extends Error {
  readonly code = 'PROTOCOL_CONNECTION_LOST';
}

function asWritten(field: TypeCastField): string | null {
  return field.string();
}

async function connectionOf(server: MysqlServer, context: ServerContext): Promise<Connection> {
  const { host, port, database, user } = server;
  const password = readPassword(server.password);
  const socket = isSocketPath(host);
  const tls = socket ? undefined : readTls(server.tls);
  // Loaded here, so that a node that reads a file needs none of it.
  const { createConnection } = await import('mysql2');
  const options: ConnectionOptions = {
    ...(socket ? { socketPath: host } : { host, port }),
    ...{ database, user },
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { ssl: { ...tls, verifyIdentity: true } }),
    charset: CHARSET,
    connectTimeout: SOURCE_CONNECT_TIMEOUT_MS,
    multipleStatements: false,
    // A server may ask its client for any file of the client's; this one has none to give.
    flags: ['-LOCAL_FILES'],
  };
  return new Promise((resolve, reject) => {
    const connection = createConnection(options);
    const failed = (thrown: unknown): void => {
      connection.destroy();
      reject(serverError(failureOf(thrown, false), context, systemCode(thrown)));
    };
    connection.once('error', failed);
    connection.connect((error) => {
      connection.removeListener('error', failed);
      if (error === null) resolve(connection);
      else failed(error);
    });
  });
}

async function describe(session: Session, { selection, columns }: MysqlSourceOptions): Promise<Described> {
  const from = fromClause(selection, backQuoted);
  const fields = await fieldsOf(session, columns, from);
  const delivered = fields.map((field) => ({
    name: field.name,
    type: typeName(field),
    deliver: mysqlDelivery(field),
  }));
  const known = delivered.flatMap(({ name, deliver }) => (deliver === undefined ? [] : [{ name, deliver }]));
  if (known.length < delivered.length) {
    throw columnTypeError(
      session.context,
      delivered.filter(({ deliver }) => deliver === undefined),
    );
  }
  const selected = fields.map((field, index): SelectedValue => {
    const value = mysqlValue(field, columnOf(columns[index] ?? '', backQuoted));
    return isMysqlText(field) ? { value, bytes: `OCTET_LENGTH(${value})` } : { value };
  });
  const key = 'table' in selection ? await primaryKey(session, selection.table) : [];
  return {
    select: `SELECT ${boundedList(selected)} FROM ${from}${orderClause(key, backQuoted)}`,
    columns: known,
  };
}

async function fieldsOf(session: Session, columns: readonly string[], from: string): Promise<readonly FieldPacket[]> {
  const select = (list: string): string => `SELECT ${list} FROM ${from} LIMIT 0`;
  try {
    return (await session.run(select(selectList(columns, backQuoted)))).fields;
  } catch (thrown) {
    if (!(thrown instanceof NodeError) || thrown.code !== 'SOURCE_COLUMN_MISSING') throw thrown;
    const missing: string[] = [];
    for (const column of new Set(columns)) {
      const found = await session.run(select(selectList([column], backQuoted))).catch(() => undefined);
      if (found === undefined) missing.push(column);
    }
    // A login that may read some columns only may not ask for all.
    const present = await session.run(select('*')).catch(() => undefined);
    throw columnMissingError(session.context, missing, present?.fields.map(({ name }) => name) ?? []);
  }
}

/** The server lists only columns that this login may read. */
async function primaryKey(session: Session, table: string): Promise<readonly string[]> {
  const { rows } = await session.run(
    `SELECT COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND CONSTRAINT_NAME = 'PRIMARY' ORDER BY ORDINAL_POSITION`,
    [table],
  );
  return rows.map(([column]) => column ?? '');
}

/** The servers' names of errors, by what can be done about them. */
const BY_NAME: ReadonlyMap<string, ServerFailure> = new Map([
  ['ER_ACCESS_DENIED_ERROR', 'SOURCE_LOGIN_REFUSED'],
  ['ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'SOURCE_LOGIN_REFUSED'],
  ['ER_DBACCESS_DENIED_ERROR', 'SOURCE_LOGIN_REFUSED'],
  ['ER_HOST_NOT_PRIVILEGED', 'SOURCE_LOGIN_REFUSED'],
  ['ER_MUST_CHANGE_PASSWORD_LOGIN', 'SOURCE_LOGIN_REFUSED'],
  ['ER_NOT_SUPPORTED_AUTH_MODE', 'SOURCE_LOGIN_REFUSED'],
  ['ER_SECURE_TRANSPORT_REQUIRED', 'SOURCE_TLS_REFUSED'],
  ['ER_BAD_DB_ERROR', 'SOURCE_MISSING'],
  ['ER_CON_COUNT_ERROR', 'SOURCE_UNREACHABLE'],
  ['ER_TABLEACCESS_DENIED_ERROR', 'SOURCE_FORBIDDEN'],
  ['ER_COLUMNACCESS_DENIED_ERROR', 'SOURCE_FORBIDDEN'],
  ['ER_SPECIFIC_ACCESS_DENIED_ERROR', 'SOURCE_FORBIDDEN'],
  ['ER_PROCACCESS_DENIED_ERROR', 'SOURCE_FORBIDDEN'],
  ['ER_NO_SUCH_TABLE', 'SOURCE_TABLE_MISSING'],
  ['ER_VIEW_INVALID', 'SOURCE_TABLE_MISSING'],
  ['ER_BAD_FIELD_ERROR', 'SOURCE_COLUMN_MISSING'],
  ['ER_LOCK_WAIT_TIMEOUT', 'SOURCE_LOCKED'],
  ['ER_LOCK_DEADLOCK', 'SOURCE_LOCKED'],
  ['ER_STATEMENT_TIMEOUT', 'SOURCE_TIMEOUT'],
  ['ER_QUERY_TIMEOUT', 'SOURCE_TIMEOUT'],
  ['ER_QUERY_INTERRUPTED', 'SOURCE_CONNECTION_LOST'],
  ['ER_CONNECTION_KILLED', 'SOURCE_CONNECTION_LOST'],
  ['ER_SERVER_SHUTDOWN', 'SOURCE_CONNECTION_LOST'],
  ['ER_NET_READ_ERROR', 'SOURCE_CONNECTION_LOST'],
  ['ER_NET_ERROR_ON_WRITE', 'SOURCE_CONNECTION_LOST'],
  ['ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', 'SOURCE_WRITES'],
]);
/** MariaDB's numbers that the driver, which knows MySQL's, has another name for or none. */
const BY_NUMBER: ReadonlyMap<number, ServerFailure> = new Map([
  [1927, 'SOURCE_CONNECTION_LOST'],
  [1969, 'SOURCE_TIMEOUT'],
]);

function failureOf(thrown: unknown, connected: boolean): ServerFailure {
  const network = networkFailure(thrown, connected);
  if (network !== undefined) return network;
  const number = thrown instanceof Error && 'errno' in thrown ? thrown.errno : undefined;
  const byNumber = typeof number === 'number' ? BY_NUMBER.get(number) : undefined;
  if (byNumber !== undefined) return byNumber;
  const name = systemCode(thrown) ?? '';
  const byName = BY_NAME.get(name);
  if (byName !== undefined) return byName;
  if (!connected) return 'SOURCE_UNREACHABLE';
  if (name.startsWith('ER_')) return 'SOURCE_QUERY_FAILED';
  return /closed state|Connection lost/.test(thrown instanceof Error ? thrown.message : '')
    ? 'SOURCE_CONNECTION_LOST'
    : 'SOURCE_UNREADABLE';
}
